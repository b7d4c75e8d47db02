"""The rated items of one KPI as a regression sees them: scores, customers, channels, themes told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.drivers.incidence import voice_sums
from painpoints.change.drivers.kpis import Kpi, kpi_scores
from painpoints.change.drivers.regression import Resampled, resampled_fit

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import DriverSettings

__all__ = ["Rated", "column_items", "column_voices", "fit_columns", "rated_items", "tellable"]


@dataclass(frozen=True)
class Rated:
    """The n items with a rating on the KPI's scale.

    ``scores [n]`` have the KPI as their mean; ``voices [n]`` are codes from 0; ``channels [n]`` are names;
    ``incidence`` is sparse ``[n, themes]``.
    """

    kpi: Kpi
    scores: np.ndarray
    voices: np.ndarray
    channels: np.ndarray
    incidence: Any

    @property
    def voice_count(self) -> int:
        """Distinct customers among the raters."""
        return int(self.voices.max()) + 1 if len(self.voices) else 0


def rated_items(history: History, kpi: Kpi, incidence: Any) -> Rated:
    """Items with a rating for ``kpi``; ``incidence`` is sparse ``[n items of the history, themes]``."""
    scores = kpi_scores(history, kpi)
    own = np.flatnonzero(~np.isnan(scores))
    items = history.items.iloc[own]
    voices = pd.factorize(items["voice"], sort=True)[0]
    channels = items["channel"].fillna("").astype(str).to_numpy()
    return Rated(kpi, scores[own], voices, channels, incidence[own])


def column_items(matrix: Any) -> np.ndarray:
    """``int64[k]``: items in each column of a 0/1 table."""
    return np.asarray(matrix.sum(axis=0)).ravel().astype(int)


def column_voices(rated: Rated, matrix: Any) -> np.ndarray:
    """``int64[k]``: distinct customers in each column of a 0/1 table ``[n, k]``."""
    return np.asarray((voice_sums(rated.voices, matrix) > 0).sum(axis=0)).ravel().astype(int)


def tellable(rated: Rated, matrix: Any, settings: DriverSettings) -> np.ndarray:
    """Positions of the columns whose effect is estimated: enough customers inside and outside, the largest where
    the items do not carry all; none where the KPI itself has too few ratings or only one value.
    """
    if len(rated.scores) < settings.min_items or np.ptp(rated.scores) == 0:
        return np.zeros(0, dtype=int)
    inside = column_voices(rated, matrix)
    outside = rated.voice_count - inside
    usable = np.flatnonzero((inside >= settings.min_voices) & (outside >= settings.min_voices))
    largest = usable[np.argsort(-inside[usable], kind="stable")]
    return np.sort(largest[: len(rated.scores) // settings.items_per_theme])


def fit_columns(
    rated: Rated, columns: Any, others: Any, settings: DriverSettings, seed: list[int]
) -> tuple[Resampled, int]:
    """Scores on ``columns [n, k]`` with channels and ``others [n, m]`` held equal, and the number of nuisance columns
    that stand before the k.
    """
    from scipy.sparse import csr_array, hstack

    filled = others[:, np.flatnonzero(column_items(others) > 0)]
    ones = csr_array(np.ones((len(rated.scores), 1)))
    nuisance = hstack([ones, _channel_dummies(rated, settings), filled])
    design = csr_array(hstack([nuisance, columns]))
    fit = resampled_fit(design, rated.scores, rated.voices, settings.resamples, settings.chunk_cells, seed)
    return fit, int(nuisance.shape[1])


def _channel_dummies(rated: Rated, settings: DriverSettings) -> Any:
    """Sparse ``[n, channels - 1]``: every channel but the commonest; rare ones share a column."""
    from scipy.sparse import csr_array

    counts = pd.Series(rated.channels).value_counts()
    names = sorted(counts.index, key=lambda name: (-counts[name], name))[1:]
    large = [name for name in names if counts[name] >= settings.min_voices]
    place = {name: large.index(name) if name in large else len(large) for name in names}
    code = pd.Series(rated.channels).map(place)
    rows = np.flatnonzero(code.notna())
    shape = (len(rated.channels), max(place.values(), default=-1) + 1)
    return csr_array((np.ones(len(rows)), (rows, code.iloc[rows].to_numpy(dtype=int))), shape=shape)
