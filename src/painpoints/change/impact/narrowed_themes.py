"""Which segments of its themes an initiative is about, and whose they are where several are. Rule: docs/methods-weeks.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.impact.initiative_match import Match, Matches, centred, mean_vectors

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.change.trends.surroundings import VectorsOfItems
    from painpoints.settings import ImpactSettings

__all__ = ["Meanings", "Narrowed", "narrow_themes"]


@dataclass(frozen=True)
class Meanings:
    """What texts and themes mean, as vectors of one encoder."""

    encode: Callable[[Sequence[str]], np.ndarray]
    """texts to ``float[n, d]``"""
    texts: Mapping[str, np.ndarray]
    """theme id to ``float[n, d]``: some of its texts"""
    of_items: VectorsOfItems

    def of_theme(self, history: History, theme_id: str) -> np.ndarray:
        """``float[n, d]``: the mentions of a theme, in the history's order."""
        items = history.items_of(theme_id)
        told = history.mentions.loc[history.mentions["item"].isin(items), "theme_id"]
        found: np.ndarray = self.of_items(items)[(told == theme_id).to_numpy()]
        return found


@dataclass(frozen=True)
class Narrowed:
    """A history in which what initiatives are about is set apart within their themes, and the matches with these parts."""

    history: History
    matches: tuple[Match, ...]
    theme_of: dict[str, str]
    """part -> the theme that it is of"""
    share_of: dict[str, float]
    """part -> the share of the theme's mentions that it holds"""


def narrow_themes(
    matches: Matches, history: History, meanings: Meanings, settings: ImpactSettings
) -> Narrowed:
    """Of each theme that the user did not name, keep for an initiative the segments that are nearer to its text than nearly
    all of other themes, and nearer than to the other initiatives for the theme.

    A theme tells more than one fix is about, and what else it tells hides what became of it. Initiatives that tell the same
    share a part. Themes that a user named are left whole. Of a touchpoint taken whole, too, only what the initiative is
    about counts: else every theme of the place is a test, and what others rise or fall by is put down to it.
    """
    kept = _left_to_the_nearest(matches.matches)
    pains = set(history.themes.loc[history.themes["polarity"] == "pain", "theme_id"])
    centres = mean_vectors({theme: texts for theme, texts in meanings.texts.items() if theme in pains})
    if not centres:
        return Narrowed(history, kept, {}, {})
    mean = np.mean([*centres.values()], axis=0)
    foreign = {theme: centred(meanings.texts[theme], mean) for theme in centres}
    parts: dict[tuple[str, int], str] = {}
    share_of: dict[str, float] = {}
    for theme in sorted({m.theme_id for m in kept if m.meant and m.theme_id in centres}):
        rivals = [m.initiative for m in kept if m.theme_id == theme]
        if not all(m.meant for m in kept if m.theme_id == theme):
            continue
        told = matches.told[rivals]
        least = [_least_likeness(matches, kept, rival, foreign, settings.foreign_share) for rival in rivals]
        same = _alike(told, settings.same_likeness)
        part = _nearest(centred(meanings.of_theme(history, theme), mean) @ told.T, np.array(least), same)
        history = _with_parts(history, theme, part, same)
        for rival, number in zip(rivals, same, strict=True):
            parts[theme, rival] = _part(theme, number)
            share_of[_part(theme, number)] = float(np.mean(part == number)) if len(part) else 0.0
    found = tuple(replace(m, theme_id=parts.get((m.theme_id, m.initiative), m.theme_id)) for m in kept)
    return Narrowed(history, found, {part: theme for (theme, _), part in parts.items()}, share_of)


def _left_to_the_nearest(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Without the themes, named ones aside, that are not an initiative's nearest and nearer to another one."""
    best: dict[int, float] = {}
    nearest: dict[str, float] = {}
    for match in matches:
        if match.meant:
            likeness = match.likeness or 0.0
            best[match.initiative] = max(likeness, best.get(match.initiative, -1.0))
            nearest[match.theme_id] = max(likeness, nearest.get(match.theme_id, -1.0))
    return tuple(
        m
        for m in matches
        if not m.meant or (m.likeness or 0.0) >= min(best[m.initiative], nearest[m.theme_id])
    )


def _least_likeness(
    matches: Matches,
    kept: Sequence[Match],
    initiative: int,
    foreign: Mapping[str, np.ndarray],
    foreign_share: float,
) -> float:
    """What only `foreign_share` of the texts of themes that the initiative is not about reach."""
    own = {match.theme_id for match in kept if match.initiative == initiative}
    others = [vectors @ matches.told[initiative] for theme, vectors in foreign.items() if theme not in own]
    return float(np.quantile(np.concatenate(others), 1 - foreign_share)) if others else -1.0


def _alike(told: np.ndarray, least: float) -> np.ndarray:
    """``int[n]``: number of the group of each initiative, where those of one group tell the same."""
    from scipy.sparse.csgraph import connected_components

    groups: np.ndarray = connected_components(told @ told.T >= least, directed=False)[1]
    return groups


def _nearest(likeness: np.ndarray, least: np.ndarray, same: np.ndarray) -> np.ndarray:
    """``int[n segments]``: group of the nearest initiative, -1 where it is not near enough."""
    nearest = likeness.argmax(axis=1)
    near = likeness[np.arange(len(likeness)), nearest] >= least[nearest]
    found: np.ndarray = np.where(near, same[nearest], -1)
    return found


def _part(theme: str, number: int) -> str:
    return f"{theme}:{number}"


def _with_parts(history: History, theme: str, part: np.ndarray, same: np.ndarray) -> History:
    """The history in which the mentions of a theme tell its parts; those in none tell the theme as before."""
    mentions, themes = history.mentions, history.themes
    told = mentions["theme_id"].to_numpy(dtype=object, copy=True)
    told[told == theme] = [_part(theme, number) if number >= 0 else theme for number in part]
    mentions = mentions.assign(theme_id=told)
    row = themes[themes["theme_id"] == theme]
    parts = [row.assign(theme_id=_part(theme, number)) for number in sorted(set(same.tolist()))]
    return replace(history, mentions=mentions, themes=pd.concat([themes, *parts], ignore_index=True))
