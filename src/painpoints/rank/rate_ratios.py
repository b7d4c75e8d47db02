"""Comparisons of two rates, many at once, with counts that may vary more than Poisson counts do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["RateRatios", "rate_ratios"]

_TAIL = 0.025


@dataclass(frozen=True)
class RateRatios:
    """Arrays of one shape: recent rate over baseline rate, 95 % interval, two-sided p-value."""

    ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_value: np.ndarray


def rate_ratios(
    recent: np.ndarray, baseline: np.ndarray, expected_ratio: np.ndarray, inflation: np.ndarray
) -> RateRatios:
    """As `painpoints.rank.stats.rate_ratio`, element by element, with the variance `inflation` times as large.

    Given the sum n = a + b of two Poisson counts, a is binomial (Przyborowski & Wilenski 1940) with share
    p = R / (1 + R), R the expected ratio. Its tails are incomplete beta functions,
    P(A >= a) = I_p(a, b + 1), P(A <= a) = I_(1-p)(b, a + 1), and the interval is Clopper & Pearson's (1934). With
    inflation f > 1 the counts are worth a / f and b / f (quasi-likelihood, Wedderburn 1974) and one count is a step of 1 / f:
    I_p(a / f, (b + 1) / f). At f = 1 that is the exact test, whose interval `rate_ratio` gives; p is twice the
    smaller tail, so that p < 0.05 and an interval without 1 say the same. Without any count: ratio 1, (0, inf), p 1.
    """
    a, b, step = recent / inflation, baseline / inflation, 1.0 / inflation
    share = expected_ratio / (1.0 + expected_ratio)
    p_value = np.minimum(1.0, 2.0 * np.minimum(_tail(a, b + step, share), _tail(b, a + step, 1.0 - share)))
    low = _odds(_quantile(a, b + step, _TAIL)) / expected_ratio
    high = _odds(1.0 - _quantile(b, a + step, _TAIL)) / expected_ratio
    none = (recent + baseline) == 0
    ratio = np.where(none, 1.0, (recent + 0.5) / (baseline + 0.5) / expected_ratio)
    return RateRatios(ratio, low, high, np.where(none, 1.0, p_value))


def _tail(successes: np.ndarray, failures: np.ndarray, share: np.ndarray) -> np.ndarray:
    """I_share(successes, failures); 1 without successes."""
    from scipy.special import betainc

    return np.where(successes > 0, betainc(np.where(successes > 0, successes, 1.0), failures, share), 1.0)


def _quantile(successes: np.ndarray, failures: np.ndarray, tail: float) -> np.ndarray:
    """The share at which that tail is `tail`; 0 without successes."""
    from scipy.special import betaincinv

    found = betaincinv(np.where(successes > 0, successes, 1.0), failures, tail)
    return np.where(successes > 0, found, 0.0)


def _odds(share: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(share / (1.0 - share))
