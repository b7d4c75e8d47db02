"""Themes called by the words of the segment that says it for most."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from painpoints.settings import ThemeSettings
from painpoints.themes.sayings import Saying, Sayings
from painpoints.themes.words import tokens
from test_themes_names import names, words_of


def sayings(texts, vectors, langs=None, sure=None):
    rows = np.asarray(vectors, dtype=np.float32)
    return Sayings(
        rows / np.linalg.norm(rows, axis=1, keepdims=True),
        texts,
        [tokens(text) for text in texts],
        langs or ["vi"] * len(texts),
        np.ones(len(texts), dtype=bool) if sure is None else np.asarray(sure),
        ThemeSettings(),
    )


def saying(texts, vectors, side="vi", **more):
    found = sayings(texts, vectors, **more).of(np.arange(len(texts)))
    return found.get(side)


ALIKE = [[1.0, 0.1, 0.0], [1.0, 0.0, 0.1], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_the_segment_that_most_lie_near_to_names_the_theme():
    texts = [
        "gọi tổng đài chờ mãi",
        "tổng đài không gọi được",
        "gọi tổng đài không ai nghe máy",
        "thẻ chưa gửi về nhà",
    ]
    found = saying(texts, ALIKE)
    assert found.text in texts[:3]
    assert found.share == 0.75
    assert saying(texts, np.eye(4)).share == 0.25


@pytest.mark.parametrize(
    "unfit",
    [
        "chán",
        "đm gọi tổng đài không ai nghe",
        "gọi số [PHONE] không ai nghe",
        "nếu gọi tổng đài không ai nghe",
        "gọi tổng đài không ai nghe xin cảm ơn",
        "gọii tổngg đàii khônggg aii",
        "tôi đã gọi tổng đài năm lần trong một tuần mà lần nào cũng không có ai nghe máy",
        "đã rồi mà thì là",
    ],
)
def test_what_is_rude_masked_misspelt_long_or_says_nothing_names_none(unfit):
    texts = ["thẻ chưa gửi về nhà", unfit, unfit, unfit]
    assert saying(texts, [[1, 1, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]).text == texts[0]


def test_what_ties_a_clause_to_others_is_left_out():
    texts = ["shop ơi nhưng mà tổng đài không gọi được ạ"] * 3
    assert saying(texts, np.ones((3, 3))).text == "tổng đài không gọi được"


def test_abbreviations_and_brands_keep_their_capitals_but_shouting_does_not():
    assert saying(["đợi mãi chưa nhận được mã OTP"] * 3, np.ones((3, 3))).text.endswith("mã OTP")
    assert saying(["mật khẩu Sacombank đổi không được"] * 3, np.ones((3, 3))).text.endswith(
        "Sacombank đổi không được"
    )
    assert saying(["MÃ OTP MÃI CHƯA NHẬN ĐƯỢC"] * 3, np.ones((3, 3))).text == "mã otp mãi chưa nhận được"


def test_what_only_one_says_by_the_way_is_in_no_saying():
    texts = [
        "sinh viên đợi quà tặng mãi",
        "quà tặng mãi chưa nhận",
        "quà tặng chưa thấy đâu",
        "đợi quà tặng mãi",
    ] * 2
    texts[4] = "quà tặng đợi lâu"
    vectors = [[1, 0, 0], [1, 0.5, 0], [1, 0, 0.5], [1, 0.5, 0.5]] * 2
    assert "sinh viên" not in saying(texts, vectors).text


def test_a_segment_of_doubtful_sentiment_names_none():
    texts = ["tổng đài không gọi được", "gọi tổng đài chờ mãi", "thẻ chưa gửi về nhà"]
    found = saying(texts, np.ones((3, 3)), sure=[False, True, False])
    assert found.text == texts[1]


def test_either_language_has_its_saying_and_nearness_crosses_languages():
    texts = ["tổng đài không gọi được", "nobody answers the hotline", "hotline rings and rings forever"]
    run = sayings(texts, np.ones((3, 3)), langs=["vi", "en", "en"]).of(np.arange(3))
    assert run["vi"].share == run["en"].share == 1.0


def test_unaccented_words_are_taken_only_where_nobody_typed_accents():
    texts = ["tổng đài không gọi được", "gọi tổng đài chờ mãi"]
    assert saying(texts, np.ones((2, 3)), langs=["vi_unaccented", "vi"]).text == texts[1]
    assert saying(texts, np.ones((2, 3)), langs=["vi_unaccented"] * 2) is not None


def test_a_theme_without_a_clear_trouble_is_called_by_its_saying():
    late = words_of(["giao hàng trễ"] * 40)
    told = {"vi": Saying("phải cài lại mới vào được", 0.5)}
    bare = replace(words_of([f"đăng nhập lần {n}" for n in range(9)]), sayings=told)
    assert names(bare, late)[0].vi == "Đăng nhập: phải cài lại mới vào được"
    itself = replace(bare, sayings={"vi": Saying("đăng nhập mãi không xong", 0.5)})
    assert names(itself, late)[0].vi == "Đăng nhập mãi không xong"
    clear = replace(words_of(["nhân viên hỗn"] * 9), sayings=told)
    assert "cài lại" not in names(clear, late)[0].vi


def test_a_saying_that_few_lie_near_to_names_nothing():
    late = words_of(["giao hàng trễ"] * 40)
    bare = words_of([f"đăng nhập lần {n}" for n in range(9)])
    rare = replace(bare, sayings={"vi": Saying("phải cài lại mới vào được", 0.1)})
    assert names(rare, late)[0].vi == names(bare, late)[0].vi


def test_a_theme_of_grumbling_is_not_called_by_a_saying():
    letters = "bcdghklmnpqrstvx"
    grumbling = words_of([f"{a}ông {a}{b}uâng" for a in letters for b in letters[:4]])
    told = replace(grumbling, sayings={"vi": Saying("ngân hàng tệ nhất nước", 0.9)})
    assert names(told, words_of(["giao hàng trễ"] * 90))[0].vi == "Không hài lòng nói chung"


def test_names_of_one_run_stay_apart():
    told = {"vi": Saying("phải cài lại mới vào được", 0.5)}
    bare = replace(words_of([f"đăng nhập lần {n}" for n in range(9)]), sayings=told)
    found = Counter(name.vi for name in names(bare, bare))
    assert max(found.values()) == 1
