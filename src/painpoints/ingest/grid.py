"""The two shapes that readers give: a grid whose header is still to be found, and a table with named columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Grid", "Rejection", "Table", "drop_blank_end", "is_blank", "rows_before_blank_end"]

_UNSEEN = "\x00\ufeff\u200b"


@dataclass(frozen=True)
class Rejection:
    """A record that is not used. `row` counts records from 1."""

    row: int
    column: str
    reason: str
    value: str


@dataclass(frozen=True)
class Grid:
    """Records as lists of cells, header included; `broken` maps the position of an unreadable record to the reason."""

    records: list[list[str]]
    broken: dict[int, str] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True)
class Table:
    """Named columns of equal length. `rows[i]` is the number of record i in the file; `read` counts broken ones too."""

    columns: Mapping[str, Sequence[str]]
    rows: list[int]
    read: int
    rejections: tuple[Rejection, ...] = ()
    header: tuple[tuple[str, ...], ...] = ()
    """the header rows as they were; empty for formats that name their columns"""
    sheet: str = ""
    problems: tuple[str, ...] = ()


def is_blank(cell: str) -> bool:
    """Whether a cell holds nothing but blanks and characters that nobody sees."""
    return not cell.strip().strip(_UNSEEN)


def rows_before_blank_end(count: int, blank: Callable[[int], bool]) -> int:
    """How many of `count` rows there are without those at the end that are `blank`: Excel saves what was only formatted."""
    while count and blank(count - 1):
        count -= 1
    return count


def drop_blank_end(records: list[list[str]]) -> None:
    """Takes off the records at the end all of whose cells are blank."""
    del records[rows_before_blank_end(len(records), lambda row: all(map(is_blank, records[row]))) :]
