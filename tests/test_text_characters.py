"""Offsets, accents and hidden characters."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.text.characters import compose, fold, plain, split_words, strip_accents

_HARD = st.text(
    alphabet=st.one_of(
        st.sampled_from("aeoudđ \u0300\u0301\u0323\u0302\u031b\u0344ắộ\u1100\u1161\u11a8한กำ"),
        st.characters(),
    )
)


def test_composed_text_is_left_alone() -> None:
    assert compose("Giao hàng chậm").origin is None


def test_offsets_lead_back_to_the_decomposed_text() -> None:
    raw = unicodedata.normalize("NFD", "Hàng đẹp, giá ổn")
    composed = compose(raw)
    start = composed.text.index("giá")
    assert unicodedata.normalize("NFC", raw[composed.raw(start) : composed.raw(start + 3)]) == "giá"


@settings(deadline=None, max_examples=200)
@given(_HARD)
def test_composing_run_by_run_is_nfc(raw: str) -> None:
    composed = compose(raw)
    assert composed.text == unicodedata.normalize("NFC", raw)
    if composed.origin is not None:
        assert len(composed.origin) == len(composed.text) + 1
        assert list(composed.origin) == sorted(composed.origin)
        assert composed.raw(len(composed.text)) == len(raw)


def test_accents_are_stripped_from_composed_and_decomposed_text() -> None:
    assert strip_accents("Đường đến Huế, khoẻ thuỷ ngữ") == "Duong den Hue, khoe thuy ngu"
    assert strip_accents(unicodedata.normalize("NFD", "Đặt hàng rồi")) == "Dat hang roi"


@settings(deadline=None, max_examples=200)
@given(_HARD)
def test_fold_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_plain_drops_markup_links_and_hidden_characters() -> None:
    dirty = "t\u200bốt&nbsp;&amp; <br/>rẻ \x1b[31mđỏ\x1b[0m\x00 xem https://a.vn/x?y=1 nhé"
    assert plain(dirty).split() == ["tốt", "&", "rẻ", "đỏ", "xem", "nhé"]


def test_plain_folds_styled_and_wide_letters() -> None:
    assert plain("𝗧𝘂𝘆𝗲̣̂𝘁 ｓｈｏｐ") == "Tuyệt shop"


def test_words_and_gaps_alternate_and_keep_every_character() -> None:
    text = "Gọi [PHONE] 3 lần, 50k… không ai nghe!"
    words, gaps = split_words(text)
    assert "[PHONE]" in words
    assert "50k" in words
    assert "".join(g + w for g, w in zip(gaps, [*words, ""], strict=True)) == text
