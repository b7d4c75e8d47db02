"""Several initiatives for one theme: whose segments are whose. Rule: docs/methods-weeks.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.impact.initiative_match import Match, Matches, centred

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import ImpactSettings

__all__ = ["Shares", "share_themes"]


@dataclass(frozen=True)
class Shares:
    """A history in which a theme that several initiatives are about is several, one for each, and the matches with these."""

    history: History
    matches: tuple[Match, ...]
    theme_of: dict[str, str]
    """share -> the theme that it is a part of"""


def share_themes(
    matches: Matches,
    history: History,
    theme_vectors: Mapping[str, np.ndarray],
    segments_of: Callable[[str], np.ndarray],
    settings: ImpactSettings,
) -> Shares:
    """Give each segment of a theme that unlike initiatives are about to the initiative that it is nearest to.

    Else the windows of one end where the other begins, and two initiatives of one month say nothing of either. Themes that
    a user named are left whole, and so are those whose initiatives tell the same. `theme_vectors`: mean vector of each
    theme; `segments_of`: theme id to ``float[n, d]``, its mentions in their order.
    """
    kept = _left_to_the_nearest(matches.matches)
    contested: dict[str, list[int]] = {}
    for match in kept:
        contested.setdefault(match.theme_id, []).append(match.initiative)
    by_meaning = {t for t in contested if all(m.meant for m in kept if m.theme_id == t)}
    pains = history.themes.loc[history.themes["polarity"] == "pain", "theme_id"]
    centres = [theme_vectors[theme] for theme in pains if theme in theme_vectors]
    shares: dict[tuple[str, int], str] = {}
    for theme, rivals in contested.items():
        if len(rivals) < 2 or theme not in by_meaning or theme not in theme_vectors:
            continue
        told = matches.told[rivals]
        same = _alike(told, settings.same_likeness)
        if same.max() == 0:
            continue
        segments = centred(segments_of(theme), np.mean(centres, axis=0))
        nearest = same[(segments @ told.T).argmax(axis=1)]
        history = _split(history, theme, nearest)
        shares |= {(theme, rival): _share(theme, number) for rival, number in zip(rivals, same, strict=True)}
    found = tuple(
        replace(match, theme_id=shares.get((match.theme_id, match.initiative), match.theme_id))
        for match in kept
    )
    return Shares(history, found, {share: theme for (theme, _), share in shares.items()})


def _left_to_the_nearest(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Without the themes by meaning that are not an initiative's nearest and nearer to another one."""
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


def _alike(told: np.ndarray, least: float) -> np.ndarray:
    """``int[n]``: number of the group of each initiative, where those of one group tell the same."""
    from scipy.sparse.csgraph import connected_components

    groups: np.ndarray = connected_components(told @ told.T >= least, directed=False)[1]
    return groups


def _share(theme: str, number: int) -> str:
    return f"{theme}:{number}"


def _split(history: History, theme: str, shares: np.ndarray) -> History:
    """The history in which the mentions of a theme tell its shares."""
    mentions, themes = history.mentions.copy(), history.themes
    own = mentions["theme_id"] == theme
    mentions.loc[own, "theme_id"] = [_share(theme, number) for number in shares]
    row = themes[themes["theme_id"] == theme]
    parts = [row.assign(theme_id=_share(theme, number)) for number in range(int(shares.max()) + 1)]
    themes = pd.concat([themes[themes["theme_id"] != theme], *parts], ignore_index=True)
    return replace(history, mentions=mentions, themes=themes)
