"""Before and after an initiative, on counts whose answer is known."""

from __future__ import annotations

import datetime as dt
import math
import time

import numpy as np
import pandas as pd
import pytest

from painpoints.change.history import History, week_start, weeks_between
from painpoints.change.impact.before_after import (
    Comparison,
    Series,
    avoided,
    compare,
    detectable_ratio,
    log_slope,
)
from painpoints.change.impact.effect import INITIATIVE_COLUMNS, REASONS, Effect, effects_table
from painpoints.change.impact.impact import initiative_effects
from painpoints.change.impact.initiative_match import Match
from painpoints.change.impact.initiatives import ControlGroup, Initiative
from painpoints.change.impact.stable_themes import stable_factors
from painpoints.change.impact.theme_counts import Noise, estimate_noise, group_counts, weekly_counts
from painpoints.change.impact.verdict import Background, verdict
from painpoints.rank.stats import rate_ratio
from painpoints.settings import ImpactSettings

CALM = Noise(0.0, 0.0, 1000.0)
SETTINGS = ImpactSettings()


def history(
    counts: dict[str, list[int]], rest: int | list[int] = 100, segment: str = "", channel: str = ""
) -> History:
    """Themes with counts by week, or ``theme@segment``; `rest`: items without a theme a week (and segment)."""
    weeks = len(next(iter(counts.values())))
    names = weeks_between("2026-W01", "2026-W40")[:weeks]
    groups = sorted({key.partition("@")[2] for key in counts} | {segment})
    others = {f"@{g}": rest if isinstance(rest, list) else [rest] * weeks for g in groups}
    rows = [
        (names[week], key.partition("@")[2], key.partition("@")[0])
        for key, series in {**counts, **others}.items()
        for week, count in enumerate(series)
        for _ in range(count)
    ]
    frame = pd.DataFrame(rows, columns=["week", "segment", "theme_id"]).assign(channel=channel, product="")
    mentions = pd.DataFrame({"item": np.arange(len(frame)), "theme_id": frame["theme_id"]})
    ids = sorted({key.partition("@")[0] for key in counts})
    themes = pd.DataFrame(
        {"theme_id": ids, "polarity": "pain", "name_vi": "", "name_en": "", "touchpoint": "", "owner": ""}
    )
    return History(frame.drop(columns="theme_id"), mentions, themes, names)


def begun(week: int, title: str = "fix", **kwargs: object) -> Initiative:
    day = week_start("2026-W01") + pd.Timedelta(days=7 * week + 2)
    return Initiative(dt.date(day.year, day.month, day.day), title, **kwargs)  # type: ignore[arg-type]


def effect_of(counts: dict[str, list[int]], *initiatives: Initiative, rest: int | list[int] = 100) -> Effect:
    matches = [Match(i, "T1", "id") for i in range(len(initiatives))]
    return initiative_effects(initiatives, matches, history(counts, rest))[0]


def noisy(mean: float, weeks: int, seed: int = 1) -> list[int]:
    return np.random.default_rng(seed).poisson(mean, weeks).tolist()  # type: ignore[no-any-return]


# --- comparisons ------------------------------------------------------------------------------------------------


def plain(before: list[int], after: list[int], noise: Noise = CALM, prior: float = 1e9) -> Comparison:
    counts = np.array(before + after, dtype=float)
    found = compare(
        Series(counts, np.ones(len(counts))),
        np.arange(len(before)),
        np.arange(len(before), len(counts)),
        noise,
        prior,
    )
    assert found is not None
    return found


def test_without_dispersion_it_is_the_exact_test() -> None:
    found, exact = plain([10, 12, 8], [4, 5, 6]), rate_ratio(15, 30, 1.0)
    assert (found.before, found.after, found.expected_ratio) == (30, 15, 1.0)
    assert found.ratio == exact.ratio
    assert found.low == pytest.approx(exact.low, rel=0.01)
    assert found.high == pytest.approx(exact.high, rel=0.01)
    assert found.p_value == pytest.approx(exact.p_value, abs=0.01)


def test_scatter_between_weeks_and_drift_widen_the_interval() -> None:
    calm, wild = plain([10] * 4, [5] * 4), plain([1, 19, 2, 18], [9, 1, 0, 10], prior=0.0)
    assert wild.ratio == calm.ratio
    assert wild.low < calm.low < calm.high < wild.high
    drifting = plain([10] * 4, [5] * 4, Noise(0.0, 0.1, 1000.0))
    assert drifting.dispersion == pytest.approx(1 + 0.1 / (1 / 40.5 + 1 / 20.5), rel=0.01)


