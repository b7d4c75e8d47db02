"""How many items of a theme a week would have had if nothing had changed: volume, channel mix, and what all themes do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from painpoints.settings import TrendSettings

__all__ = ["Exposure", "by_channel", "dispersion", "exposure", "median_factors"]

_MEDIAN_SHIFT = 1 / 6
"""of a Poisson count, the median lies a sixth below the mean, averaged over means"""


@dataclass(frozen=True)
class Exposure:
    """What T themes are compared by in the weeks of one window.

    ``expected`` float[T, V]: exposure in items, right up to a factor a theme. ``factor`` float[V]: what the median
    of ratios adds to volume and mix. ``log_variance`` float[V]: variance of the logarithm of what all themes share.
    ``excess`` float[T]: dispersion psi of a theme's weekly counts, variance = m + psi m^2 at mean m.
    """

    expected: np.ndarray
    factor: np.ndarray
    log_variance: np.ndarray
    excess: np.ndarray


def exposure(
    items: np.ndarray, volume: np.ndarray, known: np.ndarray, calm: np.ndarray, settings: TrendSettings
) -> Exposure:
    """The exposure of ``items`` [T, C, V] among ``volume`` [C, V].

    A theme is measured by what everybody else says: the volume of a channel without the theme's own items (at least
    half of it), so that an incident does not hide in the volume that it makes itself. ``known`` bool[V] are the weeks
    that the channel mix of a theme is learnt from, ``calm`` bool[V] those that the dispersion is: neither holds the
    weeks under test, else an incident would explain itself. As a week of N items tells its volume up to a squared
    variation of 1 / N only, that is part of the variance.
    """
    counts, total = items.sum(axis=1), volume.sum(axis=0).astype(float)
    others = np.maximum(volume - items, volume / 2)
    mix = by_channel(items[:, :, known], others[:, :, known], others, settings.channel_prior_items)
    factor, log_variance = median_factors(counts, mix, total, known, settings)
    expected = mix * factor
    excess = dispersion(counts[:, calm], expected[:, calm], settings)
    return Exposure(expected, factor, log_variance + 1.0 / np.maximum(total, 1.0), excess)


def by_channel(items: np.ndarray, others: np.ndarray, target: np.ndarray, prior_items: float) -> np.ndarray:
    """``float[T, V]``: items that the volumes ``target`` [T, C, V] would bring at each channel's own rate.

    Direct standardisation; ``items`` and ``others`` [T, C, W] are what the rates are learnt from. The rate of theme
    i in channel c is (y_ic + k) / (n_ic + k / p_i): a gamma prior with the theme's overall rate p_i as its mean,
    worth k items, so that a channel that hardly anybody used has the overall rate.
    """
    own, total = items.sum(axis=2), others.sum(axis=2)
    overall = (own.sum(axis=1) + 0.5) / (total.sum(axis=1) + 1.0)
    rate = (own + prior_items) / (total + prior_items / overall[:, None])
    return np.asarray(np.einsum("tc,tcv->tv", rate, target))


def median_factors(
    counts: np.ndarray, mix: np.ndarray, total: np.ndarray, known: np.ndarray, settings: TrendSettings
) -> tuple[np.ndarray, np.ndarray]:
    """``float[V]`` twice: median over themes of counts over what `mix` expects, and the variance of its logarithm.

    The median of ratios (Anders & Huber 2010 normalise so): a theme that explodes makes no other one fall. Each
    ratio weighs as its precision, the square root of the expected items. Weeks in which fewer than
    ``median_themes`` themes have ``median_items`` expected keep factor 1: volume by channel says what was expected.
    The median l of M expected items among N items scatters by s^2 = (pi / 2) / M - 1 / N around what volume says
    (that of a normal median, the items being part of the volume). It is moved one s towards volume (soft threshold,
    Donoho & Johnstone 1994), as noise in it would be noise in every theme; the variance that stays is the smaller
    of s^2 and l^2.
    """
    expected, factor, variance = mix, np.ones(counts.shape[1]), np.zeros(counts.shape[1])
    for _ in range(2):  # the second round compares with a level that the first has freed of unusual weeks
        scaled = (mix * factor)[:, known].sum(axis=1)
        level = counts[:, known].sum(axis=1) / np.where(scaled > 0, scaled, 1.0)
        expected = mix * level[:, None]
        counted = np.where(expected >= settings.median_items, expected, 0.0).sum(axis=0)
        noise = math.pi / 2 / np.maximum(counted, 1.0) - 1.0 / np.maximum(total, 1.0)
        median = np.log(_weighted_medians(counts, expected, settings))
        factor = np.exp(np.sign(median) * np.maximum(0.0, np.abs(median) - np.sqrt(np.maximum(noise, 0.0))))
        variance = np.minimum(noise, median**2)
    return factor, variance


def _weighted_medians(counts: np.ndarray, expected: np.ndarray, settings: TrendSettings) -> np.ndarray:
    """One a column, interpolated between the two ratios at the middle of the weights; 1 with too few themes."""
    counted = expected >= settings.median_items
    used = np.flatnonzero(counted.sum(axis=0) >= settings.median_themes)
    medians = np.ones(counts.shape[1])
    for week in used:
        own = counted[:, week]
        ratio = (counts[own, week] + _MEDIAN_SHIFT) / expected[own, week]
        order = np.argsort(ratio, kind="stable")
        weight = np.sqrt(expected[own, week])[order]
        middle = (np.cumsum(weight) - weight / 2) / weight.sum()
        medians[week] = np.interp(0.5, middle, ratio[order])
    return medians


def dispersion(counts: np.ndarray, expected: np.ndarray, settings: TrendSettings) -> np.ndarray:
    """``float[T]``: psi of each theme, by moments, shrunk towards that of all themes.

    Each week gives (y - m)^2 (n / (n - 1)) = m + psi m^2 on average, m from the theme's own mean over n weeks. The
    pooled psi cuts squares at nine times their expectation (three standard deviations), so that one incident does not
    excuse the next. A theme's own factor phi = sum of (y - m)^2 / m over n - 1 is worth n - 1 weeks beside the
    ``dispersion_weeks`` of 1 + psi m. Nothing is less dispersed than Poisson counts. 0 with fewer than three weeks.
    """
    weeks = counts.shape[1]
    if weeks < 3 or not counts.size:
        return np.zeros(counts.shape[0])
    total = expected.sum(axis=1)
    mean = expected * (counts.sum(axis=1) / np.where(total > 0, total, 1.0))[:, None]
    square = (counts - mean) ** 2 * weeks / (weeks - 1)
    pooled, cut = 0.0, square
    for _ in range(8):  # from above: without any cut first
        pooled = max(0.0, float((cut - mean).sum() / max((mean**2).sum(), 1e-12)))
        cut = np.minimum(square, 9.0 * (mean + pooled * mean**2) + 1.0)
    usual = mean.mean(axis=1)
    own = np.where(mean > 0, square / np.where(mean > 0, mean, 1.0), 1.0).mean(axis=1)
    worth = weeks - 1
    weight = worth + settings.dispersion_weeks
    phi = (worth * own + settings.dispersion_weeks * (1.0 + pooled * usual)) / weight
    return np.asarray(np.maximum(phi - 1.0, 0.0) / np.where(usual > 0, usual, 1.0))
