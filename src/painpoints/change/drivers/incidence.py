"""Which item tells which theme, as a sparse table: what drivers and over-represented groups are counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.change.history import History

__all__ = ["cell_counts", "counted_items", "design_effects", "theme_incidence", "voice_sums"]


def counted_items(history: History) -> np.ndarray:
    """``bool[n items]``: items of the history's weeks, and undated ones, as leaving those out would hide them."""
    if not len(history.items):
        return np.zeros(0, dtype=bool)
    undated = (history.items["week"] == "").to_numpy(dtype=bool)
    return np.asarray((history.week_numbers() >= 0) | undated, dtype=bool)


def theme_incidence(history: History, theme_ids: Sequence[str]) -> Any:
    """Sparse ``float64[n items, n themes]``: 1 where an item tells a theme, however often it does."""
    from scipy.sparse import csr_array

    place = {theme: i for i, theme in enumerate(theme_ids)}
    theme = history.mentions["theme_id"].map(place)
    told = theme.notna().to_numpy()
    item = history.mentions["item"].to_numpy(dtype=np.int64)[told]
    pairs = np.unique(item * max(len(place), 1) + theme[told].to_numpy(dtype=np.int64))
    rows, columns = np.divmod(pairs, max(len(place), 1))
    shape = (len(history.items), len(place))
    return csr_array((np.ones(len(pairs)), (rows, columns)), shape=shape)


def voice_sums(voices: np.ndarray, rows: Any) -> Any:
    """Sparse ``[n voices, n columns]``: rows of a sparse table summed a voice. ``voices`` are codes from 0 on."""
    from scipy.sparse import csr_array

    count = int(voices.max()) + 1 if len(voices) else 0
    ones = np.ones(len(voices))
    return csr_array((ones, (voices, np.arange(len(voices)))), shape=(count, len(voices))) @ rows


def design_effects(incidence: Any, voices: np.ndarray) -> np.ndarray:
    """``float64[n themes]``: variance of a theme's share with items drawn by customer, over that with items drawn singly.

    Ratio estimator of Rao & Scott (1992), at least 1; exactly 1 where nobody writes twice. ``voices`` are codes from 0.
    """
    items, themes = incidence.shape
    if not items or not themes:
        return np.ones(themes)
    size = np.bincount(voices).astype(float)
    told = voice_sums(voices, incidence)
    share = np.asarray(incidence.sum(axis=0)).ravel() / items
    squares = np.asarray(told.multiply(told).sum(axis=0)).ravel()
    crossed = np.asarray(told.T @ size).ravel()
    variance = squares - 2 * share * crossed + share**2 * float((size**2).sum())
    plain = items * share * (1 - share)
    effect = np.divide(variance, plain, out=np.ones(themes), where=plain > 0)
    return np.where(effect < 1 + 1e-9, 1.0, effect)


def cell_counts(cells: np.ndarray, count: int, incidence: Any) -> tuple[np.ndarray, np.ndarray]:
    """Items in each of ``count`` cells, ``float64[count]``, and those that tell each theme, ``[count, n themes]``.

    ``cells [n items]`` are codes from 0; -1 is in no cell.
    """
    from scipy.sparse import csr_array

    rows = np.flatnonzero(cells >= 0)
    member = csr_array((np.ones(len(rows)), (cells[rows], rows)), shape=(count, len(cells)))
    return np.bincount(cells[rows], minlength=count).astype(float), np.asarray((member @ incidence).toarray())
