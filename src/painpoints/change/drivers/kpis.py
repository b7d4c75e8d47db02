"""NPS, CSAT, CES and stars from the ratings of feedback items, with intervals, overall and a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.drivers.incidence import counted_items
from painpoints.rank.stats import Z_95, wilson_interval

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import DriverSettings

__all__ = ["KPIS", "KPI_COLUMNS", "Kpi", "kpi_scores", "kpi_table", "mean_interval", "net_interval"]

KPI_COLUMNS = ("kpi", "scale", "unit", "week", "n", "value", "ci_low", "ci_high")


@dataclass(frozen=True)
class Kpi:
    """A figure that managers steer by: the mean of a score that every rating of one scale gives.

    ``kind`` is ``net`` (promoters minus detractors, points), ``share`` (percent of the ratings from ``lowest`` to
    ``highest``) or ``mean`` (units of the scale). ``low`` and ``high`` bound the KPI in its own unit.
    """

    id: str
    scale: str
    kind: str
    unit: str
    low: float
    high: float
    lowest: float = 0.0
    highest: float = 0.0


KPIS = (
    Kpi("nps", "nps", "net", "points", -100, 100, lowest=7, highest=9),
    Kpi("csat", "csat5", "share", "percent", 0, 100, lowest=4, highest=5),
    Kpi("csat100", "csat100", "share", "percent", 0, 100, lowest=80, highest=100),
    Kpi("ces", "ces7", "mean", "1-7", 1, 7),
    Kpi("stars", "stars5", "mean", "stars", 1, 5),
    Kpi("low_stars", "stars5", "share", "percent", 0, 100, lowest=1, highest=2),
    Kpi("stars10", "stars10", "mean", "1-10", 1, 10),
    Kpi("binary", "binary", "share", "percent", 0, 100, lowest=1, highest=1),
)
"""one or two a scale. NPS: Reichheld (2003), a detractor rates below ``lowest``, a promoter from ``highest`` on;
CSAT: the two best answers of five; CES: mean of seven points, 7 = easy (Dixon, Freeman & Toman 2010)"""


def kpi_scores(history: History, kpi: Kpi) -> np.ndarray:
    """``float64[n items]``: what each item adds to the mean that is the KPI; NaN where it is not counted.

    NPS: 100, 0 or -100 points; a share: 100 or 0 percent; a mean: the rating as given.
    """
    scale = history.items["rating_scale"].fillna("").astype(str).to_numpy()
    rating = pd.to_numeric(history.items["rating"], errors="coerce").to_numpy(dtype=float)
    if kpi.kind == "net":
        scores = 100.0 * (rating >= kpi.highest) - 100.0 * (rating < kpi.lowest)
    elif kpi.kind == "share":
        scores = 100.0 * ((rating >= kpi.lowest) & (rating <= kpi.highest))
    else:
        scores = rating
    used = (scale == kpi.scale) & ~np.isnan(rating) & counted_items(history)
    return np.where(used, scores, np.nan)


def kpi_table(history: History, settings: DriverSettings) -> pd.DataFrame:
    """``KPI_COLUMNS``: every KPI whose scale occurs, overall (``week`` '') and in each week of the history.

    ``value`` and its 95 % interval are NaN where fewer than ``kpi_min_items`` items have a rating. Items count as
    independent: with many answers a customer the intervals are too narrow.
    """
    weeks = history.week_numbers()
    parts = []
    for kpi in KPIS:
        scores = kpi_scores(history, kpi)
        rated = ~np.isnan(scores)
        if not rated.any():
            continue
        values = np.concatenate([scores[rated], scores[rated & (weeks >= 0)]])
        group = np.concatenate([np.zeros(rated.sum(), dtype=int), weeks[rated & (weeks >= 0)] + 1])
        parts.append(_rows(kpi, values, group, ("", *history.weeks), settings.kpi_min_items))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(KPI_COLUMNS))


def _rows(
    kpi: Kpi, values: np.ndarray, group: np.ndarray, weeks: tuple[str, ...], min_items: int
) -> pd.DataFrame:
    size = len(weeks)
    count = np.bincount(group, minlength=size)
    enough = count >= min_items
    mean = np.bincount(group, values, minlength=size) / np.maximum(count, 1)
    low, high = _interval(kpi, values, group, count, mean)
    shown = [np.where(enough, figure, np.nan).round(6) for figure in (mean, low, high)]
    return pd.DataFrame(
        dict(zip(KPI_COLUMNS, (kpi.id, kpi.scale, kpi.unit, list(weeks), count, *shown), strict=True))
    )


def _interval(
    kpi: Kpi, values: np.ndarray, group: np.ndarray, count: np.ndarray, mean: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    size = len(count)
    if kpi.kind == "net":
        promoters = np.bincount(group[values > 0], minlength=size)
        detractors = np.bincount(group[values < 0], minlength=size)
        low, high = net_interval(promoters, detractors, count)
        return 100 * low, 100 * high
    if kpi.kind == "share":
        inside = np.bincount(group[values > 0], minlength=size)
        both = [wilson_interval(int(k), int(n)) for k, n in zip(inside, count, strict=True)]
        return 100 * np.array([b[0] for b in both]), 100 * np.array([b[1] for b in both])
    squares = np.bincount(group, values**2, minlength=size)
    return mean_interval(mean, squares, count, kpi.low, kpi.high)


def net_interval(
    promoters: np.ndarray, detractors: np.ndarray, count: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """95 % score interval of (promoters - detractors) / count, each ``float64[n]``; (-1, 1) without answers.

    A net share is a difference of two exclusive shares, as the difference of paired proportions is: Tango's score
    interval (1998) uses the multinomial variance at the value tested, and so stays honest for few answers and where
    nobody is a detractor. Solved by bisection.
    """
    n = np.maximum(count, 1).astype(float)
    share = (promoters - detractors) / n

    def beyond(net: np.ndarray) -> np.ndarray:
        """Squared standardised distance between the net share seen and the one assumed."""
        middle = (2 * n - promoters + detractors) * net - (promoters + detractors)
        root = np.sqrt(np.maximum(middle**2 + 8 * n * detractors * net * (1 - net), 0.0))
        least = (root - middle) / (4 * n)
        variance = np.maximum(2 * least + net * (1 - net), 1e-300)
        return np.asarray(n * (share - net) ** 2 / variance)

    ends = []
    for end in (-1.0, 1.0):
        outside, inside = np.full(len(n), end), share.copy()
        for _ in range(60):
            middle = (outside + inside) / 2
            out = beyond(middle) > Z_95**2
            outside, inside = np.where(out, middle, outside), np.where(out, inside, middle)
        ends.append(np.where(count > 0, (outside + inside) / 2, end))
    return ends[0], ends[1]


def mean_interval(
    mean: np.ndarray, squares: np.ndarray, count: np.ndarray, low: float, high: float
) -> tuple[np.ndarray, np.ndarray]:
    """Student's 95 % interval of a mean rating after adding one rating at each end of the scale, cut to the scale.

    ``mean``, ``squares`` (sum of squared ratings) and ``count`` are ``[n]``. The two added ratings (the step that
    Agresti & Coull 1998 take for shares) keep three equal ratings from looking certain; with hundreds they vanish.
    """
    from scipy.stats import t

    n = count + 2.0
    centre = (mean * count + low + high) / n
    variance = np.maximum((squares + low**2 + high**2) / n - centre**2, 0.0) * n / (n - 1)
    half = t.ppf(0.975, n - 1) * np.sqrt(variance / n)
    return np.maximum(low, centre - half), np.minimum(high, centre + half)
