"""What the reports of many weeks say, beside what was planted. Everything is read from the files of each week's report.

A theme's issue in a week is the one that most of its segments of all reports up to that week tell; themes that were
merged by then count as one. A segment tells the issue whose span of the true text it shares the most characters with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from benchmarks.half_year import EFFECTS, NEW_FROM, HalfYear
from painpoints.change.history import History
from painpoints.change.impact.effect import effects_table
from painpoints.change.impact.impact import initiative_effects
from painpoints.change.impact.initiative_match import Match
from painpoints.change.impact.initiatives import Initiative
from painpoints.change.trends.sale_days import Calendar
from painpoints.change.trends.trends import weekly_trends
from painpoints.settings import Settings

QUIET_WEEKS = 4
"""weeks in which the naive rule does not repeat itself, and after a spike in which an alert is late and not false"""
FOUND_WITHIN = {"spike": 2, "drift": 8, "unknown before": 5, "harms": 8}
"""weeks from the onset, its own included, in which an alert finds what happened"""
RIGHT = {"works": {"improved", "resolved"}, "nothing": {"no_change"}, "harms": {"worse"}}
NONE = ""


@dataclass(frozen=True)
class Week:
    """The files of a week's report, and what the workspace held after it."""

    number: int
    segments: pd.DataFrame
    """``feedback_id, start, end, theme_id``"""
    alerts: pd.DataFrame
    trends: pd.DataFrame
    initiatives: pd.DataFrame
    theme_log: pd.DataFrame
    held: pd.Series
    """theme of every segment that the workspace knows, '' for none, by a key of the segment"""
    seconds: float


@dataclass(frozen=True)
class Rise:
    """Something that an alert should be raised for: from week `onset` on; up to week `last` an alert is not false."""

    name: str
    issue: str
    onset: int
    last: int


def rises(year: HalfYear) -> list[Rise]:
    """What was planted that makes an issue more frequent; sales apart."""
    end = len(year.week_names)
    found = []
    for event in year.simulated.events:
        if event.name == "spike":
            last = event.first_week + event.weeks + QUIET_WEEKS - 1
            found.append(Rise("spike", event.issue, event.first_week, last))
        elif event.name in ("drift", "harms"):
            found.append(Rise(event.name, event.issue, event.first_week, end))
        elif event.name == "unknown before":
            found.append(Rise(event.name, event.issue, NEW_FROM, end))
    return found


def told_issues(segments: pd.DataFrame, truth: pd.DataFrame) -> np.ndarray:
    """``object[n]``: the issue of each segment, '' where it shares no character with any span."""
    rows = segments[["feedback_id", "start", "end"]].assign(row=np.arange(len(segments)))
    both = rows.merge(truth, left_on="feedback_id", right_on="id", suffixes=("", "_true"))
    shared = np.minimum(both["end"], both["end_true"]) - np.maximum(both["start"], both["start_true"])
    both = both.assign(shared=shared)[shared > 0].sort_values(["row", "shared"], kind="stable")
    last = both.drop_duplicates("row", keep="last")
    found = np.full(len(segments), NONE, dtype=object)
    found[last["row"].to_numpy()] = last["issue"].to_numpy()
    return found


def merged(log: pd.DataFrame) -> dict[str, str]:
    """Theme -> the one that it is a part of by the end of the log."""
    into: dict[str, str] = {}
    for theme, related in log.loc[log["event"] == "merge", ["theme_id", "related_ids"]].itertuples(
        index=False
    ):
        for other in str(related).split():
            into = {old: theme if new == other else new for old, new in into.items()} | {other: theme}
    return into


def members(weeks: Sequence[Week], truth: pd.DataFrame) -> pd.DataFrame:
    """``theme_id, issue, week`` of every segment of the reports that is in a theme, merged themes as one."""
    into = merged(weeks[-1].theme_log)
    parts = [
        pd.DataFrame(
            {"theme_id": w.segments["theme_id"], "issue": told_issues(w.segments, truth), "week": w.number}
        )
        for w in weeks
    ]
    found = pd.concat(parts, ignore_index=True)
    found = found[found["theme_id"] != ""]
    return found.assign(theme_id=found["theme_id"].map(lambda t: into.get(t, t)))


def majority(told: pd.DataFrame) -> dict[str, str]:
    """Theme -> the issue that most of its members tell."""
    counts = told.groupby(["theme_id", "issue"]).size().reset_index(name="n")
    counts = counts.sort_values(["theme_id", "n", "issue"], ascending=[True, False, True])
    return dict(counts.drop_duplicates("theme_id")[["theme_id", "issue"]].itertuples(index=False))


