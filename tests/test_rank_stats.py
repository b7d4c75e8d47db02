"""The statistics of the score, against values worked out on paper or published."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.rank.stats import (
    adjust_p_values,
    mean_difference,
    rate_ratio,
    shrunk_mean,
    wilson_interval,
)


def test_wilson_interval_of_ten_in_a_hundred():
    low, high = wilson_interval(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)


def test_wilson_interval_at_the_edges():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(0, 10)[0] == 0.0
    assert wilson_interval(10, 10)[1] == 1.0
    with pytest.raises(ValueError, match="11 successes of 10"):
        wilson_interval(11, 10)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@settings(max_examples=60, deadline=None)
def test_wilson_interval_holds_the_share(counts):
    low, high = wilson_interval(*counts)
    assert 0.0 <= low <= counts[0] / counts[1] <= high <= 1.0


def test_shrinkage_is_a_weighted_mean():
    assert shrunk_mean(total=12.0, count=3, prior_mean=2.0, prior_count=3) == 3.0


def test_rate_ratio_of_equal_rates_is_one_and_not_significant():
    found = rate_ratio(20, 60, expected_ratio=1 / 3)
    assert found.p_value == 1.0
    assert found.low < 1.0 < found.high
    assert math.isclose(found.ratio, 20.5 / 60.5 * 3)


def test_rate_ratio_p_value_is_the_binomial_tail():
    # 5 of 5 events in a half of the time: two-sided p = 2 / 32
    found = rate_ratio(5, 0, expected_ratio=1.0)
    assert math.isclose(found.p_value, 2 / 32)
    assert found.high == math.inf
    assert rate_ratio(0, 0, 1.0).p_value == 1.0


@pytest.mark.parametrize("bad", [(-1, 0, 1.0), (0, 0, 0.0), (1, 1, math.nan)])
def test_rate_ratio_refuses_impossible_input(bad):
    with pytest.raises(ValueError, match="expected ratio"):
        rate_ratio(*bad)


def test_adjusted_p_values_of_the_textbook():
    assert adjust_p_values([0.04, 0.01, 0.03]) == pytest.approx([0.04, 0.03, 0.04])
    assert adjust_p_values([]) == []


def test_mean_difference_by_hand():
    # means 1 and 4; pooled variance (2 + 2) / 4 = 1; error sqrt(2/3); t(4) at 97.5 % = 2.7764
    found = mean_difference(np.array([0.0, 1.0, 2.0]), np.array([3.0, 4.0, 5.0]))
    assert found is not None
    assert found.difference == -3.0
    assert found.high == pytest.approx(-3 + 2.7764 * math.sqrt(2 / 3), abs=1e-3)


def test_mean_difference_needs_two_on_either_side():
    assert mean_difference(np.array([1.0]), np.array([1.0, 2.0])) is None
