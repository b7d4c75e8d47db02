"""Themes that are known from earlier runs, with texts that belong to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["KnownTheme", "KnownThemes", "no_known_themes"]

MEMBER_COLUMNS = ("theme_id", "match_text", "lang", "touchpoint", "touchpoint_p")


@dataclass(frozen=True)
class KnownTheme:
    """A theme that keeps its id and names."""

    theme_id: str
    polarity: str
    name_vi: str
    name_en: str
    hidden: bool = False
    guided: bool = False
    """of the user's codebook: segments near the mean of its texts are led to it before anything is clustered"""


@dataclass(frozen=True)
class KnownThemes:
    """The themes, texts of each (MEMBER_COLUMNS; some hundred a theme are enough) with their vectors ``float32[n, d]``,
    and what theme a text was in before."""

    themes: tuple[KnownTheme, ...]
    members: pd.DataFrame
    vectors: np.ndarray
    ids_of: Callable[[Sequence[str]], list[str | None]]
    """theme id of each text (`match_text`), '' for texts that may be in any or none, None for those that stay in none"""
    taken: frozenset[str] = frozenset()
    """ids that no new theme may get: those of themes that were merged, too"""

    def of(self, polarity: str) -> list[KnownTheme]:
        """The themes of one polarity."""
        return [theme for theme in self.themes if theme.polarity == polarity]


def no_known_themes(dimension: int) -> KnownThemes:
    """Where nothing is remembered."""
    members = pd.DataFrame(columns=list(MEMBER_COLUMNS))
    return KnownThemes(
        (), members, np.zeros((0, dimension), dtype=np.float32), lambda texts: [""] * len(texts)
    )
