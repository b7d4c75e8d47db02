"""XLSX, XLSM, XLSB, XLS and ODS through calamine: cells become text in one plain spelling."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from painpoints.errors import InputError
from painpoints.ingest.grid import Grid, drop_blank_end

__all__ = ["parse_workbook", "spelt_cell"]

_EXACT = 2.0**53  # whole numbers that a float holds exactly
_MAX_AREA = 60_000_000
"""cells of the rectangle that a sheet spans, empty ones too: the reader lays it out whole, at 30 bytes a cell"""
_CELL = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_BLOCK = 4_000_000  # bytes of a sheet's XML that are looked at together


def parse_workbook(name: str, data: bytes) -> list[Grid]:
    """One grid a sheet that has cells, in the order of the tabs. Blank rows at the end are no records.

    Raises InputError for a workbook that is damaged, protected by a password or empty.
    """
    import python_calamine

    _refuse_scattered(name, data)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(sheet, workbook.get_sheet_by_name(sheet)) for sheet in workbook.sheet_names]
        grids = [Grid(_records(sheet.iter_rows()), sheet=title) for title, sheet in sheets]
    except python_calamine.PasswordError as error:
        raise InputError(f"{name}: protected by a password; save it without one.") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(f"{name}: the workbook is damaged or cannot be read ({error}).") from error
    found = [grid for grid in grids if grid.records]
    if not found:
        raise InputError(f"{name}: the workbook holds no rows.")
    return found


def _refuse_scattered(name: str, data: bytes) -> None:
    """Raises InputError for a sheet with a stray cell so far out that laying it out would take all memory."""
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                if not member.startswith("xl/worksheets/") or not member.endswith(".xml"):
                    continue
                rows, columns = _extent(archive, member)
                if rows * columns > _MAX_AREA:
                    raise InputError(
                        f"{name}: a sheet spans {rows:,} rows and {columns:,} columns, most of them empty; delete the "
                        "cells far from the table, or save the table as CSV."
                    )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, zlib.error):
        return  # the reader says what is wrong with it


def _extent(archive: zipfile.ZipFile, member: str) -> tuple[int, int]:
    """The last row and the last column that a sheet's cells name."""
    rows, columns, tail = 0, b"", b""
    with archive.open(member) as stream:
        while block := stream.read(_BLOCK):
            found = _CELL.findall(tail + block)
            tail = block[-32:]
            rows = max(rows, max((int(row) for _, row in found), default=0))
            columns = max([columns, *{column for column, _ in found}], key=lambda c: (len(c), c))
    number = 0
    for letter in columns:
        number = number * 26 + letter - ord("A") + 1
    return rows, number


def _records(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    records = [[spelt_cell(cell) for cell in row] for row in rows]
    drop_blank_end(records)
    while records and not any(records[0]):
        records.pop(0)
    return records


def _number(value: float) -> str:
    """Whole numbers without ``.0``, and beyond what a float can count with the 15 digits that Excel keeps."""
    if not value.is_integer() or abs(value) >= 1e22:
        return repr(value)
    return str(int(value)) if abs(value) < _EXACT else format(Decimal(f"{value:.15g}"), "f")


_SPELLERS: dict[type, Callable[..., str]] = {
    str: str,
    bool: lambda value: "true" if value else "false",
    int: str,
    float: _number,
    dt.datetime: lambda value: value.isoformat(" "),
    dt.date: lambda value: value.isoformat(),
    dt.time: lambda value: value.isoformat(),
}


def spelt_cell(cell: object) -> str:
    """A cell value as text: ISO dates, whole numbers without a fraction."""
    return _SPELLERS.get(type(cell), str)(cell)
