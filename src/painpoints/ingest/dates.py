"""Dates in any spelling to UTC: what is ambiguous is settled by evidence over the whole column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from painpoints.ingest.names import fold
from painpoints.settings import IngestSettings

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["ParsedDates", "parse_dates", "readable_share"]

_TIME = re.compile(
    r"(?P<hour>\d{1,2})\s?(?::|h|g|giờ)\s?(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?p?(?![\d:])"
    r"\s*(?P<half>[ap]\.?m\b\.?|sa\b|ch\b|sáng|chiều|tối)?"
    r"\s*(?P<zone>z\b|(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|utc\b|gmt\b|\+07\b|ict\b)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)|(\d{4})(\d{2})(\d{2})(?=$|t)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)")
_VIETNAMESE = re.compile(r"(\d{1,2})\s*,?\s*(?:thang|thg|th)\s*\.?\s*(\d{1,2})\s*,?\s*(?:nam)?\s*(\d{4})")
_MONTH_LAST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})[\s-]+(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\s+(\d{1,2})(?:st|nd|rd|th)?\s+(\d{4})")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EXCEL_EPOCH_DAYS = 25_569  # 1970-01-01 as an Excel serial number
_YEARS = (
    1700,
    2250,
)  # nanoseconds in 64 bits hold little more; years beyond are outside of any setting as well
_EXCEL_RANGE = (20_000.0, 73_051.0)  # 1954 to 2100

# what a value turned out to be
_ISO, _NUMERIC_KIND, _NAMED, _EPOCH, _EXCEL, _YEAR = (
    "iso",
    "numeric",
    "month_name",
    "epoch",
    "excel_serial",
    "year_first",
)


_LAST_INSTANT = 9 * 10**18
"""nanoseconds since 1970 (the year 2255); 64 bits hold little more, and the number is no time"""


@dataclass(frozen=True)
class _Parts:
    """One value taken apart. For numeric dates `first` and `second` wait for the column's order."""

    kind: str
    year: int = 0
    first: int = 0
    second: int = 0
    nanoseconds: int = 0
    """time of day, or the whole instant of an epoch or serial number"""
    has_time: bool = False
    offset_minutes: int | None = None


@dataclass(frozen=True)
class ParsedDates:
    """`times` is datetime64[ns, UTC] with NaT for what could not be read; the lists run parallel to it."""

    times: pd.Series[pd.Timestamp]
    has_time: NDArray[np.bool_]
    order: str
    problems: tuple[str, ...]


def readable_share(values: Sequence[str]) -> float:
    """Share of the values with anything in them that read as a date."""
    filled = [v for v in values if v.strip()]
    return sum(_take_apart(v.strip()) is not None for v in filled) / len(filled) if filled else 0.0


def parse_dates(values: Sequence[str], settings: IngestSettings, time_zone: str = "") -> ParsedDates:
    """Times in UTC. Those without a zone are taken as `time_zone`, by default ``settings.time_zone``.

    A value that cannot be read, or lies outside ``first_year`` … ``last_year``, is NaT and counted in `problems`.
    """
    import numpy as np

    parts = [_take_apart(v.strip()) for v in values]
    order, notes = _column_order(parts)
    times = _assemble(parts, order, time_zone or settings.time_zone)
    years = times.dt.year
    outside = times.notna() & ~years.between(settings.first_year, settings.last_year)
    times = times.mask(outside)
    problems = [*notes, *_count_problems(values, times.isna().tolist(), outside.tolist(), settings)]
    problems += _zone_problems(parts)
    has_time = np.fromiter((p is not None and p.has_time for p in parts), dtype=bool, count=len(parts))
    return ParsedDates(times, has_time, order, tuple(problems))


@lru_cache(maxsize=131_072)
def _take_apart(value: str) -> _Parts | None:
    if not value or len(value) > 80:
        return None
    if _NUMBER.fullmatch(value):
        return _from_number(value)
    clock = _TIME.search(value)
    nanoseconds, offset = _clock(clock) if clock else (0, None)
    if nanoseconds is None:
        return None
    rest = f"{value[: clock.start()]} {value[clock.end() :]}" if clock else value
    found = _calendar(rest.strip())
    if found is None:
        return None
    return _Parts(*found, nanoseconds=nanoseconds, has_time=clock is not None, offset_minutes=offset)


