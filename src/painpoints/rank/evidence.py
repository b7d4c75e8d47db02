"""What the data say about each theme: who, when, where, how bad. Counting only; the weighing is in
``score``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.clock import local_times

if TYPE_CHECKING:
    from painpoints.settings import RankSettings

__all__ = ["Mentions", "Window", "build_mentions", "iso_day", "leading_label", "recent_window"]


@dataclass(frozen=True)
class Mentions:
    """The run's segments and items, joined once.

    ``segments`` has theme_id, voice and dated columns added; ``items`` has voice and rating. A voice is one
    customer, or one item where the customer is unknown: the unit of reach, so that nobody counts twice.
    """

    segments: pd.DataFrame
    items: pd.DataFrame


def build_mentions(segments: pd.DataFrame, items: pd.DataFrame, theme_ids: pd.Series) -> Mentions:
    """Join segments, items and theme ids. Raises ValueError when themes and segments are not aligned."""
    if len(theme_ids) != len(segments):
        raise ValueError(f"{len(theme_ids)} theme ids for {len(segments)} segments")
    people = pd.DataFrame(
        {
            "item": np.arange(len(items)),
            "customer_id": items["customer_id"].fillna("").astype(str).str.strip().to_numpy(),
            "created_at": pd.to_datetime(items["created_at"], utc=True).to_numpy(),
            "rating": pd.to_numeric(items["rating_norm"], errors="coerce").to_numpy(dtype=float),
        }
    )
    people["created_at"] = pd.to_datetime(people["created_at"], utc=True)
    known = people["customer_id"] != ""
    people["voice"] = np.where(known, "c:" + people["customer_id"], "i:" + people["item"].astype(str))
    kept = [
        "item",
        "sentiment",
        "kind",
        "kind_p",
        "severity",
        "stage",
        "stage_p",
        "touchpoint",
        "touchpoint_p",
    ]
    joined = segments[kept].reset_index(drop=True).copy()
    joined["theme_id"] = theme_ids.to_numpy()
    for column in ("customer_id", "created_at", "rating", "voice"):
        joined[column] = people[column].to_numpy()[joined["item"].to_numpy(dtype=int)]
    joined["created_at"] = pd.to_datetime(joined["created_at"], utc=True)
    joined["severity"] = pd.to_numeric(joined["severity"], errors="coerce").astype(float)
    return Mentions(joined, people)


@dataclass(frozen=True)
class Window:
    """The recent days. Without any dates ``start`` and ``end`` are None and everything is recent."""

    start: pd.Timestamp | None
    end: pd.Timestamp | None

    @property
    def days(self) -> int | None:
        """Length in days, both ends counted."""
        return None if self.start is None or self.end is None else (self.end - self.start).days

    def holds(self, moments: pd.Series) -> np.ndarray:
        """Which of the moments lie in the window. An undated item counts as recent: leaving it out would
        hide it.
        """
        if self.start is None or self.end is None:
            return np.ones(len(moments), dtype=bool)
        inside = (moments >= self.start) & (moments < self.end)
        return np.asarray(inside | moments.isna(), dtype=bool)


def recent_window(items: pd.DataFrame, settings: RankSettings, as_of: pd.Timestamp | None) -> Window:
    """The last ``recent_days`` up to ``as_of`` (or the last date), grown until ``recent_min_items`` items
    lie in it.
    """
    dated = items["created_at"].dropna().sort_values()
    if as_of is not None:
        as_of = as_of.tz_localize("UTC") if as_of.tzinfo is None else as_of.tz_convert("UTC")
        dated = dated[dated < as_of.normalize() + pd.Timedelta(days=1)]
    if dated.empty:
        return Window(None, None)
    last = as_of if as_of is not None else dated.iloc[-1]
    end = last.normalize() + pd.Timedelta(days=1)
    start = end - pd.Timedelta(days=settings.recent_days)
    enough = dated.iloc[max(0, len(dated) - settings.recent_min_items)].normalize()
    return Window(min(start, enough), end)


def leading_label(labels: pd.Series, weights: pd.Series, majority: float) -> tuple[str, float]:
    """The label with the largest summed weight and its share; ('', share) where it holds less than
    ``majority``.

    Abstentions ('') weigh half as much as an average segment: they are no evidence for another place, but a theme
    that is mostly unplaced stays unplaced. Ties go to the first label in alphabetical order.
    """
    weight = weights.fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)
    named = (labels != "").to_numpy()
    if not named.any() or weight[named].sum() <= 0:
        return "", 0.0
    weight = np.where(named, weight, weight[named].mean() / 2)
    sums = pd.Series(weight).groupby(labels.to_numpy()).sum()
    total = float(sums.sum())
    sums = sums.drop("", errors="ignore").sort_index()
    best = str(sums.idxmax())
    share = float(sums[best]) / total
    return (best if share >= majority else ""), share


def iso_day(moment: pd.Timestamp | float | None) -> str:
    """``2025-03-31`` where the customers are, or '' for a missing moment."""
    if moment is None or pd.isna(moment):
        return ""
    return str(local_times(pd.Series([pd.Timestamp(moment)])).dt.strftime("%Y-%m-%d").iat[0])
