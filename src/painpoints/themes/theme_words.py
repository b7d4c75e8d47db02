"""What names are drawn from: concepts and phrases of a theme's segments, its touchpoint, its most central sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.themes.glossary import load_glossary
from painpoints.themes.name import ThemeWords
from painpoints.themes.phrases import PhraseBook, phrase_book, phrase_keys, stop_words
from painpoints.themes.quotes import most_central
from painpoints.themes.sayings import Saying
from painpoints.themes.views import thinned
from painpoints.themes.words import load_word_list

if TYPE_CHECKING:
    from painpoints.journey import Journey

__all__ = ["Heard", "central_texts", "hear", "place_names", "theme_words"]

CENTRAL_WORDS = 10
# segments whose phrases are counted, a theme and in all: beyond, the names stay the same and memory grows
NAMING_MEMBERS = 500
NAMING_BACKGROUND = 20_000
PLACE_MAJORITY = 0.4  # mean probability


@dataclass(frozen=True)
class Heard:
    """Concepts and phrases (accent-stripped -> as written) of the segments that names are drawn from, by position."""

    concepts: dict[int, set[int]]
    phrases: dict[int, dict[str, str]]
    langs: list[str]
    """of every segment"""

    def among(self, rows: Iterable[int]) -> list[int]:
        """Those of ``rows`` that were heard."""
        return [int(row) for row in rows if int(row) in self.concepts]

    def background(self, rows: Iterable[int]) -> Counter[int]:
        """In how many of the segments at ``rows`` each concept is."""
        return Counter(concept for row in rows for concept in self.concepts[row])

    @cached_property
    def books(self) -> dict[str, PhraseBook]:
        """Phrase counts, English and Vietnamese apart, so that neither borrows the other's spelling."""
        return self._books(self.phrases)

    def books_within(self, rows: Iterable[int]) -> dict[str, PhraseBook]:
        """Phrase counts among ``rows`` alone, spelt as all segments spell them."""
        own = self._books(rows)
        return {side: replace(book, written=self.books[side].written) for side, book in own.items()}

    def _books(self, rows: Iterable[int]) -> dict[str, PhraseBook]:
        sides: dict[str, list[int]] = {"vi": [], "en": []}
        for row in rows:
            sides["en" if self.langs[row] == "en" else "vi"].append(row)
        return {
            side: phrase_book([self.phrases[row] for row in own], [self.langs[row] for row in own])
            for side, own in sides.items()
        }


def hear(
    segments: pd.DataFrame, words: list[list[str]], groups: list[np.ndarray], polarity: np.ndarray
) -> Heard:
    """Of every group up to NAMING_MEMBERS segments, and NAMING_BACKGROUND of all."""
    langs = segments["lang"].astype(str).tolist()
    glossary = load_glossary()
    heard = [thinned(rows, NAMING_MEMBERS) for rows in groups]
    used = np.union1d(thinned(np.flatnonzero(polarity != ""), NAMING_BACKGROUND), np.concatenate(heard))
    return Heard(
        {int(row): glossary.find(words[row], langs[row]) for row in used},
        {int(row): phrase_keys(words[row], stop_words(langs[row])) for row in used},
        langs,
    )


def theme_words(
    heard: Heard,
    rows: np.ndarray,
    polarity: str,
    place: Mapping[str, str],
    central: Mapping[str, str],
    *,
    issue: tuple[str, str] | None = None,
    part_issue: tuple[str, str] | None = None,
    sayings: Mapping[str, Saying] | None = None,
    asks: bool = False,
    part: bool = False,
) -> ThemeWords:
    """What naming needs of the segments at ``rows``, which tell the ``issue``, a part of them the
    ``part_issue``, many what one of the ``sayings`` says, or mostly ask for something; those that were not heard are left
    out."""
    own = heard.among(rows) if part else heard.among(thinned(rows, NAMING_MEMBERS))
    return ThemeWords(
        polarity,
        [heard.concepts[row] for row in own],
        [heard.phrases[row] for row in own],
        [heard.langs[row] for row in own],
        place,
        central,
        issue,
        part_issue,
        asks,
        part,
        sayings or {},
    )


def place_names(own: pd.DataFrame, journey: Journey | None) -> Mapping[str, str]:
    """The name of the touchpoint that a theme's ``own`` segments are surely at, in both languages; {} without one."""
    sure = own["touchpoint_p"].fillna(0.0).groupby(own["touchpoint"]).sum().drop("", errors="ignore")
    if sure.empty or sure.max() < PLACE_MAJORITY * len(own):
        return {}
    place = str(sure.idxmax())
    known = {} if journey is None else {point.id: point.name for point in journey.touchpoints}
    if place in known:
        return {lang: known[place].get(lang, "") for lang in ("vi", "en")}
    return {"en": place.replace("_", " ").replace("-", " ")}


def central_texts(
    vectors: np.ndarray, rows: np.ndarray, texts: list[str], langs: list[str]
) -> dict[str, str]:
    """The most central segment a language, cut to a few words."""
    central = {}
    for side in ("vi", "en"):
        own = [int(row) for row in rows if (langs[row] == "en") == (side == "en")]
        if own:
            best = own[int(most_central(vectors[own], [texts[row] for row in own]))]
            words = _without_link(texts[best].split())
            central[side] = " ".join(words[:CENTRAL_WORDS]) + (" …" if len(words) > CENTRAL_WORDS else "")
    return central


def _without_link(words: list[str]) -> list[str]:
    """A clause without the conjunction that tied it to the one before it."""
    first = words[0].strip("(,-").lower() if len(words) > 2 else ""
    return words[1:] if first in load_word_list("links.txt") else words