def _from_number(value: str) -> _Parts | None:
    """Epoch seconds or milliseconds, an Excel serial number, or a date such as 20251221."""
    if len(value) == 8 and value.isdigit() and value[:2] in ("19", "20"):
        return _Parts(_ISO, int(value[:4]), int(value[4:6]), int(value[6:]))
    number = float(value.replace(",", "."))
    if _EXCEL_RANGE[0] <= number <= _EXCEL_RANGE[1]:
        seconds = round((number - _EXCEL_EPOCH_DAYS) * 86_400)
        return _Parts(_EXCEL, nanoseconds=seconds * 10**9, has_time=not number.is_integer())
    whole = value.split(".")[0].split(",")[0]
    scale = {9: 10**9, 10: 10**9, 12: 10**6, 13: 10**6, 16: 10**3}.get(len(whole))
    if scale is None or int(whole) * scale > _LAST_INSTANT:
        return None
    return _Parts(_EPOCH, nanoseconds=int(whole) * scale, has_time=True, offset_minutes=0)


def _clock(match: re.Match[str]) -> tuple[int | None, int | None]:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = fold(match["half"] or "").replace(" ", "")
    if half in ("pm", "p", "ch", "chieu", "toi") and hour < 12:
        hour += 12
    elif half in ("am", "a", "sa", "sang") and hour == 12:
        hour = 0
    if hour > 24 or minute > 59 or second > 60:
        return None, None
    fraction = int((match["part"] or "0").ljust(9, "0"))
    return ((hour * 60 + minute) * 60 + second) * 10**9 + fraction, _offset(match["zone"])


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", zone)
    if digits:
        minutes = int(digits[2]) * 60 + int(digits[3] or 0)
        return minutes if digits[1] == "+" else -minutes
    return 7 * 60 if zone.lower() == "ict" else 0


def _calendar(text: str) -> tuple[str, int, int, int] | None:
    """Kind, year, and month and day (or, for a numeric date, its first and second number)."""
    if match := _YEAR_FIRST.match(text.lower()):
        year, month, day = (int(g) for g in match.groups() if g)
        return _ISO, year, month, day
    if match := _NUMERIC.search(text):
        first, second, last = int(match[1]), int(match[3]), int(match[4])
        if len(match[4]) == 4:
            return _NUMERIC_KIND, last, first, second
        return (
            (_YEAR, 2000 + first, second, last) if first > 31 else (_NUMERIC_KIND, 2000 + last, first, second)
        )
    return _named(fold(text))


def _named(text: str) -> tuple[str, int, int, int] | None:
    if match := _VIETNAMESE.search(text):
        return _NAMED, int(match[3]), int(match[2]), int(match[1])
    if (match := _MONTH_LAST.search(text)) and match[2][:3] in _MONTHS:
        year = int(match[3])
        return _NAMED, year if year > 99 else 2000 + year, _MONTHS.index(match[2][:3]) + 1, int(match[1])
    if (match := _MONTH_FIRST.search(text)) and match[1][:3] in _MONTHS:
        return _NAMED, int(match[3]), _MONTHS.index(match[1][:3]) + 1, int(match[2])
    return None


def _column_order(parts: Sequence[_Parts | None]) -> tuple[str, list[str]]:
    """The `date_order` of a column and what to say about it."""
    kinds = Counter(p.kind for p in parts if p is not None)
    if not kinds:
        return "", []
    if not kinds[_NUMERIC_KIND]:
        return kinds.most_common(1)[0][0], []
    numeric = [p for p in parts if p is not None and p.kind == _NUMERIC_KIND]
    day_first = sum(p.first > 12 >= p.second for p in numeric)
    month_first = sum(p.second > 12 >= p.first for p in numeric)
    if day_first and month_first:
        return "mixed", [
            f"Dates are written in two ways: {day_first:,} only fit day-first and {month_first:,} only month-first; the "
            f"others were read {'day' if day_first >= month_first else 'month'}-first."
        ]
    if day_first or month_first:
        return ("day_first" if day_first else "month_first"), []
    return _order_by_sequence(numeric)


