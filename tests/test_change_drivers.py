"""KPIs and what goes with them, on ratings whose answers can be worked out on paper or are planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from painpoints.change.drivers.drivers import DETAIL_COLUMNS, DRIVER_COLUMNS, kpi_drivers
from painpoints.change.drivers.importance import relative_weights
from painpoints.change.drivers.kpis import (
    KPI_COLUMNS,
    KPIS,
    kpi_scores,
    kpi_table,
    mean_interval,
    net_interval,
)
from painpoints.change.drivers.regression import percentile_interval, resampled_fit, ridge_effects
from painpoints.change.history import History
from painpoints.settings import DriverSettings

WEEKS = ("2026-W01", "2026-W02", "2026-W03")
FAST = DriverSettings(resamples=400)


def history(
    ratings: object,
    scale: object = "stars5",
    told: dict[str, np.ndarray] | None = None,
    **columns: object,
) -> History:
    """``told``: theme -> items; a theme is called ``touchpoint-polarity``."""
    items = pd.DataFrame(
        {"rating": ratings, "rating_scale": scale, "week": WEEKS[0], "channel": "", **columns}
    )
    if "voice" not in items:
        items["voice"] = [f"i:{i}" for i in range(len(items))]
    told = told or {}
    mentions = [pd.DataFrame({"item": own, "theme_id": theme}) for theme, own in told.items()]
    themes = pd.DataFrame(
        [(t, *t.split("-")[::-1]) for t in told], columns=["theme_id", "polarity", "touchpoint"]
    )
    empty = pd.DataFrame({"item": pd.Series(dtype=int), "theme_id": pd.Series(dtype=object)})
    return History(items, pd.concat([*mentions, empty] if told else [empty]), themes, WEEKS)


def test_the_figures_of_every_scale_by_hand() -> None:
    ratings = {
        "nps": [0, 6, 7, 8, 9, 10, 10, 10, 10, 10],  # 6 promoters, 2 detractors
        "csat5": [1, 2, 3, 4, 5, 5, 5, 5, 5, 5],  # 7 of 10
        "csat100": [79, 80, 81, 100, 100, 0, 0, 0, 0, 0],  # 4 of 10
        "ces7": [7, 7, 7, 7, 7, 7, 7, 7, 7, 2],  # mean 6.5
        "stars5": [1, 1, 2, 3, 4, 5, 5, 5, 5, 5],  # mean 3.6, three low ones
        "stars10": [10] * 10,
        "binary": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }
    values = [float(r) for own in ratings.values() for r in own]
    scales = [scale for scale in ratings for _ in range(10)]
    table = kpi_table(history(values, scales), DriverSettings())
    assert tuple(table.columns) == KPI_COLUMNS
    overall = table[table["week"] == ""].set_index("kpi")
    expected = {
        "nps": 40,
        "csat": 70,
        "csat100": 40,
        "ces": 6.5,
        "stars": 3.6,
        "low_stars": 30,
        "stars10": 10,
        "binary": 10,
    }
    assert overall["value"].to_dict() == pytest.approx(expected)
    assert (overall["ci_low"] <= overall["value"]).all()
    assert (overall["value"] <= overall["ci_high"]).all()


def test_weeks_without_enough_answers_have_a_count_but_no_figure() -> None:
    week = ["2026-W01"] * 12 + ["2026-W03"] * 9 + ["2025-W50"] * 5 + [""] * 2
    table = kpi_table(history([5.0] * 27 + [np.nan], week=week), DriverSettings())
    stars = table[table["kpi"] == "stars"].set_index("week")
    assert stars["n"].to_dict() == {"": 22, "2026-W01": 12, "2026-W02": 0, "2026-W03": 9}
    assert stars["value"].notna().to_dict() == {
        "": True,
        "2026-W01": True,
        "2026-W02": False,
        "2026-W03": False,
    }
    assert stars.loc["2026-W01", "ci_low"] < 5 == stars.loc["2026-W01", "ci_high"]


def test_a_net_share_of_one_sided_answers_is_not_certain() -> None:
    low, high = net_interval(np.array([10, 0, 0]), np.array([0, 0, 10]), np.array([10, 0, 10]))
    assert high[0] == pytest.approx(1)
    assert 0.4 < low[0] < 0.6
    assert (low[1], high[1]) == (-1, 1)
    assert low[2] == pytest.approx(-high[0])
    assert high[2] == pytest.approx(-low[0])


def test_a_net_share_of_many_answers_has_the_multinomial_error() -> None:
    low, high = net_interval(np.array([5000]), np.array([2000]), np.array([10000]))
    half = 1.96 * np.sqrt((0.5 + 0.2 - 0.3**2) / 10000)
    assert [low[0], high[0]] == pytest.approx([0.3 - half, 0.3 + half], abs=2e-4)


def test_equal_ratings_do_not_look_certain() -> None:
    low, high = mean_interval(np.array([5.0]), np.array([75.0]), np.array([3]), 1, 5)
    assert low[0] < 3
    assert high[0] == 5


def test_ratings_of_another_scale_or_week_are_not_counted() -> None:
    nps = next(k for k in KPIS if k.id == "nps")
    scores = kpi_scores(history([9, 6, 7, np.nan, 9], ["nps"] * 4 + ["stars10"]), nps)
    assert scores[:3].tolist() == [100, -100, 0]
    assert np.isnan(scores[3:]).all()


def test_resampled_least_squares_is_least_squares() -> None:
    rng = np.random.default_rng(0)
    dense = np.column_stack([np.ones(300), rng.random((300, 3)) < 0.3]).astype(float)
    scores, voices = rng.normal(size=300), rng.integers(0, 200, 300)
    voices = np.unique(voices, return_inverse=True)[1]
    fit = resampled_fit(csr_array(dense), scores, voices, 500, 10_000, [1])
    assert fit.effects[0] == pytest.approx(np.linalg.lstsq(dense, scores, rcond=None)[0], abs=1e-6)
    assert fit.means[0, -1] == pytest.approx(scores.mean())
    assert fit.effects.shape == (501, 4)
    again = resampled_fit(csr_array(dense), scores, voices, 500, 10**7, [1])
    assert np.allclose(again.effects, fit.effects)  # how many are drawn at a time changes nothing


def test_repeating_every_customer_does_not_narrow_the_interval() -> None:
    rng = np.random.default_rng(1)
    dense = np.column_stack([np.ones(200), rng.random(200) < 0.5]).astype(float)
    scores = rng.normal(size=200)
    once = resampled_fit(csr_array(dense), scores, np.arange(200), 800, 10**7, [2])
    tenfold = resampled_fit(
        csr_array(np.repeat(dense, 10, axis=0)),
        np.repeat(scores, 10),
        np.repeat(np.arange(200), 10),
        800,
        10**7,
        [2],
    )
    assert np.allclose(once.effects, tenfold.effects)


def test_small_samples_get_wider_percentiles() -> None:
    draws = np.random.default_rng(0).normal(size=(20_000, 2))
    low, high = percentile_interval(draws, np.array([10, 100_000]))
    assert high[0] == pytest.approx(2.262 * np.sqrt(10 / 9), abs=0.1)  # t(9) at 97.5 %
    assert low[1] == pytest.approx(-1.96, abs=0.06)


def test_a_ridge_leaves_strong_effects_and_shrinks_noise() -> None:
    rng = np.random.default_rng(0)
    told = (rng.random((2000, 6)) < 0.2).astype(float)
    for strength, least, most in ((2.0, 0.9, 1.01), (0.0, -0.5, 0.5)):
        both = np.column_stack([told, told[:, 0] * strength + rng.normal(size=2000)])
        both = both - both.mean(axis=0)
        effects, _ = ridge_effects(both.T @ both, 2000, 1)
        plain = np.linalg.lstsq(both[:, :-1], both[:, -1], rcond=None)[0]
        assert least <= effects[0] / (plain[0] if strength else 0.2) <= most


def test_relative_weights_of_unrelated_themes_are_squared_correlations() -> None:
    partial = np.array([[1.0, 0, 0.6], [0, 1.0, 0.2], [0.6, 0.2, 1.0]])
    found = relative_weights(partial, 1000, 1)
    assert found.weights == pytest.approx([0.36, 0.04])
    assert found.r2 == pytest.approx(0.4)


def test_two_themes_that_always_come_together_share_the_weight() -> None:
    partial = np.array([[1.0, 1, 0.6], [1, 1.0, 0.6], [0.6, 0.6, 1.0]])
    found = relative_weights(partial, 1000, 1)
    assert found.weights == pytest.approx([0.18, 0.18])
    assert (found.vif > 100).all()


def planted(seed: int = 0, items: int = 3000) -> History:
    """Stars whose mean is 3.4, -1.0 with a complaint about the app, +0.1 with its praise, ±0.5 of delivery."""
    rng = np.random.default_rng(seed)
    channel = rng.random(items) < 0.3
    effects = {"app-pain": -1.0, "app-praise": 0.1, "shop-pain": -0.05, "shop-praise": 0.9, "noise-pain": 0.0}
    told = {theme: rng.random(items) < 0.1 + 0.1 * channel for theme in effects}
    mean = 3.2 + 0.4 * channel + sum(effect * told[theme] for theme, effect in effects.items())
    stars = 1 + rng.binomial(4, np.clip((mean - 1) / 4, 0, 1))
    own = {theme: np.flatnonzero(one) for theme, one in told.items()}
    return history(stars.astype(float), told=own, channel=np.where(channel, "ticket", "review"))


def test_planted_effects_are_found_with_channels_held_equal() -> None:
    found = kpi_drivers(planted(), FAST, seed=3)
    assert tuple(found.table.columns) == DRIVER_COLUMNS
    assert tuple(found.details.columns) == DETAIL_COLUMNS
    table = found.table.set_index("theme_id")
    assert table.loc["app-pain", "ci_low"] < -1.0 < table.loc["app-pain", "ci_high"] < -0.8
    assert table.loc["noise-pain", "ci_low"] < 0 < table.loc["noise-pain", "ci_high"]
    assert table["share_of_effect"].sum() == pytest.approx(1, abs=1e-5)
    assert list(found.table["theme_id"][:2]) == ["app-pain", "shop-praise"]


def test_the_kpi_without_a_theme_is_the_mean_plus_what_its_items_lack() -> None:
    found = kpi_drivers(planted(), FAST, seed=3)
    row = found.details.set_index("theme_id").loc["app-pain"]
    effect = found.table.set_index("theme_id").loc["app-pain", "effect"]
    fit = found.fits.iloc[0]
    assert row["kpi_without"] == pytest.approx(fit["value"] - effect * row["n"] / fit["n"], abs=1e-4)
    assert row["without_low"] < row["kpi_without"] < row["without_high"]


def test_what_is_taken_for_granted_and_what_delights() -> None:
    kinds = kpi_drivers(planted(), FAST, seed=3).table.set_index("theme_id")["kano"]
    assert kinds["app-pain"] == kinds["app-praise"] == "hygiene"
    assert kinds["shop-pain"] == "delighter"
    assert kinds["noise-pain"] == ""  # nobody praises it


def test_one_seed_gives_the_same_figures() -> None:
    first, second = kpi_drivers(planted(), FAST, seed=5), kpi_drivers(planted(), FAST, seed=5)
    pd.testing.assert_frame_equal(first.table, second.table)
    other = kpi_drivers(planted(), FAST, seed=6).table
    assert (other["effect"] == first.table["effect"]).all()
    assert (other["ci_low"] != first.table["ci_low"]).any()


def test_chance_is_not_shared_out() -> None:
    rng = np.random.default_rng(4)
    told = {"app-pain": np.arange(0, 400, 4), "app-praise": np.arange(1, 400, 4)}
    found = kpi_drivers(history(rng.integers(1, 6, 400).astype(float), told=told), FAST, seed=0)
    assert found.table["share_of_effect"].isna().all()
    assert found.table["effect"].notna().all()


def test_themes_that_cannot_be_told_apart_have_no_effect_of_their_own() -> None:
    rng = np.random.default_rng(4)
    same = np.arange(0, 600, 3)
    stars = rng.integers(1, 6, 600) - 2.0 * np.isin(np.arange(600), same)
    told = {"app-pain": same, "shop-pain": same, "hotline-pain": np.arange(0, 600, 4)}
    table = kpi_drivers(history(np.maximum(stars, 1), told=told), FAST, seed=0).table.set_index("theme_id")
    assert table.loc[["app-pain", "shop-pain"], "effect"].isna().all()
    assert table.loc["hotline-pain", "effect"] == table.loc["hotline-pain", "effect"]
    assert table["share_of_effect"].sum() == pytest.approx(1, abs=1e-5)


def test_a_theme_that_a_channel_tells_exactly_has_no_effect_of_its_own() -> None:
    rng = np.random.default_rng(4)
    channel = np.where(np.arange(600) % 3 == 0, "ticket", "review")
    told = {"app-pain": np.arange(0, 600, 3), "shop-pain": np.arange(0, 600, 4)}
    stars = np.maximum(1, rng.integers(1, 6, 600) - 1.0 * (np.arange(600) % 4 == 0))
    table = kpi_drivers(history(stars, told=told, channel=channel), FAST, seed=0).table.set_index("theme_id")
    assert np.isnan(table.loc["app-pain", "effect"])
    assert table.loc["shop-pain", "ci_high"] < 0


def test_equal_ratings_of_a_theme_do_not_look_certain() -> None:
    told = {"app-pain": np.arange(40)}
    stars = np.concatenate([np.ones(40), np.full(400, 5.0)])
    row = kpi_drivers(history(stars, told=told), FAST, seed=0).table.iloc[0]
    assert row["effect"] == pytest.approx(-4)
    assert row["ci_high"] - row["ci_low"] == pytest.approx(2 * 1.96 * 4 / 41, abs=0.01)


@pytest.mark.parametrize(
    "empty",
    [
        history([]),
        history([5.0] * 50),
        history([5.0] * 500, told={"app-pain": np.arange(100)}),
        history(np.arange(500) % 5 + 1.0, told={"app-pain": np.arange(19)}),
        history(np.arange(500) % 5 + 1.0, told={"app-pain": np.arange(500)}),
        history(np.arange(500) % 5 + 1.0, told={"app-pain": np.arange(200)}, voice="c:1"),
        history(np.arange(500) % 5 + 1.0),
    ],
    ids=["no items", "too few", "one rating", "rare theme", "told by all", "one customer", "no themes"],
)
def test_where_nothing_can_be_said_nothing_is(empty: History) -> None:
    found = kpi_drivers(empty, FAST, seed=0)
    assert len(found.table) == len(found.details) == len(found.touchpoints) == 0
    assert tuple(found.table.columns) == DRIVER_COLUMNS


def test_no_ratings_give_an_empty_table() -> None:
    assert len(kpi_table(history([np.nan] * 5, ""), DriverSettings())) == 0
    assert len(kpi_table(history([]), DriverSettings())) == 0
