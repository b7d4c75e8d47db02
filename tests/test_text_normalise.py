"""The matching form: teencode, drawn-out letters, tones, emoji."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.text import clean_for_matching, clean_many
from painpoints.text.lexicon import Condition, load_teencode
from painpoints.text.normalise import squeeze, unify_tones


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Shop k rep ib, mn đừng mua", "shop không trả lời nhắn tin, mọi người đừng mua"),
        ("sp đẹp nhưg giao chậm wa", "sản phẩm đẹp nhưng giao chậm quá"),
        ("nạp 50k mà k vào đc tk", "nạp 50 nghìn mà không vào được tài khoản"),
        ("chờ từ 2h30 tới 5 h chiều, mất 5tr", "chờ từ 2 giờ 30 tới 5 giờ chiều, mất 5 triệu"),
        ("mk quên mk rồi, đổi mk k đc", "mình quên mật khẩu rồi, đổi mật khẩu không được"),
        ("mua cho ck mình mặc vừa", "mua cho chồng mình mặc vừa"),
        ("ck tiền rồi mà shop bảo chưa nhận", "chuyển khoản tiền rồi mà shop bảo chưa nhận"),
        ("áo size M mặc hơi rộng, m đổi size S", "áo size m mặc hơi rộng, mình đổi size s"),
        ("cân nặng 60 kg, kg vừa tí nào", "cân nặng 60 kg, không vừa tí nào"),
        ("app hộ trợ kém, sử lý chậm", "app hỗ trợ kém, xử lý chậm"),
        (
            "Gửi về TP.HCM mất 5 ngày, k.hàng chờ mãi",
            "gửi về thành phố hồ chí minh mất 5 ngày, khách hàng chờ mãi",
        ),
    ],
)
def test_teencode_is_expanded_by_its_neighbours(raw: str, clean: str) -> None:
    assert clean_for_matching(raw) == clean


def test_unaccented_text_gets_its_accents_back() -> None:
    assert clean_for_matching("app ngan hang k vao dc, nv than thien") == (
        "app ngân hàng không vào được, nhân viên thân thiện"
    )


def test_english_and_mixed_text_get_no_accents() -> None:
    assert clean_for_matching("the driver was late and rude") == "the driver was late and rude"
    assert clean_for_matching("call me on this number").isascii()


def test_accented_text_stays_as_it_was_typed() -> None:
    assert clean_for_matching("Nhân viên rat dễ thương") == "nhân viên rat dễ thương"


def test_english_text_keeps_its_words() -> None:
    text = "I would like to check a k factor and the r value, vs the m size"
    assert clean_for_matching(text) == text.lower()


@pytest.mark.parametrize(
    ("drawn", "short"),
    [
        ("tuyệtttt", "tuyệt"),
        ("vờiiii", "vời"),
        ("đẹpp", "đẹp"),
        ("goood", "good"),
        ("xoong", "xoong"),
        ("hahahaha", "haha"),
    ],
)
def test_drawn_out_letters_are_shortened(drawn: str, short: str) -> None:
    assert squeeze(drawn) == short


@pytest.mark.parametrize(
    ("written", "unified"),
    [
        ("hoà", "hòa"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("quý", "quý"), ("qúa", "quá"), ("gìa", "già"),
        ("hòan", "hoàn"), ("lọai", "loại"), ("hùynh", "huỳnh"), ("toàn", "toàn"), ("gì", "gì"), ("của", "của"),
    ],
)  # fmt: skip
def test_tones_are_placed_one_way(written: str, unified: str) -> None:
    assert unify_tones(written) == unified
    assert unify_tones(unified) == unified


def test_feelings_in_emoji_become_words_once() -> None:
    assert clean_for_matching("giao sai hàng 😡😡😡 :((") == "giao sai hàng tức giận buồn"
    assert clean_for_matching("The staff were great 👍👍") == "the staff were great good"
    assert clean_for_matching("áo xinh <3 <3") == "áo xinh yêu thích"


def test_placeholders_stay_in_capitals() -> None:
    assert clean_for_matching("Gọi [PHONE] gặp [NAME] k ai nghe") == "gọi [PHONE] gặp [NAME] không ai nghe"


def test_laughter_is_not_a_negation() -> None:
    assert "không" not in clean_for_matching("đẹp quá kkkkk")


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.one_of(st.sampled_from("kKđcẹpop 👍<3:(&;./[]0tr"), st.characters())))
def test_cleaning_never_fails_and_leaves_no_loose_blanks(text: str) -> None:
    clean = clean_for_matching(text)
    assert clean == " ".join(clean.split())
    assert clean_many([text]) == [clean]


def test_the_lexicon_is_large_and_well_formed() -> None:
    teencode = load_teencode()
    assert len(teencode.words) + len(teencode.rules) + len(teencode.pairs) > 700
    assert all(first == first.lower() for first in teencode.words)


def test_an_unknown_condition_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown condition 'after:x'"):
        Condition.parse("after:x")
