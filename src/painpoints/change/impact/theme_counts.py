"""Weekly counts of themes with their exposures, and how much they scatter beyond chance. Sources: docs/methods-weeks.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.impact.stable_themes import stable_factors
from painpoints.ingest.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.change.history import History
    from painpoints.change.impact.initiatives import ControlGroup
    from painpoints.settings import ImpactSettings

__all__ = [
    "GroupCounts",
    "Noise",
    "WeeklyCounts",
    "estimate_noise",
    "group_counts",
    "pearson",
    "weekly_counts",
]

_PLACEBO_SHARE = 1 / 3
_CHI_SQUARE_THIRD = 0.18552600635835848
"""the value that a squared standard normal is below with that chance"""


@dataclass(frozen=True)
class WeeklyCounts:
    """Items that tell each theme, week by week: `counts` and `exposures` are ``float64[n themes, n weeks]``.

    An exposure is proportional to what would be counted if the theme's rate stayed the same; its unit cancels.
    """

    theme_ids: tuple[str, ...]
    counts: np.ndarray
    exposures: np.ndarray


def weekly_counts(history: History, settings: ImpactSettings) -> WeeklyCounts:
    """Counts of all themes of the history.

    Each theme has its own exposures by indirect standardisation over channels (the items that would tell it in a week if
    every channel kept its share of such items), times what the themes that stay the same say of the week
    (`stable_factors`).
    """
    weeks = len(history.weeks)
    ids = tuple(history.themes["theme_id"])
    week = history.week_numbers()
    said = _told(history, ids)
    said = said[week[said["item"].to_numpy()] >= 0]
    theme, item = said["theme"].to_numpy(), said["item"].to_numpy()
    counts = _table(theme, week[item], (len(ids), weeks))
    channel = pd.factorize(history.items["channel"].fillna(""), sort=True)[0]
    dated = week >= 0
    channels = int(channel.max(initial=0)) + 1
    volume = _table(channel[dated], week[dated], (channels, weeks))
    shares = _table(theme, channel[item], (len(ids), channels)) / np.maximum(volume.sum(axis=1), 1.0)
    shares[counts.sum(axis=1) == 0] = 1.0
    expected = shares @ volume
    return WeeklyCounts(ids, counts, expected * stable_factors(counts, expected, settings))


def _told(history: History, ids: Sequence[str]) -> pd.DataFrame:
    """``theme`` (position in `ids`) and ``item``, each pair once."""
    place = {theme: i for i, theme in enumerate(ids)}
    theme = history.mentions["theme_id"].map(place)
    known = theme.notna()
    pairs = pd.DataFrame(
        {"theme": theme[known].astype(np.int64), "item": history.mentions.loc[known, "item"].astype(np.int64)}
    )
    return pairs.drop_duplicates()


def _table(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    flat = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(float)


@dataclass(frozen=True)
class GroupCounts:
    """One theme inside and outside the groups that an initiative left out, ``float64[n weeks]`` each.

    ``*_other``: items of the group that do not tell the theme, its exposure that no change of the theme can move.
    """

    treated: np.ndarray
    treated_other: np.ndarray
    control: np.ndarray
    control_other: np.ndarray


def group_counts(
    history: History, week: np.ndarray, theme_id: str, controls: Sequence[ControlGroup]
) -> GroupCounts:
    """Counts of one theme by group. Items without a value in a named column are in neither group.

    `week`: `History.week_numbers`, which one caller needs for many themes.
    """
    control, known = _members(history.items, controls)
    tells = np.zeros(len(week), dtype=bool)
    tells[history.items_of(theme_id)] = True
    weeks = len(history.weeks)

    def counted(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(week[chosen & (week >= 0)], minlength=weeks).astype(float)

    treated = known & ~control
    return GroupCounts(
        counted(treated & tells),
        counted(treated & ~tells),
        counted(control & tells),
        counted(control & ~tells),
    )


def _members(items: pd.DataFrame, controls: Sequence[ControlGroup]) -> tuple[np.ndarray, np.ndarray]:
    """Who is in one of the groups, and of whom it is known; spelling aside from case and accents does not matter."""
    control, known = np.zeros(len(items), dtype=bool), np.ones(len(items), dtype=bool)
    for column in sorted({group.column for group in controls}):
        codes, values = pd.factorize(items[column].fillna("").astype(str))
        folded = [fold(value) for value in values]
        wanted = {fold(group.value) for group in controls if group.column == column}
        control |= np.array([value in wanted for value in folded], dtype=bool)[codes]
        known &= np.array([value != "" for value in folded], dtype=bool)[codes]
    return control & known, known


@dataclass(frozen=True)
class Noise:
    """Scatter of weekly counts, pooled over themes.

    Within a window the variance of a count is mean x (1 + `overdispersion` x mean), the negative binomial's. `drift` is the
    variance of a log rate ratio between neighbouring windows beyond that. `weeks`: degrees of freedom it rests on.
    """

    overdispersion: float
    drift: float
    weeks: float

    def dispersion(self, mean: float) -> float:
        """Variance over mean of a count of that mean."""
        return 1.0 + self.overdispersion * mean


def pearson(counts: np.ndarray, exposures: np.ndarray) -> tuple[float, int]:
    """Pearson's X² of counts at one rate, and its degrees of freedom; (0, 0) where nothing was counted."""
    used = exposures > 0
    counts, exposures = counts[used], exposures[used]
    if len(counts) < 2 or counts.sum() == 0:
        return 0.0, 0
    expected = exposures * counts.sum() / exposures.sum()
    return float(((counts - expected) ** 2 / expected).sum()), len(counts) - 1


