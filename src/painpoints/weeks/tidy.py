"""Keeping the list of themes in order: those that have become one are merged, those that have become two are split, those
that fell silent are retired. Only a few segments a week change their theme, and none that people have a say in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.cluster import cluster_rows, minimum_size
from painpoints.themes.commands import name_parts
from painpoints.themes.find import place_rows
from painpoints.themes.glossary import content_words
from painpoints.themes.issue_names import load_issue_names
from painpoints.themes.views import joint_view, unit_rows
from painpoints.themes.words import tokens
from painpoints.weeks.risen import Leaving, risen_within
from painpoints.weeks.themes import weeks_before

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from painpoints.encoders import Encoder
    from painpoints.settings import Settings, WeekSettings
    from painpoints.store import ThemeRegistry
    from painpoints.themes.issue_names import IssueNames
    from painpoints.themes.known import KnownThemes
    from painpoints.weeks.memory import WeekMemory

__all__ = ["tidy_themes"]

_LOOSEST = 0.1
"""quantile of a part's own texts, by nearness to their mean, that a text must reach to go with them"""


def tidy_themes(
    memory: WeekMemory, registry: ThemeRegistry, week: str, encoder: Encoder, settings: Settings
) -> None:
    """Merge, split and retire in one transaction, with the reason in the log; a week done before is left as it was."""
    if any(done >= week for done, _ in memory.reports()):
        return
    told = memory.last_told(week)
    known = registry.known(encoder)
    again = [_clustered_again(known, side, settings) for side in ("pain", "praise")]
    sizes = dict(zip(told["theme_id"], told["segments"], strict=True))
    allowance = _Allowance(settings.weeks.merged_share * sum(sizes.values()))
    kept = registry.kept_by_people()
    issues = load_issue_names(encoder.digest)
    state = _State(memory, registry, week, encoder, settings.weeks, known, told, kept, issues)
    apart = registry.split_apart()
    mergers = [m for one in again for m in _mergers(one, sizes, kept, apart, allowance, settings.weeks)]
    leaving = [found for one in again for found in _splits(one, known, kept, settings.weeks)]
    busy = {one.theme_id for one in leaving} | {theme_id for pair in mergers for theme_id in pair}
    leaving += risen_within(memory, week, encoder, kept, busy, settings)
    texts = registry.latest_members(settings.weeks.most_texts)
    parts = [
        (one, part, vectors)
        for one in leaving
        for part, vectors in [_whole_part(texts[one.theme_id], encoder, one.leave, one.stay)]
        if len(part) and allowance.take(int(part["times"].sum()))
    ]
    given: set[str] = set()
    names_now = _names_of_returned(state)
    with memory.workspace.transaction():
        for into, other in mergers:
            registry.merge_by_meaning(into, other, week)
        for one, part, vectors in parts:
            loose = sorted(one.loose)
            if one.into:
                registry.move_by_meaning(one.theme_id, part, one.into, week, one.reason, loose)
                continue
            names = state.named(one.theme_id, part, vectors, known.taken | given)
            given |= set(names["theme_id"])
            registry.split_by_meaning(one.theme_id, part, names, week, one.reason, loose)
        _retire(state, names_now)


@dataclass(frozen=True)
class _State:
    """What is known of the themes when a week is tidied."""

    memory: WeekMemory
    registry: ThemeRegistry
    week: str
    encoder: Encoder
    settings: WeekSettings
    known: KnownThemes
    told: pd.DataFrame
    """`WeekMemory.last_told` of the week"""
    kept: set[str]
    """ids of themes that people have a say in"""
    issues: IssueNames | None

    def named(
        self, theme_id: str, texts: pd.DataFrame, vectors: np.ndarray, taken: Collection[str]
    ) -> pd.DataFrame:
        """One row (`name_parts`): id and names for a theme made of `texts` of a theme; the id is none of ``taken``."""
        side = next(theme.polarity for theme in self.known.themes if theme.theme_id == theme_id)
        labels = np.zeros(len(texts), dtype=int)
        names, _ = name_parts(texts, vectors, labels, side, taken, self.issues)
        return names


@dataclass
class _Allowance:
    """Segments that may still change their theme."""

    left: float

    def take(self, count: int) -> bool:
        """Whether there was room for `count` more."""
        if count > self.left:
            return False
        self.left -= count
        return True


@dataclass(frozen=True)
class _Again:
    """The texts of all themes of a polarity, clustered as if nothing were known of them."""

    themes: list[str]
    rows: np.ndarray
    """of `KnownThemes.members`"""
    labels: np.ndarray
    """number of the theme of each row"""
    groups: np.ndarray
    """new group of each row, -1 for none"""

    def shares(self, number: int) -> list[tuple[float, int]]:
        """Share of a theme's texts in each new group, largest first."""
        own = self.groups[self.labels == number]
        counts = np.bincount(own[own >= 0])
        return sorted(((float(c) / len(own), g) for g, c in enumerate(counts) if c), reverse=True)


def _clustered_again(known: KnownThemes, side: str, settings: Settings) -> _Again:
    ids = {theme.theme_id for theme in known.of(side)}
    rows = np.flatnonzero(known.members["theme_id"].isin(ids).to_numpy())
    members = known.members.iloc[rows]
    themes = sorted(set(members["theme_id"]))
    labels = members["theme_id"].map({t: n for n, t in enumerate(themes)}).to_numpy(dtype=int)
    if len(themes) < 2:
        return _Again(themes, rows, labels, np.full(len(rows), -1))
    words = [tokens(text) for text in members["match_text"]]
    langs = members["lang"].astype(str).to_numpy()
    everything = np.arange(len(rows))
    texts, places = [" ".join(own) for own in words], place_rows(members, everything)
    view = joint_view(known.vectors[rows], texts, langs, places, everything, settings.themes, settings.seed)
    content = [content_words(own, lang) for own, lang in zip(words, langs, strict=True)]
    size = minimum_size(len(rows), settings.themes)
    return _Again(themes, rows, labels, cluster_rows(view, content, settings.themes, size))


