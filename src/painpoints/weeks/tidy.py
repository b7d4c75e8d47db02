"""Keeping the list of themes in order: those that have become one are merged, those that fell silent are retired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.cluster import cluster_rows, minimum_size
from painpoints.themes.find import place_rows
from painpoints.themes.glossary import content_words
from painpoints.themes.views import joint_view
from painpoints.themes.words import tokens
from painpoints.weeks.themes import weeks_before

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.encoders import Encoder
    from painpoints.settings import Settings
    from painpoints.store import ThemeRegistry
    from painpoints.themes.known import KnownThemes
    from painpoints.weeks.memory import WeekMemory

__all__ = ["tidy_themes"]


def tidy_themes(
    memory: WeekMemory, registry: ThemeRegistry, week: str, encoder: Encoder, settings: Settings
) -> None:
    """Merge and retire in one transaction, with the reason in the log; a week before the last one done is left as it was."""
    if any(done >= week for done, _ in memory.reports()):
        return
    told = memory.last_told(week)
    known = registry.known(encoder)
    mergers = _mergers(known, told, registry, settings)
    with memory.workspace.transaction():
        for into, other in mergers:
            registry.merge_by_meaning(into, other, week)
        _retire(registry, told, week, settings.weeks.retire_weeks)


def _mergers(
    known: KnownThemes, told: pd.DataFrame, registry: ThemeRegistry, settings: Settings
) -> list[tuple[str, str]]:
    """Pairs (into, other) of themes that have become one, as long as few segments change their theme.

    What people pinned or named stays; the larger takes in the smaller.
    """
    sizes = dict(zip(told["theme_id"], told["segments"], strict=True))
    room = settings.weeks.merged_share * sum(sizes.values())
    kept = registry.kept_by_people()
    found = []
    for side in ("pain", "praise"):
        for group in _alike(known, side, settings):
            ordered = sorted(group, key=lambda t: (t not in kept, -sizes.get(t, 0), t))
            for other in reversed(ordered[1:]):
                size = sizes.get(other, 0)
                if other not in kept and size <= room:
                    room -= size
                    found.append((ordered[0], other))
    return found


def _alike(known: KnownThemes, side: str, settings: Settings) -> list[list[str]]:
    """Groups of two and more themes of a polarity whose texts, clustered anew, come to lie in one group."""
    ids = [theme.theme_id for theme in known.of(side)]
    rows = np.flatnonzero(known.members["theme_id"].isin(ids).to_numpy())
    if len(ids) < 2 or not len(rows):
        return []
    members = known.members.iloc[rows]
    present = sorted(set(members["theme_id"]))
    labels = members["theme_id"].map({t: n for n, t in enumerate(present)}).to_numpy(dtype=int)
    words = [tokens(text) for text in members["match_text"]]
    langs = members["lang"].astype(str).to_numpy()
    places = place_rows(members, np.arange(len(rows)))
    view = joint_view(
        known.vectors[rows], [" ".join(own) for own in words], langs, places, np.arange(len(rows)),
        settings.themes, settings.seed,
    )  # fmt: skip
    content = [content_words(own, lang) for own, lang in zip(words, langs, strict=True)]
    size = minimum_size(len(rows), settings.themes)
    found = cluster_rows(view, content, settings.themes, size)
    homes: dict[int, list[str]] = {}
    for number, theme in enumerate(present):
        own = found[labels == number]
        home, share = _home(own)
        if home >= 0 and share >= settings.weeks.merge_share:
            homes.setdefault(home, []).append(theme)
    return [themes for _, themes in sorted(homes.items()) if len(themes) > 1]


def _home(groups: np.ndarray) -> tuple[int, float]:
    """The group that most of a theme's texts are in, and the share of them that are."""
    inside = groups[groups >= 0]
    if not len(inside):
        return -1, 0.0
    counts = np.bincount(inside)
    return int(counts.argmax()), float(counts.max() / len(groups))


def _retire(registry: ThemeRegistry, told: pd.DataFrame, week: str, silent: int) -> None:
    """Log themes that have been silent for long, and those that came back."""
    limit = weeks_before(week, silent)
    retired = registry.retired()
    for theme_id, last in zip(told["theme_id"], told["last_week"], strict=True):
        if last < limit and theme_id not in retired:
            registry.log_event(week, "retire", theme_id, (), f"no item since {last}")
        elif last >= limit and theme_id in retired:
            registry.log_event(week, "new", theme_id, (), f"came back in {last} after it had been retired")