def estimate_noise(weekly: WeeklyCounts, touched: np.ndarray, settings: ImpactSettings) -> Noise:
    """Over-dispersion from blocks of one window, drift from placebo comparisons: windows with no initiative between.

    `touched`: ``bool[n themes, n weeks]``, weeks in which an initiative for the theme began; what spans one is left out.
    """
    overdispersion, freedom = _block_overdispersion(weekly, touched, settings)
    drift = _placebo_drift(weekly, touched, overdispersion, settings)
    return Noise(overdispersion, drift, freedom)


def _block_overdispersion(
    weekly: WeeklyCounts, touched: np.ndarray, settings: ImpactSettings
) -> tuple[float, float]:
    """The overdispersion that makes the median block scatter as much as chance would have it, and the degrees of freedom.

    X² of a block over 1 + overdispersion x mean is compared with the median of its chi-square. The median, so that
    incidents and fixes within blocks do not widen every interval: a theme that has one scatters by itself.
    """
    weeks, size = weekly.counts.shape[1], settings.window_weeks
    starts = range(0, weeks - settings.min_weeks + 1, size)
    blocks = [_block_squares(weekly, touched, slice(start, start + size), settings) for start in starts]
    squares, degrees, means = np.concatenate([np.zeros((3, 0)), *blocks], axis=1)
    if len(squares) == 0:
        return 0.0, 0.0
    return _median_overdispersion(squares, degrees, means), float(degrees.sum())


def _block_squares(
    weekly: WeeklyCounts, touched: np.ndarray, span: slice, settings: ImpactSettings
) -> np.ndarray:
    """``float[3, n]``: Pearson's X², degrees of freedom, mean count of the themes with enough items in these weeks."""
    counts, exposures = weekly.counts[:, span], weekly.exposures[:, span]
    clean = ~touched[:, span].any(axis=1) & (counts.sum(axis=1) >= settings.placebo_items)
    clean &= (exposures > 0).sum(axis=1) > 1
    counts, exposures = counts[clean], exposures[clean]
    share = exposures / exposures.sum(axis=1, keepdims=True)
    expected = share * counts.sum(axis=1, keepdims=True)
    used = expected > 0
    squares = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(counts), where=used)
    degrees = used.sum(axis=1) - 1.0
    return np.stack([squares.sum(axis=1), degrees, (expected * (1 - share)).sum(axis=1) / degrees])


def _median_overdispersion(squares: np.ndarray, degrees: np.ndarray, means: np.ndarray) -> float:
    """The overdispersion ψ that makes the median of X² / (1 + ψ x mean) that of its chi-square; 0 where chance suffices.

    All ``float[n]``: Pearson's X² of counts at one rate, its degrees of freedom, the mean count. The median, so that
    incidents and fixes do not count.
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    ratios = squares / chi2.median(degrees)

    def beyond(overdispersion: float) -> float:
        return float(np.median(ratios / (1 + overdispersion * means))) - 1.0

    if beyond(0.0) <= 0:
        return 0.0
    return float(brentq(beyond, 0.0, float((ratios / means).max()), xtol=1e-9))


def _placebo_drift(
    weekly: WeeklyCounts, touched: np.ndarray, overdispersion: float, settings: ImpactSettings
) -> float:
    """The variance that makes the lower third of the squared placebo ratios, over their variance, a standard normal's.

    The lower third, so that incidents and fixes that nobody wrote down do not widen every interval, though half of the
    windows hold one.
    """
    weeks = weekly.counts.shape[1]
    size = min(settings.window_weeks, (weeks - 1) // 2)
    if size < settings.min_weeks:
        return 0.0
    counts, exposures, barred = (
        _running(a) for a in (weekly.counts, weekly.exposures, touched.astype(float))
    )
    middle = np.arange(size, weeks - size)
    before, after = (_between(counts, middle - size, middle), _between(counts, middle + 1, middle + 1 + size))
    e_before = _between(exposures, middle - size, middle)
    e_after = _between(exposures, middle + 1, middle + 1 + size)
    clean = _between(barred, middle - size, middle + 1 + size) == 0
    used = clean & (before + after >= settings.placebo_items) & (e_before > 0) & (e_after > 0)
    if used.any(axis=1).sum() < settings.placebo_themes:
        return 0.0
    a, b = after[used] + 0.5, before[used] + 0.5
    log_ratio = np.log(a / b * e_before[used] / e_after[used])
    variance = (1 + overdispersion * (a + b) / (2 * size)) * (1 / a + 1 / b)
    return _usual_drift(log_ratio**2, variance)


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _between(running: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    found: np.ndarray = running[:, last] - running[:, first]
    return found


def _usual_drift(squares: np.ndarray, variance: np.ndarray) -> float:
    from scipy.optimize import brentq

    def beyond(drift: float) -> float:
        return float(np.quantile(squares / (variance + drift), _PLACEBO_SHARE)) - _CHI_SQUARE_THIRD

    if beyond(0.0) <= 0:
        return 0.0
    high = float(squares.max()) / _CHI_SQUARE_THIRD
    found = float(brentq(beyond, 0.0, high, xtol=1e-9))
    return found if math.isfinite(found) else 0.0
