"""A theme that takes in more of its neighbours rises alone; a rise that is one is told around it as well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import Call
from painpoints.change.history import History
from painpoints.change.trends.sale_days import bundled_calendar
from painpoints.change.trends.surroundings import Surroundings
from painpoints.change.trends.trends import weekly_trends
from painpoints.settings import TrendSettings
from painpoints.store import Workspace
from painpoints.weeks.memory import WeekMemory
from weekly_exports import write_week

SETTINGS = TrendSettings()
NO_DAYS = replace(bundled_calendar(), events=())
WEEKS = tuple(f"2026-W{n:02d}" for n in range(1, 13))
LAST = (np.array([11]), np.arange(11))
MANY = 400


def told(taken: int, own: int, beside: int) -> tuple[History, np.ndarray]:
    """Twelve weeks in which T0 and T1 tell one thing in 40 items, T0 five of them; in the last week T0 tells `own` and T1
    `beside`, of which T0 took `taken` more. 400 other items a week, each of eight things."""
    random = np.random.default_rng(7)
    rows = []
    for week in WEEKS:
        first, second = (own + taken, beside - taken) if week == WEEKS[-1] else (5, 35)
        rows += [(week, "T0", 0)] * first + [(week, "T1", 0)] * second
        rows += [(week, f"T{2 + n % 8}", 1 + n % 8) for n in range(MANY)]
    table = pd.DataFrame(rows, columns=["week", "theme_id", "thing"])
    things = random.normal(size=(9, 16))
    vectors = things[table["thing"]] + random.normal(scale=0.3, size=(len(table), 16))
    mentions = pd.DataFrame({"item": range(len(table)), "theme_id": table["theme_id"]})
    mentions = mentions.assign(sentiment="neg", kind="pain")
    ids = sorted(set(table["theme_id"]))
    themes = pd.DataFrame({"theme_id": ids, "polarity": "pain", "name_vi": "", "name_en": ""})
    items = pd.DataFrame({"week": table["week"], "channel": ""})
    return History(items, mentions, themes.assign(touchpoint="", owner=""), WEEKS), vectors


def around(history: History, vectors: np.ndarray, **changes: int) -> Surroundings:
    return Surroundings(history, lambda items: vectors[items], replace(SETTINGS, **changes))


def test_what_a_theme_takes_from_its_neighbour_is_no_rise_around_it() -> None:
    assert around(*told(taken=20, own=5, beside=35)).ratio_around("T0", LAST, 0.0) == pytest.approx(
        1, abs=0.35
    )


def test_what_more_customers_tell_is_one() -> None:
    history, vectors = told(taken=0, own=25, beside=115)
    assert around(history, vectors).ratio_around("T0", LAST, 0.0) > 1.5


@pytest.mark.parametrize(("taken", "own", "beside", "alert"), [(20, 5, 35, []), (0, 25, 115, ["T0", "T1"])])
def test_a_rise_alerts_where_its_surroundings_rise_too(
    taken: int, own: int, beside: int, alert: list[str]
) -> None:
    history, vectors = told(taken, own, beside)
    assert "T0" in weekly_trends(history, SETTINGS, NO_DAYS).alerts["theme_id"].tolist()
    found = weekly_trends(history, SETTINGS, NO_DAYS, lambda items: vectors[items])
    assert sorted(found.alerts["theme_id"]) == alert
    assert found.withheld == (() if alert else ("T0",))
    unasked = weekly_trends(
        history, replace(SETTINGS, around_neighbours=0), NO_DAYS, lambda items: vectors[items]
    )
    assert "T0" in unasked.alerts["theme_id"].tolist()
    statuses = found.trends.set_index(["theme_id", "week"])["status"]
    assert statuses["T0", WEEKS[-1]] == "rising"


def test_a_rise_that_was_not_confirmed_is_no_told_story() -> None:
    history, vectors = told(taken=20, own=5, beside=35)
    rows = history.items["week"] == WEEKS[-1]
    later = history.items[rows].assign(week="2026-W13")
    more = np.flatnonzero(rows.to_numpy() & (history.mentions["theme_id"] == "T0").to_numpy())
    again = pd.concat([history.items, later, *[later.loc[more]] * 4], ignore_index=True)
    positions = np.concatenate([np.arange(len(rows)), np.flatnonzero(rows), *[more] * 4])
    mentions = history.mentions.iloc[positions].assign(item=range(len(again))).reset_index(drop=True)
    known = replace(history, items=again, mentions=mentions, weeks=(*WEEKS, "2026-W13"))
    moved = vectors[positions] + np.random.default_rng(1).normal(scale=0.1, size=(len(again), 16))
    log = weekly_trends(known, SETTINGS, NO_DAYS, lambda items: moved[items]).alert_log
    assert log.loc[log["theme_id"] == "T0", "week"].tolist() == ["2026-W13"]


def test_a_rise_of_long_ago_that_nobody_asked_about_is_no_told_story() -> None:
    history, vectors = told(taken=20, own=5, beside=35)
    asked = around(history, vectors)
    assert not asked.confirm("T0", 5.0, LAST, 0.0)
    assert not asked.confirm("T0", 5.0, (np.array([3]), np.arange(3)), 0.0)
    assert around(history, vectors, around_weeks=12).confirm("T0", 0.5, (np.array([3]), np.arange(3)), 0.0)


def small(now: int, before: int, far: int, alike: bool) -> tuple[History, np.ndarray]:
    """Two weeks of one theme in the plane, `now` and `before` near one point and `far` far from it a week."""
    weeks = ["2026-W02"] * (now + far) + ["2026-W01"] * (before + far)
    place = [0.0] * now + [3.0] * far + [0.0] * before + [3.0] * far
    angles = np.array(place) + (0 if alike else np.arange(len(weeks)) / 1e3)
    mentions = pd.DataFrame({"item": range(len(weeks)), "theme_id": "T1", "sentiment": "neg", "kind": "pain"})
    mentions.loc[: now - 1, "theme_id"] = "T0"
    themes = pd.DataFrame({"theme_id": ["T0", "T1"], "polarity": "pain"})
    items = pd.DataFrame({"week": weeks, "channel": ""})
    return History(items, mentions, themes, ("2026-W01", "2026-W02")), np.stack(
        [np.cos(angles), np.sin(angles)], 1
    )


TWO = (np.array([1]), np.array([0]))


@pytest.mark.parametrize("alike", [True, False])
def test_each_neighbour_counts_once_and_equal_ones_all(alike: bool) -> None:
    history, vectors = small(now=8, before=4, far=20, alike=alike)
    found = around(history, vectors, around_neighbours=11, around_fewest=11).ratio_around("T0", TWO, 1.0)
    assert found == pytest.approx(8.5 / 4.5)
    backwards = replace(history, items=history.items[::-1].reset_index(drop=True))
    turned = history.mentions[::-1].reset_index(drop=True).assign(item=range(len(vectors)))
    again = around(replace(backwards, mentions=turned), vectors[::-1], around_neighbours=11, around_fewest=11)
    assert again.ratio_around("T0", TWO, 1.0) == pytest.approx(found)


def test_of_equal_texts_all_are_neighbours() -> None:
    found = around(*small(now=8, before=4, far=20, alike=True), around_neighbours=5).ratio_around(
        "T0", TWO, 1.0
    )
    assert found == pytest.approx(8.5 / 4.5)


def test_what_is_usual_comes_from_channels_where_it_is_known_else_from_items() -> None:
    history, vectors = small(now=8, before=4, far=20, alike=True)
    asked = around(history, vectors)
    assert asked.ratio_around("T0", TWO, 2.0) == pytest.approx(8.5 / 4.5 / 2)
    assert asked.ratio_around("T0", TWO, 0.0) == pytest.approx(8.5 / 4.5 / (28 / 24))


def test_praise_is_no_neighbour_and_no_item_its_own() -> None:
    history, vectors = small(now=8, before=4, far=20, alike=True)
    kept = history.mentions.assign(sentiment="neg", kind="pain")
    kept.loc[28:29, ["sentiment", "kind"]] = ["pos", "praise"]
    asked = around(replace(history, mentions=kept), vectors)
    assert asked.ratio_around("T0", TWO, 1.0) == pytest.approx(8.5 / 2.5)
    one = kept.assign(item=np.where(kept.index < 8, 0, kept.index))
    assert around(replace(history, mentions=one), vectors).ratio_around("T0", TWO, 1.0) < 1


def test_a_theme_without_segments_that_count_cannot_be_doubted() -> None:
    history, vectors = told(taken=0, own=5, beside=35)
    assert around(history, vectors).ratio_around("T99", LAST, 0.0) == float("inf")
    alone = replace(history, items=history.items.iloc[:1], mentions=history.mentions.iloc[:1])
    assert around(alone, vectors).ratio_around("T0", (np.array([0]), np.array([1])), 0.0) == float("inf")


def test_texts_come_in_the_order_of_the_mentions(tmp_path: Path, call: Call) -> None:
    done = call(
        "weekly",
        write_week(tmp_path, 0),
        "--workspace",
        tmp_path / "ws",
        "--encoder",
        "fast",
        "--journey",
        "default",
    )
    assert done.code == 0, done.err
    with Workspace(tmp_path / "ws") as workspace:
        memory = WeekMemory(workspace, "UTC")
        items = memory.items("2026-W01", "2026-W09")
        segments = memory.segments(items, "2026-W09")
        chosen = np.arange(1, len(items), 2)
        told = segments[segments["item"].isin(chosen)]
        assert memory.match_texts(items.iloc[chosen]) == told["match_text"].tolist()
        counted = memory.mentions(items, "2026-W09")
        assert counted["item"].tolist() == segments["item"].tolist()
