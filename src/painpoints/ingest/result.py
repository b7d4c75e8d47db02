"""What reading gives back: the items, and by name everything that did not become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DUPLICATE_COLUMNS", "FileReport", "Ingested"]

DUPLICATE_COLUMNS = ("file", "row", "feedback_id", "duplicate_of", "reason")


@dataclass(frozen=True)
class FileReport:
    """How one export was read. ``read == kept + duplicate + rejected``, always."""

    name: str
    sha256: str
    bytes: int
    format: str
    """csv, xlsx, xls, ods, json, jsonl or parquet"""
    encoding: str
    """'' for formats that settle it themselves"""
    delimiter: str
    profile: str
    header_rows: int
    column_map: dict[str, tuple[str, ...]]
    """field → the columns it was taken from, in the order in which they were joined or tried"""
    unused_columns: tuple[str, ...]
    rating_scale: str
    date_order: str
    """day_first, month_first, year_first, iso, epoch, excel_serial, month_name, mixed, ambiguous, or '' without dates"""
    read: int
    kept: int
    duplicate: int
    rejected: int
    repaired: int
    """rows in which mis-decoded UTF-8 was restored"""
    problems: tuple[str, ...]
    """one sentence each"""

    def __post_init__(self) -> None:
        if self.read != self.kept + self.duplicate + self.rejected:
            raise ValueError(
                f"{self.name}: {self.read} rows read, but {self.kept} kept + {self.duplicate} duplicate "
                f"+ {self.rejected} rejected"
            )


@dataclass(frozen=True)
class Ingested:
    """All inputs together. `items` has `schema.ITEM_COLUMNS`, `rejected` `schema.REJECTED_COLUMNS`."""

    items: pd.DataFrame
    rejected: pd.DataFrame
    duplicates: pd.DataFrame
    files: list[FileReport]
