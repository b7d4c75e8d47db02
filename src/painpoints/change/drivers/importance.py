"""How much of what themes explain of a KPI goes with each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Importance", "relative_weights"]


@dataclass(frozen=True)
class Importance:
    """``weights [k]`` sum to ``r2``, the share of the KPI's variance that all themes explain together.

    ``p_value`` is that of the F test of all themes together; ``vif [k]`` is each theme's variance inflation.
    """

    weights: np.ndarray
    r2: float
    p_value: float
    vif: np.ndarray


def relative_weights(partial: np.ndarray, count: int, nuisance: int) -> Importance:
    """Johnson's relative weights (2000) from ``partial [k + 1, k + 1]``, products of k predictors and the score, last.

    The predictors are replaced by the orthogonal variables closest to them, Z = X Q with Q = R^(-1/2); the score's squared
    loadings on Z are handed back to the predictors by the squares of R^(1/2). Weights are never negative, sum to R2
    and do not depend on any order, also where themes often come together. ``count`` and ``nuisance`` (rows and
    columns that were regressed out before) are for the F test.
    """
    from scipy.stats import f

    size = len(partial) - 1
    spread = np.sqrt(np.maximum(np.diag(partial), 0.0))
    if size == 0 or spread[-1] <= 1e-9:
        return Importance(np.zeros(size), 0.0, 1.0, np.ones(size))
    correlation = partial / np.maximum(np.outer(spread, spread), 1e-300)
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    kept = values > 1e-8
    root = (vectors[:, kept] * np.sqrt(values[kept])) @ vectors[:, kept].T
    loading = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T @ correlation[:-1, -1]
    weights = root**2 @ loading**2
    r2 = float(loading @ loading)
    vif = (vectors**2 / np.maximum(values, 1e-12)).sum(axis=1)
    rank, freedom = int(kept.sum()), count - nuisance - int(kept.sum())
    if r2 >= 1 or freedom <= 0:
        return Importance(weights, min(r2, 1.0), 0.0 if freedom > 0 else math.nan, vif)
    return Importance(weights, r2, float(f.sf(r2 / rank / ((1 - r2) / freedom), rank, freedom)), vif)
