"""What a theme is called in a week: new, emerging, rising, steady, falling or resolved, and when that is an alert.

The first rule that fits wins, on the evidence of that week and the weeks before:

1. **new**: first told within the last 2 weeks (this one included); or told at most twice before them and at least three
   times in them. At least 4 weeks of history must lie before those 2.
2. **emerging**: rises as in 3 and was new within the last 6 weeks.
3. **rising**: q <= 0.1, the strongest window's ratio and that of the last week alone are both at least 1.2.
4. **resolved**: over the last 4 ordinary weeks at most 0.2 of the baseline, upper end of the 95 % interval at most 0.5. It
   stays so until the rate of 4 weeks is over half of that baseline's, or 1 to 3 apply.
5. **falling**: as rising, both ratios at most 1 / 1.2.
6. **steady**: everything else, also where there is too little to say anything.

An alert is a rise of a pain (1 to 3) with q <= 0.075, at least 5 items in the strongest window and a lower end of
its interval over 1.2, where what is told around the theme rises too (`Surroundings`). It is raised once: not again
until 4 weeks have passed without a rise. All numbers are settings (`TrendSettings`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from painpoints.change.trends.week_evidence import Evidence
    from painpoints.settings import TrendSettings

__all__ = ["STATUSES", "State", "best", "next_state", "recently_new"]

STATUSES = ("new", "emerging", "rising", "steady", "falling", "resolved")
_NEVER = -(10**6)


@dataclass(frozen=True)
class State:
    """Where T themes stand after a week. ``status`` str, ``alert`` bool: raised in this very week.

    ``withheld`` bool: would have been an alert, but what is told around it does not rise.
    ``gone_rate`` float: items per item before a pain was resolved, NaN where it is not. ``last_rise`` int: week of
    the last rise. ``told`` bool: this rise was an alert already.
    """

    status: np.ndarray
    alert: np.ndarray
    withheld: np.ndarray
    gone_rate: np.ndarray
    last_rise: np.ndarray
    told: np.ndarray

    @classmethod
    def start(cls, themes: int) -> State:
        """Before the first week: all steady."""
        no = np.zeros(themes, dtype=bool)
        return cls(
            np.full(themes, "steady", dtype=object),
            no,
            no,
            np.full(themes, np.nan),
            np.full(themes, _NEVER),
            no,
        )


def best(evidence: Evidence, name: str) -> np.ndarray:
    """``float[T]`` of the window with the smallest p-value: ``ratio``, ``low``, ``high`` or ``recent`` (items)."""
    windows = evidence.scan.comparisons
    values = [w.recent if name == "recent" else getattr(w.test, name) for w in windows]
    return np.asarray(np.stack(values)[evidence.scan.best, np.arange(len(evidence.tested))])


def recently_new(counts: np.ndarray, settings: TrendSettings) -> np.ndarray:
    """``bool[T, W]``: rule 1, for every week of ``counts`` [T, W]. A week's column depends on no later one."""
    so_far = np.cumsum(counts, axis=1)
    before = np.zeros_like(so_far)
    before[:, settings.new_weeks :] = so_far[:, : max(0, so_far.shape[1] - settings.new_weeks)]
    lately = so_far - before
    new = (before == 0) & (lately > 0)
    new |= (before <= settings.new_known_items) & (lately >= settings.new_items)
    new[:, : settings.min_baseline_weeks + settings.new_weeks - 1] = False
    return np.asarray(new)


def next_state(
    before: State,
    evidence: Evidence | None,
    new: np.ndarray,
    pains: np.ndarray,
    settings: TrendSettings,
    confirm: Callable[[int], bool] | None = None,
) -> State:
    """The state after a week. ``new`` bool[T, 6]: rule 1 in the last ``emerging_weeks``; ``pains`` bool[T] may alert.

    ``confirm`` is asked of every theme that would alert; what it does not confirm is not told yet.
    """
    if evidence is None:
        return _without_evidence(before, new)
    significant = (evidence.q_value <= settings.status_q) & evidence.tested
    strong, last = best(evidence, "ratio"), evidence.last.test.ratio
    up = significant & (np.minimum(strong, last) >= settings.status_ratio)
    down = significant & (np.maximum(strong, last) <= 1.0 / settings.status_ratio)
    gone_rate = _gone_rates(before.gone_rate, evidence, settings)
    gone_rate[up | new[:, -1]] = np.nan
    status = np.select(
        [new[:, -1], up & new.any(axis=1), up, ~np.isnan(gone_rate), down],
        ["new", "emerging", "rising", "resolved", "falling"],
        "steady",
    ).astype(object)
    loud = up & pains & (evidence.q_value <= settings.alert_q) & (best(evidence, "low") > settings.alert_low)
    loud &= best(evidence, "recent") >= settings.alert_items
    told = before.told & (evidence.week - before.last_rise <= settings.quiet_weeks)
    asked = loud & ~told
    alert = asked.copy()
    if confirm is not None:
        alert[asked] = [confirm(int(theme)) for theme in np.flatnonzero(asked)]
    last_rise = np.where(up, evidence.week, before.last_rise)
    return State(status, alert, asked & ~alert, gone_rate, last_rise, told | alert)


def _without_evidence(before: State, new: np.ndarray) -> State:
    """A week without items, or without enough weeks before it: nothing changes but what counts alone can say."""
    gone = ~np.isnan(before.gone_rate)
    status = np.select([new[:, -1], gone], ["new", "resolved"], "steady").astype(object)
    no = np.zeros(len(status), dtype=bool)
    return State(status, no, no, before.gone_rate, before.last_rise, before.told)


def _gone_rates(gone_rate: np.ndarray, evidence: Evidence, settings: TrendSettings) -> np.ndarray:
    """Rule 4: whose pain is gone after this week, and what its rate was before."""
    month = evidence.month
    if month is None or evidence.month_items == 0:
        return gone_rate.copy()
    now = month.recent / evidence.month_items
    stays = now <= settings.reopened_ratio * gone_rate
    ratio = month.recent / np.where(month.expected > 0, month.expected, np.inf)
    gone = (
        (month.expected > 0)
        & (ratio <= settings.resolved_ratio)
        & (month.test.high <= settings.resolved_high)
    )
    fresh = month.expected / evidence.month_items
    return np.where(stays, gone_rate, np.where(gone, fresh, np.nan))
