"""Least squares on sparse indicators, resampled by customer: all resamples share one table of products."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from painpoints.change.drivers.incidence import voice_sums

__all__ = ["Resampled", "partial_gram", "percentile_interval", "resampled_fit", "ridge_effects"]


@dataclass(frozen=True)
class Resampled:
    """A fit and its resamples: row 0 is the data as they are, the others are drawn with replacement by customer.

    ``gram``: ``[p + 1, p + 1]`` products of all columns, the score last. ``effects``: ``[1 + resamples, p]``
    coefficients. ``means``: ``[1 + resamples, p + 1]`` means of all columns and of the score.
    """

    gram: np.ndarray
    effects: np.ndarray
    means: np.ndarray


def resampled_fit(
    design: Any, scores: np.ndarray, voices: np.ndarray, resamples: int, chunk_cells: int, seed: list[int]
) -> Resampled:
    """Ordinary least squares of ``scores [n]`` on a sparse ``design [n, p]`` (column 0 all ones), and its cluster
    bootstrap by ``voices [n]`` (codes from 0): whole customers are drawn (pairs bootstrap, Efron & Tibshirani 1993).

    The normal equations of a resample are a weighted sum of the customers' products, and indicators have few of those,
    so all resamples are one sparse product. A vanishing ridge (1e-8 items) stands in for columns that a resample lost.
    """
    from scipy.sparse import csr_array, hstack
    from threadpoolctl import threadpool_limits

    columns = design.shape[1] + 1
    whole = csr_array(hstack([design, csr_array(scores[:, None])]))
    products, cells = _products(whole)
    per_voice = voice_sums(voices, products)
    effects, means, gram = [], [], np.zeros((columns, columns))
    chunk = max(1, chunk_cells // max(columns**2, per_voice.shape[0]))
    with threadpool_limits(
        limits=1
    ):  # small systems gain nothing by threads, and stall where others use the cores
        for number, counts in enumerate(_draws(per_voice.shape[0], resamples, chunk, seed)):
            grams = _grams((per_voice.T @ counts).T, cells, columns)
            gram = grams[0] if number == 0 else gram
            penalty = 1e-8 * np.diag(np.arange(columns - 1) > 0)
            effects.append(np.linalg.solve(grams[:, :-1, :-1] + penalty, grams[:, :-1, -1:])[:, :, 0])
            means.append(grams[:, 0] / np.maximum(grams[:, 0, :1], 1e-300))
    return Resampled(gram, np.concatenate(effects), np.concatenate(means))


def _draws(voices: int, resamples: int, chunk: int, seed: list[int]) -> Iterator[np.ndarray]:
    """How often each voice is in each resample, ``[voices, up to chunk]``; first the data as they are."""
    yield np.ones((voices, 1))
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        drawn = rng.integers(0, voices, size=(size, voices))
        counts = np.array([np.bincount(row, minlength=voices) for row in drawn], dtype=np.uint16)
        yield counts.T.astype(float, order="C")


def _products(whole: Any) -> tuple[Any, np.ndarray]:
    """Sparse ``[n, pairs]`` products of the columns that occur together in a row, and the pairs ``[pairs, 2]``."""
    from scipy.sparse import csr_array

    filled, columns = np.diff(whole.indptr), whole.shape[1]
    rows, codes, values = [], [], []
    for width in np.unique(filled[filled > 0]):
        own = np.flatnonzero(filled == width)
        place = whole.indptr[own][:, None] + np.arange(width)
        first, second = np.triu_indices(int(width))
        index, data = whole.indices[place].astype(np.int64), whole.data[place]
        low = np.minimum(index[:, first], index[:, second])
        high = np.maximum(index[:, first], index[:, second])
        rows.append(np.repeat(own, len(first)))
        codes.append((low * columns + high).ravel())
        values.append((data[:, first] * data[:, second]).ravel())
    pairs, position = np.unique(np.concatenate(codes), return_inverse=True)
    table = csr_array(
        (np.concatenate(values), (np.concatenate(rows), position)), shape=(whole.shape[0], len(pairs))
    )
    return table, np.stack(np.divmod(pairs, columns), axis=1)


def _grams(sums: np.ndarray, cells: np.ndarray, columns: int) -> np.ndarray:
    grams = np.zeros((len(sums), columns, columns))
    grams[:, cells[:, 0], cells[:, 1]] = sums
    grams[:, cells[:, 1], cells[:, 0]] = sums
    return grams


def percentile_interval(draws: np.ndarray, voices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % ends of each column of ``draws [resamples, k]``, whose evidence is ``voices [k]`` customers.

    Percentiles that are expanded for small samples (Hesterberg 2015): the tails are those of Student's t, and the spread
    is raised by sqrt(n / (n - 1)), which plain percentiles lack.
    """
    from scipy.stats import norm, t

    n = np.maximum(voices, 2)
    tail = norm.cdf(-np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1))
    ordered = np.sort(draws, axis=0)
    return _at(ordered, tail), _at(ordered, 1 - tail)


def _at(ordered: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Quantiles ``share [k]`` of the sorted columns ``[resamples, k]``, interpolated linearly."""
    place = share * (len(ordered) - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    column = np.arange(ordered.shape[1])
    low, high = ordered[below, column], ordered[above, column]
    return np.asarray(low + (high - low) * (place - below))


def partial_gram(gram: np.ndarray, nuisance: int) -> np.ndarray:
    """Products of the columns after the first ``nuisance`` ones, once those are regressed out (Schur complement)."""
    own, other = gram[:nuisance, :nuisance], gram[:nuisance, nuisance:]
    return np.asarray(gram[nuisance:, nuisance:] - other.T @ np.linalg.pinv(own, hermitian=True) @ other)


def ridge_effects(partial: np.ndarray, count: int, nuisance: int) -> tuple[np.ndarray, float]:
    """Ridge coefficients ``[k]`` and their penalty in items, from `partial_gram` with the score as the last column.

    The penalty has the least generalised cross-validation error (Golub, Heath & Wahba 1979) over 29 values between
    0.01 and 100,000 items. An effect of n unrelated items is shrunk by n / (n + penalty).
    """
    values, vectors = np.linalg.eigh(partial[:-1, :-1])
    values, projected = np.maximum(values, 0.0), vectors.T @ partial[:-1, -1]
    best, chosen = math.inf, 0.0
    for penalty in np.logspace(-2, 5, 29):
        slope = projected / (values + penalty)
        error = partial[-1, -1] - 2 * float(slope @ projected) + float(slope**2 @ values)
        free = 1 - (nuisance + float((values / (values + penalty)).sum())) / count
        criterion = error / max(free, 1e-9) ** 2
        if criterion < best:
            best, chosen = criterion, float(penalty)
    return vectors @ (projected / (values + chosen)), chosen
