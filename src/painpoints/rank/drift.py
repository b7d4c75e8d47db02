"""Has a theme changed, and since when: a scan over the weeks at which it may have begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.rank.rate_ratios import RateRatios, rate_ratios

if TYPE_CHECKING:
    from painpoints.rank.exposure import Exposure

__all__ = ["Comparison", "Scan", "compare", "scan"]


@dataclass(frozen=True)
class Comparison:
    """Recent weeks against baseline weeks. Arrays over T themes.

    ``recent`` and ``baseline`` are items, ``expected`` the items that the baseline predicts for the recent weeks.
    """

    recent: np.ndarray
    baseline: np.ndarray
    expected: np.ndarray
    test: RateRatios


@dataclass(frozen=True)
class Scan:
    """The comparisons tried, shortest recent window first, and arrays over T themes.

    ``p_value``: that nothing changed, whatever the week it may have begun (Simes 1986). ``best``: position of the
    comparison with the smallest p-value, the estimate of when it began.
    """

    comparisons: tuple[Comparison, ...]
    p_value: np.ndarray
    best: np.ndarray


def compare(
    counts: np.ndarray, found: Exposure, excess: np.ndarray, recent: np.ndarray, baseline: np.ndarray
) -> Comparison:
    """Compare the weeks ``recent`` with the weeks ``baseline`` (positions) of ``counts`` [T, V].

    ``excess`` float[T, V] is psi of each theme and week. Under no change the logarithm of the ratio has variance
    1/A + 1/B + sum_A psi m^2 / A^2 + sum_B psi m^2 / B^2 + that of the shared factors, m the expected items of a week and
    A, B their sums; over the 1/A + 1/B of Poisson counts that is the inflation.
    """
    a, b = counts[:, recent].sum(axis=1), counts[:, baseline].sum(axis=1)
    weight = found.expected / np.maximum(found.expected[:, [*recent, *baseline]].sum(axis=1), 1e-12)[:, None]
    sums = weight[:, recent].sum(axis=1), weight[:, baseline].sum(axis=1)
    safe = [np.maximum(side, 1e-12) for side in sums]
    extra = np.zeros(len(counts))
    for weeks, side in zip((recent, baseline), safe, strict=True):
        within = weight[:, weeks] / side[:, None]
        extra += (within**2 * (excess[:, weeks] + found.log_variance[weeks])).sum(axis=1)
    inflation = 1.0 + extra * (a + b) * safe[0] * safe[1]
    ratio = safe[0] / safe[1]
    return Comparison(a, b, b * ratio, rate_ratios(a, b, ratio, inflation))


def scan(
    counts: np.ndarray, found: Exposure, excess: np.ndarray, windows: list[tuple[np.ndarray, np.ndarray]]
) -> Scan:
    """Every pair (recent weeks, baseline weeks) of ``windows``, and one p-value for all of them together.

    A window-limited scan for a change at an unknown week (Lai 1995), each step tested exactly given its sum. Simes' p-value,
    min over k of K p_(k) / k, allows for the K tries; it holds for windows that share weeks, as those are positively dependent
    (Sarkar 1998).
    """
    comparisons = tuple(compare(counts, found, excess, recent, baseline) for recent, baseline in windows)
    p_values = np.stack([comparison.test.p_value for comparison in comparisons])
    tries = len(comparisons)
    ordered = np.sort(p_values, axis=0) * tries / np.arange(1, tries + 1)[:, None]
    return Scan(comparisons, ordered.min(axis=0).clip(max=1.0), p_values.argmin(axis=0))