def test_nothing_counted_or_no_exposure_is_no_comparison() -> None:
    weeks = np.arange(3)
    assert compare(Series(np.zeros(6), np.ones(6)), weeks, weeks + 3, CALM, 10.0) is None
    assert compare(Series(np.ones(6), np.zeros(6)), weeks, weeks + 3, CALM, 10.0) is None


def test_complaints_avoided_by_hand() -> None:
    # 80 before, 20 after, as many weeks: 60 avoided; Garwood (63.4, 99.6) and (12.2, 30.9)
    middle, low, high = avoided(plain([20] * 4, [5] * 4))
    assert middle == 60
    assert low == pytest.approx(60 - math.hypot(80 - 63.43, 30.89 - 20), rel=0.01)
    assert high == pytest.approx(60 + math.hypot(99.57 - 80, 20 - 12.22), rel=0.01)


def test_the_slope_of_a_steady_fall() -> None:
    weeks = np.arange(10)
    slope, error = log_slope(Series(1000 * np.exp(-0.1 * weeks), np.ones(10)), weeks, 1.0) or (0.0, 0.0)
    assert slope == pytest.approx(-0.1, abs=1e-6)
    assert 0 < error < 0.01
    assert log_slope(Series(np.zeros(10), np.ones(10)), weeks, 1.0) is None


def test_the_detectable_ratio_is_found_four_times_in_five() -> None:
    found = plain([20] * 8, [20] * 8)
    ratio = detectable_ratio(found, 0.8)
    random = np.random.default_rng(1)
    drawn = [plain(*(list(random.poisson(20 * r, 8)) for r in (1.0, ratio))) for _ in range(1000)]
    assert np.mean([one.high < 1 for one in drawn]) == pytest.approx(0.8, abs=0.06)
    assert detectable_ratio(plain([0] * 4, [5] * 4), 0.8) == 0.0


# --- counts and noise -------------------------------------------------------------------------------------------


def test_an_item_counts_once_and_channels_keep_their_share() -> None:
    known = history({"T1": [2, 2]}, rest=[8, 8])
    doubled = pd.concat([known.mentions, known.mentions.iloc[:1]])
    weekly = weekly_counts(History(known.items, doubled, known.themes, known.weeks), SETTINGS)
    assert weekly.counts.tolist() == [[2.0, 2.0]]
    assert weekly.exposures.tolist() == [[2.0, 2.0]]
    # a second channel that never tells the theme comes in the second week: it is no exposure
    more = known.items.iloc[:8].assign(week=known.weeks[1], channel="new")
    wider = History(
        pd.concat([known.items, more], ignore_index=True), known.mentions, known.themes, known.weeks
    )
    assert weekly_counts(wider, SETTINGS).exposures.tolist() == [[2.0, 2.0]]


def test_unknown_themes_are_refused() -> None:
    with pytest.raises(ValueError, match="not in the history: T7"):
        initiative_effects([begun(1)], [Match(0, "T7", "id")], history({"T1": [1, 1, 1]}))


def test_noise_is_found_where_it_is_and_not_where_it_is_not() -> None:
    random = np.random.default_rng(0)
    poisson = random.poisson(20, (40, 26))
    spread = random.poisson(20 * random.gamma(10, 0.1, (40, 26)))
    wander = random.poisson(20 * np.exp(np.cumsum(random.normal(0, 0.1, (40, 26)), axis=1)))
    touched = np.zeros((40, 26), dtype=bool)
    noises = []
    for counts in (poisson, spread, wander):
        weekly = weekly_counts(history({"T1": [1] * 26}), SETTINGS)
        weekly = type(weekly)(tuple(map(str, range(40))), counts.astype(float), np.ones((40, 26)))
        noises.append(estimate_noise(weekly, touched, SETTINGS))
    assert noises[0].overdispersion < 0.01
    assert noises[0].drift < 0.01
    assert noises[1].overdispersion == pytest.approx(0.1, abs=0.03)
    assert noises[2].drift > 0.03