def alert_table(year: HalfYear, weeks: Sequence[Week]) -> pd.DataFrame:
    """``week, theme_id, status, rate_ratio, rule, issue, issue_now``: alerts of the program and of the naive rule.

    `issue` is the theme's; `issue_now` the one that most of its segments of that very week tell.
    """
    rows: list[tuple[int, str, str, float, str, str, str]] = []
    last_naive: dict[str, int] = {}
    for at, week in enumerate(weeks):
        number = week.number
        told = members(weeks[: at + 1], year.simulated.truth)
        own, now = majority(told), majority(told[told["week"] == number])
        found = [(*row, "painpoints") for row in week.alerts[["theme_id", "status", "rate_ratio"]].to_numpy()]
        for theme, ratio in naive(week.trends, year.week_names[: number + 1]):
            if number - last_naive.get(theme, -QUIET_WEEKS - 1) > QUIET_WEEKS:
                found.append((theme, "naive", ratio, "naive"))
                last_naive[theme] = number
        rows += [
            (number, theme, status, ratio, rule, own.get(theme, NONE), now.get(theme, NONE))
            for theme, status, ratio, rule in found
        ]
    columns = ["week", "theme_id", "status", "rate_ratio", "rule", "issue", "issue_now"]
    return pd.DataFrame(rows, columns=columns).assign(sale=lambda t: t["week"].isin(year.sales))


def true_history(year: HalfYear) -> History:
    """The half year as it would be counted if every theme were exactly one issue."""
    items, truth = year.simulated.items, year.simulated.truth
    of_item = truth.drop_duplicates("id").set_index("id")["week"]
    week = [year.week_names[w] for w in items["id"].map(of_item)]
    place = pd.Series(np.arange(len(items)), index=items["id"])
    mentions = pd.DataFrame(
        {"item": truth["id"].map(place).to_numpy(), "theme_id": truth["issue"].to_numpy()}
    )
    kinds = truth.drop_duplicates("issue").sort_values("issue")
    themes = pd.DataFrame(
        {"theme_id": kinds["issue"], "polarity": np.where(kinds["kind"] == "praise", "praise", "pain")}
    ).assign(name_vi="", name_en="", touchpoint="", owner="")
    known = items[["channel"]].assign(week=week, voice="c:" + items["customer_id"])
    return History(known.reset_index(drop=True), mentions, themes.reset_index(drop=True), year.week_names)


def true_alerts(year: HalfYear, calendar: Calendar) -> pd.DataFrame:
    """`alert_table` of the same rules on `true_history`: what is missed here, no theme could have found."""
    log = weekly_trends(true_history(year), Settings().trends, calendar).alert_log
    place = {name: number for number, name in enumerate(year.week_names)}
    week = log["week"].map(place).astype(int)
    issue = log["theme_id"].astype(str)
    return pd.DataFrame(
        {"week": week, "theme_id": issue, "status": log["status"], "rate_ratio": log["rate_ratio"], "rule": "true themes"}
    ).assign(issue=issue, issue_now=issue, sale=week.isin(year.sales))  # fmt: skip


def true_verdicts(year: HalfYear) -> dict[str, str]:
    """Title -> verdict at the end of the half year on `true_history`, each initiative matched with its issue."""
    initiatives = [Initiative(a.day.date(), a.title) for a in year.actions]
    matches = [Match(number, action.issue, "id") for number, action in enumerate(year.actions)]
    table = effects_table(
        initiative_effects(initiatives, matches, true_history(year), settings=Settings().impact)
    )
    return dict(zip(table["title"], table["verdict"], strict=True))


def where_told(year: HalfYear, weeks: Sequence[Week]) -> pd.DataFrame:
    """``own, other, none`` by issue: the share of its segments that were reported in a theme of that issue (as it is in the
    last week), in one of another, and in none."""
    truth = year.simulated.truth
    into = merged(weeks[-1].theme_log)
    whose = majority(members(weeks, truth))
    segments = pd.concat([week.segments for week in weeks], ignore_index=True)
    issue = pd.Series(told_issues(segments, truth), name="issue")
    theme = segments["theme_id"].map(lambda t: whose.get(into.get(t, t), NONE) if t else None)
    place = np.where(theme.isna(), "none", np.where(theme == issue, "own", "other"))
    return pd.crosstab(issue, place, normalize="index").reindex(
        columns=["own", "other", "none"], fill_value=0.0
    )


