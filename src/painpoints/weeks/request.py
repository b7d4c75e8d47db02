"""What `weekly` is asked for, and which week that is."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from painpoints.change.history import week_start
from painpoints.errors import InputError
from painpoints.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["WeekRequest", "choose_week"]


@dataclass(frozen=True)
class WeekRequest:
    """What the user asked for."""

    workspace: Path
    inputs: Sequence[str | Path] = ()
    week: str | None = None
    """``2026-W05``; default: the last full week that has items"""
    journey: str | Path | None = None
    """default: the journey that the workspace was used with last"""
    customers: str | Path | None = None
    initiatives: str | Path | None = None
    backlog: str | Path | None = None
    encoder: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    lang: Literal["vi", "en"] = "vi"
    calendar: str | Path | None = None
    """sale days and holidays, as are all the files here remembered until they are given anew"""
    beliefs: str | Path | None = None
    settings: Settings = field(default_factory=Settings)


def choose_week(asked: str | None, weeks: Sequence[str], now: dt.datetime) -> str:
    """The week to report on, of those that have items. Raises `InputError` for one that has none."""
    if asked is not None:
        return _known_week(asked, weeks)
    if not weeks:
        raise InputError(
            "No item of the workspace has a date, so that no week can be reported on. Name the column of dates with "
            "--map created_at=COLUMN, or use `painpoints run`."
        )
    ended = [week for week in weeks if week_start(week) + dt.timedelta(days=7) <= now]
    return ended[-1] if ended else weeks[-1]


def _known_week(asked: str, weeks: Sequence[str]) -> str:
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", asked.strip().upper())
    week = f"{match[1]}-W{int(match[2]):02d}" if match else ""
    try:
        week_start(week)
    except ValueError:
        raise InputError(f"--week {asked!r} is no ISO week; write it like 2026-W05.") from None
    if week not in weeks:
        span = f"it holds items of {weeks[0]} to {weeks[-1]}" if weeks else "it holds no items with a date"
        raise InputError(f"The workspace has no items of {week}: {span}. Name its export, or another --week.")
    return week
