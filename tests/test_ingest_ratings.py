"""Ratings in any spelling, on the scale that the name and the values show."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.ingest.ratings import parse_ratings
from painpoints.schema import RATING_SCALES
from painpoints.settings import IngestSettings

SETTINGS = IngestSettings()


def rate(*values: str, hint: str = ""):
    return parse_ratings(values, hint, SETTINGS)


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        ("5", 5), ("4,0", 4), ("4.5", 4.5), ("4/5", 4), ("★★★★☆", 4), ("⭐⭐", 2), ("5 sao", 5), ("3 stars", 3),
        (" 2 ", 2), ("Rất hài lòng", 5), ("không hài lòng", 2), ("Very dissatisfied", 1), ("Tốt (4)", 4),
    ],
)  # fmt: skip
def test_spelling_on_five_stars(spelling, number):
    parsed = rate(spelling, hint="stars5")
    assert parsed.values[0] == number
    assert parsed.norm[0] == pytest.approx(2 * (number - 1) / 4 - 1)


@pytest.mark.parametrize(
    ("values", "hint", "scale"),
    [
        (["1", "5", "3"], "", "stars5"),
        (["1", "8", "10"], "", "stars10"),
        (["0", "8", "10"], "", "nps"),
        (["0", "8", "10"], "nps", "nps"),
        (["9 - Extremely likely", "2"], "nps", "nps"),
        (["8/10", "3/10"], "", "stars10"),
        (["80", "35"], "", "csat100"),
        (["80%", "3%"], "", "csat100"),
        (["80", "35"], "csat", "csat100"),
        (["4", "5"], "csat", "csat5"),
        (["6", "7"], "ces", "ces7"),
        (["0", "1", "1"], "", "binary"),
        (["Good", "Bad"], "", "binary"),
        (["Có", "Không"], "", "binary"),
        (["4/5", "5/5"], "csat", "csat5"),
        (["-5", "1000"], "", ""),
        (["", "x"], "", ""),
    ],
)
def test_scale(values, hint, scale):
    assert rate(*values, hint=hint).scale == scale


def test_a_few_values_off_the_scale_do_not_change_it_and_are_counted():
    parsed = rate(*["1", "2", "3", "4", "5"] * 20, "9", "10")
    assert parsed.scale == "stars5"
    assert math.isnan(parsed.values[-1])
    assert any(p.startswith("2 ratings lie off the scale stars5") for p in parsed.problems)


def test_unreadable_ratings_are_counted_and_unasked_ones_are_not():
    parsed = rate("Good", "Offered", "chịu", "Bad", hint="binary")
    assert parsed.norm.tolist()[0::3] == [1.0, -1.0]
    assert list(parsed.problems) == ["1 ratings cannot be read and were left empty (for example 'chịu')."]


def test_unknown_scale_keeps_the_number_and_says_how_to_name_it():
    parsed = rate("-5", "1000")
    assert parsed.values.tolist() == [-5, 1000]
    assert all(math.isnan(v) for v in parsed.norm)
    assert "--map rating_scale=" in parsed.problems[0]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.floats(-3, 120).map(lambda v: f"{v:.1f}"), min_size=1, max_size=30),
    st.sampled_from(["", *RATING_SCALES]),
)
def test_norm_lies_between_minus_one_and_one(values, hint):
    parsed = parse_ratings(values, hint, SETTINGS)
    assert all(math.isnan(v) or -1 <= v <= 1 for v in parsed.norm)
    assert parsed.scale in ("", *RATING_SCALES)
