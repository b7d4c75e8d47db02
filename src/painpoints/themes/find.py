"""From labelled segments and vectors to named themes, pains and praises apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.themes.cluster import (
    adopt_strays,
    cluster_rows,
    dense_rows,
    inherit_themes,
    lead_to_examples,
    memberships,
    merge_alike,
    minimum_size,
)
from painpoints.themes.describe import describe_themes
from painpoints.themes.glossary import content_words
from painpoints.themes.known import KnownTheme, KnownThemes, no_known_themes
from painpoints.themes.theme_set import POLARITIES, ThemeSet
from painpoints.themes.views import centre_by_language, joint_view
from painpoints.themes.words import is_vague, plain, tokens

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.settings import ThemeSettings
    from painpoints.themes.issue_names import IssueNames

__all__ = ["find_themes", "place_rows", "polarity_of"]

_FREE, _OUT = -1, -2


def find_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    settings: ThemeSettings,
    seed: int,
    items: pd.DataFrame | None = None,
    *,
    journey: Journey | None = None,
    known: KnownThemes | None = None,
    issues: IssueNames | None = None,
) -> ThemeSet:
    """Cluster negative and positive segments separately and name what they share.

    ``segments`` has SEGMENT_COLUMNS and LABEL_COLUMNS, ``vectors`` is float32[n, d] with unit rows in the
    same order. ``items`` gives the customers, ``journey`` the touchpoints' names; both may be left out. ``known``
    themes keep their ids, names and members, take in what is like them, and only the rest is clustered. ``issues``: names
    to choose from besides words of the segments.
    Raises ValueError where vectors and segments differ in number. Method: docs/methods.md.
    """
    if len(vectors) != len(segments):
        raise ValueError(f"{len(vectors)} vectors for {len(segments)} segments")
    known = known or no_known_themes(vectors.shape[1])
    polarity = polarity_of(segments)
    words = [tokens(text) for text in segments["match_text"].astype(str)]
    langs = segments["lang"].astype(str)
    vague = np.array([is_vague(own, lang) for own, lang in zip(words, langs, strict=True)], dtype=bool)
    run = _Run(segments, vectors, words, np.where(vague, "", polarity))
    found, given = _group_sides(run, known, settings, seed)
    table, ids = describe_themes(
        segments,
        vectors,
        words,
        found.labels,
        polarity,
        items,
        journey,
        given,
        settings,
        known.taken,
        issues,
        join_alike=True,
    )
    lost = (found.labels < 0) & ~vague
    return ThemeSet(
        table,
        _assignment(found, ids, segments.index),
        unassigned={side: int((lost & (polarity == side)).sum()) for side in POLARITIES},
        vague={side: int((vague & (polarity == side)).sum()) for side in POLARITIES},
        hidden=frozenset(theme.theme_id for theme in known.themes if theme.hidden),
    )


def polarity_of(segments: pd.DataFrame) -> np.ndarray:
    """'pain', 'praise' or '' a segment: negative ones, and pains and requests that are not positive, are
    pains.
    """
    sentiment, kind = segments["sentiment"].to_numpy(), segments["kind"].to_numpy()
    pain = (sentiment == "neg") | (np.isin(kind, ["pain", "request"]) & (sentiment != "pos"))
    praise = ~pain & ((sentiment == "pos") | ((kind == "praise") & (sentiment != "neg")))
    return np.where(pain, "pain", np.where(praise, "praise", "")).astype(object)


@dataclass(frozen=True)
class _Run:
    """All segments of a run, row by row."""

    segments: pd.DataFrame
    vectors: np.ndarray
    words: list[list[str]]
    sides: np.ndarray
    """polarity of those that can be in a theme, '' for the others"""


@dataclass(frozen=True)
class _Groups:
    """Of each row its group, -1 for none, and its cosine to the group's mean."""

    labels: np.ndarray
    strength: np.ndarray


def _group_sides(
    run: _Run, known: KnownThemes, settings: ThemeSettings, seed: int
) -> tuple[_Groups, list[KnownTheme | None]]:
    """The groups of all segments, each polarity's after the other's, and the known theme that each group is, if any."""
    labels, strength = np.full(len(run.segments), -1), np.zeros(len(run.segments))
    items = run.segments["item"].to_numpy()
    given: list[KnownTheme | None] = []
    for side in POLARITIES:
        rows = np.flatnonzero(run.sides == side)
        themes = known.of(side)
        found = _group(_said(run, rows, known, themes), settings, seed)
        kept, numbers = _without_small(found.labels, items[rows], settings, len(themes))
        labels[rows] = np.where(kept >= 0, kept + len(given), -1)
        strength[rows] = np.where(kept >= 0, found.strength, 0.0)
        given += [themes[n] if n < len(themes) else None for n in numbers]
    return _Groups(labels, strength), given


