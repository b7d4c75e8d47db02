"""The statistics behind the score: small exact functions of counts. Sources and formulas: docs/methods.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "MeanDifference",
    "RateRatio",
    "adjust_p_values",
    "mean_difference",
    "rate_ratio",
    "shrunk_mean",
    "wilson_interval",
]

Z_95 = 1.959963984540054


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Score interval of a proportion (Wilson 1927); (0, 1) without trials. Raises ValueError on impossible
    counts.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    centre = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return max(0.0, low), min(1.0, high)


def shrunk_mean(total: float, count: int, prior_mean: float, prior_count: float) -> float:
    """Mean of ``count`` values pulled towards ``prior_mean`` as if ``prior_count`` values had been seen
    there.
    """
    return (total + prior_mean * prior_count) / (count + prior_count)


@dataclass(frozen=True)
class RateRatio:
    """Recent rate over baseline rate, exact 95 % interval and two-sided p-value."""

    ratio: float
    low: float
    high: float
    p_value: float


def rate_ratio(recent: int, baseline: int, expected_ratio: float) -> RateRatio:
    """Compare two Poisson counts given their sum: exact binomial test (Przyborowski & Wilenski 1940).

    ``expected_ratio`` is recent exposure over baseline exposure: what ``recent / baseline`` would be if
    nothing had changed. The interval is Clopper & Pearson's, carried over to the ratio. The point estimate
    adds half a count to both sides, so that it stays finite when one of them is zero.
    """
    from scipy.stats import beta, binomtest

    if recent < 0 or baseline < 0 or not (expected_ratio > 0 and math.isfinite(expected_ratio)):
        raise ValueError(f"counts {recent} and {baseline} at expected ratio {expected_ratio}")
    total = recent + baseline
    if total == 0:
        return RateRatio(1.0, 0.0, math.inf, 1.0)
    p_value = binomtest(recent, total, expected_ratio / (1 + expected_ratio)).pvalue
    low = 0.0 if recent == 0 else float(beta.ppf(0.025, recent, baseline + 1))
    high = 1.0 if baseline == 0 else float(beta.ppf(0.975, recent + 1, baseline))
    ratio = (recent + 0.5) / (baseline + 0.5) / expected_ratio
    high_ratio = math.inf if high >= 1 else high / (1 - high) / expected_ratio
    return RateRatio(ratio, low / (1 - low) / expected_ratio, high_ratio, float(p_value))


def adjust_p_values(p_values: Sequence[float]) -> list[float]:
    """Step-up q-values (Benjamini & Hochberg 1995), in the order given."""
    values = np.asarray(p_values, dtype=float)
    if values.size == 0:
        return []
    order = np.argsort(values, kind="stable")
    scaled = values[order] * values.size / np.arange(1, values.size + 1)
    monotone = np.minimum.accumulate(scaled[::-1])[::-1].clip(max=1.0)
    adjusted = np.empty_like(monotone)
    adjusted[order] = monotone
    return [float(q) for q in adjusted]


@dataclass(frozen=True)
class MeanDifference:
    """Mean of the one group minus mean of the other with its 95 % interval."""

    difference: float
    low: float
    high: float
    with_mean: float
    without_mean: float
    with_count: int
    without_count: int


def mean_difference(with_values: np.ndarray, without_values: np.ndarray) -> MeanDifference | None:
    """Student's comparison of two means; None where a side has fewer than two values.

    The variance is pooled, because three one-star ratings have no spread of their own and would look certain.
    """
    from scipy.stats import t

    first, second = len(with_values), len(without_values)
    if first < 2 or second < 2:
        return None
    freedom = first + second - 2
    squares = float(np.var(with_values)) * first + float(np.var(without_values)) * second
    half = float(t.ppf(0.975, freedom)) * math.sqrt(squares / freedom * (1 / first + 1 / second))
    means = float(np.mean(with_values)), float(np.mean(without_values))
    difference = means[0] - means[1]
    return MeanDifference(difference, difference - half, difference + half, *means, first, second)
