"""The figures of the theme benchmark, on groups small enough to be counted by hand."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def _benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "theme_metrics.py"
    spec = importlib.util.spec_from_file_location("benchmark_theme_metrics", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


METRICS = _benchmark()


def names(*groups: tuple[str, int]) -> np.ndarray:
    return np.array([name for name, count in groups for _ in range(count)], dtype=object)


def test_a_perfect_grouping_has_full_marks() -> None:
    gold = names(("a", 4), ("b", 6))
    found = METRICS.figures(gold, np.where(gold == "a", "T1", "T2"))
    assert {found[key] for key in ("ARI", "NMI", "B3", "cover", "purity", "cover90", "k")} == {1.0}
    assert [*found, "NPMI", "names", "apart"] == list(METRICS.COLUMNS)


# coverage at purity


def test_groups_are_taken_purest_first_until_together_they_are_too_mixed() -> None:
    """T1: 8 of 8. T2: 9 of 10, together 17 of 18 = 0.94. T3: 5 of 8, together 22 of 26 = 0.85. 4 are in none."""
    gold = names(("a", 8), ("b", 9), ("a", 1), ("c", 5), ("a", 3), ("c", 4))
    found = names(("T1", 8), ("T2", 10), ("T3", 8), ("", 4))
    assert METRICS.coverage_at_purity(gold, found) == pytest.approx(18 / 30)
    assert METRICS.coverage_at_purity(gold, found, 0.95) == pytest.approx(8 / 30)
    assert METRICS.coverage_at_purity(gold, found, 0.8) == pytest.approx(26 / 30)


def test_a_purity_that_is_just_reached_counts() -> None:
    gold, found = names(("a", 9), ("b", 1)), names(("T1", 10))
    assert METRICS.coverage_at_purity(gold, found, 0.9) == 1.0


def test_nothing_pure_and_nothing_grouped_cover_nothing() -> None:
    gold = names(("a", 2), ("b", 2))
    assert METRICS.coverage_at_purity(gold, names(("T1", 4))) == 0.0
    assert METRICS.coverage_at_purity(gold, names(("", 4))) == 0.0


# coherence


def test_words_that_only_come_together_are_coherent() -> None:
    words = [{"giao", "tre"}] * 3 + [{"hoan", "tien"}] * 3
    assert METRICS.coherence(words, names(("T1", 3), ("T2", 3))) == pytest.approx(1.0)


def test_words_that_never_come_together_are_not() -> None:
    words = [{"giao"}, {"tre"}, {"hoan"}, {"tien"}]
    assert METRICS.coherence(words, names(("T1", 2), ("T2", 2))) == pytest.approx(-1.0)


def test_words_that_come_together_by_chance_count_nothing() -> None:
    """x and y are each in half of the segments, together in a quarter: p(x, y) = p(x) p(y)."""
    words = [{"x", "y"}, {"x"}, {"y"}, set()]
    assert METRICS.coherence(words, names(("T1", 4))) == pytest.approx(0.0)


def test_a_pair_by_hand() -> None:
    """Of 8 segments x is in 4, y in 2, both in 2: ln(0.25 / (0.5 · 0.25)) / −ln 0.25 = ln 2 / ln 4 = 0.5."""
    words = [{"x", "y"}] * 2 + [{"x"}] * 2 + [{"z"}] * 4
    found = names(("T1", 4), ("", 4))
    assert METRICS.coherence(words, found) == pytest.approx(0.5)


def test_every_group_counts_alike_and_segments_of_no_group_count_in_the_shares() -> None:
    """T1's pair scores 1 and T2's −1, however large T1 is. a and b in 2 of 4 grouped segments, but in 2 and 4 of 8 in all:
    ln(0.25 / (0.25 · 0.5)) / −ln 0.25 = 0.5 instead of 1."""
    words = [{"a", "b"}] * 6 + [{"c"}, {"d"}] + [{"e"}] * 2
    assert METRICS.coherence(words, names(("T1", 6), ("T2", 2), ("", 2))) == pytest.approx(0.0)
    words = [{"a", "b"}] * 2 + [{"b"}] * 2 + [{"e"}] * 4
    assert METRICS.coherence(words, names(("T1", 2), ("", 6))) == pytest.approx(0.5)


def test_a_word_of_every_segment_and_groups_of_one_word() -> None:
    assert METRICS.coherence([{"a", "b"}] * 3, names(("T1", 3))) == 1.0  # the limit of 0 / 0: never apart
    assert math.isnan(METRICS.coherence([{"a"}] * 3, names(("T1", 3))))
    assert math.isnan(METRICS.coherence([{"a", "b"}] * 3, names(("", 3))))
    assert math.isnan(METRICS.coherence([], np.array([], dtype=object)))


def test_words_common_to_all_groups_do_not_stand_for_one() -> None:
    """Of T1's words "app" is in every group; the two best are those of its own, which always come together."""
    words = [{"app", "giao", "tre"}] * 3 + [{"app", "hoan", "tien"}] * 3 + [{"app", "giao"}]
    found = names(("T1", 3), ("T2", 3), ("", 1))
    by_hand = math.log((3 / 7) / ((4 / 7) * (3 / 7))) / -math.log(3 / 7)
    assert METRICS.coherence(words, found, top=2) == pytest.approx((by_hand + 1.0) / 2)


# names


@pytest.mark.parametrize(
    ("given", "distinct", "apart"),
    [
        (["Giao trễ", "Hoàn tiền"], 1.0, 1.0),
        (["Giao trễ", "giao TRỄ"], 0.5, 0.0),
        (["Giao trễ", "Giao chậm"], 1.0, 2 / 3),
        (["Giao trễ", "Giao trễ (2)"], 1.0, 1 / 3),
        (["Phí", "Phi", "Thẻ"], 1.0, 2 / 3),
    ],
)
def test_names_differ_and_share_words(given: list[str], distinct: float, apart: float) -> None:
    assert METRICS.distinct_names(given) == pytest.approx(distinct)
    assert METRICS.names_apart(given) == pytest.approx(apart)


def test_too_few_names_say_nothing() -> None:
    assert math.isnan(METRICS.distinct_names([]))
    assert math.isnan(METRICS.names_apart(["Giao trễ"]))
    assert METRICS.names_apart(["…", "…"]) == 0.0
