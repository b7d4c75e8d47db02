"""Is one classifier better than another? Cases that can be worked out on paper, and what chance alone gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from painpoints.train.compare import ALPHA, Comparison, compare, macro_f1

Labels = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=40)


def ints(*values: int) -> np.ndarray:
    return np.asarray(values, dtype=np.int64)


def test_macro_f1_worked_out_on_paper() -> None:
    # class 0: 2 right, 1 missed, 1 wrongly said: 4 / 6; class 1: 1 right, 1 missed, 1 wrongly said: 2 / 4
    assert macro_f1(ints(0, 0, 0, 1, 1), ints(0, 0, 1, 1, 0), 2) == pytest.approx((4 / 6 + 2 / 4) / 2)


@settings(deadline=None, max_examples=50)
@given(Labels)
def test_macro_f1_is_that_of_scikit_learn_over_the_classes_that_occur(
    rows: list[tuple[int, int, int]],
) -> None:
    truth, guess = (ints(*(r[i] for r in rows)) for i in range(2))
    expected = f1_score(truth, guess, average="macro", labels=np.unique(truth), zero_division=0)
    assert macro_f1(truth, guess, 5) == pytest.approx(expected)


def test_an_answer_that_is_no_class_any_more_is_wrong_and_adds_no_class() -> None:
    assert macro_f1(ints(0, 0, 1, 1), ints(0, 2, 1, 1), 3) == pytest.approx((2 / 3 + 1) / 2)


def test_a_sure_gain() -> None:
    truth = np.arange(40) % 2
    found = compare(truth, 1 - truth, truth, 2, 1)
    assert (found.before, found.after, found.accuracy_before, found.accuracy_after) == (0, 1, 0, 1)
    assert found.p_value == pytest.approx(1 / 2001)  # of 2**40 ways to swap only one does as well
    assert found.better


def test_the_share_of_swaps_that_do_as_well_counted_by_hand() -> None:
    """Three rows differ, each right after and wrong before: of the 8 ways to swap, only swapping none gains as much."""
    truth = ints(0, 0, 0, 1, 1, 1)
    found = compare(truth, ints(1, 1, 0, 0, 1, 1), ints(0, 0, 0, 1, 1, 1), 2, 1)
    assert found.p_value == pytest.approx(1 / 8, abs=0.03)
    assert not found.better


def test_one_row_more_cannot_be_better_beyond_chance() -> None:
    truth = np.arange(200) % 2
    before = truth.copy()
    before[0] = 1
    found = compare(truth, before, truth, 2, 1)
    assert found.after > found.before
    assert found.p_value == pytest.approx(0.5, abs=0.05)
    assert not found.better


@settings(deadline=None, max_examples=20)
@given(Labels)
def test_equal_classifiers_are_never_better(rows: list[tuple[int, int, int]]) -> None:
    truth, guess = (ints(*(r[i] for r in rows)) for i in range(2))
    found = compare(truth, guess, guess, 4, 1)
    assert found.p_value == 1.0
    assert not found.better


@settings(deadline=None, max_examples=10)
@given(Labels, st.integers(0, 100))
def test_of_two_classifiers_one_at_most_is_better(rows: list[tuple[int, int, int]], seed: int) -> None:
    truth, one, other = (ints(*(r[i] for r in rows)) for i in range(3))
    there, back = compare(truth, one, other, 4, seed), compare(truth, other, one, 4, seed)
    assert not (there.better and back.better)
    assert 0 < there.p_value <= 1
    assert there.after - there.before == pytest.approx(back.before - back.after)


def test_the_same_seed_gives_the_same_answer() -> None:
    random = np.random.default_rng(3)
    truth, one, other = random.integers(0, 3, (3, 100))
    assert compare(truth, one, other, 3, 7) == compare(truth, one, other, 3, 7)


def test_of_equally_good_classifiers_few_are_promoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are right 7 times in 10, on rows of their own: p is spread evenly, and below 5 % about 1 time in 20."""
    monkeypatch.setattr("painpoints.train.compare._ROUNDS", 199)
    random = np.random.default_rng(20_244)
    found = []
    for _ in range(300):
        truth = random.integers(0, 3, 120)
        one, other = (np.where(random.random(120) < 0.7, truth, random.integers(0, 3, 120)) for _ in range(2))
        found.append(compare(truth, one, other, 3, int(random.integers(1 << 30))))
    p = np.asarray([f.p_value for f in found])
    shares = [(p <= level).mean() for level in (0.1, 0.25, 0.5, 0.75, 0.9)]
    assert shares == pytest.approx([0.1, 0.25, 0.5, 0.75, 0.9], abs=0.08)
    assert np.mean([f.better for f in found]) == pytest.approx(ALPHA, abs=0.03)


def test_a_gain_counts_only_where_chance_seldom_gives_it() -> None:
    assert Comparison(100, 0.6, 0.7, 0.6, 0.7, 0.049, 0.049).better
    assert not Comparison(100, 0.6, 0.7, 0.6, 0.7, 0.05, 0.001).better
    assert not Comparison(100, 0.6, 0.7, 0.6, 0.7, 0.001, 0.05).better
    assert not Comparison(100, 0.6, 0.6, 0.6, 0.7, 0.001, 0.001).better


def test_guessing_is_no_better_than_one_answer_although_its_macro_f1_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("painpoints.train.compare._ROUNDS", 499)
    random = np.random.default_rng(11)
    found = []
    for seed in range(40):
        truth, guess = random.integers(0, 2, (2, 100))
        found.append(compare(truth, np.zeros_like(truth), guess, 2, seed))
    assert np.mean([f.p_value < ALPHA and f.after > f.before for f in found]) > 0.5
    assert np.mean([f.better for f in found]) <= 0.1


def test_chance_worked_out_on_paper() -> None:
    """Two of each class, all right: 1 of the 6 ways to lay out the labels does as well."""
    found = compare(ints(0, 0, 1, 1), ints(0, 0, 0, 0), ints(0, 0, 1, 1), 2, 1)
    assert found.p_chance == pytest.approx(1 / 6, abs=0.03)
