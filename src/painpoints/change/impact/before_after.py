"""Rates before and after: ratio, ratio of ratios against a control group, slope, power. Sources: docs/methods-weeks.md."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from painpoints.change.impact.theme_counts import GroupCounts, Noise, pearson
from painpoints.rank.stats import Z_95

__all__ = [
    "Z_ONE_SIDED",
    "Comparison",
    "Series",
    "compare",
    "detectable_ratio",
    "log_slope",
    "without_slope",
]

Z_ONE_SIDED = 1.6448536269514722
"""of a one-sided test at 5 %"""


@dataclass(frozen=True)
class Series:
    """Weekly counts that are compared: one series with its exposure, or beside it a control group.

    All ``float64[n weeks]``. With `groups`, `counts` are the treated group's.
    """

    counts: np.ndarray
    exposures: np.ndarray
    groups: GroupCounts | None = None

    @property
    def usable(self) -> np.ndarray:
        """Weeks in which something could have been counted."""
        found: np.ndarray = self.exposures > 0
        if self.groups is not None:
            found = found & (self.groups.treated_other > 0) & (self.groups.control_other > 0)
        return found


@dataclass(frozen=True)
class Comparison:
    """Rate in the later weeks over that in the earlier ones, with its 95 % interval and two-sided p.

    ``expected_ratio`` is what later over earlier count would be if nothing had changed; `dispersion` variance over mean of
    a count, what drift adds included; `other_variance` what a control group adds to the log ratio's variance.
    """

    before: int
    after: int
    expected_ratio: float
    ratio: float
    low: float
    high: float
    p_value: float
    dispersion: float
    other_variance: float = 0.0

    def log_error(self, falling: bool) -> float:
        """Standard error of the log ratio on the side where it matters: towards 1."""
        bound = self.high if falling else self.low
        return abs(math.log(bound) - math.log(self.ratio)) / Z_95 if 0 < bound < math.inf else math.inf

    def interval(self, z: float) -> tuple[float, float]:
        """The interval that reaches `z` standard errors to either side."""
        down, up = (z * self.log_error(falling) for falling in (False, True))
        return self.ratio * math.exp(-down), (self.ratio * math.exp(up) if up < math.inf else math.inf)


def compare(
    series: Series, first: np.ndarray, second: np.ndarray, noise: Noise, prior_weeks: float
) -> Comparison | None:
    """Weeks `second` against weeks `first` (positions). None where a side has no exposure or nothing was ever counted."""
    counts = series.counts
    before, after = float(counts[first].sum()), float(counts[second].sum())
    e_before, e_after = float(series.exposures[first].sum()), float(series.exposures[second].sum())
    if before + after == 0 or e_before <= 0 or e_after <= 0:
        return None
    dispersion, freedom = _dispersion(series, first, second, noise, prior_weeks)
    widening = (_t_quantile(freedom) / Z_95) ** 2
    if series.groups is not None:
        return _against_control(series.groups, first, second, dispersion * widening)
    drift = noise.drift / (1 / (before + 0.5) + 1 / (after + 0.5))
    return _plain(before, after, e_after / e_before, dispersion * widening + drift)


def _dispersion(
    series: Series, first: np.ndarray, second: np.ndarray, noise: Noise, prior_weeks: float
) -> tuple[float, float]:
    """Variance over mean within the windows, drawn towards what is usual for such counts; at least 1."""
    squares, freedom = 0.0, 0
    for weeks in (first, second):
        groups = series.groups
        found = (
            pearson(series.counts[weeks], series.exposures[weeks])
            if groups is None
            else _split_pearson(groups, weeks)
        )
        squares, freedom = squares + found[0], freedom + found[1]
    weeks_in_all = len(first) + len(second)
    usual = noise.dispersion(float(series.counts[first].sum() + series.counts[second].sum()) / weeks_in_all)
    prior = min(prior_weeks, noise.weeks)
    if prior + freedom == 0:
        return max(1.0, usual), math.inf
    return max(1.0, (prior * usual + squares) / (prior + freedom)), prior + freedom


def _split_pearson(groups: GroupCounts, weeks: np.ndarray) -> tuple[float, int]:
    """Pearson's X² of how each week's items split between the groups: luck that both share cancels in their ratio."""
    treated, control = groups.treated[weeks], groups.control[weeks]
    if treated.sum() == 0 or control.sum() == 0:
        return 0.0, 0
    odds = groups.treated_other[weeks] * treated.sum() / groups.treated_other[weeks].sum()
    against = groups.control_other[weeks] * control.sum() / groups.control_other[weeks].sum()
    share = odds / (odds + against)
    told = treated + control
    used = told > 0
    squares = (treated - told * share)[used] ** 2 / (told * share * (1 - share))[used]
    return float(squares.sum()), max(int(used.sum()) - 1, 0)


def _t_quantile(freedom: float) -> float:
    from scipy.stats import t

    return Z_95 if math.isinf(freedom) else float(t.ppf(0.975, freedom))


def _plain(before: float, after: float, expected: float, dispersion: float) -> Comparison:
    """The conditional test of two Poisson rates on counts divided by their dispersion; exact where that is 1."""
    from scipy.stats import beta

    a, b = after / dispersion, before / dispersion
    chance = expected / (1 + expected)
    low = 0.0 if a == 0 else float(beta.ppf(0.025, a, b + 1))
    high = 1.0 if b == 0 else float(beta.ppf(0.975, a + 1, b))
    below = 1.0 if b == 0 else float(beta.sf(chance, a + 1, b))
    above = 1.0 if a == 0 else float(beta.cdf(chance, a, b + 1))
    return Comparison(
        int(before), int(after), expected,
        (after + 0.5) / (before + 0.5) / expected,
        low / (1 - low) / expected,
        math.inf if high >= 1 else high / (1 - high) / expected,
        min(1.0, 2 * min(below, above)),
        dispersion,
    )  # fmt: skip


def _against_control(
    groups: GroupCounts, first: np.ndarray, second: np.ndarray, dispersion: float
) -> Comparison | None:
    """Ratio of ratios, log-normal: what happened where it was rolled out over what happened where it was not."""
    from scipy.stats import norm

    told = [float(g[w].sum()) for g in (groups.treated, groups.control) for w in (first, second)]
    other = [float(g[w].sum()) for g in (groups.treated_other, groups.control_other) for w in (first, second)]
    if min(other) <= 0 or told[0] + told[1] == 0 or told[2] + told[3] == 0:
        return None
    expected = (told[3] + 0.5) / (told[2] + 0.5) * (other[1] / other[0]) / (other[3] / other[2])
    ratio = (told[1] + 0.5) / (told[0] + 0.5) / expected
    beside = dispersion * sum(1 / (n + 0.5) for n in told[2:]) + sum(1 / n for n in other)
    error = math.sqrt(dispersion * sum(1 / (n + 0.5) for n in told[:2]) + beside)
    p_value = float(2 * norm.sf(abs(math.log(ratio)) / error))
    return Comparison(
        int(told[0]), int(told[1]), expected, ratio,
        ratio * math.exp(-Z_95 * error), ratio * math.exp(Z_95 * error), p_value, dispersion, beside,
    )  # fmt: skip


def avoided(found: Comparison) -> tuple[float, float, float]:
    """Items to be expected after less those that came: estimate, and its 95 % interval.

    Exact Poisson intervals (Garwood 1936) of the two counts, divided by their dispersion, joined by the method of variance
    estimates recovery (Zou & Donner 2008).
    """
    (before_low, before_high), (after_low, after_high) = (
        _count_interval(n, found.dispersion) for n in (found.before, found.after)
    )
    expected = found.expected_ratio * found.before
    beside = expected * Z_95 * math.sqrt(found.other_variance)
    down = (expected - found.expected_ratio * before_low, beside, after_high - found.after)
    up = (found.expected_ratio * before_high - expected, beside, found.after - after_low)
    middle = expected - found.after
    return middle, middle - math.hypot(*down), middle + math.hypot(*up)


def _count_interval(count: int, dispersion: float) -> tuple[float, float]:
    from scipy.stats import gamma

    scaled = count / dispersion
    low = float(gamma.ppf(0.025, scaled)) if count else 0.0
    return low * dispersion, float(gamma.ppf(0.975, scaled + 1)) * dispersion


def log_slope(series: Series, weeks: np.ndarray, dispersion: float) -> tuple[float, float] | None:
    """Change of the log rate a week and its standard error, by quasi-Poisson regression over `weeks`.

    With a control group: the difference of the two slopes. None with under three weeks or nothing counted.
    """
    if series.groups is None:
        return _slope(series.counts[weeks], series.exposures[weeks], weeks, dispersion)
    groups = series.groups
    treated = _slope(groups.treated[weeks], groups.treated_other[weeks], weeks, dispersion)
    control = _slope(groups.control[weeks], groups.control_other[weeks], weeks, dispersion)
    if treated is None or control is None:
        return None
    return treated[0] - control[0], math.hypot(treated[1], control[1])


def _slope(
    counts: np.ndarray, exposures: np.ndarray, weeks: np.ndarray, dispersion: float
) -> tuple[float, float] | None:
    """Newton's method on the likelihood given the total count (multinomial over weeks), halved steps beyond ±1."""
    used = exposures > 0
    counts, exposures, at = counts[used], exposures[used], weeks[used].astype(float)
    total = float(counts.sum())
    if len(counts) < 3 or total == 0:
        return None
    at = at - at.mean()
    slope, spread = 0.0, 0.0
    for _ in range(30):
        shares = exposures * np.exp(slope * at)
        shares /= shares.sum()
        mean = float(shares @ at)
        spread = max(float(shares @ (at - mean) ** 2), 1e-6)
        step = (float(counts @ at) / total - mean) / spread
        slope = float(np.clip(slope + np.clip(step, -0.5, 0.5), -2.0, 2.0))
        if abs(step) < 1e-8:
            break
    return slope, math.sqrt(dispersion / (total * spread))


