"""The finer groups within a theme."""

from __future__ import annotations

import numpy as np

from painpoints.themes.parts import main_points


def around(groups: list[int]) -> np.ndarray:
    noise = np.random.default_rng(3).normal(size=(len(groups), 12)) / 20
    points = np.eye(12)[groups] + noise
    unit: np.ndarray = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit


def test_two_ways_to_fail_are_told_by_a_sentence_each_and_counted_by_item() -> None:
    texts = [f"quên mật khẩu lần thứ {n} rồi," for n in range(12)] + [
        f"quét mặt {n} lần không được" for n in range(8)
    ]
    items = np.array([*range(10), 9, 9, *range(20, 28)])
    found = main_points(around([0] * 12 + [1] * 8), texts, items)
    assert [count for _, count in found] == [10, 8]
    assert found[0][0].startswith("quên mật khẩu")
    assert not found[0][0].endswith(",")
    assert found[1][0].startswith("quét mặt")


def test_a_theme_that_says_one_thing_has_no_parts() -> None:
    assert main_points(around([0] * 20), ["giao trễ"] * 20, np.arange(20)) == ()
    assert main_points(around([0, 1]), ["a", "b"], np.arange(2)) == ()


def test_one_customer_who_repeats_himself_is_no_part() -> None:
    found = main_points(around([0] * 6 + [1] * 6), ["a"] * 6 + ["b"] * 6, np.array([*range(6), *[9] * 6]))
    assert found == ()
