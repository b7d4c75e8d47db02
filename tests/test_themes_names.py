"""Names that a head of customer experience can read, and quotes that stand for the theme."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from painpoints.themes.glossary import load_glossary
from painpoints.themes.name import ThemeWords, name_themes
from painpoints.themes.phrases import key_phrases, phrase_book, phrase_keys, stop_words
from painpoints.themes.quotes import choose_quotes
from painpoints.themes.words import is_vague, plain, tokens, tone_key


def concepts(text, lang="vi"):
    glossary = load_glossary()
    return {glossary.concepts[c].en for c in glossary.find(tokens(text), lang)}


def words_of(texts, lang="vi", polarity="pain", place=None):
    glossary = load_glossary()
    split = [tokens(text) for text in texts]
    return ThemeWords(
        polarity,
        [glossary.find(words, lang) for words in split],
        [phrase_keys(words, stop_words(lang)) for words in split],
        [lang] * len(texts),
        place or {},
        {"en" if lang == "en" else "vi": texts[0]},
    )


def names(*themes):
    counts = Counter(c for theme in themes for own in theme.concepts for c in own)
    books = {}
    for side in ("vi", "en"):
        own = [
            (p, lang)
            for t in themes
            for p, lang in zip(t.phrases, t.langs, strict=True)
            if (lang == "en") == (side == "en")
        ]
        books[side] = phrase_book([p for p, _ in own], [lang for _, lang in own])
    return name_themes(list(themes), counts, sum(len(t.concepts) for t in themes), books)


def test_a_vietnamese_theme_has_an_english_name():
    late = words_of(["giao hàng trễ quá", "giao hàng trễ hẹn", "ship hàng trễ"])
    refund = words_of(["hoàn tiền chưa nhận được", "không hoàn tiền", "đòi hoàn tiền"])
    found = names(late, refund)
    assert (found[0].vi, found[0].en) == ("Giao hàng: trễ hẹn", "Delivery: late")
    assert found[1].vi.startswith("Hoàn tiền")
    assert found[1].en.startswith("Refunds")


def test_an_english_theme_has_a_vietnamese_name():
    found = names(words_of(["the app keeps crashing", "app crashes all day", "crashed again"], lang="en"))
    assert "văng ứng dụng" in found[0].vi.lower()
    assert "crashes" in found[0].en.lower()


def test_themes_of_one_kind_get_different_names():
    late = words_of(["giao hàng trễ"] * 3)
    found = names(late, late, late)
    assert len({name.vi for name in found}) == len({name.en for name in found}) == 3


def test_namesakes_are_told_apart_by_their_own_words_before_numbers():
    late = words_of(["giao hàng trễ"] * 3)
    second = words_of(["giao hàng trễ cuối tuần", "giao hàng trễ cuối tuần", "giao hàng trễ cuối tuần"])
    found = names(late, second)
    assert "cuối tuần" in found[1].vi
    assert found[1].en == "Delivery: late (2)"


def test_what_the_glossary_lacks_is_named_by_the_touchpoint_and_the_customers_words():
    odd = words_of(
        ["men gốm bị rạn", "lớp men gốm rạn", "men gốm lại rạn"],
        place={"vi": "Xưởng gốm", "en": "Pottery"},
    )
    found = names(odd)
    assert found[0].vi.startswith("Xưởng gốm: men gốm")
    assert found[0].en == "Pottery"


def test_an_english_name_never_quotes_vietnamese():
    found = names(words_of(["abc xyz lạ lùng", "khác hẳn kia", "chẳng giống ai"]))
    assert found[0].en.isascii()


def test_a_broad_theme_is_called_by_the_several_troubles_that_it_tells():
    parts = (
        ["phòng tắm bẩn"] * 3 + ["phòng tắm ồn"] * 3 + ["phòng tắm quá lạnh"] * 3 + ["phòng tắm ở cuối"] * 16
    )
    name = names(words_of(parts), words_of(["giao hàng trễ"] * 40))[0].vi
    assert name.startswith("Phòng tắm: ")
    assert all(trouble in name for trouble in ("bẩn", "ồn", "quá lạnh"))


def test_what_two_segments_say_names_nothing():
    parts = ["phòng tắm bẩn"] * 2 + ["phòng tắm ở cuối"] * 8
    assert "bẩn" not in names(words_of(parts), words_of(["giao hàng trễ"] * 40))[0].vi


def test_what_few_say_by_the_way_does_not_name_a_theme():
    parts = ["phòng tắm bẩn"] * 3 + ["phòng tắm ồn"] * 3 + [f"phòng tắm số {n} ở cuối dãy" for n in range(54)]
    name = names(words_of(parts), words_of(["giao hàng trễ"] * 40))[0].vi
    assert "bẩn" not in name
    assert "ồn" not in name


def test_what_few_say_in_the_other_language_does_not_name_a_theme_of_grumbling():
    grumbling = words_of([f"câu {n} chẳng giống câu nào cả {n * 7}" for n in range(30)])
    english = words_of(["vat invoices please"] * 4, lang="en")
    mixed = replace(
        grumbling,
        concepts=grumbling.concepts + english.concepts,
        phrases=[{} for _ in grumbling.phrases] + english.phrases,
        langs=grumbling.langs + english.langs,
        central={**grumbling.central, **english.central},
    )
    name = names(mixed, words_of(["giao hàng trễ"] * 90))[0]
    assert (name.vi, name.en) == ("Không hài lòng nói chung", "General dissatisfaction")


def test_wishes_without_a_common_subject_are_called_so():
    wishes = replace(words_of([f"mong điều {n} nào đó {n * 7}" for n in range(30)]), asks=True)
    name = names(wishes, words_of(["giao hàng trễ"] * 90))[0]
    assert (name.vi, name.en) == ("Mong muốn và góp ý khác", "Other wishes")


def test_no_pain_is_named_by_praise():
    mixed = words_of(
        ["mẫu len đẹp"] * 4 + ["mẫu len đẹp mà lạnh lùng"] * 2, place={"vi": "Quầy", "en": "Desk"}
    )
    assert names(mixed, words_of(["giao hàng trễ"] * 40))[0].vi == "Quầy (nói chung)"


OVERDUE = ("chờ mãi chưa được hoàn tiền", "refund long overdue")


def test_a_theme_without_a_trouble_is_called_by_the_issue_of_a_part_of_it():
    bare = words_of([f"hoàn tiền lần {n}" for n in range(9)])
    others = words_of(["giao hàng trễ"] * 40)
    assert names(replace(bare, part_issue=OVERDUE), others)[0].vi == "Chờ mãi chưa được hoàn tiền"
    late = replace(words_of(["giao hàng trễ"] * 9), part_issue=OVERDUE)
    assert names(late, words_of(["nhân viên hỗn"] * 40))[0].vi == "Giao hàng: trễ hẹn"


def test_concepts_are_found_with_either_tone_placement_and_without_accents():
    assert "refunds" in concepts("đòi hoàn tiền")
    assert "account lock" in concepts("bị khoá tài khoản") & concepts("bị khóa tài khoản")
    assert "late" in concepts("giao hang tre hen", "vi_unaccented")


def test_a_stripped_syllable_is_not_taken_for_another_word():
    assert "cards" not in concepts("khong hieu the nao", "vi_unaccented")
    assert "cards" in concepts("làm thẻ lâu quá")


def test_the_longer_form_hides_the_shorter_of_its_kind():
    assert "prices" not in concepts("bài đánh giá bị xóa")


def test_glossary_rows_are_complete_and_distinct():
    glossary = load_glossary()
    assert len(glossary.concepts) > 240
    assert len({(c.kind, c.vi) for c in glossary.concepts}) == len(glossary.concepts)
    assert {c.kind for c in glossary.concepts} == {"topic", "problem", "request", "praise"}
    assert all(c.vi and c.en for c in glossary.concepts)


def test_accents_come_back_from_those_who_type_them():
    accented = [phrase_keys(tokens("phí thường niên cao"), stop_words("vi"))] * 3
    bare = [phrase_keys(tokens("phi thuong nien"), stop_words("vi_unaccented"))] * 4
    book = phrase_book(accented + bare, ["vi"] * 3 + ["vi_unaccented"] * 4)
    assert key_phrases(bare, book, most=1) == ["phí thường niên"]


def test_phrases_have_no_function_word_at_an_edge_and_no_torso():
    segments = [
        phrase_keys(tokens(text), stop_words("vi")) for text in ["thì câu trả lời là câu trả lời chung"] * 4
    ]
    found = key_phrases(segments, phrase_book(segments, ["vi"] * 4), most=5)
    assert "câu trả" not in found
    assert not any(
        phrase.split()[0] in {"thì", "là"} or phrase.split()[-1] in {"thì", "là"} for phrase in found
    )


@pytest.mark.parametrize(
    ("text", "lang", "vague"),
    [
        ("tệ quá", "vi", True),
        ("te qua", "vi_unaccented", True),
        ("giao hàng tệ", "vi", False),
        ("", "vi", True),
    ],
)
def test_vague_means_that_nothing_is_named(text, lang, vague):
    assert is_vague(tokens(text), lang) is vague


def test_masked_data_are_no_words():
    assert tokens("gọi [PHONE] mãi, mail [EMAIL]") == ["gọi", "mãi", "mail"]
    assert plain("Đổi Trả") == "doi tra"
    assert tone_key("hoá") == tone_key("hóa") != tone_key("hoa")


def test_quotes_differ_in_words_people_and_are_readable():
    texts = [
        "giao hàng trễ ba ngày so với hẹn",
        "giao hàng trễ ba ngày so với lịch hẹn",
        "shipper báo mai tới rồi biệt tăm cả tuần nay",
        "trễ",
        "đơn đặt từ đầu tháng mà kho chưa xuất hàng cho tôi",
    ]
    view = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (5, 1))
    assert choose_quotes(view, texts, ["a", "b", "c", "d", "e"], [""] * 5) == [0, 2, 4]
    assert choose_quotes(view, texts, ["a"] * 5, [""] * 5) == [0]


def test_key_phrases_are_shown_in_the_language_of_most_segments():
    late = words_of([f"giao hàng trễ hẹn lần {n}" for n in range(20)])
    copied = words_of(["the courier left it with a stranger"] * 3, lang="en")
    mixed = replace(
        late,
        concepts=late.concepts + copied.concepts,
        phrases=late.phrases + copied.phrases,
        langs=late.langs + copied.langs,
    )
    assert set(names(mixed)[0].keyphrases) == set(names(late)[0].keyphrases)
    halves = replace(
        mixed,
        concepts=late.concepts + copied.concepts * 4,
        phrases=late.phrases + copied.phrases * 4,
        langs=late.langs + copied.langs * 4,
    )
    assert any("courier" in phrase for phrase in names(halves)[0].keyphrases)


def test_where_few_phrases_are_common_rarer_ones_are_shown():
    diffuse = words_of([f"lý do {n} khác nhau thật" for n in range(57)] + ["kho lạnh mất điện"] * 3)
    assert any(
        "kho lạnh" in phrase for phrase in names(diffuse, words_of(["giao hàng trễ"] * 60))[0].keyphrases
    )


def test_a_trouble_that_more_tell_goes_before_the_name_of_an_issue():
    issue = ("Mã OTP không về", "OTP never arrives")
    other = [f"đăng nhập lúc {n} giờ" for n in range(14)]
    few = words_of(["không đăng nhập được"] * 5 + ["mã otp về đâu"] * 2 + other)
    many = words_of(["không đăng nhập được"] * 5 + ["mã otp về đâu"] * 8 + other)
    late = words_of(["giao hàng trễ"] * 60)
    assert "không đăng nhập được" in names(replace(few, issue=issue), late)[0].vi.lower()
    assert "mã otp không về" in names(replace(many, issue=issue), late)[0].vi.lower()
