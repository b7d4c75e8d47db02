"""The verdict on a before/after comparison: significant, robust, and only then in words. Sources: docs/methods-weeks.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from painpoints.change.impact.before_after import Z_ONE_SIDED, Comparison, without_slope

if TYPE_CHECKING:
    from painpoints.settings import ImpactSettings

__all__ = ["Background", "verdict"]


@dataclass(frozen=True)
class Background:
    """What was going on before the initiative, which a verdict must stand up to."""

    spike: Comparison | None = None
    """after against the raised weeks that the comparison leaves out, None without a spike"""
    slope: float = 0.0
    """change of the log rate a week"""
    slope_error: float = 0.0
    weeks_apart: float = 0.0
    """between the middles of the two windows"""

    def moving(self, trend_p: float) -> bool:
        """Whether there is a slope at this two-sided level."""
        from scipy.stats import norm

        return self.slope_error > 0 and 2 * float(norm.sf(abs(self.slope) / self.slope_error)) <= trend_p


def verdict(
    found: Comparison, q_value: float, background: Background, settings: ImpactSettings, *, named: bool = True
) -> tuple[str, str]:
    """The verdict and, where it is inconclusive, the reason (a key of REASONS). `named`: the user named the theme.

    A change must be significant after correction for all comparisons, and must not be what the slope before it, or the end
    of a spike, would have brought alone. No change means that two one-sided tests at 5 % exclude more than that.
    """
    moving = background.moving(settings.trend_p)
    clear = found.high < 1 or found.low > 1
    if clear and q_value > settings.q:
        return "inconclusive", "many_tests"
    if clear and found.high < 1:
        if moving and background.slope < 0 and _bound(found, background, falling=True) >= 1:
            return "inconclusive", "already_falling"
        return ("resolved" if found.high < settings.resolved_ratio else "improved"), ""
    if clear:
        if background.spike is not None and background.spike.low <= 1:
            return "inconclusive", "after_spike"
        if moving and background.slope > 0 and _bound(found, background, falling=False) <= 1:
            return "inconclusive", "already_rising"
        return "worse", ""
    if background.spike is not None:
        return "inconclusive", "after_spike"
    room = 1.0 if named else settings.no_change_meant
    low, high = found.interval(Z_ONE_SIDED)
    if not (settings.no_change_low**room <= low and high <= settings.no_change_high**room):
        return "inconclusive", "no_power"
    # Here the usual level: a slope that is none would take away a true "no change".
    return ("inconclusive", "trend_before") if background.moving(settings.q) else ("no_change", "")


def _bound(found: Comparison, background: Background, *, falling: bool) -> float:
    return without_slope(found, background.slope, background.slope_error, background.weeks_apart, falling)
