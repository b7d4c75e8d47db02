"""The table of themes: counts, names, key phrases, quotes and lasting ids."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.settings import ThemeSettings
from painpoints.themes.causes import root_causes
from painpoints.themes.glossary import load_glossary
from painpoints.themes.name import NamedTheme, ThemeWords, name_themes
from painpoints.themes.parts import main_points
from painpoints.themes.phrases import PhraseBook, phrase_book, phrase_keys, stop_words
from painpoints.themes.quotes import choose_quotes, most_central
from painpoints.themes.theme_set import POLARITIES, THEME_TABLE_COLUMNS
from painpoints.themes.views import centre_by_language

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.themes.known import KnownTheme

__all__ = ["describe_themes", "place_names"]

CENTRAL_WORDS = 10
# segments whose phrases are counted, a theme and in all: beyond, the names stay the same and memory grows
NAMING_MEMBERS = 500
NAMING_BACKGROUND = 20_000
PLACE_MAJORITY = 0.4


def describe_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    words: list[list[str]],
    labels: np.ndarray,
    polarity: np.ndarray,
    items: pd.DataFrame | None,
    journey: Journey | None,
    given: Sequence[KnownTheme | None] = (),
) -> tuple[pd.DataFrame, list[str]]:
    """The themes' table (THEME_TABLE_COLUMNS) and the theme id of each label; ``given`` ones have id and names."""
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
    if not groups:
        return pd.DataFrame(columns=list(THEME_TABLE_COLUMNS), dtype=object), []
    texts = segments["text"].astype(str).tolist()
    centres = [rows[most_central(vectors[rows], [texts[row] for row in rows])] for rows in groups]
    given = given or [None] * len(groups)
    names = [None if one is None else (one.name_vi, one.name_en) for one in given]
    named = _names(segments, vectors, words, groups, polarity, texts, journey, names)
    langs = segments["lang"].astype(str).to_numpy()
    voices = segments["item"].to_numpy(dtype=int)
    centred = centre_by_language(vectors, langs, ThemeSettings.language_prior)
    people = _people(segments, items)
    weeks = _weeks(segments)
    ids: list[str] = []
    records = []
    taken = {one.theme_id for one in given if one is not None}
    for rows, central, name, known in zip(groups, centres, named, given, strict=True):
        side = str(polarity[rows[0]])
        ids.append(_theme_id(side, name, segments, int(central), taken) if known is None else known.theme_id)
        taken.add(ids[-1])
        quotes = choose_quotes(
            vectors[rows],
            [texts[row] for row in rows],
            [people[row] for row in rows],
            [weeks[row] for row in rows],
        )
        records.append(
            {
                "theme_id": ids[-1],
                "polarity": side,
                "name_vi": name.vi,
                "name_en": name.en,
                "subtitle": texts[central],
                "keyphrases": name.keyphrases,
                "segments": len(rows),
                "items": int(segments["item"].iloc[rows].nunique()),
                "customers": len({people[row] for row in rows if people[row].startswith("c:")}),
                "parts": main_points(centred[rows], [texts[row] for row in rows], voices[rows]),
                "causes": root_causes(
                    [texts[row] for row in rows], [langs[row] for row in rows], voices[rows].tolist()
                ),
                "quotes": tuple(int(rows[quote]) for quote in quotes),
            }
        )
    records.sort(key=_table_order)
    return pd.DataFrame(records, columns=list(THEME_TABLE_COLUMNS)), ids


def thinned(rows: np.ndarray, most: int) -> np.ndarray:
    """The rows, or ``most`` of them at even distances."""
    if len(rows) <= most:
        return rows
    picked: np.ndarray = rows[np.linspace(0, len(rows) - 1, most).astype(int)]
    return picked


def _table_order(record: dict[str, Any]) -> tuple[int, int, int, str]:
    return POLARITIES.index(record["polarity"]), -record["items"], -record["segments"], record["theme_id"]


