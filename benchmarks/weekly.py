"""Whether `painpoints weekly` finds what happens in half a year, and only that: planted truth, replayed week by week.

    python -m benchmarks.weekly [--industry grocery_box] [--items 6000] [--weeks 26] [--seed 0] [--encoder accurate]
        [--first 1] [--no-surroundings]

What happens: `benchmarks.half_year`. Each week its export alone goes through `weekly` in a fresh workspace, with the
journey of the industry, the sale days, and the initiatives launched by then (with ``--first 8`` the first eight weeks come
in one export, as with a company that has a history). Only the files of each week's report are read; what became of older
segments, which no report tells, is read from the workspace.

- found: an alert on a theme whose issue (`benchmarks.weekly_truth`) is the planted one, in the onset's week or a few after
  (spike 2, new issue 5, drift and harm 8, onset included). Days late: seven a week from the onset's week to the alert's;
  0 means the report of the very week.
- false: an alert on a theme whose issue does not rise then, outside sale weeks, those in sale weeks apart. Up to four
  weeks after a spike an alert on it is late, and neither found nor false.
- naive: at least twice the mean of the last four weeks, and five segments, on the same themes of the same reports; four
  weeks quiet after each.
- true themes: the same rules where every theme is exactly one issue; what they miss, no theme could have found.
- kept: the share of segments with a theme that have the same theme a week later, and with merged themes counted as one.
- verdicts on initiatives in the last report, and over all reports; wrong is what claims what is not so.

How often the intervals cover is measured where counts are drawn thousands of times: `trend_power`, `impact_power`;
ratings and churn: `driver_coverage`, `carry_coverage`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.half_year import HalfYear, half_year, write_calendar, write_export, write_initiatives
from benchmarks.simulator import FIRST_DAY, INDUSTRIES
from benchmarks.weekly_truth import (
    Week,
    alert_table,
    found_rises,
    is_false,
    kept_shares,
    majority,
    members,
    true_alerts,
    true_verdicts,
    verdict_table,
    where_told,
)
from painpoints.change.trends.sale_days import Calendar, load_calendar
from painpoints.settings import Settings
from painpoints.store import Workspace
from painpoints.weeks.job import WeekRequest, weekly

_TEXTS = {"feedback_id": str, "theme_id": str}


def replay(
    year: HalfYear, encoder: str, folder: Path, first: int = 1, settings: Settings | None = None
) -> list[Week]:
    """Every week, one after the other, in the workspace ``folder/ws``; the first export holds `first` weeks."""
    calendar = write_calendar(year, folder / "calendar.csv")
    found = []
    for number, name in list(enumerate(year.week_names))[first - 1 :]:
        request = WeekRequest(
            workspace=folder / "ws",
            inputs=[write_export(year, number, folder / f"{name}.csv", 1 if found else first)],
            journey=year.simulated.journey,
            initiatives=write_initiatives(year, number, folder / "initiatives.csv"),
            calendar=calendar,
            encoder=encoder,
            settings=settings or Settings(),
        )
        began = time.perf_counter()
        done = weekly(request, now=monday_after(number))
        seconds = time.perf_counter() - began
        assert done.week == name, f"the week reported on is {done.week}, not {name}"
        found.append(read_week(number, done.folder, folder / "ws", seconds))
        print(f"{name} {seconds:5.1f} s  {len(found[-1].alerts)} alerts", file=sys.stderr, flush=True)
    return found


def monday_after(week: int) -> dt.datetime:
    """Noon of the Monday after a week: when its report is made."""
    day: pd.Timestamp = FIRST_DAY + pd.Timedelta(days=7 * (week + 1), hours=12)
    return day.tz_localize("UTC").to_pydatetime()


def read_week(number: int, report: Path, workspace: Path, seconds: float) -> Week:
    """The files of a report, and the themes of all segments by then."""

    def table(name: str) -> pd.DataFrame:
        frame = pd.read_csv(report / f"{name}.csv", dtype=_TEXTS, encoding="utf-8-sig")
        return frame.fillna({"theme_id": ""}) if "theme_id" in frame else frame

    with Workspace(workspace) as opened:
        rows = opened.frame("SELECT item_key, segment_no, theme_id FROM segments WHERE run_id = 'weekly'")
    keys = rows["item_key"] + ":" + rows["segment_no"].astype(str)
    held = pd.Series(rows["theme_id"].to_numpy(), index=keys)
    names = ("alerts", "trends", "initiatives", "theme_log")
    segments = table("segments")[["feedback_id", "start", "end", "theme_id"]]
    return Week(number, segments, *(table(name) for name in names), held=held, seconds=seconds)


def tell(year: HalfYear, weeks: list[Week], calendar: Calendar) -> None:
    """Print all figures."""
    alerts = pd.concat([alert_table(year, weeks), true_alerts(year, calendar)], ignore_index=True)
    tell_alerts(year, alerts, where_told(year, weeks))
    tell_themes(year, weeks)
    tell_verdicts(verdict_table(year, weeks), true_verdicts(year))
    seconds = np.array([week.seconds for week in weeks])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nseconds a week: mean {seconds.mean():.1f}, most {seconds.max():.1f}; "
        f"peak memory {peak:.0f} MB (with the simulation)"
    )


def tell_alerts(year: HalfYear, alerts: pd.DataFrame, where: pd.DataFrame) -> None:
    rules = {rule: alerts[alerts["rule"] == rule] for rule in ("painpoints", "naive", "true themes")}
    table = found_rises(year, rules["painpoints"], "issue")
    table["by this week's"] = found_rises(year, rules["painpoints"], "issue_now")["days_late"]
    for rule in ("naive", "true themes"):
        table[rule] = found_rises(year, rules[rule], "issue")["days_late"]
    table = table.join(where.round(2), on="issue")
    print("\nWhat happened, and how many days late an alert found it (by the issue of the theme, and by")
    print(
        "that of its segments of the week alone); then the share of its segments in themes of it, of others, in none"
    )
    print(table.to_string(index=False, na_rep="missed"))
    for rule, own in rules.items():
        false = is_false(year, own, "issue")
        ordinary = ~own["sale"].to_numpy(dtype=bool)
        mixed = false & ordinary & ~is_false(year, own, "issue_now")
        print(
            f"{rule}: {len(own)} alerts; false {int((false & ordinary).sum())}, of which {int(mixed.sum())} are on "
            f"themes that mostly tell what rises that week; false in sale weeks {int((false & ~ordinary).sum())}"
        )
    shown = rules["painpoints"].assign(false=is_false(year, rules["painpoints"], "issue"))
    print(shown.drop(columns="rule").to_string(index=False))


def tell_themes(year: HalfYear, weeks: list[Week]) -> None:
    told = members(weeks, year.simulated.truth)
    own = majority(told)
    total = sum(len(week.segments) for week in weeks)
    pure = (told["theme_id"].map(own) == told["issue"]).mean()
    kept = kept_shares(weeks)
    events = weeks[-1].theme_log["event"].value_counts().to_dict()
    print(
        f"\nthemes {len(own)} of {year.simulated.truth['issue'].nunique()} issues; {len(told) / total:.1%} of {total} "
        f"segments in one, {pure:.1%} of these tell its issue; log: {events}"
    )
    for column, label in (("kept", "kept"), ("kept_merged", "kept, merged themes as one")):
        print(f"{label}: least {kept[column].min():.2%}, mean {kept[column].mean():.2%}")


def tell_verdicts(table: pd.DataFrame, true: dict[str, str]) -> None:
    last = table[table["week"] == table["week"].max()]
    last = last.assign(on_true_theme=last["title"].map(true))
    print("\nInitiatives in the last report")
    print(last.drop(columns=["week", "title"]).to_string(index=False))
    for name, rows in (("last report", last), ("all reports", table)):
        told = rows[rows["outcome"] != "unmatched"]
        own = told["theme_issue"] == told["issue"]
        print(
            f"{name}: {len(told)} rows: {_outcomes(told)}; {int(own.sum())} of them on a theme of its issue: "
            f"{_outcomes(told[own])}; initiatives without a theme {(rows['outcome'] == 'unmatched').sum()}"
        )


def _outcomes(rows: pd.DataFrame) -> str:
    counts = rows["outcome"].value_counts()
    names = {"right": "right", "honest": "inconclusive", "wrong": "confidently wrong"}
    return ", ".join(f"{label} {counts.get(name, 0)}" for name, label in names.items())


def main() -> None:
    """Run what is named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--industry", default=INDUSTRIES[0], choices=INDUSTRIES)
    parser.add_argument("--items", type=int, default=6000, help="without what sales and events add")
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--encoder", default="accurate")
    parser.add_argument("--first", type=int, default=1, help="weeks in the first export")
    parser.add_argument(
        "--keep", type=Path, help="new folder for the workspace and its exports (default: none)"
    )
    parser.add_argument("--no-surroundings", action="store_true", help="alerts by the counts of themes alone")
    options = parser.parse_args()
    settings = Settings()
    if options.no_surroundings:
        settings = replace(settings, trends=replace(settings.trends, around_neighbours=0))
    year = half_year(options.industry, options.items, options.weeks, options.seed)
    size = f"{len(year.simulated.items)} items, {options.weeks} weeks"
    size += f" ({options.first} in the first export)"
    print(f"{options.industry}, {size}, seed {options.seed}, {options.encoder}")
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        weeks = replay(year, options.encoder, folder, options.first, settings)
        tell(year, weeks, load_calendar(folder / "calendar.csv"))


if __name__ == "__main__":
    main()