def without_slope(found: Comparison, slope: float, error: float, weeks_apart: float, falling: bool) -> float:
    """One-sided 95 % bound, towards 1, of the ratio against the slope drawn on instead of against the level before."""
    centre = math.log(found.ratio) - slope * weeks_apart
    half = Z_ONE_SIDED * math.hypot(found.log_error(falling), weeks_apart * error)
    return math.exp(min(centre + half, 700.0)) if falling else math.exp(max(centre - half, -700.0))


def detectable_ratio(found: Comparison, power: float) -> float:
    """The mildest fall, as a ratio, that would have been significant with this chance; 0 where none would."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    needed = Z_95 + float(norm.ppf(power))

    def short(log_ratio: float) -> float:
        return -log_ratio - needed * _error_at(math.exp(log_ratio), found)

    if found.before == 0:
        return 0.0
    grid = -np.linspace(0.001, 6.0, 600)
    reached = np.flatnonzero([short(float(x)) >= 0 for x in grid])
    if len(reached) == 0:
        return 0.0
    at = int(reached[0])
    return math.exp(float(brentq(short, grid[at], grid[at - 1]))) if at else math.exp(float(grid[0]))


def _error_at(ratio: float, found: Comparison) -> float:
    """Standard error of the log ratio that would go with a true ratio; infinite where nothing was counted before."""
    if found.before == 0:
        return math.inf
    told = 1 / found.before + 1 / (found.before * found.expected_ratio * ratio)
    return math.sqrt(found.dispersion * told + found.other_variance)