def _assignment(found: _Groups, ids: list[str], index: pd.Index) -> pd.DataFrame:
    """``theme_id, theme_p`` of each segment; `ids` of the groups."""
    theme_ids = [ids[label] if label >= 0 else "" for label in found.labels]
    frame = pd.DataFrame({"theme_id": theme_ids, "theme_p": np.round(found.strength, 4)}, index=index)
    return frame.astype({"theme_id": object})


@dataclass(frozen=True)
class _Said:
    """What is grouped: segments of one polarity, followed by texts of the themes that are known."""

    frame: pd.DataFrame
    """``item, match_text, lang, touchpoint, touchpoint_p``"""
    vectors: np.ndarray
    words: list[list[str]]
    fixed: np.ndarray
    """number of the known theme that a text is of, -1 where none, -2 where it stays in none"""
    segments: int
    """how many of the rows are segments"""
    themes: int
    """how many themes are known"""
    guided: np.ndarray
    """numbers of those that are of the user's codebook"""


def _said(run: _Run, rows: np.ndarray, known: KnownThemes, themes: list[KnownTheme]) -> _Said:
    number = {theme.theme_id: n for n, theme in enumerate(themes)}
    texts = np.flatnonzero(known.members["theme_id"].isin(list(number)).to_numpy())
    columns = ["item", "match_text", "lang", "touchpoint", "touchpoint_p"]
    own, others = run.segments.iloc[rows], known.members.iloc[texts]
    own_ids = known.ids_of(own["match_text"].tolist())
    others = others.assign(item=-1 - np.arange(len(others)))
    ids = [*own_ids, *others["theme_id"]]
    return _Said(
        pd.concat([own[columns], others[columns]], ignore_index=True) if len(others) else own[columns],
        np.concatenate([run.vectors[rows], known.vectors[texts]]),
        [run.words[row] for row in rows] + [tokens(text) for text in others["match_text"]],
        np.array([_OUT if i is None else number.get(i, _FREE) for i in ids], dtype=int),
        len(rows),
        len(themes),
        np.flatnonzero([theme.guided for theme in themes]),
    )


def _group(said: _Said, settings: ThemeSettings, seed: int) -> _Groups:
    """Labels of the segments, known themes first. Equal texts are clustered once, so that copies cannot outvote
    meaning."""
    if not said.segments:
        return _Groups(np.zeros(0, dtype=int), np.zeros(0))
    keys = [" ".join(plain(word) for word in own) for own in said.words]
    _, first, inverse = np.unique(np.asarray(keys, dtype=object), return_index=True, return_inverse=True)
    first, inverse = _in_order(first, inverse)
    langs = said.frame["lang"].astype(str).to_numpy()[first]
    view = joint_view(
        said.vectors[first],
        [" ".join(said.words[row]) for row in first],
        langs,
        place_rows(said.frame, first),
        _sample(len(first), settings.cluster_rows, seed),
        settings,
        seed,
    )
    content = [content_words(said.words[row], lang) for row, lang in zip(first, langs, strict=True)]
    fixed = np.full(len(first), _OUT)
    np.maximum.at(fixed, inverse, said.fixed)
    labels = np.maximum(fixed, _FREE)
    size = minimum_size(len(first), settings)
    meaning = centre_by_language(said.vectors[first], langs, settings.language_prior)
    led = _led(said, meaning, labels, fixed, settings)
    fixed = np.where(led >= 0, _OUT, fixed)  # what the codebook has is set aside
    labels[led >= 0] = _FREE
    if said.themes > len(said.guided):
        rows = _known_and_free(labels, fixed, settings, seed)
        groups = cluster_rows(view[rows], [content[row] for row in rows], settings, size)
        labels = inherit_themes(view, labels, rows, groups, settings)
        labels = adopt_strays(view, labels, settings)
        labels[fixed == _OUT] = _FREE
    free = np.flatnonzero((labels < 0) & (fixed != _OUT))
    chosen = free[_sample(len(free), settings.linked_rows, seed)]
    found = cluster_rows(view[chosen], [content[row] for row in chosen], settings, size)
    _add_groups(labels, chosen, found, said.themes)
    sampled = len(chosen) < len(free)
    if sampled:
        labels = adopt_strays(view, labels, settings)
        rest = np.flatnonzero((labels < 0) & (fixed != _OUT))
        chosen = rest[_sample(len(rest), settings.cluster_rows, seed)]
        _add_groups(labels, chosen, dense_rows(view[chosen], settings, size, seed), said.themes)
    if said.themes or sampled:  # the groups come from several trees
        labels = merge_alike(view, content, labels, settings, said.themes)
    labels = np.where(led >= 0, led, labels)
    labels = adopt_strays(view, labels, settings)
    labels[(fixed == _OUT) & (led < 0)] = _FREE
    people = said.frame["item"].to_numpy()
    often = max(size, round(settings.repeat_share * said.segments))
    labels = _add_repeated(labels, inverse, people, often)
    strength = memberships(meaning, labels)
    return _Groups(labels[inverse][: said.segments], strength[inverse][: said.segments])


