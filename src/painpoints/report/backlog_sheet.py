"""The backlog as a sheet of a workbook, with a drop-down for the state; `read_backlog` reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from painpoints.change.backlog import BACKLOG_COLUMNS
from painpoints.change.backlog_file import BACKLOG_WORDS, SHEET_NAMES, STATE_WORDS
from painpoints.report.sheet import Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_backlog_sheet"]

_WIDTHS = {
    "pain_id": 12, "name": 46, "accountable": 22, "responsible": 22, "consulted": 22, "informed": 22, "status": 14,
    "opened_week": 12, "note": 60,
}  # fmt: skip
_HELP = {
    "vi": "Sửa trạng thái, ghi chú và người phụ trách ngay tại đây rồi nạp lại tệp này; xin giữ nguyên mã điểm đau.",
    "en": "Change states, notes and people here and hand the file back in; please keep the pain ids as they are.",
}


def write_backlog_sheet(workbook: Any, rows: pd.DataFrame, lang: str) -> None:
    """Add the sheet to an open xlsxwriter workbook. `rows`: BACKLOG_COLUMNS, such as `Backlog.listed`."""
    sheet = Sheet(workbook, SHEET_NAMES[lang])
    sheet.note(_HELP[lang])
    words = {state: names[lang] for state, names in STATE_WORDS.items()}
    columns = [
        Column(
            BACKLOG_WORDS[name][lang],
            name,
            "text",
            _WIDTHS[name],
            tuple(words.values()) if name == "status" else (),
        )
        for name in BACKLOG_COLUMNS
    ]
    records = [
        {str(key): value for key, value in row.items()} | {"status": words.get(row["status"], row["status"])}
        for row in rows.to_dict("records")
    ]
    sheet.table(columns, records, freeze_columns=2)
