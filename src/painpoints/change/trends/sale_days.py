"""Sale days and holidays: weeks in which more is said, and other things, without anything being wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.history import week_start
from painpoints.resources import configs_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.settings import TrendSettings

__all__ = ["Calendar", "SaleEvent", "bundled_calendar", "load_calendar", "marked_weeks", "sale_weeks"]


@dataclass(frozen=True)
class SaleEvent:
    """A sale or holiday: on ``dates``, and each year on ``every_year`` (month, day). `name` is keyed by language.

    ``before`` and ``after`` are the days around it on which customers feel it.
    """

    id: str
    name: dict[str, str]
    dates: tuple[dt.date, ...] = ()
    every_year: tuple[int, int] | None = None
    before: int = 0
    after: int = 0

    def days(self, year: int) -> set[dt.date]:
        """Every affected day around the event's dates in `year`; no day in a year without a 29 February."""
        centres = [day for day in self.dates if day.year == year]
        if self.every_year is not None and not (self.every_year == (2, 29) and not _is_leap(year)):
            centres.append(dt.date(year, *self.every_year))
        around = range(-self.before, self.after + 1)
        return {day + dt.timedelta(days=shift) for day in centres for shift in around}


@dataclass(frozen=True)
class Calendar:
    """The events that trends know of, in the order of the file. An empty one marks no week."""

    events: tuple[SaleEvent, ...] = ()


def bundled_calendar() -> Calendar:
    """The calendar that comes with the package: Vietnam's sale days and long holidays."""
    return load_calendar(configs_dir() / "calendar.yaml")


def load_calendar(path: str | Path) -> Calendar:
    """The calendar of a YAML, CSV or XLSX file. Raises InputError with what is wrong in it, and where."""
    from painpoints.change.trends.sale_days_file import read_calendar

    return Calendar(read_calendar(Path(path)))


def marked_weeks(calendar: Calendar, weeks: Sequence[str], min_days: int) -> dict[str, tuple[SaleEvent, ...]]:
    """The events of each ISO week that has at least `min_days` of their affected days; weeks without are left out."""
    starts = {week: week_start(week).date() for week in weeks}
    years = sorted({start.year + shift for start in starts.values() for shift in (-1, 0, 1)})
    days = [(event, set().union(*(event.days(year) for year in years))) for event in calendar.events]
    marked = {}
    for week, start in starts.items():
        own = {start + dt.timedelta(days=shift) for shift in range(7)}
        touched = [(event, own & affected) for event, affected in days if own & affected]
        if len(set().union(*(affected for _, affected in touched))) >= min_days:
            marked[week] = tuple(event for event, _ in touched)
    return marked


def sale_weeks(volume: np.ndarray, marked: np.ndarray, settings: TrendSettings) -> np.ndarray:
    """``bool[W]``: the marked weeks whose number of items is really unusual.

    A day of the calendar that this company's customers did not notice must not blind us. The number of items of a
    marked week is compared with the median of the last ``baseline_weeks`` unmarked weeks before it: a factor of
    ``sale_volume`` more or less makes it a sale week, and so does having fewer than ``min_baseline_weeks`` to
    compare with. Later weeks are not looked at.
    """
    found = np.zeros(len(volume), dtype=bool)
    for week in np.flatnonzero(marked):
        before = np.flatnonzero(~marked[:week])[-settings.baseline_weeks :]
        if len(before) < settings.min_baseline_weeks:
            found[week] = True
            continue
        usual = float(np.median(volume[before]))
        found[week] = not usual / settings.sale_volume < volume[week] < usual * settings.sale_volume
    return found


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
