"""Whether more is told around a theme, in whatever theme it is: one that takes in more of its neighbours rises alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.find import polarity_of
from painpoints.themes.views import thinned, unit_rows

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.change.trends.drift import Window
    from painpoints.settings import TrendSettings

__all__ = ["Surroundings", "VectorsOfItems"]

VectorsOfItems = Callable[[np.ndarray], np.ndarray]
"""positions of items in a history, ascending, to ``float[n, d]``: their mentions, in the history's order"""

_EQUAL = 1e-5
"""cosines that differ by less are of equal texts, of which all are near or none"""
_ROWS_AT_ONCE = 64


class Surroundings:
    """The pains of a history by week, with what they mean; a week's vectors are read once it is asked for."""

    def __init__(self, history: History, vectors_of: VectorsOfItems, settings: TrendSettings) -> None:
        self._history, self._vectors_of, self._settings = history, vectors_of, settings
        self._week_of = history.week_numbers()
        self._volume = np.bincount(self._week_of[self._week_of >= 0], minlength=len(history.weeks))
        self._of_mention = history.mentions["item"].to_numpy(dtype=int)
        self._pain = polarity_of(history.mentions) == "pain"
        self._weeks: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def confirm(self, theme_id: str, ratio: float, window: Window, usual: float) -> bool:
        """Whether a rise of a theme by `ratio` is one of what is told around its segments as well.

        log(`ratio_around`) must be `around_share` of log(ratio), a ratio over `around_most` counting as that. Weeks before
        the latest `around_weeks` are not asked and confirm nothing: what rises still is asked in a later one.
        """
        recent, _ = window
        if recent[-1] < len(self._history.weeks) - self._settings.around_weeks:
            return False
        asked = min(ratio, self._settings.around_most) ** self._settings.around_share
        return bool(self.ratio_around(theme_id, window, usual) >= asked)

    def ratio_around(self, theme_id: str, window: Window, usual: float) -> float:
        """By how much more is told around a theme's recent segments than in the baseline: the odds that a segment near to
        one of them, of any theme and another item, is recent, over `usual` odds; inf where there are none.

        A nearest-neighbour estimate of a ratio of densities (Loftsgaarden & Quesenberry 1965). Where a theme only took
        more of what was there before, it is 1. Each segment counts once: what a theme took lately lies together. `usual`:
        what channels and volume bring in the recent weeks for what they brought in the baseline; by items where it is 0.
        """
        recent, baseline = window
        weeks = np.concatenate([recent, baseline])
        read = [self._read(int(week)) for week in weeks[self._volume[weeks] > 0]]
        rows = np.concatenate([own for own, _ in read])
        vectors = np.concatenate([told for _, told in read])
        items = self._of_mention[rows]
        late = np.isin(self._week_of[items], recent)
        own = self._history.mentions["theme_id"].to_numpy()[rows] == theme_id
        asked = thinned(np.flatnonzero(own & late), self._settings.around_texts)
        few, share = self._settings.around_fewest, self._settings.around_rows
        count = min(self._settings.around_neighbours, max(few, len(rows) // share))
        if not len(asked) or len(rows) <= count:
            return float("inf")
        near = _near(unit_rows(vectors - vectors.mean(axis=0)), items, asked, count)
        now, before = float((near & late).sum()), float((near & ~late).sum())
        usual = usual or self._volume[recent].sum() / max(self._volume[baseline].sum(), 1)
        return float((now + 0.5) / (before + 0.5) / usual)

    def _read(self, week: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the mentions of a week that are pains, and their vectors."""
        if week not in self._weeks:
            items = np.flatnonzero(self._week_of == week)
            rows = np.flatnonzero(np.isin(self._of_mention, items))
            pain = self._pain[rows]
            self._weeks[week] = rows[pain], self._vectors_of(items)[pain]
        return self._weeks[week]


def _near(vectors: np.ndarray, items: np.ndarray, asked: np.ndarray, count: int) -> np.ndarray:
    """``bool[rows]``: those that are among the `count` nearest, of other items, of any row asked for; all of equal ones."""
    near = np.zeros(len(vectors), dtype=bool)
    for at in range(0, len(asked), _ROWS_AT_ONCE):
        block = asked[at : at + _ROWS_AT_ONCE]
        likeness = vectors[block] @ vectors.T
        likeness[items[block][:, None] == items[None]] = -np.inf
        last = np.partition(likeness, -count, axis=1)[:, -count]
        near |= ((likeness >= last[:, None] - _EQUAL) & np.isfinite(likeness)).any(axis=0)
    return near
