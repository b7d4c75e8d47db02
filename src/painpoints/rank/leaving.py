"""Columns of a customer file that say who left, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from painpoints.errors import InputError
from painpoints.ingest.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["LEFT_NAMES", "LEFT_ON_NAMES", "Leaving", "leaving_columns"]

LEFT_NAMES = (
    "left", "has_left", "churn", "churned", "is_churned", "cancelled", "da_roi_bo", "roi_bo", "da_roi", "da_roi_di",
    "da_bo", "da_nghi", "da_huy", "da_ngung", "ngung_su_dung", "khach_roi_bo",
)  # fmt: skip
LEFT_ON_NAMES = (
    "left_on", "left_at", "left_date", "date_left", "churn_date", "churned_on", "churned_at", "cancelled_on",
    "cancellation_date", "ngay_roi_bo", "ngay_roi", "ngay_roi_di", "ngay_huy", "ngay_nghi", "ngay_ngung",
    "ngay_ngung_su_dung",
)  # fmt: skip
_YES = frozenset(
    map(fold, ("yes", "y", "true", "t", "1", "x", "có", "rồi", "đã rời", "đã rời bỏ", "rời bỏ", "đã bỏ", "đã hủy",
               "đã nghỉ", "đã ngừng", "đúng", "left", "churned", "cancelled"))
)  # fmt: skip
_NO = frozenset(
    map(
        fold,
        (
            "no",
            "n",
            "false",
            "f",
            "0",
            "không",
            "chưa",
            "còn",
            "đang dùng",
            "vẫn dùng",
            "sai",
            "active",
            "stays",
        ),
    )
)


@dataclass(frozen=True)
class Leaving:
    """`columns`: ``left``, ``left_on`` or neither, aligned with the table; `used`: what they are called in the file."""

    columns: pd.DataFrame
    used: tuple[str, ...]


def leaving_columns(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> Leaving:
    """What `columns` of `table` (text) say of leaving. Raises InputError for a cell that is neither yes, no nor a date.

    A column called ``left`` may hold the dates. Where only the leavers are marked, the empty cells are those who stayed.
    """
    flag = _named(columns, LEFT_NAMES)
    day = _named(columns, LEFT_ON_NAMES)
    if flag and not day and _holds_dates(table[flag]):
        flag, day = None, flag
    read: dict[str, pd.Series] = {}
    if flag:
        read["left"] = _flags(path, table[flag])
    if day:
        read["left_on"] = _days(path, table[day])
        told = read["left"] if flag else pd.Series(False, index=table.index, dtype="boolean")
        read["left"] = told.mask(read["left_on"].notna(), True)
    frame = pd.DataFrame({name: read[name] for name in sorted(read)}, index=table.index)
    return Leaving(frame, tuple(name for name in (flag, day) if name))


def _named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    by_name = {fold(column).replace(" ", "_"): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)


def _holds_dates(given: pd.Series) -> bool:
    from painpoints.ingest.dates import readable_share

    filled = [text for text in given if text.strip()]
    return (
        bool(filled) and not any(_flag(text) is not None for text in filled) and readable_share(filled) > 0.5
    )


def _flag(text: str) -> bool | None:
    word = fold(text.strip().removesuffix(".0"))
    return True if word in _YES else False if word in _NO else None


def _flags(path: Path, given: pd.Series) -> pd.Series:
    found = [_flag(text) for text in given]
    wrong = [
        at for at, (text, flag) in enumerate(zip(given, found, strict=True)) if text.strip() and flag is None
    ]
    if wrong:
        raise InputError(_message(path, given, wrong, "yes or no (có, không, 1, 0) is expected"))
    told = pd.Series(found, index=given.index, dtype="boolean")
    return told if (told == False).any() else told.fillna(False)  # noqa: E712 - three values: <NA> is not False


def _days(path: Path, given: pd.Series) -> pd.Series:
    from painpoints.ingest.dates import parse_dates
    from painpoints.settings import IngestSettings

    times = parse_dates(given.tolist(), IngestSettings()).times
    times.index = given.index
    wrong = [
        at for at, (text, lost) in enumerate(zip(given, times.isna(), strict=True)) if text.strip() and lost
    ]
    if wrong:
        raise InputError(_message(path, given, wrong, "a date is expected"))
    return times


def _message(path: Path, given: pd.Series, wrong: list[int], expected: str) -> str:
    shown = "; ".join(f"record {at + 1} has {str(given.iat[at])[:40]!r}" for at in wrong[:10])
    more = f" and {len(wrong) - 10} more" if len(wrong) > 10 else ""
    return f"{path.name}: column {given.name!r}: {shown}{more}; {expected}."
