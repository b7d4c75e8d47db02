"""Tiny exports for the tests of reading: written in every encoding and format, as programs really write them."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

TONES = "\u0300\u0301\u0303\u0309\u0323"


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",", newline: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return out.getvalue()


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def write_json(path: Path, value: object) -> Path:
    return write(path, json.dumps(value, ensure_ascii=False))


def write_xlsx(
    path: Path, sheets: dict[str, Sequence[Sequence[object]]], date_format: str = "dd/mm/yyyy hh:mm"
) -> Path:
    import datetime as dt

    book = xlsxwriter.Workbook(str(path))
    dates = book.add_format({"num_format": date_format})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(r, c, cell, dates)
                elif cell is not None:
                    sheet.write(r, c, cell) if not isinstance(cell, str) else sheet.write_string(r, c, cell)
    book.close()
    return path


def to_cp1258(text: str) -> bytes:
    """Windows-1258 as Vietnamese programs write it: a base letter, then its tone as a combining mark."""
    out = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in parts if c in TONES)
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES))
        out.append((base + tone).encode("cp1258"))
    return b"".join(out)


def misread(text: str, codec: str) -> str:
    """UTF-8 bytes shown as a single-byte code; bytes that the code lacks show as control characters."""
    return "".join(bytes([b]).decode(codec, "ignore") or chr(b) for b in text.encode("utf-8"))
