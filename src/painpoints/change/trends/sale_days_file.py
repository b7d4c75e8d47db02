"""Reading a calendar of sale days: the YAML of ``configs/calendar.yaml``, or a table that somebody made in Excel."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from painpoints.change.trends.sale_days import SaleEvent
from painpoints.errors import InputError
from painpoints.ingest.names import fold
from painpoints.yaml_tree import Node, read_list

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_calendar"]

_KEYS = ("id", "name", "dates", "every_year", "before", "after")
_COLUMNS = {
    "date": ("date", "day", "ngay", "ngay sale", "ngay dien ra"),
    "name": ("name", "event", "ten", "su kien", "ten su kien"),
    "before": ("before", "days before", "truoc", "so ngay truoc", "ngay truoc"),
    "after": ("after", "days after", "sau", "so ngay sau", "ngay sau"),
}
_MAX_DAYS = 60
"""days before or after; longer is a season, not an event, and would leave no ordinary week to compare with"""
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


def read_calendar(path: Path) -> tuple[SaleEvent, ...]:
    """The events of a file. Raises InputError with its first mistake."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _read_yaml(path)
    return _read_table(path)


def _read_yaml(path: Path) -> tuple[SaleEvent, ...]:
    events = tuple(_event(path, node) for node in read_list(path, "events", "no sale days"))
    ids = [event.id for event in events]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    if doubled:
        raise InputError(f"{path}: the id {doubled[0]!r} is there twice; give each event its own")
    return events


def _event(path: Path, node: Node) -> SaleEvent:
    pairs = node.pairs or {}
    unknown = sorted(set(pairs) - set(_KEYS))
    if unknown:
        raise _wrong(path, node, f"unknown key {unknown[0]!r}; an event has {', '.join(_KEYS)}")
    name_id = pairs["id"].text if "id" in pairs else None
    if not name_id or ("dates" in pairs) == ("every_year" in pairs):
        raise _wrong(path, node, "an event needs an id and either every_year (MONTH-DAY) or a list of dates")
    return SaleEvent(
        id=name_id,
        name=_names(pairs.get("name"), name_id),
        dates=tuple(_date(path, item) for item in _items(path, pairs.get("dates"))),
        every_year=_month_day(path, pairs["every_year"]) if "every_year" in pairs else None,
        before=_days(f"{path}: line {node.line}", "before", _text(pairs.get("before"))),
        after=_days(f"{path}: line {node.line}", "after", _text(pairs.get("after"))),
    )


def _wrong(path: Path, node: Node, message: str) -> InputError:
    return InputError(f"{path}: line {node.line}: {message}")


def _text(node: Node | None) -> str:
    return (node.text or "") if node is not None else ""


def _names(node: Node | None, default: str) -> dict[str, str]:
    if node is None:
        return {"vi": default, "en": default}
    if node.pairs is None:
        return {"vi": node.text or default, "en": node.text or default}
    return {lang: value.text or default for lang, value in node.pairs.items()}


def _items(path: Path, node: Node | None) -> list[Node]:
    if node is None:
        return []
    if not node.items:
        raise _wrong(path, node, f"dates must be a list such as [2026-02-17], found {node.kind}")
    return node.items


def _date(path: Path, node: Node) -> dt.date:
    try:
        return dt.date.fromisoformat(node.text or "")
    except ValueError:
        raise _wrong(path, node, f"{_text(node)[:40]!r} is no day; write YEAR-MONTH-DAY") from None


def _month_day(path: Path, node: Node) -> tuple[int, int]:
    found = _MONTH_DAY.fullmatch(_text(node).strip())
    try:
        day = dt.date(2024, int(found[1]), int(found[2])) if found else None  # a leap year: 02-29 is a day
    except ValueError:
        day = None
    if day is None:
        raise _wrong(
            path, node, f"{_text(node)[:40]!r} is no day of the year; write MONTH-DAY, such as 11-11"
        )
    return day.month, day.day


def _days(place: str, column: str, value: str) -> int:
    text = value.strip()
    if text == "":
        return 0
    number = float(text) if re.fullmatch(r"\d{1,4}(\.0+)?", text) else -1.0
    if not 0 <= number <= _MAX_DAYS:
        raise InputError(f"{place}: {value[:40]!r} for {column}; a whole number of days, 0 to {_MAX_DAYS}.")
    return int(number)


def _read_table(path: Path) -> tuple[SaleEvent, ...]:
    from painpoints.ingest.dates import parse_dates
    from painpoints.ingest.small_table import read_small_table
    from painpoints.settings import IngestSettings

    needed = "a calendar of sale days needs a column date (ngày); name, before and after are optional"
    header, records, first = read_small_table(path, lambda names: "date" in _places(names), needed)
    at = _places(header)
    used = [(first + n, record) for n, record in enumerate(records) if any(cell.strip() for cell in record)]
    days = parse_dates([record[at["date"]] for _, record in used], IngestSettings(), "UTC").times
    events = []
    for (row, record), day in zip(used, days, strict=True):
        if day is None or day != day:
            raise InputError(
                f"{path.name}: row {row}: {record[at['date']][:40]!r} is no day; write YEAR-MONTH-DAY."
            )
        name = record[at["name"]].strip() if "name" in at else ""
        place = f"{path.name}: row {row}"
        before, after = (_days(place, c, record[at[c]] if c in at else "") for c in ("before", "after"))
        shown = name or day.date().isoformat()
        events.append(SaleEvent(f"row_{row}", {"vi": shown, "en": shown}, (day.date(),), None, before, after))
    return tuple(events)


def _places(header: list[str]) -> dict[str, int]:
    """The place of each known column."""
    folded = [fold(name) for name in header]
    return {
        column: folded.index(next(name for name in names if name in folded))
        for column, names in _COLUMNS.items()
        if any(name in folded for name in names)
    }
