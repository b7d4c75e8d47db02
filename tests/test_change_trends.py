"""Weekly trends and alerts, on counts small enough to judge by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from painpoints.change.history import History, weeks_between
from painpoints.change.trends.exposure import by_channel, dispersion, median_factors
from painpoints.change.trends.rate_ratios import rate_ratios
from painpoints.change.trends.sale_days import (
    Calendar,
    bundled_calendar,
    load_calendar,
    marked_weeks,
    sale_weeks,
)
from painpoints.change.trends.trends import (
    ALERT_COLUMNS,
    TREND_COLUMNS,
    Trends,
    trends_of_counts,
    weekly_trends,
    with_missed_alerts,
)
from painpoints.change.trends.weekly_counts import WeeklyCounts, weekly_counts
from painpoints.errors import InputError
from painpoints.rank.stats import rate_ratio
from painpoints.settings import TrendSettings

SETTINGS = TrendSettings()
WEEKS = weeks_between("2025-W02", "2025-W45")
NO_DAYS = Calendar()


def themes_of(ids: list[str], polarity: str = "pain") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "theme_id": ids,
            "polarity": polarity,
            "name_vi": "v",
            "name_en": "e",
            "touchpoint": "t",
            "owner": "o",
        }
    )


def trends_from(
    own: np.ndarray,
    *,
    other: int = 100,
    sale: tuple[int, ...] = (),
    polarity: str = "pain",
    volume: np.ndarray | None = None,
) -> Trends:
    """Trends of items [T, W] in one channel, with `other` items a week that tell no theme."""
    own = np.asarray(own)
    total = own.sum(axis=0) + other if volume is None else volume
    ids = [f"T{i:02d}" for i in range(len(own))]
    counts = WeeklyCounts(tuple(ids), WEEKS[: own.shape[1]], own[:, None, :], total[None, :], own)
    flags = np.isin(np.arange(own.shape[1]), sale)
    return trends_of_counts(counts, themes_of(ids, polarity), flags, SETTINGS)


def steady(themes: int = 10, weeks: int = 20, level: int = 10) -> np.ndarray:
    """The same everywhere but for a swing of one item, so that nothing is exactly regular."""
    swing = (np.arange(themes)[:, None] + np.arange(weeks)) % 3 - 1
    return level + swing


def history_of(own: np.ndarray) -> History:
    """A history whose items tell one theme each, in two segments, dated on Wednesdays; and 50 items a week about nothing."""
    rows = [
        (WEEKS[w], f"T{t:02d}" if t < len(own) else "")
        for w in range(own.shape[1])
        for t, n in enumerate([*own[:, w], 50])
        for _ in range(n)
    ]
    items = pd.DataFrame(rows, columns=["week", "theme_id"])
    items["channel"] = np.where(np.arange(len(items)) % 2, "app", "web")
    mentions = pd.DataFrame(
        {"item": np.repeat(np.arange(len(items)), 2), "theme_id": items["theme_id"].repeat(2).tolist()}
    )
    return History(items, mentions, themes_of([f"T{t:02d}" for t in range(len(own))]), WEEKS[: own.shape[1]])


def status(found: Trends, theme: str) -> list[str]:
    return found.trends.loc[found.trends["theme_id"] == theme, "status"].tolist()


def test_the_columns_are_those_of_the_contract() -> None:
    found = weekly_trends(history_of(steady(3, 8)), SETTINGS, NO_DAYS)
    assert tuple(found.trends.columns) == TREND_COLUMNS
    assert tuple(found.alerts.columns) == ALERT_COLUMNS
    assert len(found.trends) == 3 * 8
    assert list(found.weeks) == ["week", "items", "factor", "sale", "events"]


def test_segments_are_counted_as_segments_and_rates_as_items() -> None:
    row = weekly_trends(history_of(steady(2, 6)), SETTINGS, NO_DAYS).trends.iloc[0]
    assert row["segments"] == 18  # 9 items of two segments each
    assert row["rate"] == pytest.approx(1000 * 9 / (9 + 10 + 50), abs=1e-3)
    assert np.isnan(row["rate_ratio"])


def test_nothing_is_compared_before_four_weeks_of_history() -> None:
    table = trends_from(steady(weeks=6)).trends
    first = table[table["theme_id"] == "T00"]
    assert first["rate_ratio"].notna().tolist() == [False] * 4 + [True] * 2
    assert set(table["status"]) == {"steady"}


@pytest.mark.parametrize("last", [6, 13, 17, 20])
def test_later_weeks_do_not_change_the_rows_of_earlier_ones(last: int) -> None:
    own = steady(9, 26)
    own[3, 14:] *= 4
    own[5, 18:] = 0
    own[8, :16] = 0
    calendar = bundled_calendar()
    whole = weekly_trends(history_of(own), SETTINGS, calendar)
    part = weekly_trends(history_of(own[:, :last]), SETTINGS, calendar)
    known = whole.trends[whole.trends["week"].isin(WEEKS[:last])]
    assert part.trends.to_csv(index=False) == known.to_csv(index=False)
    told = whole.alert_log[whole.alert_log["week"].isin(WEEKS[:last])]
    assert part.alert_log.to_csv(index=False) == told.to_csv(index=False)


def test_a_spike_is_an_alert_in_its_first_week_and_only_there() -> None:
    own = steady(level=8)
    own[4, 15:17] = 32
    found = trends_from(own)
    assert status(found, "T04")[14:17] == ["steady", "rising", "rising"]
    assert found.alert_log[["theme_id", "week"]].to_numpy().tolist() == [["T04", WEEKS[15]]]
    alert = found.alert_log.iloc[0]
    assert (alert["since_week"], alert["status"], alert["owner"]) == (WEEKS[15], "rising", "o")
    assert alert["ci_low"] > 1.2
    assert found.alerts.empty
    assert len(trends_from(own[:, :16]).alerts) == 1


def test_a_slow_climb_is_an_alert_with_its_beginning() -> None:
    own = steady(weeks=22)
    own[2, 14:] = np.round(10 * (1 + 2 * np.minimum((np.arange(8) + 0.5) / 7, 1)))
    found = trends_from(own)
    assert found.alert_log["theme_id"].tolist() == ["T02"]
    week, since = found.alert_log.iloc[0][["week", "since_week"]]
    assert WEEKS[16] <= week <= WEEKS[18]
    assert WEEKS[14] <= since <= week


def test_praise_rises_without_an_alert() -> None:
    own = steady()
    own[1, -1] = 60
    found = trends_from(own, polarity="praise")
    assert status(found, "T01")[-1] == "rising"
    assert found.alert_log.empty


def test_one_theme_that_explodes_makes_no_other_one_fall() -> None:
    own = steady(themes=20, level=20)
    own[0, -1] = 2000
    table = trends_from(own, other=0).trends
    last = table[table["week"] == WEEKS[19]].set_index("theme_id")
    assert last.loc["T00", "status"] == "rising"
    assert set(last["status"].drop("T00")) == {"steady"}
    assert last["rate_ratio"].drop("T00").between(0.8, 1.25).all()


def test_a_surge_of_everything_is_no_rise_of_anything() -> None:
    own = steady()
    volume = own.sum(axis=0) + 100
    own[:, -1] *= 3
    volume[-1] *= 3
    assert set(trends_from(own, volume=volume).trends["status"]) == {"steady"}


def test_a_theme_first_told_is_new_then_emerging() -> None:
    own = steady(weeks=24)
    own[7, :12] = 0
    own[7, 12:18] = [3, 6, 12, 20, 30, 40]
    found = trends_from(own)
    assert status(found, "T07")[:4] == ["new", "new", "emerging", "emerging"]
    assert found.trends.loc[found.trends["theme_id"] == "T07", "week"].iloc[0] == WEEKS[12]
    assert found.alert_log["theme_id"].tolist() == ["T07"]


def test_a_pain_that_is_gone_is_resolved_until_it_comes_back() -> None:
    own = steady(weeks=42)
    own[6, 16:38] = 0
    own[6, 38:] = 12
    words = status(trends_from(own), "T06")
    assert "falling" in words[16:20]
    assert set(words[20:38]) == {"resolved"}
    assert words[38] == "rising"


def test_a_rare_pain_that_is_quiet_is_not_called_resolved() -> None:
    own = steady()
    own[9] = 0
    own[9, :16:4] = 1
    assert set(status(trends_from(own), "T09")) == {"steady"}


def test_a_sale_week_needs_more_and_is_no_part_of_a_baseline() -> None:
    own = steady(weeks=40, level=20)
    for week in (16, 30):
        own[:, week] = (own[:, week] * 2.5).astype(int)
        own[0, week] = int(own[0, week] * 1.7)
    volume = steady(weeks=40, level=20).sum(axis=0) + 100
    volume[[16, 30]] = (volume[[16, 30]] * 2.5).astype(int)
    plain, marked = trends_from(own, volume=volume), trends_from(own, volume=volume, sale=(16, 30))
    assert plain.alert_log["week"].tolist() == [WEEKS[16]]
    assert marked.alert_log.empty
    rows = marked.trends[marked.trends["theme_id"] == "T00"].set_index("week")
    assert rows.loc[WEEKS[17], "baseline_rate"] == pytest.approx(
        rows.loc[WEEKS[15], "baseline_rate"], rel=0.05
    )
    # the second sale expects the surge that the first one taught
    assert rows.loc[WEEKS[30], "rate_ratio"] < rows.loc[WEEKS[16], "rate_ratio"] - 0.2


def test_an_incident_in_a_sale_week_is_still_seen() -> None:
    own = steady(level=20)
    own[0, -1] *= 6
    assert trends_from(own, sale=(19,)).alerts["theme_id"].tolist() == ["T00"]


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_short_and_empty_histories_give_empty_tables(weeks: int) -> None:
    found = weekly_trends(history_of(steady(2, weeks)), SETTINGS, NO_DAYS)
    assert len(found.trends) == 2 * weeks
    assert found.alerts.empty
    none = weekly_trends(history_of(np.zeros((0, weeks), dtype=int)), SETTINGS, bundled_calendar())
    assert none.trends.empty
    assert tuple(none.trends.columns) == TREND_COLUMNS


def test_a_week_without_items_changes_nothing() -> None:
    own = steady()
    own[:, 10] = 0
    volume = own.sum(axis=0)
    table = trends_from(own, volume=volume).trends
    assert np.isnan(table.loc[table["week"] == WEEKS[10], "rate"]).all()
    assert set(table["status"]) == {"steady"}


def test_themes_that_nobody_tells_have_no_rows() -> None:
    own = steady()
    own[3] = 0
    assert "T03" not in set(trends_from(own).trends["theme_id"])


def test_counts_know_channels_by_appearance_and_items_once() -> None:
    counts = weekly_counts(history_of(steady(2, 4)), max_channels=12)
    assert counts.items.sum(axis=1).tolist() == steady(2, 4).tolist()
    assert counts.segments.tolist() == (2 * steady(2, 4)).tolist()
    assert counts.volume.shape == (2, 4)
    assert weekly_counts(history_of(steady(2, 4)), max_channels=1).volume.shape == (1, 4)


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(5, 20, 0.2), (0, 12, 0.1), (7, 0, 0.3), (30, 40, 0.25), (0, 0, 1.0)]
)
def test_many_rate_ratios_are_the_exact_ones(a: int, b: int, expected: float) -> None:
    many = rate_ratios(*(np.array([float(x)]) for x in (a, b, expected, 0.0)))
    one = rate_ratio(a, b, expected)
    assert (many.ratio[0], many.low[0], many.high[0]) == pytest.approx((one.ratio, one.low, one.high))


def test_five_of_five_in_half_of_the_time_by_hand() -> None:
    found = rate_ratios(*(np.array([x]) for x in (5.0, 0.0, 1.0, 0.0)))
    assert found.p_value[0] == pytest.approx(2 / 32)


def test_scatter_widens_the_interval_and_p_agrees_with_it() -> None:
    a, b = np.array([30.0, 30.0, 44.0]), np.array([80.0, 80.0, 80.0])
    found = rate_ratios(a, b, np.full(3, 0.25), np.array([0.0, 0.1, 0.1]))
    assert found.low[1] < found.low[0] < found.high[0] < found.high[1]
    assert ((found.p_value < 0.05) == ((found.low > 1) | (found.high < 1))).all()


def test_the_channel_mix_says_what_was_expected() -> None:
    # a theme told in the first channel only, one item in ten; that channel doubles
    items, others = np.array([[[1000], [0]]]), np.array([[[10000], [10000]]])
    expected = by_channel(items, others, np.array([[[100, 200], [100, 0]]]), prior_items=5.0)
    assert expected[0, 0] == pytest.approx(10, rel=0.1)
    assert expected[0, 1] == pytest.approx(20, rel=0.1)


def test_the_median_of_ratios_ignores_one_loud_theme_and_needs_eight() -> None:
    counts = np.full((10, 6), 100)
    counts[0, -1] = 5000
    total, known = counts.sum(axis=0).astype(float), np.arange(6) < 5
    mix = np.tile(total / 10, (10, 1))
    factor, _ = median_factors(counts, mix, total, known, SETTINGS)
    assert factor[-1] * total[-1] == pytest.approx(total[0], rel=0.06)
    few, variance = median_factors(counts[:7], mix[:7], total, known, SETTINGS)
    assert (few == 1).all()
    assert (variance == 0).all()


def test_dispersion_of_gamma_poisson_counts_is_found() -> None:
    rng = np.random.default_rng(1)
    mean = np.full((40, 12), 30.0)
    even = dispersion(rng.poisson(mean), mean, SETTINGS)
    uneven = dispersion(rng.poisson(mean * rng.gamma(10, 0.1, mean.shape)), mean, SETTINGS)
    assert even.mean() < 0.01
    assert uneven.mean() == pytest.approx(0.1, abs=0.03)
    assert (dispersion(np.ones((2, 2)), np.ones((2, 2)), SETTINGS) == 0).all()


def test_false_alarms_are_rare_and_intervals_cover() -> None:
    rng = np.random.default_rng(3)
    share = 200 / np.arange(1, 31) / np.sum(1 / np.arange(1, 31))
    alarms, inside = 0, []
    for _ in range(4):
        own = rng.poisson(share[:, None] * np.ones(38) * rng.gamma(25, 0.04, (30, 38)))
        found = trends_from(own, other=50)
        alarms += len(found.alert_log)
        table = found.trends.dropna(subset=["rate_ratio"])
        inside.append(((table["ci_low"] <= 1) & (table["ci_high"].fillna(np.inf) >= 1)).mean())
    assert alarms <= 4
    assert 0.93 < np.mean(inside) < 0.99


def test_thousands_of_themes_take_seconds() -> None:
    rng = np.random.default_rng(0)
    start = dt.datetime.now()
    trends_from(rng.poisson(3.0, (1000, 30)))
    assert dt.datetime.now() - start < dt.timedelta(seconds=20)


def test_the_calendar_marks_the_weeks_of_its_days() -> None:
    marked = marked_weeks(bundled_calendar(), weeks_between("2025-W40", "2026-W20"), SETTINGS.sale_days)
    names = {week: [event.id for event in events] for week, events in marked.items()}
    assert names["2025-W46"] == ["sale_11_11"]
    assert names["2025-W48"] == ["black_friday"]
    assert names["2026-W08"] == ["tet"]  # 17 February 2026
    assert "2025-W44" not in names


@pytest.mark.parametrize(("spike", "told"), [(17, ["T04"]), (19, ["T04"]), (10, [])])
def test_what_rose_before_its_theme_was_opened_is_told_once_it_is(spike: int, told: list[str]) -> None:
    own = steady()
    own[4, spike] = 45
    found = trends_from(own)
    assert found.alert_log["week"].tolist() == [WEEKS[spike]]
    weeks = WEEKS[: own.shape[1]]
    opened = with_missed_alerts(found, {"T04"}, weeks, SETTINGS)
    assert opened["theme_id"].tolist() == told
    assert tuple(opened.columns) == ALERT_COLUMNS
    known = with_missed_alerts(found, set(), weeks, SETTINGS)
    assert known["theme_id"].tolist() == found.alerts["theme_id"].tolist()


def test_the_days_of_tet_and_black_friday_are_right() -> None:
    by_id = {event.id: event for event in bundled_calendar().events}
    assert all(day.weekday() == 4 and 23 <= day.day <= 29 for day in by_id["black_friday"].dates)
    assert [day.year for day in by_id["tet"].dates] == list(range(2024, 2031))
    # new moons of a lunar year lie 12 or 13 months of 29.53 days apart
    gaps = {
        round((b - a).days / 29.530588)
        for a, b in zip(by_id["tet"].dates, by_id["tet"].dates[1:], strict=False)
    }
    assert gaps == {12, 13}


def test_a_marked_week_counts_only_where_something_happened() -> None:
    volume = np.array([100, 104, 96, 100, 250, 101, 103, 60, 100])
    marked = np.array([0, 0, 0, 0, 1, 1, 0, 1, 0], dtype=bool)
    assert np.flatnonzero(sale_weeks(volume, marked, SETTINGS)).tolist() == [4, 7]
    assert sale_weeks(volume[:2], np.array([True, False]), SETTINGS).tolist() == [True, False]


def test_a_table_of_sale_days_is_read_with_vietnamese_names(tmp_path: Path) -> None:
    path = tmp_path / "lich.csv"
    path.write_text("Ngày;Tên;Trước;Sau\n15/03/2026;Sinh nhật;2;3\n2026-06-06;6.6;;\n", encoding="utf-8")
    events = load_calendar(path).events
    assert [(event.name["vi"], event.dates, event.before, event.after) for event in events] == [
        ("Sinh nhật", (dt.date(2026, 3, 15),), 2, 3),
        ("6.6", (dt.date(2026, 6, 6),), 0, 0),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sales: []", "unknown key 'sales'"),
        ("events:\n  - {id: a}", "line 2: an event needs an id and either"),
        ("events:\n  - {id: a, every_year: 13-40}", "no day of the year"),
        ("events:\n  - {id: a, dates: [11.11]}", "'11.11' is no day"),
        ("events:\n  - {id: a, dates: []}", "dates must be a list"),
        ("events:\n  - {id: a, every_year: 11-11, after: 400}", "'400' for after"),
        ("events:\n  - {id: a, every_year: 11-11, colour: red}", "unknown key 'colour'"),
        ("events:\n  - {id: a, every_year: 1-1}\n  - {id: a, every_year: 2-2}", "there twice"),
    ],
)
def test_a_wrong_calendar_says_what_and_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "days.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_calendar(path)


def test_a_calendar_that_is_missing_or_no_table_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_calendar(tmp_path / "none.yaml")
    path = tmp_path / "days.csv"
    path.write_text("date,name\nsoon,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 2: 'soon' is no day"):
        load_calendar(path)
