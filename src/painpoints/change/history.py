"""Feedback over weeks: which item told which theme, when. What trends, initiatives and drivers are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.journey import Journey

__all__ = ["COUNTED_LABELS", "History", "iso_week", "make_history", "week_start", "weeks_between"]

COUNTED_LABELS = (
    "sentiment", "kind", "severity", "touchpoint", "stage",
    "expectation_gap", "churn", "competitor", "effort",
)  # fmt: skip


@dataclass(frozen=True)
class History:
    """What was known at one moment, oldest first.

    ``items``, RangeIndex, one row a feedback item: ITEM_COLUMNS of `painpoints.schema` without the text, and
    ``week`` (ISO, ``2026-W05``; '' where the item has no date) and ``voice`` (one customer, or one item where the
    customer is unknown). ``mentions``, one row a segment: ``item`` (position in `items`), ``theme_id`` ('' in no theme),
    ``sentiment``, ``kind``, ``severity``, ``touchpoint``, ``stage``, flags, as `classify` gives them. ``themes``, one row a
    theme: ``theme_id, polarity`` (pain, praise), ``name_vi, name_en, touchpoint, owner``. ``weeks``: every ISO week from the
    first with items to the one reported on, without gaps; items of other weeks are not counted anywhere.
    """

    items: pd.DataFrame
    mentions: pd.DataFrame
    themes: pd.DataFrame
    weeks: tuple[str, ...]

    def items_of(self, theme_id: str) -> np.ndarray:
        """Positions of the items that tell a theme, each once, in order."""
        own = self.mentions.loc[self.mentions["theme_id"] == theme_id, "item"]
        return np.unique(own.to_numpy(dtype=int))

    def week_numbers(self) -> np.ndarray:
        """``int64[n items]``: position of each item's week in `weeks`, -1 outside them."""
        place = {week: i for i, week in enumerate(self.weeks)}
        return self.items["week"].map(lambda week: place.get(week, -1)).to_numpy(dtype=np.int64)


def make_history(
    items: pd.DataFrame,
    segments: pd.DataFrame,
    theme_ids: Sequence[str],
    themes: pd.DataFrame,
    journey: Journey,
    last_week: str = "",
    zone: str = "UTC",
) -> History:
    """The history of `items` and their labelled `segments`, as `run` has them.

    ``theme_ids`` is aligned with ``segments``; ``themes`` has ``theme_id, polarity, name_vi, name_en`` and, if known,
    ``touchpoint`` (else that of most of its segments is taken). `last_week` is the week reported on (default: that
    of the latest item), `zone` where the customers live. Raises ValueError where ``theme_ids`` and ``segments`` differ
    in length.
    """
    if len(theme_ids) != len(segments):
        raise ValueError(f"{len(theme_ids)} theme ids for {len(segments)} segments")
    mentions = segments[["item"]].assign(theme_id=list(theme_ids))
    for name in COUNTED_LABELS:
        mentions[name] = segments[name].to_numpy()
    mentions = mentions.reset_index(drop=True)
    week = items["week"] if "week" in items else iso_week(items["created_at"], zone)
    customer = items["customer_id"].fillna("").astype(str)
    own = "i:" + pd.Series(np.arange(len(items)), index=items.index).astype(str)
    known = items.drop(columns=["text", "agent_reply", "customer_name"], errors="ignore").assign(
        week=week, voice=np.where(customer != "", "c:" + customer, own)
    )
    dated = sorted(w for w in set(week) if w and (not last_week or w <= last_week))
    weeks = weeks_between(dated[0], last_week or dated[-1]) if dated else ()
    return History(known.reset_index(drop=True), mentions, _placed(themes, mentions, journey), weeks)


def _placed(themes: pd.DataFrame, mentions: pd.DataFrame, journey: Journey) -> pd.DataFrame:
    """``theme_id, polarity, name_vi, name_en, touchpoint, owner``."""
    told = mentions[(mentions["theme_id"] != "") & (mentions["touchpoint"] != "")]
    most = told.groupby("theme_id")["touchpoint"].agg(_commonest).to_dict()
    given = themes["touchpoint"].fillna("") if "touchpoint" in themes else [""] * len(themes)
    ids = themes["theme_id"].tolist()
    touchpoint = pd.Series(
        [own or most.get(t, "") for t, own in zip(ids, given, strict=True)], index=themes.index, dtype=object
    )
    owners = {t.id: t.owner for t in journey.touchpoints}
    columns = ["theme_id", "polarity", "name_vi", "name_en"]
    placed = themes[columns].assign(touchpoint=touchpoint, owner=touchpoint.map(lambda t: owners.get(t, "")))
    return placed.reset_index(drop=True)


def iso_week(moments: pd.Series, zone: str = "UTC") -> pd.Series:
    """``2026-W05`` of each moment in a time zone, '' of NaT."""
    calendar = pd.to_datetime(moments, utc=True).dt.tz_convert(zone).dt.isocalendar()
    year, week = calendar["year"].astype("Int64").astype(str), calendar["week"].astype("Int64").astype(str)
    named = year + "-W" + week.str.zfill(2)
    return named.where(calendar["year"].notna(), "").astype(object)


def week_start(week: str) -> pd.Timestamp:
    """Monday of an ISO week, UTC. Raises ValueError where it is none."""
    import datetime as dt

    year, _, number = week.partition("-W")
    return pd.Timestamp(dt.date.fromisocalendar(int(year), int(number), 1), tz="UTC")


def weeks_between(first: str, last: str) -> tuple[str, ...]:
    """Every ISO week from `first` to `last`, both included."""
    starts = pd.date_range(week_start(first), week_start(last), freq="7D")
    return tuple(iso_week(pd.Series(starts))) if len(starts) else ()


def _commonest(labels: pd.Series) -> str:
    """The label that most have; the first of the alphabet where several are as common."""
    return str(labels.value_counts().sort_index().idxmax())