def _theme_id(side: str, name: NamedTheme, segments: pd.DataFrame, central: int, taken: set[str]) -> str:
    """``T`` and six hex digits of what the theme says; a clash is salted with a counter."""
    place = f"{segments['feedback_id'].iat[central]}:{segments['segment_no'].iat[central]}"
    content = "\n".join([side, *sorted(name.keyphrases), place])
    for salt in range(len(taken) + 1):
        digest = hashlib.sha256(f"{content}\n{salt}".encode("utf-8", "surrogatepass")).hexdigest()
        if (theme_id := "T" + digest[:6].upper()) not in taken:
            break
    return theme_id


def _people(segments: pd.DataFrame, items: pd.DataFrame | None) -> list[str]:
    """Who says each segment: the customer where known (``c:``), else the item (``i:``)."""
    positions = segments["item"].to_numpy(dtype=int)
    if items is None:
        return [f"i:{position}" for position in positions]
    customers = items["customer_id"].fillna("").astype(str).str.strip().to_numpy()
    return [f"c:{customers[p]}" if customers[p] else f"i:{p}" for p in positions]


def _weeks(segments: pd.DataFrame) -> list[str]:
    """``2025-W07`` a segment, '' where there is no date."""
    calendar = pd.to_datetime(segments["created_at"], utc=True).dt.isocalendar()
    return [
        "" if pd.isna(year) else f"{year}-W{week:02d}"
        for year, week in zip(calendar["year"], calendar["week"], strict=True)
    ]


def _names(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    words: list[list[str]],
    groups: list[np.ndarray],
    polarity: np.ndarray,
    texts: list[str],
    journey: Journey | None,
    given: Sequence[tuple[str, str] | None],
) -> list[NamedTheme]:
    langs = segments["lang"].astype(str).tolist()
    glossary = load_glossary()
    heard = [thinned(rows, NAMING_MEMBERS) for rows in groups]
    used = np.union1d(thinned(np.flatnonzero(polarity != ""), NAMING_BACKGROUND), np.concatenate(heard))
    concepts = {int(row): glossary.find(words[row], langs[row]) for row in used}
    phrases = {int(row): phrase_keys(words[row], stop_words(langs[row])) for row in used}
    background: Counter[int] = Counter(concept for found in concepts.values() for concept in found)
    themes = [
        ThemeWords(
            polarity=str(polarity[rows[0]]),
            concepts=[concepts[int(row)] for row in own],
            phrases=[phrases[int(row)] for row in own],
            langs=[langs[row] for row in own],
            place=place_names(segments["touchpoint"].iloc[rows], journey),
            central=_central_texts(vectors, rows, texts, langs),
        )
        for rows, own in zip(groups, heard, strict=True)
    ]
    return name_themes(themes, background, len(used), _books(phrases, langs), given)


def _books(phrases: dict[int, dict[str, str]], langs: list[str]) -> dict[str, PhraseBook]:
    """Phrase counts, English and Vietnamese apart, so that neither borrows the other's spelling."""
    books = {}
    for side in ("vi", "en"):
        rows = [row for row in phrases if (langs[row] == "en") == (side == "en")]
        books[side] = phrase_book([phrases[row] for row in rows], [langs[row] for row in rows])
    return books


def place_names(touchpoints: pd.Series, journey: Journey | None) -> Mapping[str, str]:
    """The name of the touchpoint that most of the theme's segments are at, in both languages; {} without
    one.
    """
    counts = touchpoints.value_counts().drop("", errors="ignore").sort_index()
    if counts.empty or counts.max() < PLACE_MAJORITY * len(touchpoints):
        return {}
    place = str(counts.idxmax())
    known = {} if journey is None else {point.id: point.name for point in journey.touchpoints}
    if place in known:
        return {lang: known[place].get(lang, "") for lang in ("vi", "en")}
    return {"en": place.replace("_", " ").replace("-", " ")}


def _central_texts(
    vectors: np.ndarray, rows: np.ndarray, texts: list[str], langs: list[str]
) -> dict[str, str]:
    """The most central segment a language, cut to a few words."""
    central = {}
    for side in ("vi", "en"):
        own = [int(row) for row in rows if (langs[row] == "en") == (side == "en")]
        if own:
            best = own[int(most_central(vectors[own], [texts[row] for row in own]))]
            words = texts[best].split()
            central[side] = " ".join(words[:CENTRAL_WORDS]) + (" …" if len(words) > CENTRAL_WORDS else "")
    return central
