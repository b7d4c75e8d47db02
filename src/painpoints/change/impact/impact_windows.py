"""Which weeks are compared around an initiative, and what was going on before it. Sources: docs/methods-weeks.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.impact.before_after import Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from painpoints.change.impact.before_after import Series
    from painpoints.change.impact.theme_counts import Noise
    from painpoints.settings import ImpactSettings

__all__ = ["Windows", "choose_windows"]


@dataclass(frozen=True)
class Windows:
    """Positions of weeks in the history, ascending. The initiative's own week is in none of them."""

    before: np.ndarray
    after: np.ndarray
    earlier: np.ndarray
    """weeks that a slope before the initiative is read from; they contain `before`"""
    spike: np.ndarray
    """raised weeks directly before the initiative that are left out of `before`; mostly none"""


def choose_windows(
    series: Series, at: int, others: Iterable[int], noise: Noise, settings: ImpactSettings
) -> Windows:
    """The weeks to compare for an initiative in week `at`; `others` are the weeks of others for the same theme.

    Both sides end at their neighbours. Weeks directly before the initiative that stand out above the weeks
    before them are either a spike, which is left out, since what was picked for being high comes down by
    itself, or, if they have lasted, the level that the initiative met, to which the window is cut.
    """
    weeks = np.flatnonzero(series.usable)
    others = sorted(set(others) - {at})
    first = max([at - settings.lookback_weeks, *(other + 1 for other in others if other < at)])
    last = min([at + settings.window_weeks, *(other - 1 for other in others if other > at)])
    lookback = weeks[(weeks >= first) & (weeks < at)]
    after = weeks[(weeks > at) & (weeks <= last)]
    raised, p_value = _raised(series, lookback, noise, settings)
    if raised >= settings.level_weeks and p_value <= settings.level_p:
        level = lookback[-raised:]
        return Windows(level, after, level, level[:0])
    calm = lookback[: len(lookback) - raised]
    reach = calm[-1] - settings.window_weeks if len(calm) else 0
    return Windows(calm[calm > reach], after, calm, lookback[len(calm) :])


def _raised(
    series: Series, lookback: np.ndarray, noise: Noise, settings: ImpactSettings
) -> tuple[int, float]:
    """How many of the last weeks are raised, 0 where none is, and the one-sided p of that; the clearest length counts."""
    best: tuple[float, int] = (1.0, 0)
    for length in range(1, min(settings.raised_weeks, len(lookback) - settings.level_weeks) + 1):
        found: Comparison | None = compare(
            series, lookback[:-length], lookback[-length:], noise, settings.prior_weeks
        )
        if found is not None and found.ratio > 1:
            best = min(best, (found.p_value / 2, length))
    return (best[1], best[0]) if best[0] <= settings.raised_p else (0, 1.0)
