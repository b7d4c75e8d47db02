"""What a report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from painpoints.change.look_back import FILES

if TYPE_CHECKING:
    from painpoints.ingest import FileReport
    from painpoints.journey import Journey
    from painpoints.rank import Ranking
    from painpoints.themes import ThemeSet

__all__ = ["ReportInput"]


@dataclass(frozen=True)
class ReportInput:
    """All that the earlier stages found; the report computes nothing that they could have told it."""

    journey: Journey
    items: pd.DataFrame
    """`schema.ITEM_COLUMNS`, one row a feedback item that was kept"""
    segments: pd.DataFrame
    """`schema.SEGMENT_COLUMNS`, `LABEL_COLUMNS` and `THEME_COLUMNS`, one row a segment"""
    themes: ThemeSet
    ranking: Ranking
    rejected: pd.DataFrame
    """`schema.REJECTED_COLUMNS`, personal data in `value` already masked"""
    files: list[FileReport]
    boilerplate_counts: dict[str, int] = field(default_factory=dict)
    """kind of boilerplate -> segments removed from analysis"""
    masked: dict[str, int] = field(default_factory=dict)
    """kind of personal data -> spans masked"""
    languages: dict[str, int] = field(default_factory=dict)
    """`schema.LANGUAGES` -> segments"""
    manifest: dict[str, Any] = field(default_factory=dict)
    """what becomes run.json"""
    lang: Literal["vi", "en"] = "vi"
    as_of: pd.Timestamp | None = None
    title: str = ""
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    """name -> table that looks back over weeks, such as ``trends``"""
    table_notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """name of a table -> sentences to print with it"""

    def table_files(self) -> list[str]:
        """Those of `tables` that are a file of their own."""
        return [name for name in FILES if name in self.tables]

    def with_sub_themes(self) -> pd.DataFrame:
        """`segments`, and the ``sub_theme_id`` of each, '' for none."""
        return self.segments.assign(sub_theme_id=self.themes.sub_theme_ids().to_numpy())