def test_themes_that_swell_make_no_other_one_fall() -> None:
    random = np.random.default_rng(3)
    steady = {f"T{i}": list(random.poisson(60, 26)) for i in range(8)}
    swelling = {f"T{i}": list(random.poisson([60] * 13 + [240] * 13)) for i in (8, 9)}
    swollen = history(steady | swelling, rest=0)
    volume = np.bincount(swollen.week_numbers()).astype(float)
    found = stable_factors(*_counted(swollen, volume), SETTINGS)
    assert volume[13:].mean() / volume[:13].mean() == pytest.approx(1.6, abs=0.05)
    assert (volume * found)[13:].mean() / (volume * found)[:13].mean() == pytest.approx(1.0, abs=0.06)
    assert weekly_counts(swollen, SETTINGS).exposures[0].tolist() == pytest.approx(
        (steady_share := np.sum(steady["T0"]) / volume.sum()) * volume * found
    )
    assert 0 < steady_share < 0.1
    effect = initiative_effects([begun(12)], [Match(0, "T0", "id")], swollen)[0]
    assert effect.found is not None
    assert effect.found.low < 1 < effect.found.high


def test_too_few_themes_say_nothing_of_the_volume() -> None:
    few = history({f"T{i}": [20] * 10 + [5] * 10 for i in range(7)}, rest=0)
    volume = np.bincount(few.week_numbers()).astype(float)
    assert stable_factors(*_counted(few, volume), SETTINGS).tolist() == [1.0] * 20


