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
    recent: np.ndarray, baseline: np.ndarray, expected_ratio: np.ndarray, extra: np.ndarray
) -> RateRatios:
    """As `painpoints.rank.stats.rate_ratio`, element by element, for counts that scatter by more than chance.

    Given their sum, the recent count a is binomial with share R / (1 + R), R the expected ratio (Przyborowski &
    Wilenski 1940); its upper tail I_(R/(1+R))(a, b + 1) is that of a negative binomial count of mean (b + 1) R and
    shape b + 1: chance around an expectation that b items know up to a squared coefficient of variation of 1 / (b +
    1). What scatters besides (``extra``, squared too) is added there: 1 / shape = 1 / (b + 1) + extra, a
    gamma-Poisson count. The lower tail has b for b + 1. The interval holds the ratios that multiply R without
    either tail falling under 2.5 %; at extra = 0 it is Clopper & Pearson's (1934), that of `rate_ratio`. The
    p-value is twice the smaller tail, so that p < 0.05 and an interval without 1 say the same. Without any count:
    ratio 1, interval (0, inf), p 1.
    """
    from scipy.special import betainc, betaincinv

    some, above = recent > 0, _shape(baseline + 1.0, extra)
    a, mean = np.where(some, recent, 1.0), (baseline + 1.0) * expected_ratio
    upper = np.where(some, betainc(a, above, mean / (mean + above)), 1.0)
    low = np.where(some, _odds(betaincinv(a, above, _TAIL)) * above / mean, 0.0)
    known, b = baseline > 0, np.where(baseline > 0, baseline, 1.0)
    below, mean = _shape(b, extra), b * expected_ratio
    lower = np.where(known, 1.0 - betainc(recent + 1.0, below, mean / (mean + below)), 1.0)
    high = np.where(known, _odds(betaincinv(recent + 1.0, below, 1.0 - _TAIL)) * below / mean, np.inf)
    p_value = np.minimum(1.0, 2.0 * np.minimum(upper, lower))
    ratio = np.where(some | known, (recent + 0.5) / (baseline + 0.5) / expected_ratio, 1.0)
    return RateRatios(ratio, low, high, p_value)


def _shape(items: np.ndarray, extra: np.ndarray) -> np.ndarray:
    return np.asarray(1.0 / (1.0 / items + extra))


def _odds(share: np.ndarray) -> np.ndarray:
    return np.asarray(share / np.maximum(1.0 - share, 1e-300))
