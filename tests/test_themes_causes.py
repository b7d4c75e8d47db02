"""Causes that customers name themselves."""

from __future__ import annotations

import pytest

from painpoints.themes.causes import named_cause, root_causes


@pytest.mark.parametrize(
    ("text", "lang", "cause"),
    [
        ("Không vào được app vì máy chủ bảo trì, bực quá", "vi", "máy chủ bảo trì"),
        ("Đơn trễ do kho thiếu người đóng gói.", "vi", "kho thiếu người đóng gói"),
        ("Tại nhân viên nhập sai địa chỉ nên hàng đi lạc", "vi", "nhân viên nhập sai địa chỉ nên hàng đi lạc"),
        ("Nguyên nhân là hệ thống quá tải", "vi", "hệ thống quá tải"),
        ("don tre boi vi kho thieu nguoi", "vi_unaccented", "kho thieu nguoi"),
        ("I left because of the hidden fees!", "en", "the hidden fees"),
        ("Refund failed due to a card mismatch", "en", "a card mismatch"),
    ],
)  # fmt: skip
def test_what_stands_behind_the_word_is_the_cause(text: str, lang: str, cause: str) -> None:
    assert named_cause(text, lang) == cause


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Vì sao không trả lời tin nhắn của tôi", "vi"),
        ("Tôi mua tại cửa hàng ở Huế", "vi"),
        ("Không rõ lý do bị khoá thẻ", "vi"),
        ("Được tự do chọn màu sắc rất thích", "vi"),
        ("Giao hàng chậm quá", "vi"),
        ("vi dien tu bi khoa", "vi_unaccented"),
        ("do you deliver on Sunday", "en"),
    ],
)  # fmt: skip
def test_words_that_only_look_like_it_name_no_cause(text: str, lang: str) -> None:
    assert named_cause(text, lang) == ""


def test_causes_are_counted_by_item_and_told_in_the_shortest_words() -> None:
    texts = [
        "đơn trễ do kho thiếu người đóng gói",
        "trễ vì kho thiếu người",
        "trễ vì kho thiếu người",
        "lâu do shipper nghỉ tết",
        "chậm vì trời mưa bão",
        "chậm vì mưa bão",
    ]
    assert root_causes(texts, ["vi"] * 6, [1, 2, 2, 3, 4, 5]) == (("kho thiếu người", 2), ("mưa bão", 2))
