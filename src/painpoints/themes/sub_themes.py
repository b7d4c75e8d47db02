"""The finer groups within a theme: a theme is what a manager reads, a sub-theme what a team can fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from painpoints.themes.cluster import linked_levels
from painpoints.themes.ids import lasting_id, place_of
from painpoints.themes.name import NamedTheme, ThemeWords, name_themes
from painpoints.themes.quotes import most_central
from painpoints.themes.theme_words import Heard, central_texts, theme_words
from painpoints.themes.views import thinned

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.settings import ThemeSettings
    from painpoints.themes.issue_names import IssueTeller
    from painpoints.themes.sayings import Sayings

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
    sayings: Sayings
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
    looked = thinned(np.arange(len(centred)), settings.sub_theme_rows)
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


class Part(NamedTuple):
    """A finer group before it has a name: its segments' positions, and the issue that they tell where the theme does not."""

    rows: np.ndarray
    issue: tuple[str, str] | None


def parts_of(rows: np.ndarray, polarity: str, issue: tuple[str, str] | None, said: Said) -> list[Part]:
    """The finer groups of the theme that is at ``rows`` and tells the ``issue``, as `finer_groups` orders them."""
    labels = finer_groups(said.centred[rows], said.items[rows], said.settings)
    groups = [rows[labels == number] for number in range(int(labels.max(initial=-1)) + 1)]
    told = [said.teller.name(group, polarity, part=True) for group in groups]
    return [Part(group, None if own == issue else own) for group, own in zip(groups, told, strict=True)]


def sub_themes(
    theme_id: str,
    name: NamedTheme,
    polarity: str,
    rows: np.ndarray,
    parts: list[Part],
    said: Said,
    taken: set[str],
) -> tuple[SubTheme, ...]:
    """Of the theme with the segments at ``rows`` and the `parts_of` it. Their ids are added to ``taken``.

    An id follows from the theme's id, the key phrases and the most central segment.
    """
    found = []
    for (group, _), called in zip(parts, _names(name, polarity, rows, parts, said), strict=True):
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
    theme: NamedTheme, polarity: str, rows: np.ndarray, parts: list[Part], said: Said
) -> list[NamedTheme]:
    """As themes are named, but by what is commoner in the group than in the theme as a whole, without the touchpoint, which
    all of them share, and never as the theme is called; where nothing tells a group apart, its quote is the name."""
    if not parts:
        return []
    heard = said.heard
    own = heard.among(rows)
    asked = [ThemeWords(polarity, [], [], [], {}, {})]  # stands for the theme, so that its name is taken
    for group, issue in parts:
        central = central_texts(said.centred, group, said.texts, heard.langs)
        sayings = said.sayings.of(group)
        asked.append(
            theme_words(heard, group, polarity, {}, central, issue=issue, sayings=sayings, part=True)
        )
    given = [(theme.vi, theme.en), *(None for _ in parts)]
    return name_themes(asked, heard.background(own), len(own), heard.books_within(own), given)[1:]
