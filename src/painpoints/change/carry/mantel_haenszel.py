"""Risk ratios over strata, for many outcomes at once, where one customer may stand in several rows.

Estimate: Mantel & Haenszel (1959), as a ratio of risks (Greenland & Robins 1985). Interval: the values of the ratio
that its score test does not reject (Gart 1985), the variance enlarged by the design effect of customers with several
rows (Rao & Scott 1992). It needs no half counts: with no event in a group it is still one-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.rank.stats import Z_95

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["StratifiedRatio", "stratified_ratio"]

_WIDEST = np.log(1e4)
"""ratios are looked for between 1/10,000 and 10,000; a limit beyond is written as 0 or infinity"""
_HALVINGS = 30
"""of that range: a limit is exact to seven digits"""


@dataclass(frozen=True)
class StratifiedRatio:
    """One value an outcome, in the order given: float64[outcomes], counts included.

    `ratio` is nan where nobody had the outcome. `events` are those of the exposed rows; `expected` is how many there
    would be if exposure made no difference, in the exposed or in the other rows, whichever is less. `n_exposed` and
    `n_unexposed` count customers in strata that hold both groups: others tell nothing.
    """

    ratio: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p_value: NDArray[np.float64]
    events: NDArray[np.float64]
    expected: NDArray[np.float64]
    design_effect: NDArray[np.float64]
    n_exposed: int
    n_unexposed: int


@dataclass(frozen=True)
class _Counts:
    """Rows a stratum (exposed, not exposed), and rows with the outcome: float64[strata, 1 or outcomes]."""

    rows1: NDArray[np.float64]
    rows0: NDArray[np.float64]
    events1: NDArray[np.float64]
    events0: NDArray[np.float64]

    @property
    def rows(self) -> NDArray[np.float64]:
        return self.rows1 + self.rows0

    def base_risk(self, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """Risk of those not exposed, were `ratio` true."""
        return (self.events1 + self.events0) / (ratio * self.rows1 + self.rows0)

    def score(self, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ (a N0 − R b N1) / N: positive where the data say more than `ratio`."""
        return np.asarray(
            ((self.events1 * self.rows0 - ratio * self.events0 * self.rows1) / self.rows).sum(axis=0)
        )

    def variance(self, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the score, were `ratio` true. At 1 it is the hypergeometric variance of Mantel & Haenszel."""
        base = self.base_risk(ratio)
        own = self.rows0**2 * self.rows1 * ratio * base * np.clip(1 - ratio * base, 0, None)
        other = ratio**2 * self.rows1**2 * self.rows0 * base * np.clip(1 - base, 0, None)
        return np.asarray(((own + other) / (self.rows * (self.rows - 1))).sum(axis=0))


def stratified_ratio(
    stratum: NDArray[np.int64],
    exposed: NDArray[np.bool_],
    happened: NDArray[np.bool_],
    customer: NDArray[np.int64],
) -> StratifiedRatio:
    """Risk of each outcome in exposed rows against those that are not, within strata.

    `stratum`, `exposed`, `customer`: one value a row; `happened`: ``bool[rows, outcomes]``. Rows of one customer
    must come one after another. Raises ValueError where the lengths differ.
    """
    if not len(stratum) == len(exposed) == len(happened) == len(customer):
        raise ValueError(
            f"{len(stratum)} strata, {len(exposed)} exposures, {len(happened)} outcomes, {len(customer)} customers"
        )
    place = _places_with_both(stratum, exposed)
    both = place >= 0
    place, exposed, happened, customer = place[both], exposed[both], happened[both], customer[both]
    events = np.nonzero(happened)
    counts = _counted(place, exposed, events, happened.shape[1])
    ratio, expected = _estimate(counts)
    design = _design_effect(counts, ratio, place, exposed, events, customer)
    low, high = _limits(counts, design)
    low, high = np.where(np.isnan(ratio), 0.0, low), np.where(np.isnan(ratio), np.inf, high)
    return StratifiedRatio(
        ratio,
        low,
        high,
        _p_values(counts, design),
        counts.events1.sum(axis=0),
        expected,
        design,
        _distinct(customer[exposed]),
        _distinct(customer[~exposed]),
    )


def _places_with_both(stratum: NDArray[np.int64], exposed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number from 0 for each stratum with exposed and other rows, -1 for the rest; a value a row."""
    size = int(stratum.max(initial=-1)) + 1
    both = (np.bincount(stratum[exposed], minlength=size) > 0) & (
        np.bincount(stratum[~exposed], minlength=size) > 0
    )
    return np.where(both, np.cumsum(both) - 1, -1)[stratum]


def _distinct(customer: NDArray[np.int64]) -> int:
    """Customers, given one after another."""
    return int(np.count_nonzero(customer[1:] != customer[:-1])) + 1 if len(customer) else 0


def _counted(
    place: NDArray[np.int64],
    exposed: NDArray[np.bool_],
    events: tuple[NDArray[np.int64], ...],
    outcomes: int,
) -> _Counts:
    size = int(place.max(initial=-1)) + 1
    rows = [np.bincount(place[group], minlength=size)[:, None].astype(float) for group in (exposed, ~exposed)]
    row, outcome = events
    cell = place[row] * outcomes + outcome
    counted = [
        np.bincount(cell[group], minlength=size * outcomes).reshape(size, outcomes).astype(float)
        for group in (exposed[row], ~exposed[row])
    ]
    return _Counts(rows[0], rows[1], counted[0], counted[1])


def _estimate(counts: _Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ratio and the expected events."""
    seen = (counts.events1 * counts.rows0 / counts.rows).sum(axis=0)
    awaited = (counts.events0 * counts.rows1 / counts.rows).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((seen == 0) & (awaited == 0), np.nan, seen / awaited)
    share = (counts.events1 + counts.events0) / counts.rows
    return ratio, np.minimum((counts.rows1 * share).sum(axis=0), (counts.rows0 * share).sum(axis=0))


def _design_effect(
    counts: _Counts,
    ratio: NDArray[np.float64],
    place: NDArray[np.int64],
    exposed: NDArray[np.bool_],
    events: tuple[NDArray[np.int64], ...],
    customer: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Variance of the score by customers over that by rows; at least 1, as rows of one customer seldom disagree.

    A row adds its weight times (event − risk) to the score: the weight is N0/N, for rows not exposed −R N1/N.
    """
    from scipy.sparse import csr_matrix

    if not len(place):
        return np.ones(len(ratio))
    at = np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)
    base = counts.base_risk(at)
    own, risk = np.broadcast_to(counts.rows0 / counts.rows, base.shape), at * base
    weight, chance = np.vstack([-at * (1 - own), own]), np.vstack([base, risk])
    size, outcomes = base.shape
    cell = place + size * exposed
    row, outcome = events
    starts = np.flatnonzero(np.r_[True, customer[1:] != customer[:-1]])
    person = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(customer)]))
    stood = csr_matrix((np.ones(len(cell)), cell, np.r_[starts, len(cell)]), shape=(len(starts), 2 * size))
    happened = np.bincount(
        person[row] * outcomes + outcome, weights=weight[cell[row], outcome], minlength=len(starts) * outcomes
    )
    by_customer = ((happened.reshape(-1, outcomes) - stood @ (weight * chance)) ** 2).sum(axis=0)
    seen, rows = np.vstack([counts.events0, counts.events1]), np.vstack([counts.rows0, counts.rows1])
    by_row = (weight**2 * (seen * (1 - 2 * chance) + rows * chance**2)).sum(axis=0)
    effect = np.divide(by_customer, by_row, out=np.ones(outcomes), where=by_row > 0)
    return np.asarray(np.maximum(1.0, effect))


def _limits(counts: _Counts, design: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of the 95 % interval, by halving the range of log ratios."""
    ends = []
    for sign in (1.0, -1.0):
        below = np.full(len(design), -_WIDEST)
        above = np.full(len(design), _WIDEST)
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            ratio = np.exp(middle)
            score, error = counts.score(ratio), np.sqrt(counts.variance(ratio) * design)
            too_small = score > sign * Z_95 * error
            below, above = np.where(too_small, middle, below), np.where(too_small, above, middle)
        ends.append((below + above) / 2)
    low = np.where(ends[0] <= -_WIDEST * 0.999, 0.0, np.exp(ends[0]))
    high = np.where(ends[1] >= _WIDEST * 0.999, np.inf, np.exp(ends[1]))
    return low, high


def _p_values(counts: _Counts, design: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two-sided, of a ratio of 1: the test of Mantel & Haenszel without continuity correction."""
    from scipy.stats import norm

    one = np.ones(len(design))
    error = np.sqrt(counts.variance(one) * design)
    z = np.divide(counts.score(one), error, out=np.zeros(len(design)), where=error > 0)
    return np.asarray(2 * norm.sf(np.abs(z)))
