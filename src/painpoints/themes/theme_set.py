"""The value that the themes stage returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

__all__ = ["POLARITIES", "THEME_TABLE_COLUMNS", "ThemeSet"]

POLARITIES = ("pain", "praise")

THEME_TABLE_COLUMNS = (
    "theme_id", "polarity", "name_vi", "name_en", "subtitle", "keyphrases", "segments", "items", "customers",
    "sub_themes", "causes", "quotes",
)  # fmt: skip


@dataclass(frozen=True)
class ThemeSet:
    """The themes and who belongs to them.

    ``themes``: one row a theme (THEME_TABLE_COLUMNS), pains first, largest first; ``sub_themes`` are its finer
    groups (`sub_themes.SubTheme`), none where it says one thing. ``assignment``: theme_id
    and theme_p, one row a segment, '' and 0.0 for a segment in no theme. What is in no theme is counted by
    polarity: ``vague`` segments name nothing that could be fixed ("tệ quá", "very good"), ``unassigned``
    ones name something that too few others mention.
    """

    themes: pd.DataFrame
    assignment: pd.DataFrame
    unassigned: dict[str, int]
    vague: dict[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """ids of themes that people do not want to see ranked"""

    def sub_theme_ids(self) -> pd.Series:
        """The sub-theme of each segment, '' for none; in the order and with the index of ``assignment``."""
        found = np.full(len(self.assignment), "", dtype=object)
        for own in self.themes["sub_themes"]:
            for sub in own:
                found[list(sub.rows)] = sub.sub_theme_id
        return pd.Series(found, index=self.assignment.index, dtype=object)
