"""Has a theme changed, and since when: a scan over the weeks at which it may have begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.trends.rate_ratios import RateRatios, rate_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.change.trends.exposure import Exposure

__all__ = ["Comparison", "Scan", "Window", "compare", "scan"]

Window = tuple[np.ndarray, np.ndarray]
"""positions of the recent weeks and of the baseline weeks"""


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


def compare(counts: np.ndarray, found: Exposure, excess: np.ndarray, window: Window) -> Comparison:
    """Compare recent weeks with baseline weeks of ``counts`` [T, V].

    ``excess`` float[T, V] is psi of each theme and week. With w the shares of the weeks in what is expected of a
    window, the counts of the two windows scatter, besides by chance, by a squared coefficient of variation of sum
    w^2 (psi + v) over both, v the variance of the week's factor.
    """
    a, b = (counts[:, weeks].sum(axis=1).astype(float) for weeks in window)
    expected = [found.expected[:, weeks] for weeks in window]
    sums = [np.maximum(side.sum(axis=1), 1e-12) for side in expected]
    extra = np.zeros(len(counts))
    for weeks, side, whole in zip(window, expected, sums, strict=True):
        extra += ((side / whole[:, None]) ** 2 * (excess[:, weeks] + found.log_variance[weeks])).sum(axis=1)
    ratio = sums[0] / sums[1]
    return Comparison(a, b, b * ratio, rate_ratios(a, b, ratio, extra))


def scan(counts: np.ndarray, found: Exposure, excess: np.ndarray, windows: Sequence[Window]) -> Scan:
    """The comparison of every window, and one p-value for all of them together.

    A window-limited scan for a change at an unknown week (Lai 1995), each step tested exactly given its sum. Simes'
    p-value, min over k of K p_(k) / k, allows for the K tries; it holds for windows that share weeks, as those are
    positively dependent (Sarkar 1998).
    """
    comparisons = tuple(compare(counts, found, excess, window) for window in windows)
    p_values = np.stack([comparison.test.p_value for comparison in comparisons])
    tries = len(comparisons)
    ordered = np.sort(p_values, axis=0) * tries / np.arange(1, tries + 1)[:, None]
    return Scan(comparisons, ordered.min(axis=0).clip(max=1.0), p_values.argmin(axis=0))
