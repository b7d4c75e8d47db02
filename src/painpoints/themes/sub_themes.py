"""The finer groups within a theme: a theme is what a manager reads, a sub-theme what a team can fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.cluster import linked_levels
from painpoints.themes.ids import lasting_id, place_of
from painpoints.themes.name import NamedTheme, ThemeWords, name_themes
from painpoints.themes.quotes import most_central
from painpoints.themes.theme_words import Heard, central_texts, theme_words

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.settings import ThemeSettings
    from painpoints.themes.issue_names import IssueTeller

__all__ = ["Said", "SubTheme", "finer_groups", "parts_of", "sub_themes"]


@dataclass(frozen=True)
class SubTheme:
    """A finer group: what it is called, how large it is, its most central sentence, its segments' positions."""

    sub_theme_id: str
    name_vi: str
    name_en: str
    segments: int
    items: int
    quote: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Said:
    """All segments of a run, by position."""

    segments: pd.DataFrame
    texts: list[str]
    items: np.ndarray
    centred: np.ndarray
    """float32[n, d], unit rows around their language's mean"""
    heard: Heard
    teller: IssueTeller
    settings: ThemeSettings


def finer_groups(centred: np.ndarray, items: np.ndarray, settings: ThemeSettings) -> np.ndarray:
    """int[n]: the finer group of each segment of a theme, the one with most items first; -1 for segments in none.

    ``centred`` are unit rows around their language's mean. The groups are cut from a tree of the theme's own, by average
    linkage as the themes are: the tree that themes come from holds a sample of the distinct texts only, and merged, adopted
    and remembered members stand outside of it. A segment in no group joins the one to whose members its mean distance is
    smallest, where that is no more than the tree joins at. A theme that says one thing has no finer group.
    """
    nobody = np.full(len(centred), -1)
    if len(centred) < 2 * settings.min_segments:
        return nobody
    looked = np.unique(
        np.linspace(0, len(centred) - 1, min(len(centred), settings.sub_theme_rows)).astype(int)
    )
    view = centred[looked]
    labels = linked_levels(view @ view.T, (settings.sub_theme_distance,))[0]
    kept = _large_enough(labels, items[looked], settings)
    if len(kept) < 2:
        return nobody
    found = nobody.copy()
    for number, label in enumerate(kept):
        found[looked[labels == label]] = number
    means = np.stack([view[labels == label].mean(axis=0) for label in kept])
    likeness = centred @ means.T  # the mean cosine with a group's members is the product with their mean
    near = (found < 0) & (likeness.max(axis=1) >= 1 - settings.sub_theme_distance)
    found[near] = likeness[near].argmax(axis=1)
    return _most_items_first(found, items)


def _large_enough(labels: np.ndarray, items: np.ndarray, settings: ThemeSettings) -> list[int]:
    least = max(settings.min_segments, settings.sub_theme_share * len(labels))
    return [
        int(label)
        for label in np.flatnonzero(np.bincount(labels) >= least)
        if len(np.unique(items[labels == label])) >= settings.min_items
    ]


def _most_items_first(labels: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Renumbered by items, then segments, then first appearance."""
    sizes = [
        (-len(np.unique(items[labels == n])), -int((labels == n).sum()), int(np.argmax(labels == n)))
        for n in range(int(labels.max()) + 1)
    ]
    place = np.argsort(sorted(range(len(sizes)), key=sizes.__getitem__))
    ordered: np.ndarray = np.where(labels >= 0, place[labels], -1)
    return ordered


def parts_of(rows: np.ndarray, said: Said) -> list[np.ndarray]:
    """The positions of the segments of each finer group of the theme that is at ``rows``, as `finer_groups` orders them."""
    labels = finer_groups(said.centred[rows], said.items[rows], said.settings)
    return [rows[labels == number] for number in range(int(labels.max(initial=-1)) + 1)]


def sub_themes(
    theme_id: str,
    name: NamedTheme,
    polarity: str,
    rows: np.ndarray,
    groups: list[np.ndarray],
    said: Said,
    taken: set[str],
) -> tuple[SubTheme, ...]:
    """Of the theme with the segments at ``rows`` and the `parts_of` it. Their ids are added to ``taken``.

    An id follows from the theme's id, the key phrases and the most central segment.
    """
    found = []
    for group, called in zip(groups, _names(name, polarity, rows, groups, said), strict=True):
        centre = int(group[most_central(said.centred[group], [said.texts[row] for row in group])])
        content = [theme_id, *sorted(called.keyphrases), place_of(said.segments, centre)]
        found.append(
            SubTheme(
                lasting_id("S", content, taken),
                called.vi,
                called.en,
                len(group),
                len(np.unique(said.items[group])),
                said.texts[centre].rstrip(" ,;:."),
                tuple(group.tolist()),
            )
        )
        taken.add(found[-1].sub_theme_id)
    return tuple(found)


def _names(
    theme: NamedTheme, polarity: str, rows: np.ndarray, groups: list[np.ndarray], said: Said
) -> list[NamedTheme]:
    """As themes are named, but by what is commoner in the group than in the theme as a whole, without the touchpoint, which
    all of them share, and never as the theme is called; where nothing tells a group apart, its quote is the name."""
    if not groups:
        return []
    heard = said.heard
    own = heard.among(rows)
    of_all = said.teller.name(rows, polarity)
    asked = [ThemeWords(polarity, [], [], [], {}, {})]  # stands for the theme, so that its name is taken
    for group in groups:
        central = central_texts(said.centred, group, said.texts, heard.langs)
        issue = said.teller.name(group, polarity, part=True)
        if issue == of_all:
            issue = None
        asked.append(theme_words(heard, group, polarity, {}, central, issue=issue, part=True))
    given = [(theme.vi, theme.en), *(None for _ in groups)]
    return name_themes(asked, heard.background(own), len(own), heard.books_within(own), given)[1:]
