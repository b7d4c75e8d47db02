"""Items and the share of complaints over time, by ISO week of the customers' clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from painpoints.clock import local_times
from painpoints.report.stats import share_interval

if TYPE_CHECKING:
    from painpoints.report.model import ReportInput
    from painpoints.settings import ReportSettings

__all__ = ["build_volumes", "weekly_counts"]

_MAX_WEEKS = 1_500
"""weeks between first and last date; over a longer time (a stray date of 1970) weeks without items are left out"""


def build_volumes(inp: ReportInput, settings: ReportSettings) -> dict[str, Any] | None:
    """Every ISO week from the first to the last date with its items and its share of items that complain.

    None where no item has a date. ``chart`` holds the same summed into months or quarters where there are more weeks
    than a chart can show.
    """
    days = local_times(inp.items["created_at"]).dt.normalize()
    if days.notna().sum() == 0:
        return None
    complaining = set(inp.segments.loc[inp.segments["sentiment"] == "neg", "item"])
    frame = pd.DataFrame({"day": days, "negative": [i in complaining for i in range(len(days))]}).dropna()
    weeks = _sum_by(frame, _week_starts(frame["day"]), "7D", frame["day"].max())
    unit, chart = "week", weeks
    for unit, rule in (("week", "7D"), ("month", "MS"), ("quarter", "QS"), ("year", "YS")):
        starts = _week_starts(frame["day"]) if unit == "week" else _period_starts(frame["day"], unit)
        chart = _sum_by(frame, starts, rule, frame["day"].max())
        if len(chart) <= settings.max_chart_bars:
            break
    return {
        "weeks": [_week_label(point) for point in weeks],
        "chart": {"unit": unit, "points": chart},
        "undated_items": int(days.isna().sum()),
    }


def weekly_counts(
    inp: ReportInput, theme_ids: list[str], weeks: list[dict[str, Any]]
) -> dict[str, list[int]]:
    """Items of each theme in each of the `weeks`; the lists are as long as `weeks`."""
    wanted = inp.segments.loc[inp.segments["theme_id"].isin(theme_ids), ["theme_id", "item", "created_at"]]
    wanted = wanted.dropna(subset=["created_at"]).drop_duplicates(["theme_id", "item"])
    position = {pd.Timestamp(week["start"]): number for number, week in enumerate(weeks)}
    counts = {theme_id: [0] * len(weeks) for theme_id in theme_ids}
    starts = _week_starts(local_times(wanted["created_at"]).dt.normalize())
    for theme_id, start in zip(wanted["theme_id"], starts, strict=True):
        if start in position:
            counts[theme_id][position[start]] += 1
    return counts


def _week_starts(days: pd.Series) -> pd.Series:
    starts: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return starts


def _period_starts(days: pd.Series, unit: str) -> pd.Series:
    starts: pd.Series = days.dt.to_period({"month": "M", "quarter": "Q", "year": "Y"}[unit]).dt.start_time
    return starts


def _sum_by(frame: pd.DataFrame, starts: pd.Series, rule: str, last: pd.Timestamp) -> list[dict[str, Any]]:
    grouped = frame.groupby(starts)["negative"].agg(["size", "sum"])
    if rule != "7D" or (grouped.index.max() - grouped.index.min()).days <= 7 * _MAX_WEEKS:
        grouped = grouped.reindex(
            pd.date_range(grouped.index.min(), grouped.index.max(), freq=rule), fill_value=0
        )
    ends = [*grouped.index[1:], last + pd.Timedelta(days=1)]
    first = frame["day"].min()
    return [
        {
            "start": start.date().isoformat(),
            "items": int(size),
            "negative": share_interval(int(negative), int(size)),
            "partial": bool(start < first or (end - start).days < _full_days(rule, start)),
        }
        for start, end, size, negative in zip(
            grouped.index, ends, grouped["size"], grouped["sum"], strict=True
        )
    ]


def _full_days(rule: str, start: pd.Timestamp) -> int:
    offset = pd.Timedelta(days=7) if rule == "7D" else pd.tseries.frequencies.to_offset(rule)
    return int(((start + offset) - start).days)


def _week_label(point: dict[str, Any]) -> dict[str, Any]:
    year, week, _ = pd.Timestamp(point["start"]).isocalendar()
    return {"week": f"{year}-W{week:02d}", **point}
