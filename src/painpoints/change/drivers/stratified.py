"""Exact test that a group tells something more often than its strata let expect."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["excess_p_value", "hypergeometric_upper", "shrunk_ratio", "stratified_expectation"]


def stratified_expectation(
    group: np.ndarray, told: np.ndarray, total: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of the group's mentions if in every stratum it told as everybody there (Mantel & Haenszel 1959).

    The last axis of all three is the stratum: items of the group, items that tell the theme, items. Returns sums over it.
    """
    size = np.maximum(total, 1.0)
    mean = group * told / size
    variance = mean * (total - group) * (total - told) / (size * np.maximum(total - 1.0, 1.0))
    return mean.sum(axis=-1), variance.sum(axis=-1)


def hypergeometric_upper(observed: int, group: np.ndarray, told: np.ndarray, total: np.ndarray) -> float:
    """P(X >= observed), X the sum over strata of hypergeometric counts: Fisher's exact test (1935) with one stratum,
    its exact conditional extension with several (Cox 1970). All three are ``int[strata]``.

    Each stratum's distribution is cut 12 standard deviations from its mean, beyond which nothing is left to add.
    """
    chances, shift = np.ones(1), 0
    for n, k, size in zip(group.tolist(), told.tolist(), total.tolist(), strict=True):
        if size and n and k:
            own, start = _hypergeometric(int(n), int(k), int(size))
            chances, shift = np.convolve(chances, own), shift + start
    first = max(0, observed - shift)
    return float(min(1.0, chances[first:].sum())) if first < len(chances) else 0.0


def _hypergeometric(group: int, told: int, size: int) -> tuple[np.ndarray, int]:
    """Chances of the counts from the second value on."""
    from scipy.special import gammaln

    mean = group * told / size
    spread = math.sqrt(mean * (size - group) * (size - told) / size / max(size - 1, 1))
    low = max(0, group + told - size, math.floor(mean - 12 * spread - 12))
    high = min(group, told, math.ceil(mean + 12 * spread + 12))
    count = np.arange(low, high + 1)
    ways = -gammaln(count + 1) - gammaln(told - count + 1) - gammaln(group - count + 1)
    ways -= gammaln(size - told - group + count + 1)
    chances = np.exp(ways - ways.max())
    return chances / chances.sum(), low


def excess_p_value(
    observed: float, group: np.ndarray, told: np.ndarray, total: np.ndarray, design_effect: float
) -> float:
    """One-sided p-value that a group tells more than its strata let expect, with items of one customer held together.

    The excess is divided by the square root of the design effect (Rao & Scott 1981 divide its square by the effect)
    and then tested exactly; a design effect of 1 leaves the exact test as it is.
    """
    mean = float(stratified_expectation(group, told, total)[0])
    shrunk = mean + (observed - mean) / math.sqrt(design_effect)
    return hypergeometric_upper(math.floor(shrunk + 1e-9), group, told, total)


def shrunk_ratio(
    observed: np.ndarray, expected: np.ndarray, design_effect: np.ndarray, prior: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observed over expected, shrunk to 1, and its 95 % interval: the gamma posterior of a Poisson rate (DuMouchel 1999).

    The prior is a gamma with mean 1 worth ``prior`` expected items; counts are divided by the design effect.
    """
    from scipy.stats import gamma

    shape, rate = observed / design_effect + prior, expected / design_effect + prior
    return shape / rate, gamma.ppf(0.025, shape) / rate, gamma.ppf(0.975, shape) / rate
