"""The backlog as people edit it: the words of its columns and states, and reading it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from painpoints.change.backlog import BACKLOG_COLUMNS, RACI
from painpoints.errors import InputError
from painpoints.ingest.names import fold
from painpoints.ingest.small_table import read_small_table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["BACKLOG_WORDS", "SHEET_NAMES", "STATE_WORDS", "read_backlog"]

SHEET_NAMES = {"vi": "Việc cần làm", "en": "Backlog"}
STATE_WORDS = {
    "new": {"vi": "mới", "en": "new"},
    "accepted": {"vi": "đã nhận", "en": "accepted"},
    "in_progress": {"vi": "đang làm", "en": "in progress"},
    "done": {"vi": "xong", "en": "done"},
    "reopened": {"vi": "mở lại", "en": "reopened"},
}
BACKLOG_WORDS = {
    "pain_id": {"vi": "Mã điểm đau", "en": "Pain id"},
    "name": {"vi": "Điểm đau", "en": "Pain point"},
    "accountable": {"vi": "Chịu trách nhiệm", "en": "Accountable"},
    "responsible": {"vi": "Thực hiện", "en": "Responsible"},
    "consulted": {"vi": "Được hỏi ý kiến", "en": "Consulted"},
    "informed": {"vi": "Được báo tin", "en": "Informed"},
    "status": {"vi": "Trạng thái", "en": "Status"},
    "opened_week": {"vi": "Mở từ tuần", "en": "Opened in week"},
    "note": {"vi": "Ghi chú", "en": "Note"},
}
_MORE_STATES = {
    "new": ("chưa làm",), "accepted": ("nhận",), "in_progress": ("đang xử lý", "doing", "đang thực hiện"),
    "done": ("đã xong", "hoàn thành", "closed", "finished"), "reopened": ("làm lại", "reopen"),
}  # fmt: skip
_EDITED = ("status", "note", *RACI)


def read_backlog(path: str | Path, known: Collection[str]) -> pd.DataFrame:
    """``pain_id, status`` and those of ``note`` and RACI that the file has: a report.xlsx with its backlog sheet, or a
    CSV or XLSX with the columns of ``backlog.csv``, in Vietnamese or English. `known`: the ids that may stand in it.

    Rows without an id are passed over. Raises InputError with all errors of the file at once.
    """
    path = Path(path)
    needed = "a column with the pain's id (pain_id, mã điểm đau) and one with its state (status, trạng thái) are needed"
    header, records, first = read_small_table(path, _fits, needed)
    places = _places(header)
    problems: list[str] = []
    rows: dict[str, dict[str, str]] = {}
    place_of: dict[str, int] = {}
    for place, record in enumerate(records, first):
        given = {name: record[at].strip() for name, at in places.items()}
        pain_id = given["pain_id"]
        if not pain_id:
            continue
        problems += [f"row {place}: {problem}" for problem in _problems(given, known, place_of)]
        place_of.setdefault(pain_id, place)
        rows[pain_id] = given | {"status": _state(given["status"]) or ""}
    if problems:
        raise InputError(_message(path, problems))
    columns = ["pain_id", *(name for name in _EDITED if name in places)]
    return pd.DataFrame(list(rows.values()), columns=columns, dtype=object)


def _places(header: Sequence[str]) -> dict[str, int]:
    """Position of each column that the header has, by any of its names."""
    names = {fold(word): name for name in BACKLOG_COLUMNS for word in (name, *BACKLOG_WORDS[name].values())}
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        if (name := names.get(fold(title))) is not None:
            found.setdefault(name, at)
    return found


def _fits(header: Sequence[str]) -> bool:
    return {"pain_id", "status"} <= _places(header).keys()


def _problems(given: dict[str, str], known: Collection[str], seen: dict[str, int]) -> list[str]:
    pain_id, found = given["pain_id"], list[str]()
    if pain_id in seen:
        found.append(f"{pain_id[:40]!r} stands in row {seen[pain_id]} already")
    elif pain_id not in known:
        found.append(f"unknown pain {pain_id[:40]!r}")
    if given["status"] and _state(given["status"]) is None:
        found.append(f"unknown state {given['status'][:40]!r}")
    if any(mark in given.get("accountable", "") for mark in (";", "\n")):
        found.append(
            f"{given['accountable'][:60]!r} are several owners; one is accountable, the others are responsible"
        )
    return found


def _state(given: str) -> str | None:
    wanted = fold(given)
    for state, words in STATE_WORDS.items():
        if wanted in map(fold, (state, *words.values(), *_MORE_STATES[state])):
            return state
    return None


def _message(path: Path, problems: list[str]) -> str:
    shown = "\n".join(f"  - {problem}" for problem in problems[:30])
    more = f"\n  - and {len(problems) - 30} more" if len(problems) > 30 else ""
    states = ", ".join(f"{words['en']} ({words['vi']})" for words in STATE_WORDS.values())
    count = f"{len(problems)} error" + ("s" if len(problems) != 1 else "")
    return f"{path.name}: {count} in the backlog (states: {states}); nothing was changed:\n{shown}{more}"
