"""Makes hostile or broken customer text safe to show: in a page, in a worksheet, in a CSV file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["MAX_NAME", "clip", "csv_safe", "display_text", "is_formula_like", "jsonable"]

# Terminal colours, C0 and C1 controls (tab and line feed stay), and the marks that reorder or hide text around them.
_HIDDEN = re.compile(
    "\x1b\\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
MAX_NAME = 160
"""characters of a theme's name that are shown; a longer one is a pasted text"""
_SPACES = re.compile(r"\s+")
_CSV_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
# More than three combining marks in a row are text made to spill over its neighbours.
_MARKS = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)

# What a spreadsheet needs to do harm: a function call, a DDE pipe, or a reference into another sheet or book.
_ACTIVE = re.compile(r"\||[^\W\d][\w.]*\(|!\s*\$?[A-Za-z]{1,3}\$?\d")
_EQUALS = re.compile(r"=[\s=]*[\w'\"$@+\-{\[#!]")
# Places where a spreadsheet may start a cell: the start, and after a separator where it splits by another one.
_CELL_STARTS = re.compile(r"(^|[;\t\r\n])([ \u00a0]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def display_text(value: object) -> str:
    """The text on one line, without control characters and direction overrides; '' for a missing value."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    text = _SURROGATES.sub("\ufffd", str(value))
    text = _HIDDEN.sub(lambda m: " " if m.group() == "\r" else "", text)
    return _limit_marks(_SPACES.sub(" ", text).strip())


def _limit_marks(text: str) -> str:
    return text if text.isascii() else _MARKS.sub(r"\1", text)


def clip(text: str, limit: int) -> str:
    """The text cut at a word near `limit` characters, with an ellipsis where something was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if text[limit - 1] != " " and space > limit // 2:
        cut = cut[:space]
    return cut.rstrip(" ,.;:") + "…"


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet that opens `text` as a cell could compute with it.

    A dash before a complaint ("- giao chậm") and an emoticon ("=))") are not formulas.
    """
    stripped = unicodedata.normalize("NFKC", text.lstrip())
    if not stripped or stripped[0] not in "=+-@":
        return False
    if stripped[0] == "=" and _EQUALS.match(stripped):
        return True
    return _ACTIVE.search(stripped) is not None


def csv_safe(value: object) -> str:
    """The text for a CSV cell: as it is, unless it is formula-like; then an apostrophe stands before the formula.

    NUL and other control characters, which CSV readers refuse, are removed; line breaks stay.
    """
    if not isinstance(value, str):
        return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
    text = _CSV_CONTROLS.sub("", _SURROGATES.sub("\ufffd", value))
    return _CELL_STARTS.sub(lambda match: _guarded_start(match, text), text)


def _guarded_start(match: re.Match[str], text: str) -> str:
    rest = text[match.end() :]
    return match.group(1) + match.group(2) + ("'" if is_formula_like(rest) else "")


def jsonable(value: Any) -> Any:
    """`value` as plain JSON data: missing values become None, times ISO 8601 in UTC, numpy numbers plain ones."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        parts = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [jsonable(part) for part in parts]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return _json_scalar(value)


def _json_scalar(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return iso_time(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6) if math.isfinite(value) else None
    return _SURROGATES.sub("\ufffd", str(value))


def iso_time(value: pd.Timestamp) -> str:
    """ISO 8601 in UTC to the second, such as 2026-03-05T07:00:00Z."""
    moment = value.tz_convert("UTC") if value.tzinfo else value
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
