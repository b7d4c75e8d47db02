"""The five parts of a score, each a plain dictionary that shows its own arithmetic.

Every part holds ``points``, ``weight`` and ``fraction`` (points = weight x fraction, to two decimals)
besides the counts that the fraction comes from. ``explain`` prints them; ``report.json`` carries them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.rank.stats import (
    RateRatio,
    adjust_p_values,
    mean_difference,
    rate_ratio,
    shrunk_mean,
    wilson_interval,
)

if TYPE_CHECKING:
    from painpoints.rank.evidence import Mentions, Window
    from painpoints.settings import RankSettings

__all__ = [
    "PARTS",
    "effective_weights",
    "kpi_part",
    "reach_part",
    "severity_part",
    "trend_parts",
    "value_part",
    "value_shares",
]

Part = dict[str, Any]
PARTS = ("reach", "severity", "trend", "kpi", "value")


def effective_weights(
    settings: RankSettings, *, dates: bool, ratings: bool, values: bool
) -> dict[str, float]:
    """Points each part can give. What a part without data would have had goes to the others in proportion.

    The weights are rounded to two decimals and still sum to exactly 100 (reach takes the rounding).
    """
    usable = {"reach": True, "severity": True, "trend": dates, "kpi": ratings, "value": values}
    nominal = {name: float(getattr(settings, f"weight_{name}")) if usable[name] else 0.0 for name in PARTS}
    total = sum(nominal.values())
    if total <= 0:
        raise ValueError("the weights of the usable score parts sum to nothing")
    weights = {name: round(100.0 * weight / total, 2) for name, weight in nominal.items()}
    weights["reach"] = round(100.0 - sum(w for name, w in weights.items() if name != "reach"), 2)
    return weights


def _part(weight: float, fraction: float, **inputs: Any) -> Part:
    fraction = min(1.0, max(0.0, fraction))
    return {
        "points": round(weight * fraction, 2),
        "weight": weight,
        "fraction": _short(fraction),
        **{name: _short(value) if isinstance(value, float) else value for name, value in inputs.items()},
    }


def _short(value: float) -> float | None:
    """Six decimals are plenty and keep the bytes equal between processors; JSON has no infinity."""
    return round(float(value), 6) if math.isfinite(value) else None


def reach_part(voices: int, of: int, weight: float, settings: RankSettings) -> Part:
    """Square root of the Wilson lower bound of the share of people who say it, against
    ``reach_full_share``.
    """
    low, high = wilson_interval(voices, of)
    share = voices / of if of else 0.0
    fraction = math.sqrt(low / settings.reach_full_share)
    return _part(
        weight,
        fraction,
        voices=voices,
        of=of,
        share=share,
        low=low,
        high=high,
        full_share=settings.reach_full_share,
    )


def severity_part(severities: np.ndarray, prior_mean: float, weight: float, settings: RankSettings) -> Part:
    """Shrunk mean severity on 1-4, mapped to 0-1; nothing where no recent segment has a severity."""
    count = len(severities)
    total = float(np.sum(severities))
    shrunk = shrunk_mean(total, count, prior_mean, settings.severity_prior) if count else 0.0
    mean = total / count if count else 0.0
    return _part(
        weight,
        (shrunk - 1) / 3 if count else 0.0,
        mean=mean,
        count=count,
        prior_mean=prior_mean,
        prior_count=settings.severity_prior,
        shrunk=shrunk,
    )


def trend_parts(
    mentions: Mentions, theme_ids: list[str], window: Window, weight: float, settings: RankSettings
) -> dict[str, Part]:
    """A part a theme: recent weeks against the weeks before, counted in items, tested over all themes at
    once.

    Points only where the rise is significant after Benjamini & Hochberg; log2 of the ratio,
    ``trend_full_ratio`` = all.
    """
    if weight <= 0 or window.end is None:
        return {theme: _part(0.0, 0.0, known=False) for theme in theme_ids}
    counts, totals = _period_counts(mentions, theme_ids, window.end, settings)
    expected = _expected_ratio(counts, totals, settings)
    tests = [rate_ratio(*counts[theme], expected) for theme in theme_ids]
    q_values = adjust_p_values([test.p_value for test in tests])
    return {
        theme: _trend_part(counts[theme], totals, expected, test, q, weight, settings)
        for theme, test, q in zip(theme_ids, tests, q_values, strict=True)
    }


def _trend_part(
    counts: tuple[int, int],
    totals: tuple[int, int],
    expected: float,
    test: RateRatio,
    q_value: float,
    weight: float,
    settings: RankSettings,
) -> Part:
    risen = q_value <= settings.trend_q and test.ratio > 1
    return _part(
        weight,
        math.log2(test.ratio) / math.log2(settings.trend_full_ratio) if risen else 0.0,
        known=sum(counts) > 0,
        recent=counts[0],
        baseline=counts[1],
        recent_items=totals[0],
        baseline_items=totals[1],
        recent_days=settings.trend_days,
        baseline_days=settings.trend_baseline_days,
        expected_ratio=expected,
        ratio=test.ratio,
        low=test.low,
        high=test.high,
        p_value=test.p_value,
        q_value=q_value,
        significant=q_value <= settings.trend_q,
        full_ratio=settings.trend_full_ratio,
    )


def _period_counts(
    mentions: Mentions, theme_ids: list[str], end: pd.Timestamp, settings: RankSettings
) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
    """Items a theme and items in all, in the recent and in the baseline period."""
    middle = end - pd.Timedelta(days=settings.trend_days)
    start = middle - pd.Timedelta(days=settings.trend_baseline_days)
    said = mentions.segments[mentions.segments["theme_id"] != ""].drop_duplicates(["theme_id", "item"])
    recent = said[(said["created_at"] >= middle) & (said["created_at"] < end)].groupby("theme_id").size()
    before = said[(said["created_at"] >= start) & (said["created_at"] < middle)].groupby("theme_id").size()
    moments = mentions.items["created_at"]
    totals = (
        int(((moments >= middle) & (moments < end)).sum()),
        int(((moments >= start) & (moments < middle)).sum()),
    )
    return {theme: (int(recent.get(theme, 0)), int(before.get(theme, 0))) for theme in theme_ids}, totals


def _expected_ratio(
    counts: dict[str, tuple[int, int]], totals: tuple[int, int], settings: RankSettings
) -> float:
    """Median of the themes' ratios, which one loud incident cannot move; with few themes the ratio of item
    counts.
    """
    large = [(a + 0.5) / (b + 0.5) for a, b in counts.values() if a + b >= 10]
    if len(large) >= settings.trend_min_themes:
        return float(np.median(large))
    return (totals[0] + 0.5) / (totals[1] + 0.5)


def kpi_part(
    with_ratings: np.ndarray, without_ratings: np.ndarray, weight: float, settings: RankSettings
) -> Part:
    """Mean rating of the items that say it minus the others', shrunk; points only where the interval is
    below zero.
    """
    found = mean_difference(with_ratings, without_ratings) if weight > 0 else None
    if found is None:
        return _part(weight, 0.0, known=False)
    shrunk = found.difference * found.with_count / (found.with_count + settings.kpi_prior_items)
    return _part(
        weight,
        -shrunk / settings.kpi_full_effect if found.high < 0 else 0.0,
        known=True,
        effect=shrunk,
        difference=found.difference,
        low=found.low,
        high=found.high,
        with_mean=found.with_mean,
        without_mean=found.without_mean,
        with_count=found.with_count,
        without_count=found.without_count,
        prior_count=settings.kpi_prior_items,
        full_effect=settings.kpi_full_effect,
    )


def value_shares(said: pd.DataFrame, values: pd.Series) -> dict[str, float]:
    """Value a theme: each customer's value is split evenly over the themes he complains of."""
    pairs = said[said["customer_id"] != ""][["theme_id", "customer_id"]].drop_duplicates()
    pairs = pairs[pairs["customer_id"].isin(values.index)]
    if pairs.empty:
        return {}
    themes_a_customer = pairs.groupby("customer_id")["theme_id"].transform("size")
    split = values.reindex(pairs["customer_id"]).to_numpy(dtype=float) / themes_a_customer.to_numpy(
        dtype=float
    )
    return {
        str(theme): float(total)
        for theme, total in pd.Series(split).groupby(pairs["theme_id"].to_numpy()).sum().items()
    }


def value_part(value: float, of: float, customers: int, weight: float, settings: RankSettings) -> Part:
    """Square root of the share of value at stake, against ``value_full_share``."""
    share = value / of if of > 0 else 0.0
    fraction = math.sqrt(share / settings.value_full_share)
    return _part(
        weight,
        fraction,
        known=weight > 0,
        value=value,
        of=of,
        share=share,
        customers=customers,
        full_share=settings.value_full_share,
    )
