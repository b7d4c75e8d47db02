"""How much was told in each week, by the themes that stay the same. Formula and source: docs/methods-weeks.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from painpoints.settings import ImpactSettings

__all__ = ["stable_factors"]

_ROUNDS = 5


def stable_factors(counts: np.ndarray, exposures: np.ndarray, settings: ImpactSettings) -> np.ndarray:
    """``float[n weeks]``: what the steadier half of the themes was told of in a week, over what `exposures` lead to expect.

    `counts`, `exposures`: ``float[n themes, n weeks]``. Where some themes swell, all others shrink as shares of the volume
    though nothing became of them; the steady ones show by how much. 1 everywhere with too few themes or items.
    """
    weeks = counts.shape[1]
    factor = np.ones(weeks)
    told = np.flatnonzero((counts.sum(axis=1) >= weeks) & (exposures.sum(axis=1) > 0))
    if len(told) < settings.stable_themes or weeks < settings.min_weeks:
        return factor
    counts, exposures = counts[told], exposures[told]
    size = max(settings.stable_themes // 2, round(len(told) * settings.stable_share))
    for _ in range(_ROUNDS):  # what is steady is seen better once the weeks are freed of what all share
        level = counts.sum(axis=1) / (exposures * factor).sum(axis=1)
        usual = exposures * level[:, None]
        steady = np.argsort(_unrest(counts, usual * factor), kind="stable")[:size]
        prior = settings.stable_prior_items
        factor = (counts[steady].sum(axis=0) + prior) / (usual[steady].sum(axis=0) + prior)
    enough = counts[steady].sum() >= settings.stable_items * weeks
    return factor if enough else np.ones(weeks)


def _unrest(counts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """``float[n themes]``: Pearson's X² of each."""
    squares = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0)
    found: np.ndarray = squares.sum(axis=1)
    return found
