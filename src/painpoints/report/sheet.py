"""One worksheet that is written from the top down: titles, pairs of words and values, tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from painpoints.report.clean import display_text

__all__ = ["MAX_CELL", "MAX_ROWS", "Column", "Sheet", "cell_text"]

MAX_CELL = 32_767
"""UTF-16 code units that an Excel cell holds"""
MAX_ROWS = 1_048_576
"""rows of an Excel sheet, header included"""

_LINE = 15.0
"""points that one line of text takes"""
_MOST_LINES = 6
"""lines that a row shows; the cell holds the rest"""
_PAGE_WIDTH = 220.0
"""characters of a table that can still be read when fitted to the width of a page"""

_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": "#12343F"},
    "subtitle": {"font_size": 11, "font_color": "#56616D"},
    "heading": {"bold": True, "font_size": 12, "font_color": "#12343F"},
    "header": {
        "bold": True, "bg_color": "#12343F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1,
        "border_color": "#DEDBD2",
    },
    "count": {"num_format": "#,##0", "align": "left"},
    "text": {"text_wrap": True, "valign": "top"},
    "int": {"num_format": "#,##0", "valign": "top"},
    "decimal": {"num_format": "#,##0.00", "valign": "top"},
    "score": {"num_format": "0.0", "valign": "top", "bold": True},
    "percent": {"num_format": "0.0%", "valign": "top"},
    "date": {"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"},
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the key of its value in a row, its kind (a format) and its width.

    `choices` are offered in a drop-down (together at most 255 characters); other entries are refused by Excel.
    """

    header: str
    key: str
    kind: str
    width: float
    choices: tuple[str, ...] = ()


@lru_cache(maxsize=8_192)  # most cells repeat a label
def cell_text(value: object) -> str:
    """Text for a cell: controls removed, cut at what a cell holds. Formulas stay text, as cells are typed."""
    text = display_text(value)
    if len(text) * 2 > MAX_CELL and len(text.encode("utf-16-le")) > 2 * MAX_CELL:
        text = text.encode("utf-16-le")[: 2 * (MAX_CELL - 1)].decode("utf-16-le", errors="ignore") + "…"
    return text


class Sheet:
    """A worksheet and the row that is written next."""

    def __init__(self, workbook: Any, name: str) -> None:
        self._sheet = workbook.add_worksheet(name[:31])
        if not hasattr(workbook, "painpoints_formats"):
            workbook.painpoints_formats = {key: workbook.add_format(form) for key, form in _FORMATS.items()}
        self._formats = workbook.painpoints_formats
        self._row = 0
        self._sheet.hide_gridlines(2)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)

    def title(self, words: str, below: str) -> None:
        self._sheet.write_string(0, 0, cell_text(words), self._formats["title"])
        self._sheet.write_string(1, 0, cell_text(below), self._formats["subtitle"])
        self._row = 3

    def heading(self, words: str) -> None:
        self._sheet.write_string(self._row + 1, 0, cell_text(words), self._formats["heading"])
        self._row += 2

    def note(self, words: str) -> None:
        self._sheet.write_string(self._row, 0, cell_text(words), self._formats["subtitle"])
        self._row += 1

    def pairs(self, pairs: Sequence[tuple[str, object]]) -> None:
        """A word and its value a row."""
        for words, value in pairs:
            self._sheet.write_string(self._row, 0, cell_text(words), self._formats["text"])
            kind = "count" if isinstance(value, int) else "text"
            self._write(self._row, 1, value, kind)
            self._row += 1

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[dict[str, Any]],
        *,
        frozen: bool = True,
        freeze_columns: int = 0,
    ) -> None:
        """A table of row dicts; a frozen one has a filter and a header that stays in sight."""
        values = [[row[column.key] for row in rows] for column in columns]
        self.columns(columns, values, len(rows), frozen=frozen, freeze_columns=freeze_columns)

    def columns(
        self,
        columns: Sequence[Column],
        values: Sequence[Sequence[Any]],
        count: int,
        *,
        frozen: bool = True,
        freeze_columns: int = 0,
    ) -> None:
        """A table given column by column, each with `count` values."""
        top = self._row
        self._sheet.fit_to_pages(math.ceil(sum(column.width for column in columns) / _PAGE_WIDTH), 0)
        self._sheet.set_row(top, 2 * _LINE)
        for row, lines in self._tall_rows(columns, values).items():
            self._sheet.set_row(top + 1 + row, _LINE * lines)
        for position, (column, cells) in enumerate(zip(columns, values, strict=True)):
            self._sheet.write_string(top, position, cell_text(column.header), self._formats["header"])
            self._sheet.set_column(position, position, column.width)
            for offset, value in enumerate(cells, start=1):
                self._write(top + offset, position, value, column.kind)
            if column.choices and count:
                rule = {"validate": "list", "source": list(column.choices)}
                self._sheet.data_validation(top + 1, position, top + count, position, rule)
            if column.kind == "score" and count:
                bar = {"type": "data_bar", "bar_color": "#BCD6D2", "bar_solid": True, "min_type": "num",
                       "min_value": 0, "max_type": "num", "max_value": 100}  # fmt: skip
                self._sheet.conditional_format(top + 1, position, top + count, position, bar)
        if frozen:
            self._sheet.freeze_panes(top + 1, freeze_columns)
            self._sheet.autofilter(top, 0, top + max(count, 1), len(columns) - 1)
            self._sheet.repeat_rows(top)
        self._row = top + count + 1

    @staticmethod
    def _tall_rows(columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> dict[int, int]:
        """Rows whose wrapped text needs more than one line, with the lines they get."""
        lines: dict[int, int] = {}
        for column, cells in zip(columns, values, strict=True):
            if column.kind != "text":
                continue
            for row, value in enumerate(cells):
                length = len(value) if isinstance(value, str) else 0
                if length > column.width:
                    lines[row] = min(
                        _MOST_LINES, max(lines.get(row, 1), math.ceil(1.1 * length / column.width))
                    )
        return lines

    def _write(self, row: int, column: int, value: Any, kind: str) -> None:
        form = self._formats[kind]
        if kind == "text":
            words = cell_text(value)
            if words:
                self._sheet.write_string(row, column, words, form)
        elif kind == "date":
            if isinstance(value, str) and value:
                self._sheet.write_datetime(row, column, _midnight(value), form)
        elif isinstance(value, (int, float)) and math.isfinite(value):
            self._sheet.write_number(row, column, value, form)


def _midnight(iso: str) -> datetime:
    day = date.fromisoformat(iso[:10])
    return datetime(day.year, day.month, day.day)
