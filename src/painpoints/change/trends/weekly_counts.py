"""Items a theme, channel and week: what weekly trends are counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from painpoints.change.history import History

__all__ = ["WeeklyCounts", "weekly_counts"]


@dataclass(frozen=True)
class WeeklyCounts:
    """Counts of T themes in C channels over W weeks.

    ``items`` int64[T, C, W]: distinct items that tell the theme. ``volume`` int64[C, W]: all items, with a theme or
    without. ``segments`` int64[T, W]. A channel's place says nothing but that its items belong together.
    """

    theme_ids: tuple[str, ...]
    weeks: tuple[str, ...]
    items: np.ndarray
    volume: np.ndarray
    segments: np.ndarray


def weekly_counts(history: History, max_channels: int) -> WeeklyCounts:
    """The counts of a history. Items without a date, or outside its weeks, are not counted.

    Channels are told apart in the order in which they appear (those of one week by name), the ones beyond
    `max_channels` as one, so that a channel to come cannot change what is said of the past.
    """
    theme_ids = tuple(str(theme) for theme in history.themes["theme_id"])
    week = history.week_numbers()
    channel = _channel_numbers(history.items, week, max_channels)
    shape = (len(theme_ids), int(channel.max(initial=0)) + 1, len(history.weeks))
    volume = np.zeros(shape[1:], dtype=np.int64)
    counted = week >= 0
    np.add.at(volume, (channel[counted], week[counted]), 1)
    told = _told(history.mentions, theme_ids, week)
    segments = np.zeros((shape[0], shape[2]), dtype=np.int64)
    np.add.at(segments, (told["theme"].to_numpy(), week[told["item"].to_numpy()]), 1)
    once = told.drop_duplicates()
    item = once["item"].to_numpy()
    items = np.zeros(shape, dtype=np.int64)
    np.add.at(items, (once["theme"].to_numpy(), channel[item], week[item]), 1)
    return WeeklyCounts(theme_ids, history.weeks, items, volume, segments)


def _told(mentions: pd.DataFrame, theme_ids: tuple[str, ...], week: np.ndarray) -> pd.DataFrame:
    """``theme`` (position in `theme_ids`) and ``item`` of each segment that is in a theme and in a week."""
    place = {theme: at for at, theme in enumerate(theme_ids)}
    theme = mentions["theme_id"].map(lambda name: place.get(name, -1)).to_numpy(dtype=np.int64)
    item = mentions["item"].to_numpy(dtype=np.int64)
    used = theme >= 0
    used[used] = week[item[used]] >= 0
    return pd.DataFrame({"theme": theme[used], "item": item[used]})


def _channel_numbers(items: pd.DataFrame, week: np.ndarray, max_channels: int) -> np.ndarray:
    """``int64[n items]``, 0 throughout where the export has no channels."""
    if "channel" not in items or not (week >= 0).any():
        return np.zeros(len(items), dtype=np.int64)
    name = items["channel"].fillna("").astype(str)
    seen = pd.DataFrame({"name": name, "week": week})[week >= 0]
    first = seen.sort_values(["week", "name"]).drop_duplicates("name")
    place = {channel: min(at, max_channels - 1) for at, channel in enumerate(first["name"])}
    return name.map(lambda channel: place.get(channel, 0)).to_numpy(dtype=np.int64)