def _mergers(
    again: _Again,
    sizes: dict[str, int],
    kept: set[str],
    apart: set[frozenset[str]],
    allowance: _Allowance,
    settings: WeekSettings,
) -> list[tuple[str, str]]:
    """Pairs (into, other) of themes most of whose texts come to lie in one group; the larger takes in the smaller.

    Two that were told ``apart`` before stay so.
    """
    homes: dict[int, list[str]] = {}
    for number, theme in enumerate(again.themes):
        share, home = next(iter(again.shares(number)), (0.0, -1))
        if share >= settings.merge_share:
            homes.setdefault(home, []).append(theme)
    found = []
    for _, group in sorted(homes.items()):
        ordered = sorted(group, key=lambda t: (t not in kept, -sizes.get(t, 0), t))
        for other in reversed(ordered[1:]):
            if frozenset((ordered[0], other)) in apart or other in kept:
                continue
            if allowance.take(sizes.get(other, 0)):
                found.append((ordered[0], other))
    return found


def _splits(again: _Again, known: KnownThemes, kept: set[str], settings: WeekSettings) -> list[Leaving]:
    """Themes of whose texts a share has a new group almost to itself."""
    found = []
    hashes = known.members["text_hash"].to_numpy()
    for number, theme in enumerate(again.themes):
        if theme in kept:
            continue
        for share, group in again.shares(number)[1:2]:
            own = again.labels == number
            leaves = own & (again.groups == group)
            alone = leaves.sum() / max(1, int((again.groups == group).sum()))
            enough = leaves.sum() >= 2 * settings.new_items
            if share >= settings.split_share and alone >= settings.merge_share and enough:
                gone, left = (frozenset(hashes[again.rows[rows]]) for rows in (leaves, own & ~leaves))
                reason = f"{len(gone)} of its texts and more, clustered anew, lie apart"
                found.append(Leaving(theme, gone, left, reason))
    return found


def _whole_part(
    everything: pd.DataFrame, encoder: Encoder, leave: Collection[str], stay: Collection[str]
) -> tuple[pd.DataFrame, np.ndarray]:
    """All texts of a theme that lie with those that `leave`, and their vectors: not all texts were looked at.

    Were the older ones left behind, the new theme would seem to have risen from nothing.
    """
    vectors = encoder.encode(everything["match_text"].tolist())
    leaves = everything["text_hash"].isin(list(leave)).to_numpy()
    stays = everything["text_hash"].isin(list(stay)).to_numpy()
    if not leaves.any() or not stays.any():  # the latest texts lie elsewhere
        return everything[leaves].reset_index(drop=True), vectors[leaves]
    rows = unit_rows(vectors - vectors.mean(axis=0))
    to_part = rows @ unit_rows(rows[leaves].mean(axis=0, keepdims=True))[0]
    to_rest = rows @ unit_rows(rows[stays].mean(axis=0, keepdims=True))[0]
    # a part is mostly tighter than the rest, so that being nearer to it is not enough
    usual = float(np.quantile(to_part[leaves], _LOOSEST))
    leaves = leaves | (~stays & (to_part > to_rest) & (to_part >= usual))
    return everything[leaves].reset_index(drop=True), vectors[leaves]


def _retire(state: _State, names: dict[str, tuple[str, str]]) -> None:
    """Log themes that have been silent for long, and those that came back, which get what ``names`` has for them."""
    registry, week = state.registry, state.week
    limit = weeks_before(week, state.settings.retire_weeks)
    retired = registry.retired()
    for theme_id, last in zip(state.told["theme_id"], state.told["last_week"], strict=True):
        if last < limit and theme_id not in retired:
            registry.log_event(week, "retire", theme_id, (), f"no item since {last}")
        elif last >= limit and theme_id in retired:
            reason = f"came back in {last} after it had been retired"
            if theme_id in names:
                reason += f"; was called {registry.call(theme_id, *names[theme_id])!r}"
            registry.log_event(week, "new", theme_id, (), reason)


def _names_of_returned(state: _State) -> dict[str, tuple[str, str]]:
    """Names in both languages, from what is told now, for retired themes that came back with enough texts to tell.

    What returns after so long is often something else that lies near: the old name would tell of the old trouble.
    """
    limit = weeks_before(state.week, state.settings.retire_weeks)
    retired = state.registry.retired()
    found = {}
    for theme_id, last in zip(state.told["theme_id"], state.told["last_week"], strict=True):
        if last < limit or theme_id not in retired or theme_id in state.kept:
            continue
        members = state.registry.members(theme_id)
        lately = members[members["text_hash"].isin(state.memory.texts_told(theme_id, limit, state.week))]
        if len(lately) < state.settings.new_items:
            continue
        lately = lately.reset_index(drop=True)
        vectors = state.encoder.encode(lately["match_text"].tolist())
        names = state.named(theme_id, lately, vectors, ())
        found[str(theme_id)] = (str(names["name_vi"].iloc[0]), str(names["name_en"].iloc[0]))
    return found