def naive(trends: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, float]]:
    """Themes with at least twice the mean of the last four weeks and five segments, and how many times as many."""
    if len(names) <= QUIET_WEEKS:
        return []
    table = trends.pivot_table(index="theme_id", columns="week", values="segments", aggfunc="sum")
    table = table.reindex(columns=list(names)).fillna(0)
    month = table.iloc[:, -1 - QUIET_WEEKS : -1].mean(axis=1)
    high = table[(table.iloc[:, -1] >= 2 * month) & (table.iloc[:, -1] >= 5)]
    return [(str(t), float(n / max(month[t], 1e-9))) for t, n in high.iloc[:, -1].items()]


def found_rises(year: HalfYear, alerts: pd.DataFrame, column: str) -> pd.DataFrame:
    """``name, issue, onset, usual, days_late`` of every rise; `days_late` is NaN where no alert found it.

    `alerts` are those of one rule, `column` says whose issue counts. An alert in the onset's own week is 0 days late: its
    report can be made on the Sunday of that week at the earliest, and every week later adds seven. `usual`: items a week
    before the onset; of the new issue, after it.
    """
    truth = year.simulated.truth
    rows = []
    for rise in rises(year):
        own = truth.loc[truth["issue"] == rise.issue, "week"].to_numpy()
        ordinary = [w for w in range(len(year.week_names)) if w not in year.sales]
        span = [w for w in ordinary if (w >= rise.onset) == (rise.name == "unknown before")]
        usual = np.isin(own, span).sum() / len(span)
        at = alerts.loc[alerts[column] == rise.issue, "week"]
        at = at[(at >= rise.onset) & (at < rise.onset + FOUND_WITHIN[rise.name])]
        late = 7.0 * (at.min() - rise.onset) if len(at) else np.nan
        rows.append((rise.name, rise.issue, rise.onset, round(float(usual), 1), late))
    return pd.DataFrame(rows, columns=["name", "issue", "onset", "usual", "days_late"])


def is_false(year: HalfYear, alerts: pd.DataFrame, column: str) -> np.ndarray:
    """bool of each alert: nothing planted makes its issue rise then. Sale weeks are not looked at here."""
    told = [(r.issue, w) for r in rises(year) for w in range(r.onset, r.last + 1)]
    known = set(told)
    return np.array(
        [(i, w) not in known for i, w in alerts[[column, "week"]].itertuples(index=False)], dtype=bool
    )


def kept_shares(weeks: Sequence[Week]) -> pd.DataFrame:
    """``kept, kept_merged`` of every week but the first: the share of segments with a theme that still have the same, and
    the same where a merged theme counts as the one that it became a part of."""
    rows = []
    for before, after in pairwise(weeks):
        old = before.held[before.held != ""]
        new = after.held.reindex(old.index).fillna("")
        into = merged(after.theme_log)
        rows.append(((old == new).mean(), (old.map(lambda t, m=into: m.get(t, t)) == new).mean()))
    return pd.DataFrame(rows, columns=["kept", "kept_merged"])


def verdict_table(year: HalfYear, weeks: Sequence[Week]) -> pd.DataFrame:
    """A row an initiative and matched theme and week: ``week, title, effect, issue, theme_issue, matched_by, verdict,
    rate_ratio, ci_low, ci_high, outcome``; an initiative that is matched with no theme in a week has a row without one.

    `outcome`: right, honest (inconclusive), wrong (says what is not so); ``unmatched`` without a theme.
    """
    rows = []
    for at, week in enumerate(weeks):
        number = week.number
        own = majority(members(weeks[: at + 1], year.simulated.truth))
        for action in (a for a in year.actions if a.week <= number):
            found = week.initiatives[week.initiatives["title"] == action.title]
            about = (number, action.title, action.effect, action.issue)
            if found.empty:
                rows.append((*about, NONE, NONE, NONE, np.nan, np.nan, np.nan, "unmatched"))
            for row in found.itertuples():
                outcome = outcome_of(action.effect, str(row.verdict))
                issue = own.get(str(row.theme_id), NONE)
                figures = (row.rate_ratio, row.ci_low, row.ci_high)
                rows.append((*about, issue, row.matched_by, row.verdict, *figures, outcome))
    columns = [
        "week", "title", "effect", "issue", "theme_issue", "matched_by", "verdict", "rate_ratio", "ci_low", "ci_high",
        "outcome",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def outcome_of(effect: str, verdict: str) -> str:
    """right, honest (inconclusive) or wrong."""
    assert effect in EFFECTS
    if verdict == "inconclusive":
        return "honest"
    return "right" if verdict in RIGHT[effect] else "wrong"