def _order_by_sequence(numeric: Sequence[_Parts]) -> tuple[str, list[str]]:
    """No day above 12: exports are mostly sorted by time, so the order with far smaller steps is right."""
    as_day = [(p.year * 12 + p.second) * 31 + p.first for p in numeric]
    as_month = [(p.year * 12 + p.first) * 31 + p.second for p in numeric]
    steps = [sum(abs(b - a) for a, b in pairwise(s)) for s in (as_day, as_month)]
    if len(numeric) >= 5 and min(steps) * 3 < max(steps):
        return ("day_first" if steps[0] < steps[1] else "month_first"), []
    return "ambiguous", [
        "Day and month cannot be told apart (no day is above 12); dates were read day-first."
    ]


def _assemble(parts: Sequence[_Parts | None], order: str, time_zone: str) -> pd.Series[pd.Timestamp]:
    import numpy as np
    import pandas as pd

    month_first = order == "month_first" or (order == "mixed" and _mostly_month_first(parts))
    dates = np.array([_date_text(p, month_first) for p in parts], dtype=object)
    days = pd.to_datetime(pd.Series(dates, dtype=object), format="%Y-%m-%d", errors="coerce")
    nanoseconds = np.fromiter(
        (0 if p is None else p.nanoseconds for p in parts), dtype="int64", count=len(parts)
    )
    local = days.astype("datetime64[ns]") + pd.Series(nanoseconds.astype("timedelta64[ns]"))
    offsets = [None if p is None else p.offset_minutes for p in parts]
    stated = np.array([o is not None for o in offsets], dtype=bool)
    shift = pd.Series(np.array([o or 0 for o in offsets], dtype="int64") * 60 * 10**9).astype(
        "timedelta64[ns]"
    )
    aware = (local - shift).dt.tz_localize("UTC")
    naive = local.dt.tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward").dt.tz_convert("UTC")
    # A date without a time of day stays that date, whatever the time zone: nobody wrote at midnight of another day.
    whole_days = np.array([p is not None and not p.has_time for p in parts], dtype=bool)
    naive = naive.mask(whole_days, local.dt.tz_localize("UTC"))
    return aware.where(stated, naive).astype("datetime64[ns, UTC]")


def _mostly_month_first(parts: Sequence[_Parts | None]) -> bool:
    sure = Counter("d" if p.first > 12 else "m" for p in parts if p and p.kind == _NUMERIC_KIND and p.first != p.second
                   and max(p.first, p.second) > 12)  # fmt: skip
    return sure["m"] > sure["d"]


def _date_text(parts: _Parts | None, month_first: bool) -> str | None:
    if parts is None:
        return None
    if parts.kind in (_EPOCH, _EXCEL):
        return "1970-01-01"
    month, day = parts.first, parts.second
    if parts.kind == _NUMERIC_KIND:
        swap = parts.first > 12 or (parts.second <= 12 and not month_first)
        month, day = (parts.second, parts.first) if swap else (parts.first, parts.second)
    year = min(max(parts.year, _YEARS[0]), _YEARS[1])
    return f"{year:04d}-{month:02d}-{day:02d}"


def _count_problems(
    values: Sequence[str], missing: list[bool], outside: list[bool], settings: IngestSettings
) -> list[str]:
    unreadable = [
        v.strip()
        for v, lost, off in zip(values, missing, outside, strict=True)
        if lost and not off and v.strip()
    ]
    found = []
    if unreadable:
        found.append(
            f"{len(unreadable):,} dates cannot be read and were left empty (for example '{unreadable[0][:40]}')."
        )
    if any(outside):
        years = f"{settings.first_year}–{settings.last_year}"
        found.append(f"{sum(outside):,} dates lie outside {years} and were left empty.")
    return found


def _zone_problems(parts: Sequence[_Parts | None]) -> list[str]:
    clocks = Counter(p.offset_minutes for p in parts if p is not None and p.has_time and p.kind != _EXCEL)
    if len(clocks) < 2:
        return []
    shown = ", ".join(
        f"{count:,} {'without a zone' if offset is None else f'at UTC{offset // 60:+d}:{offset % 60:02d}'}"
        for offset, count in sorted(clocks.items(), key=lambda c: (-c[1], str(c[0])))
    )
    return [f"Times are in several time zones ({shown}); all were converted to UTC."]
