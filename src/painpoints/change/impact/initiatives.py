"""The initiatives file: what the company did about its pain points, when, and where it was not rolled out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.ingest.names import fold, without_controls
from painpoints.ingest.small_table import read_small_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from painpoints.journey import Journey

__all__ = ["ControlGroup", "Initiative", "load_initiatives"]

_COLUMNS = {  # folded as `names.fold` does
    "date": (
        "date", "ngay", "start date", "launch date", "launched", "launched at", "rollout date", "week of", "start",
        "ngay bat dau", "ngay trien khai", "ngay ap dung", "ngay thuc hien", "bat dau", "thoi gian", "thoi diem",
    ),
    "title": (
        "title", "initiative", "name", "action", "fix", "ten", "tieu de", "sang kien", "ten sang kien", "hanh dong",
        "bien phap", "giai phap", "cai tien", "viec da lam",
    ),
    "description": ("description", "details", "what was done", "mo ta", "noi dung", "chi tiet", "dien giai"),
    "touchpoint": ("touchpoint", "touch point", "touchpoint id", "diem cham", "ma diem cham"),
    "themes": (
        "theme id", "theme ids", "theme", "themes", "pain id", "pain ids", "pain", "ma chu de", "chu de", "ma van de",
        "van de", "diem dau", "ma diem dau",
    ),
    "control": (
        "not in segment", "control segment", "control", "control group", "not rolled out", "not rolled out to", "excluded",
        "nhom doi chung", "doi chung", "khong ap dung", "chua ap dung", "khong trien khai", "chua trien khai",
        "phan khuc doi chung", "nhom khong ap dung", "noi khong ap dung",
    ),
}  # fmt: skip
_GROUP_COLUMNS = {
    "segment": ("segment", "phan khuc", "nhom", "nhom khach hang", "khu vuc"),
    "channel": ("channel", "kenh"),
    "product": ("product", "san pham"),
}
_THEME_ID = re.compile(r"[TP][0-9A-Z]{1,15}")
_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 2_000
_SHOWN_ERRORS = 30
_Problem = tuple[int, str, str]  # row, column, what is wrong with it


@dataclass(frozen=True)
class ControlGroup:
    """Customers whom an initiative did not reach: those whose item has this `value` in `column`."""

    column: str
    """segment, channel or product"""
    value: str


@dataclass(frozen=True)
class Initiative:
    """Something that was done on a day to mend a pain."""

    date: dt.date
    title: str
    description: str = ""
    touchpoint: str = ""
    """id in the journey file, '' where none is named"""
    theme_ids: tuple[str, ...] = ()
    controls: tuple[ControlGroup, ...] = ()

    @property
    def text(self) -> str:
        """What it says of itself."""
        return ". ".join(filter(None, (self.title, self.description)))


def load_initiatives(path: str | Path, journey: Journey) -> tuple[Initiative, ...]:
    """Read a CSV or XLSX with a row an initiative, in the order of the file.

    Needed are a date and a title; optional a description, a touchpoint (its id or a name of it), theme or pain ids, and
    where it was not rolled out (a value of the items' segment, or ``channel=…``, ``product=…``; several cut by ``;``).
    Numeric dates are day-first unless the column itself proves the opposite. Raises `InputError` with every
    error of the file.
    """
    path = Path(path)
    needed = "a column with the date (date, ngày) and one with the title (title, tên) are needed"
    header, records, first = read_small_table(
        path, lambda names: {"date", "title"} <= set(_places(names)), needed
    )
    places = _places(header)
    rows = [
        (number, {name: _cell(record[at], name) for name, at in places.items()})
        for number, record in enumerate(records, first)
        if any(record[at].strip() for at in places.values())
    ]
    dates, problems = _dates([(number, cells["date"]) for number, cells in rows])
    found = []
    for (number, cells), date in zip(rows, dates, strict=True):
        initiative, wrong = _initiative(number, cells, date, journey)
        found.append(initiative)
        problems += wrong
    problems += _repeated(rows, found)
    if not rows:
        raise InputError(f"{path.name}: the initiatives file holds no initiative below its header.")
    if problems:
        raise InputError(_message(path.name, sorted(problems), {c: header[at] for c, at in places.items()}))
    return tuple(initiative for initiative in found if initiative is not None)


def _places(header: Sequence[str]) -> dict[str, int]:
    """Position of each known column. The first name of a list wins over the later ones."""
    folded = [fold(name) for name in header]
    places: dict[str, int] = {}
    for column, names in _COLUMNS.items():
        at = next((folded.index(name) for name in names if name in folded), None)
        if at is not None:
            places[column] = at
    return places


def _cell(raw: str, column: str) -> str:
    return without_controls(" ".join(raw.split()), 40 * _LONGEST_DESCRIPTION if column != "date" else 80)


def _dates(cells: Sequence[tuple[int, str]]) -> tuple[list[dt.date | None], list[_Problem]]:
    """A day for each value, None where there is none.

    Each value is read for itself, so that first days of months in a row (01/02, 01/03 …) are not taken for days in a
    row of January, which is how the order of an export is found out. Only a value that fits month-first alone turns
    the column; where another fits day-first alone, the column is in two minds and both are errors.
    """
    from painpoints.ingest.dates import parse_dates
    from painpoints.settings import IngestSettings

    settings = IngestSettings()
    alone = [parse_dates([value], settings) for _, value in cells]
    orders = [parsed.order for parsed in alone]
    days = [None if parsed.times.isna().iat[0] else parsed.times for parsed in alone]
    if "month_first" in orders and "day_first" not in orders:
        whole = parse_dates([value for _, value in cells], settings).times
        days = [None if whole.isna().iat[i] else whole.iloc[i : i + 1] for i in range(len(whole))]
    two_minds = "month_first" in orders and "day_first" in orders
    problems: list[_Problem] = []
    for (number, value), day, order in zip(cells, days, orders, strict=True):
        if not value:
            problems.append((number, "date", "the date is missing"))
        elif day is None:
            problems.append((number, "date", f"{value!r} is no date; write 15/03/2026 or 2026-03-15"))
        elif two_minds and order == "month_first":
            problems.append(
                (number, "date", f"{value!r} is month-first, other dates are day-first; write 2026-03-15")
            )
    zone = settings.time_zone
    return [
        None if day is None else _local_day(day, alone[i].has_time[0], zone) for i, day in enumerate(days)
    ], problems


def _local_day(moment: pd.Series[pd.Timestamp], has_time: bool, zone: str) -> dt.date:
    """The day on the calendar of the company; one without a time of day is stored as midnight UTC."""
    days: list[dt.date] = moment.dt.tz_convert(zone if has_time else "UTC").dt.date.tolist()
    return days[0]


def _initiative(
    number: int, cells: dict[str, str], date: dt.date | None, journey: Journey
) -> tuple[Initiative | None, list[_Problem]]:
    problems: list[_Problem] = []
    title = cells["title"]
    if not title or len(title) > _LONGEST_TITLE:
        wrong = (
            f"the title has {len(title)} characters, at most {_LONGEST_TITLE} are allowed"
            if title
            else "the title is missing"
        )
        problems.append((number, "title", wrong))
    touchpoint = _touchpoint(cells.get("touchpoint", ""), journey)
    if touchpoint is None:
        known = ", ".join(t.id for t in journey.touchpoints)
        problems.append(
            (
                number,
                "touchpoint",
                f"{cells['touchpoint']!r} is no touchpoint of the journey; there are: {known}",
            )
        )
    ids = [part.upper() for part in re.split(r"[\s,;|]+", cells.get("themes", "")) if part]
    problems += [
        (number, "themes", f"{value!r} is no id of a theme or pain; write ids such as T1A2B3C, cut by commas")
        for value in ids
        if not _THEME_ID.fullmatch(value)
    ]
    controls, wrong_controls = _controls(cells.get("control", ""))
    problems += [(number, "control", wrong) for wrong in wrong_controls]
    if problems or date is None:
        return None, problems
    description = without_controls(cells.get("description", ""), _LONGEST_DESCRIPTION)
    return Initiative(date, title, description, touchpoint or "", tuple(dict.fromkeys(ids)), controls), []


def _touchpoint(written: str, journey: Journey) -> str | None:
    """The id that is meant, '' where nothing is written, None where nothing fits."""
    if not written:
        return ""
    wanted = fold(written)
    for touchpoint in journey.touchpoints:
        if written == touchpoint.id or wanted in {fold(touchpoint.id), *map(fold, touchpoint.name.values())}:
            return touchpoint.id
    return None


def _controls(written: str) -> tuple[tuple[ControlGroup, ...], list[str]]:
    """``Hà Nội; channel=app`` → a group each; what is no column of the items is a problem."""
    groups, problems = [], []
    for part in filter(None, (p.strip() for p in written.split(";"))):
        left, equals, right = part.partition("=")
        name = fold(left) if equals else "segment"
        column = next((c for c, names in _GROUP_COLUMNS.items() if name in names), None)
        value = (right if equals else part).strip()
        if column is None or not value:
            problems.append(
                f"{part!r} is not understood; write a customer segment, or channel=…, or product=…"
            )
        else:
            groups.append(ControlGroup(column, value))
    return tuple(dict.fromkeys(groups)), problems


def _repeated(
    rows: Sequence[tuple[int, dict[str, str]]], found: Sequence[Initiative | None]
) -> list[_Problem]:
    """Rows with the day and title of an earlier one: their effects could not be told apart."""
    seen: dict[tuple[object, str], int] = {}
    problems: list[_Problem] = []
    for (number, _), initiative in zip(rows, found, strict=True):
        if initiative is None:
            continue
        first = seen.setdefault((initiative.date, initiative.title.casefold()), number)
        if first != number:
            problems.append(
                (number, "title", f"{initiative.title!r} on the same day is in row {first} already")
            )
    return problems


def _message(name: str, problems: Sequence[_Problem], headers: dict[str, str]) -> str:
    count = f"{len(problems)} error" + ("s" if len(problems) != 1 else "")
    lines = [
        f"  - row {row}, column {headers[column]!r}: {wrong}"
        for row, column, wrong in problems[:_SHOWN_ERRORS]
    ]
    more = [f"  - and {len(problems) - _SHOWN_ERRORS} more"] if len(problems) > _SHOWN_ERRORS else []
    return "\n".join([f"{name}: {count} in the initiatives file:", *lines, *more])
