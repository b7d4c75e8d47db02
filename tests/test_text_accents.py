"""Diacritics come back where they were left out, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.text import strip_accents
from painpoints.text.accents import ARRAYS, AccentModel, load_accents, restore_accents, with_accents
from painpoints.text.fit_accents import count, restored_apart


def model(*texts: str) -> AccentModel:
    arrays = count(list(texts))
    return AccentModel(str(arrays["words"]).split("\n"), *(arrays[name] for name in ARRAYS[1:]))


def test_the_neighbours_decide_between_forms() -> None:
    small = model(*["bán hàng"] * 3, *["bạn bè"] * 3, "bán", "hàng bán")
    assert small.restore(["ban", "hang"]) == ["bán", "hàng"]
    assert small.restore(["ban", "be"]) == ["bạn", "bè"]


def test_the_commonest_form_wins_without_neighbours() -> None:
    assert model(*["của"] * 5, "cửa").restore(["cua"]) == ["của"]


def test_a_word_with_accents_and_an_unknown_word_stay() -> None:
    assert model("bán hàng").restore(["bận", "xyz"]) == ["bận", "xyz"]


def test_nothing_in_nothing_out() -> None:
    assert model("bán hàng").restore([]) == []
    assert restore_accents([]) == []


def test_the_counts_on_disk_are_those_that_were_counted(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    arrays = count(["giao hàng trễ", "giao hàng nhanh", "giao hàng trễ"])
    np.savez_compressed(folder / "counts.npz", **{name: arrays[name] for name in ARRAYS})
    assert load_accents(folder).restore(["giao", "hang", "tre"]) == ["giao", "hàng", "trễ"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("bare", "accented"),
    [
        ("Giao hang tre qua!!", "giao hàng trễ quá!!"),
        ("nhan vien than thien", "nhân viên thân thiện"),
        ("khong lien lac duoc tong dai", "không liên lạc được tổng đài"),
    ],
)
def test_common_complaints_come_out_right(bare: str, accented: str) -> None:
    assert with_accents(bare).lower() == accented


@pytest.mark.parametrize("text", ["The parcel was late", "giao hàng trễ", "", "12345", "😡😡", "[PHONE]"])
def test_other_text_is_left_alone(text: str) -> None:
    assert with_accents(text) == text


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(["giao", "hang", "tre", "qua", "[PHONE]", "", "123", "ok", "shop", "đẹp"]),
        max_size=12,
    )
)
def test_only_accents_change(words: list[str]) -> None:
    restored = restore_accents(words)
    assert [strip_accents(w) for w in restored] == [strip_accents(w) for w in words]


def test_a_text_is_restored_by_counts_of_other_keys_alone() -> None:
    keys = [f"industry {i}" for i in range(8)]
    # "thợ" occurs under the first key alone: no other can know its diacritics
    texts = ["thợ sửa cửa", *["cửa hàng mở cửa"] * 7]
    first, other = restored_apart(["thợ sửa cửa", "tho sua cua"], ["industry 0", "elsewhere"], texts, keys)
    assert first.split()[0] == "tho"
    assert first.split()[2] == "cửa"
    assert other.split()[2] == "cửa"