def _counted(known: History, volume: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of the themes, and the volume as everybody's exposure."""
    counts = weekly_counts(known, SETTINGS).counts
    return counts, np.outer(counts.sum(axis=1) / volume.sum(), volume)


def test_groups_by_segment_without_those_of_whom_nothing_is_known() -> None:
    known = history({"T1@Hà Nội": [1, 2], "T1@HCM": [3, 4], "T1@": [9, 9]}, rest=5)
    groups = group_counts(known, known.week_numbers(), "T1", [ControlGroup("segment", "ha noi")])
    assert groups.control.tolist() == [1.0, 2.0]
    assert groups.treated.tolist() == [3.0, 4.0]
    assert groups.treated_other.tolist() == [5.0, 5.0]


# --- verdicts ---------------------------------------------------------------------------------------------------


def test_the_five_verdicts() -> None:
    cases = {
        "resolved": noisy(30, 12) + noisy(1, 10), "improved": noisy(30, 12) + noisy(14, 10),
        "worse": noisy(15, 12) + noisy(30, 10), "no_change": noisy(120, 12) + noisy(120, 10, 2),
        "inconclusive": noisy(4, 12) + noisy(3, 10),
    }  # fmt: skip
    found = {name: effect_of({"T1": counts}, begun(11)) for name, counts in cases.items()}
    assert {name: effect.verdict for name, effect in found.items()} == {name: name for name in cases}
    assert found["inconclusive"].reason == "no_power"
    assert 0 < found["inconclusive"].detectable < 0.6


def test_the_week_of_the_initiative_is_left_out_and_windows_are_eight_weeks() -> None:
    effect = effect_of({"T1": [10] * 12 + [500] + [10] * 12}, begun(12))
    assert effect.found is not None
    assert (effect.found.before, effect.found.after) == (80, 80)
    assert (effect.before_weeks[0], effect.after_weeks[-1]) == ("2026-W05", "2026-W21")
    assert effect.avoided == 0


def test_windows_end_at_another_initiative_for_the_theme() -> None:
    counts = {"T1": noisy(20, 26)}
    initiatives = [begun(8, "a"), begun(13, "b"), begun(13, "c")]
    effects = initiative_effects(initiatives, [Match(i, "T1", "id") for i in range(3)], history(counts))
    assert [len(e.after_weeks) for e in effects] == [4, 8, 8]
    assert [len(e.before_weeks) for e in effects] == [8, 4, 4]
    assert [e.together_with for e in effects] == [(), ("c",), ("b",)]


def test_a_spike_that_goes_away_is_no_success() -> None:
    counts = [*noisy(10, 12), 35, 38, 36, *noisy(10, 10, 5)]
    effect = effect_of({"T1": counts}, begun(14))
    assert (effect.verdict, effect.reason) == ("inconclusive", "after_spike")
    assert effect.spike_weeks == ("2026-W13", "2026-W14")


def test_after_a_spike_success_is_less_than_before_it() -> None:
    effect = effect_of({"T1": [*noisy(20, 12), 60, 66, 61, *noisy(5, 10, 5)]}, begun(14))
    assert effect.verdict in {"improved", "resolved"}


def test_a_rise_that_lasted_is_a_level_that_can_be_mended() -> None:
    effect = effect_of({"T1": noisy(5, 10) + noisy(30, 6, 3) + noisy(5, 9, 4)}, begun(15))
    assert effect.verdict in {"improved", "resolved"}
    assert len(effect.before_weeks) == 5
    assert effect.spike_weeks == ()


def test_what_was_falling_anyway_is_no_success() -> None:
    counts = np.random.default_rng(4).poisson(80 * np.exp(-0.09 * np.arange(26))).tolist()
    effect = effect_of({"T1": counts}, begun(15))
    assert effect.found is not None
    assert effect.found.high < 1
    assert (effect.verdict, effect.reason) == ("inconclusive", "already_falling")
    assert effect.slope == pytest.approx(-0.09, abs=0.03)


def test_a_control_group_tells_a_common_fall_from_an_effect() -> None:
    fell = noisy(30, 12) + noisy(12, 10, 2)
    steady = noisy(30, 12, 3) + noisy(30, 10, 4)
    control = (ControlGroup("segment", "HN"),)
    both = effect_of(
        {"T1@HCM": fell, "T1@HN": noisy(30, 12, 5) + noisy(12, 10, 6)}, begun(11, controls=control)
    )
    assert both.controlled
    assert both.verdict == "no_change"
    one = effect_of({"T1@HCM": fell, "T1@HN": steady}, begun(11, controls=control))
    assert one.verdict == "improved"
    assert one.found is not None
    assert one.found.ratio == pytest.approx(0.4, abs=0.1)


def test_a_control_group_without_counts_is_not_used() -> None:
    counts = {"T1@HCM": noisy(30, 12) + noisy(12, 10, 2), "T1@HN": [0] * 22}
    effect = effect_of(counts, begun(11, controls=(ControlGroup("segment", "HN"),)))
    assert not effect.controlled
    assert effect.verdict == "improved"


@pytest.mark.parametrize(
    ("counts", "week", "reason"),
    [
        ([5] * 20, -3, "outside"), ([5] * 20, 30, "outside"), ([5] * 20, 2, "few_weeks"), ([5] * 20, 18, "few_weeks"),
        ([5], 0, "few_weeks"), ([0] * 20, 10, "few_items"), ([0] * 19 + [3], 11, "few_items"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_says_why(counts: list[int], week: int, reason: str) -> None:
    effect = effect_of({"T1": counts}, begun(week))
    assert (effect.verdict, effect.reason, effect.found) == ("inconclusive", reason, None)
    assert reason in REASONS


def test_weeks_without_any_feedback_are_not_weeks_without_complaints() -> None:
    counts = noisy(20, 12) + [0] * 10
    effect = effect_of({"T1": counts}, begun(11), rest=[100] * 12 + [0] * 10)
    assert effect.reason == "few_weeks"


def test_no_weeks_and_no_initiatives() -> None:
    known = history({"T1": [1, 1, 1]})
    assert initiative_effects([], [], known) == ()
    empty = History(known.items.iloc[:0], known.mentions.iloc[:0], known.themes, ())
    assert initiative_effects([begun(1)], [Match(0, "T1", "id")], empty)[0].reason == "outside"
    nobody = History(known.items.iloc[:0], known.mentions.iloc[:0], known.themes.iloc[:0], ())
    assert effects_table(initiative_effects([], [], nobody)).empty


def test_a_change_must_stand_up_to_the_number_of_comparisons() -> None:
    found = Comparison(50, 30, 1.0, 0.6, 0.38, 0.95, 0.03, 1.0)
    assert verdict(found, 0.04, Background(), SETTINGS) == ("improved", "")
    assert verdict(found, 0.20, Background(), SETTINGS) == ("inconclusive", "many_tests")


def test_the_table_has_the_columns_of_the_contract() -> None:
    table = effects_table(
        [effect_of({"T1": noisy(30, 12) + noisy(14, 10)}, begun(11)), effect_of({"T1": [5]}, begun(0))]
    )
    assert tuple(table.columns) == INITIATIVE_COLUMNS
    assert table["date"].tolist() == ["2026-03-18", "2025-12-31"]
    assert table.loc[0, "complaints_avoided_per_week"] == pytest.approx(16, abs=4)
    assert table.loc[1, "verdict"] == "inconclusive"
    assert table.loc[1, ["rate_ratio", "ci_low", "ci_high", "p_value"]].isna().all()


def test_two_hundred_themes_over_a_year_take_seconds() -> None:
    counts = {f"T{i:03d}": noisy(10, 30, i) for i in range(200)}
    known = history(counts)
    initiatives = [begun(8 + i % 15, f"fix {i}") for i in range(60)]
    started = time.perf_counter()
    effects = initiative_effects(initiatives, [Match(i, f"T{i:03d}", "id") for i in range(60)], known)
    assert time.perf_counter() - started < 5
    assert len(effects) == 60
    assert sum(e.verdict in {"improved", "resolved", "worse"} for e in effects) <= 4
