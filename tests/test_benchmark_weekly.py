"""How the weekly benchmark holds reports against the truth, on a few segments that can be counted by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # benchmarks are not installed

from benchmarks.half_year import HalfYear
from benchmarks.simulator import Event, Simulated
from benchmarks.weekly_truth import (
    Week,
    alert_table,
    found_rises,
    is_false,
    kept_shares,
    majority,
    members,
    merged,
    naive,
    told_issues,
    where_told,
)

NAMES = tuple(f"2026-W{n:02d}" for n in range(2, 14))
NO_LOG = pd.DataFrame({"event": [], "theme_id": [], "related_ids": []}, dtype=object)


def a_year() -> HalfYear:
    """An item a week tells `late` in its first ten characters and `rude` in the next five; `rude` spikes in week 6."""
    rows = [(f"S{w}", a, b, i, w) for w in range(12) for a, b, i in ((0, 10, "late"), (10, 15, "rude"))]
    truth = pd.DataFrame(rows, columns=["id", "start", "end", "issue", "week"])
    simulated = Simulated(pd.DataFrame(), truth, Path(), (Event("spike", "rude", 6, 2, 4.0),))
    return HalfYear(simulated, (), (3,), NAMES)


def a_week(number: int, alerts: list[str], held: dict[str, str], log: pd.DataFrame = NO_LOG) -> Week:
    """Theme A holds the first span, B the second; the segments are cut a little differently; a third is in none."""
    rows = [(f"S{number}", 0, 11, "A"), (f"S{number}", 11, 15, "B"), (f"S{number}", 15, 20, "")]
    segments = pd.DataFrame(rows, columns=["feedback_id", "start", "end", "theme_id"])
    told = pd.DataFrame({"theme_id": alerts, "status": "rising", "rate_ratio": 3.0})
    trends = pd.DataFrame({"theme_id": ["A", "B"], "week": NAMES[number], "segments": [2, 1]})
    return Week(number, segments, told, trends, pd.DataFrame(), log, pd.Series(held, dtype=object), 1.0)


def test_a_segment_tells_the_issue_it_shares_most_characters_with() -> None:
    truth = a_year().simulated.truth
    segments = pd.DataFrame(
        {"feedback_id": ["S0", "S0", "S1", "X"], "start": [8, 4, 15, 0], "end": [15, 14, 20, 5]}
    )
    assert told_issues(segments, truth).tolist() == ["rude", "late", "", ""]


def test_an_alert_is_found_late_or_false_by_the_issue_of_its_theme() -> None:
    year = a_year()
    raised = {2: ["B"], 6: ["A"], 7: ["B"], 10: ["B"]}
    weeks = [a_week(n, raised.get(n, []), {}) for n in range(12)]
    assert majority(members(weeks, year.simulated.truth)) == {"A": "late", "B": "rude"}
    alerts = alert_table(year, weeks)
    [found] = found_rises(year, alerts, "issue").to_dict("records")
    assert (found["onset"], found["days_late"]) == (6, 7.0)
    # before the onset; another issue; found; after the spike, but not long after
    assert is_false(year, alerts, "issue").tolist() == [True, True, False, False]


def test_the_naive_rule_is_twice_last_month_and_at_least_five() -> None:
    counts = {"A": [2, 2, 2, 2, 5], "B": [3, 3, 3, 3, 5], "C": [1, 1, 1, 1, 4]}
    rows = [(t, NAMES[w], n) for t, own in counts.items() for w, n in enumerate(own)]
    trends = pd.DataFrame(rows, columns=["theme_id", "week", "segments"])
    assert naive(trends, NAMES[:5]) == [("A", 2.5)]
    assert naive(trends, NAMES[:4]) == []


def test_merges_are_followed_to_their_end_and_count_as_kept() -> None:
    log = pd.DataFrame(
        {"event": ["merge", "new", "merge"], "theme_id": ["B", "D", "A"], "related_ids": ["C", "", "B"]}
    )
    assert merged(log) == {"C": "A", "B": "A"}
    before = a_week(0, [], {"1": "A", "2": "B", "3": "C", "4": "", "5": "A"})
    after = a_week(1, [], {"1": "A", "2": "A", "3": "A", "4": "D", "5": "B"}, log)
    [row] = kept_shares([before, after]).to_numpy()
    assert np.allclose(row, [1 / 4, 3 / 4])


def test_where_an_issue_was_told_is_shared_out_over_its_own_themes_others_and_none() -> None:
    year = a_year()
    table = where_told(year, [a_week(n, [], {}) for n in range(12)])
    assert table.loc["late"].tolist() == [1, 0, 0]
    assert table.loc["rude"].tolist() == [1, 0, 0]
    assert table.loc[""].tolist() == [0, 0, 1]
