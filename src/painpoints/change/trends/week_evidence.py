"""What the numbers of one week say about every theme, from that week and the ones before it only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.trends.drift import Comparison, Scan, Window, compare, scan
from painpoints.change.trends.exposure import Exposure, exposure
from painpoints.rank.stats import adjust_p_values

if TYPE_CHECKING:
    from painpoints.change.trends.weekly_counts import WeeklyCounts
    from painpoints.settings import TrendSettings

__all__ = ["Evidence", "SaleMemory", "remember_sale", "week_evidence"]


@dataclass(frozen=True)
class SaleMemory:
    """Items of T themes in the sale weeks so far, and what the ordinary weeks before each of them predicted."""

    items: np.ndarray
    expected: np.ndarray

    def surge(self, settings: TrendSettings) -> tuple[np.ndarray, np.ndarray]:
        """What sale weeks do to each theme: factor, and squared coefficient of variation of the next one.

        A gamma prior of mean 1 and variance ``sale_dispersion`` (shape K = 1 / variance) meets Poisson counts: mean
        (K + items) / (K + expected), squared variation 1 / (K + items), to which comes what differs from sale to
        sale. The first sale finds the prior alone, so a theme must do more than a sale may; later ones know who
        surges.
        """
        shape = 1.0 / settings.sale_dispersion
        known = settings.sale_event_dispersion * (self.items > 0)
        return (shape + self.items) / (shape + self.expected), 1.0 / (shape + self.items) + known


@dataclass(frozen=True)
class Evidence:
    """Week ``week`` (position). Arrays over T themes; ``tested`` says which were compared at all.

    ``last``: this week alone against the baseline. ``scan``: every window that was tried; ``windows``: the positions
    of its weeks. ``q_value``: over the tested themes, 1 elsewhere. ``month``: the last weeks that
    `resolved` looks at, None in a sale week; ``month_items``: all items of them. ``factor``: median of ratios of
    the week.
    """

    week: int
    tested: np.ndarray
    last: Comparison
    scan: Scan
    windows: tuple[Window, ...]
    q_value: np.ndarray
    month: Comparison | None
    month_items: float
    factor: float


def week_evidence(
    counts: WeeklyCounts, week: int, sale: np.ndarray, memory: SaleMemory, settings: TrendSettings
) -> Evidence | None:
    """The evidence of one week; None without items in it or with too few ordinary weeks before it.

    Ordinary weeks are those with items that are no sale weeks. The baseline is the last ``baseline_weeks`` of them
    before the recent window, at most ``reach_weeks`` back, so that nothing lies between the two but sale weeks. In
    an ordinary week every length of ``scan_weeks`` is tried; in a sale week only that week itself, its expectation
    multiplied by the theme's surge in earlier sale weeks and its dispersion raised (`SaleMemory.surge`).
    """
    total = counts.volume.sum(axis=0)
    before = np.flatnonzero(~sale[:week] & (total[:week] > 0))
    before = before[before >= week - settings.reach_weeks]
    if total[week] == 0 or len(before) < settings.min_baseline_weeks:
        return None
    kept = max(*settings.scan_weeks, settings.resolved_weeks) - 1 + settings.baseline_weeks
    used = np.append(before[-kept:], week)
    items = counts.items[:, :, used]
    found = _exposure(items, counts.volume[:, used], settings)
    factor = float(found.factor[-1])
    own, excess = items.sum(axis=1), np.repeat(found.excess[:, None], len(used), axis=1)
    if sale[week]:
        found, excess = _in_a_sale(found, excess, memory, settings)
    windows = _windows(len(used), bool(sale[week]), settings)
    scanned = scan(own, found, excess, windows)
    last = scanned.comparisons[0]
    tested = last.recent + last.baseline >= settings.min_items
    month = None if sale[week] else _window(len(used), settings.resolved_weeks, settings)
    return Evidence(
        week,
        tested,
        last,
        scanned,
        tuple((used[recent], used[baseline]) for recent, baseline in windows),
        _q_values(scanned.p_value, tested),
        None if month is None else compare(own, found, excess, month),
        0.0 if month is None else float(total[used[month[0]]].sum()),
        factor,
    )


def remember_sale(memory: SaleMemory, evidence: Evidence, settings: TrendSettings) -> SaleMemory:
    """The memory after a sale week with this evidence."""
    surge, _ = memory.surge(settings)
    return SaleMemory(memory.items + evidence.last.recent, memory.expected + evidence.last.expected / surge)


def _exposure(items: np.ndarray, volume: np.ndarray, settings: TrendSettings) -> Exposure:
    """Mix and level from all weeks but the last, dispersion from those that no usual recent window holds."""
    weeks = np.arange(items.shape[2])
    known = weeks < len(weeks) - 1
    calm = weeks < len(weeks) - settings.resolved_weeks
    return exposure(
        items, volume, known, calm if calm.sum() >= settings.min_baseline_weeks else known, settings
    )


def _in_a_sale(
    found: Exposure, excess: np.ndarray, memory: SaleMemory, settings: TrendSettings
) -> tuple[Exposure, np.ndarray]:
    surge, spread = memory.surge(settings)
    expected, excess = found.expected.copy(), excess.copy()
    expected[:, -1] *= surge
    excess[:, -1] += spread
    return replace(found, expected=expected), excess


def _windows(weeks: int, sale: bool, settings: TrendSettings) -> list[Window]:
    """What is compared in the last of that many weeks: in a sale week only the week itself."""
    lengths = (1,) if sale else settings.scan_weeks
    found = (_window(weeks, length, settings) for length in lengths)
    return [window for window in found if window is not None]


def _window(weeks: int, length: int, settings: TrendSettings) -> Window | None:
    """The last `length` of the weeks, and the baseline right before them; None where that is too short."""
    start = weeks - length
    if start < settings.min_baseline_weeks:
        return None
    return np.arange(start, weeks), np.arange(max(0, start - settings.baseline_weeks), start)


def _q_values(p_values: np.ndarray, tested: np.ndarray) -> np.ndarray:
    q_values = np.ones(len(p_values))
    q_values[tested] = adjust_p_values(list(p_values[tested]))
    return q_values