def _led(
    said: _Said,
    meaning: np.ndarray,
    labels: np.ndarray,
    fixed: np.ndarray,
    settings: ThemeSettings,
) -> np.ndarray:
    """int[texts]: the theme of the user's codebook that a text is led to, or was in before; -1 for all others."""
    if not len(said.guided):
        return np.full(len(meaning), _FREE)
    near = lead_to_examples(meaning, labels, said.guided, settings)
    free = (labels < 0) & (fixed != _OUT)
    return np.where(np.isin(labels, said.guided), labels, np.where(free, near, _FREE))


def _known_and_free(labels: np.ndarray, fixed: np.ndarray, settings: ThemeSettings, seed: int) -> np.ndarray:
    """Rows that are clustered together: free ones first, then as many of the known themes' as there is room for."""
    free, known = np.flatnonzero((labels < 0) & (fixed != _OUT)), np.flatnonzero(labels >= 0)
    new = free[_sample(len(free), settings.linked_rows // 2, seed)]
    old = known[_sample(len(known), settings.linked_rows - len(new), seed)]
    return np.sort(np.concatenate([new, old]))


def _add_groups(labels: np.ndarray, rows: np.ndarray, found: np.ndarray, known: int) -> None:
    """Number the groups ``found`` among ``rows`` on from those that ``labels`` has, and at least from ``known``."""
    first = max(known, int(labels.max(initial=-1)) + 1)
    labels[rows] = np.where(found >= 0, found + first, _FREE)


def _in_order(first: np.ndarray, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the distinct texts by first appearance rather than by alphabet."""
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=int)
    place[order] = np.arange(len(order))
    return first[order], place[inverse]


def _sample(count: int, most: int, seed: int) -> np.ndarray:
    """All rows, or ``most`` of them drawn without replacement, in order."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def place_rows(segments: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """float32[rows, touchpoints]: the probability of each segment's own touchpoint; abstentions are zero
    rows.
    """
    names = segments["touchpoint"].astype(str).to_numpy()[rows]
    probability = (
        pd.to_numeric(segments["touchpoint_p"], errors="coerce").fillna(0.0).to_numpy(dtype=float)[rows]
    )
    known = np.array(sorted(set(names) - {""}), dtype=object)
    places: np.ndarray = (names[:, None] == known[None, :]) * np.clip(probability, 0.0, 1.0)[:, None]
    return places.astype(np.float32)


def _add_repeated(labels: np.ndarray, inverse: np.ndarray, people: np.ndarray, often: int) -> np.ndarray:
    """A stray text that at least ``often`` items repeat word for word is a theme of its own."""
    repeats = pd.DataFrame({"text": inverse, "item": people}).drop_duplicates().groupby("text").size()
    repeated = repeats.reindex(np.arange(len(labels)), fill_value=0).to_numpy() >= often
    alone = np.flatnonzero(repeated & (labels < 0))
    labels = labels.copy()
    labels[alone] = labels.max(initial=-1) + 1 + np.arange(len(alone))
    return labels


def _without_small(
    labels: np.ndarray, items: np.ndarray, settings: ThemeSettings, known: int
) -> tuple[np.ndarray, list[int]]:
    """Relabel from 0, without new groups of too few segments or too few items; and the number that each had before.

    The first ``known`` labels stay as long as anything is in them.
    """
    table = pd.DataFrame({"label": labels, "item": items})
    table = table[table["label"] >= 0]
    sizes = table.groupby("label")["item"].agg(["size", "nunique"])
    large = (sizes["size"] >= settings.min_segments) & (sizes["nunique"] >= settings.min_items)
    kept = [int(label) for label in sizes[large | (sizes.index < known)].index]
    renumbered = {label: number for number, label in enumerate(kept)}
    return np.array([renumbered.get(int(label), -1) for label in labels], dtype=int), kept
