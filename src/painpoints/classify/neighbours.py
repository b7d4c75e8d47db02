"""What the segments of one run lend each other: those that say nearly the same are mostly about the same, and felt alike.

One step of label propagation (Zhu & Ghahramani 2002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

__all__ = ["Near", "in_company", "nearest", "neighbour_sums", "sharpened", "with_neighbours"]

_NEIGHBOURS = 10
"""that lend their touchpoint"""
_COMPANY = 20
"""that lend their sentiment, kind and severity: a feeling is shared by more wordings than a touchpoint is"""
_COMPANY_NEAR = 0.4
"""cosine from which they do"""
_ROWS_AT_ONCE = 2_000
_MOST_TOGETHER = 20_000


class Near(NamedTuple):
    """The nearest other rows of each row, nearest first (``int32[n, k]``), and their cosines, none below 0
    (``float32[n, k]``)."""

    rows: npt.NDArray[np.int32]
    cosines: Floats


def nearest(vectors: Floats) -> Near:
    """Up to twenty neighbours of each row of ``vectors`` (centred, norm 1); runs of over 20,000 rows are dealt out evenly
    into blocks, in which they are looked for."""
    count = len(vectors)
    blocks = -(-count // _MOST_TOGETHER)
    most = max(0, min(_COMPANY, count // max(1, blocks) - 1))
    near = Near(np.zeros((count, most), dtype=np.int32), np.zeros((count, most), dtype=np.float32))
    for block in range(blocks) if most else ():
        together = np.arange(block, count, blocks)
        own = vectors[together]
        for begin in range(0, len(own), _ROWS_AT_ONCE):
            here = np.arange(begin, min(begin + _ROWS_AT_ONCE, len(own)))
            likeness = own[here] @ own.T
            likeness[np.arange(len(here)), here] = -1
            found = np.argpartition(-likeness, most - 1, axis=1)[:, :most]
            cosines = np.take_along_axis(likeness, found, axis=1)
            order = np.argsort(-cosines, axis=1, kind="stable")
            near.rows[together[here]] = together[np.take_along_axis(found, order, axis=1)]
            near.cosines[together[here]] = np.maximum(np.take_along_axis(cosines, order, axis=1), 0)
    return near


def with_neighbours(
    probability: Floats, near: Near, power: float, silent: npt.NDArray[np.bool_] | None = None
) -> Floats:
    """Touchpoints' `probability` ``[n, t + 1]`` of `link`, each row pulled towards those of the segments nearest to it.

    A touchpoint's keywords name some of the ways in which customers speak of it; others of the same run carry its name on to
    wordings that no journey file foresees. The mean of many rows is flatter than they are, so that it is raised to
    `power` (learnt) in the end, less where little was added. Rows that are `silent` lend nothing.
    """
    lends = np.ones(len(probability), dtype=np.float32) if silent is None else (~silent).astype(np.float32)
    return sharpened(*neighbour_sums(probability, near, lends), power)


def neighbour_sums(probability: Floats, near: Near, lends: Floats) -> tuple[Floats, Floats]:
    """Each row's probabilities plus those of its ten nearest rows, ``[n, t + 1]``, and what these count together, ``[n]``.

    A neighbour counts with the square of its cosine times what it `lends`, against 1 for the row itself.
    """
    rows, cosines = near.rows[:, :_NEIGHBOURS], near.cosines[:, :_NEIGHBOURS]
    weight = (cosines**2 * lends[rows]).astype(np.float32)
    return _added(probability, rows, weight), weight.sum(axis=1)


def sharpened(sums: Floats, weights: Floats, power: float) -> Floats:
    """`neighbour_sums` as probabilities: raised to `power` where the neighbours count much, to 1 where nothing."""
    exponent = 1 + (power - 1) * weights / (1 + weights)
    odds = (sums / sums.sum(axis=1, keepdims=True)) ** exponent[:, None]
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def in_company(probability: Floats, near: Near) -> Floats:
    """`probability` ``[n, c]`` of sentiments, kinds or severities, as the geometric mean of a row's own and of the mean over
    it and its company: up to twenty rows at a cosine of 0.4 or more, weighing its square against 1 for the row itself.

    Alone a segment is often misread (irony, shorthand, a word that mostly complains). Its own word keeps half of the say,
    and the answers stay as well calibrated as they were (benchmarks/RESULTS.md).
    """
    weight = np.where(near.cosines >= _COMPANY_NEAR, near.cosines**2, 0).astype(np.float32)
    mean = _added(probability, near.rows, weight) / (1 + weight.sum(axis=1, keepdims=True))
    odds = np.sqrt(probability * mean)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def _added(probability: Floats, rows: npt.NDArray[np.int32], weight: Floats) -> Floats:
    """Each row's probabilities plus its neighbours', weighed."""
    sums = probability.astype(np.float32).copy()
    for column in range(rows.shape[1]):
        sums += weight[:, column, None] * probability[rows[:, column]]
    return sums
