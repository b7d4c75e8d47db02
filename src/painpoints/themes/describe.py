"""The table of themes: counts, names, key phrases, quotes and lasting ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.clock import local_times
from painpoints.settings import ThemeSettings
from painpoints.themes.causes import root_causes
from painpoints.themes.ids import lasting_id, place_of
from painpoints.themes.issue_names import IssueTeller
from painpoints.themes.name import NamedTheme, ThemeWords, distinct_names, name_each
from painpoints.themes.quotes import choose_quotes, most_central
from painpoints.themes.sayings import SURE, Sayings
from painpoints.themes.sub_themes import Part, Said, parts_of, sub_themes
from painpoints.themes.theme_set import POLARITIES, THEME_TABLE_COLUMNS
from painpoints.themes.theme_words import central_texts, hear, place_names, theme_words
from painpoints.themes.views import centre_by_language

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.themes.issue_names import IssueNames
    from painpoints.themes.known import KnownTheme

__all__ = ["describe_themes"]


def describe_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    words: list[list[str]],
    labels: np.ndarray,
    polarity: np.ndarray,
    items: pd.DataFrame | None,
    journey: Journey | None,
    given: Sequence[KnownTheme | None] = (),
    settings: ThemeSettings | None = None,
    taken_ids: Collection[str] = (),
    issues: IssueNames | None = None,
    *,
    join_alike: bool = False,
) -> tuple[pd.DataFrame, list[str]]:
    """The themes' table (THEME_TABLE_COLUMNS) and the theme id of each label; ``given`` ones have id and names, new ones
    get an id that is not among ``taken_ids``, and where they tell one of the ``issues`` its name. With ``join_alike`` new
    themes that are about nothing that could be named are one."""
    settings = settings or ThemeSettings()
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
    if not groups:
        return pd.DataFrame(columns=list(THEME_TABLE_COLUMNS), dtype=object), []
    langs = segments["lang"].astype(str).to_numpy()
    business = None if issues is None else issues.of_business(vectors[polarity != ""], settings)
    texts = segments["text"].astype(str).tolist()
    centred = centre_by_language(vectors, langs, settings.language_prior)
    said = Said(
        segments,
        texts,
        segments["item"].to_numpy(dtype=int),
        centred,
        hear(segments, words, groups, polarity),
        IssueTeller(business, vectors, words, langs == "en", settings),
        Sayings(centred, texts, words, langs.tolist(), _sure(segments), settings),
        settings,
    )
    people, weeks = _people(segments, items), _weeks(segments)
    listener = _Listener(said, vectors, polarity, _asking(segments), people, weeks, journey)
    told = [
        listener.told(rows, known) for rows, known in zip(groups, given or [None] * len(groups), strict=True)
    ]
    named, places = listener.names(told), list(range(len(told)))
    if join_alike:
        told, named, places = listener.joined(told, named)
    named = distinct_names(named, [_given_names(one) for one in told])
    taken = {*taken_ids, *(one.known.theme_id for one in told if one.known is not None)}
    records = [listener.record(one, name, taken) for one, name in zip(told, named, strict=True)]
    ids = [record["theme_id"] for record in records]
    records.sort(key=_table_order)
    return pd.DataFrame(records, columns=list(THEME_TABLE_COLUMNS)), [ids[place] for place in places]


@dataclass(frozen=True)
class _Told:
    """A theme before it is named: its segments' positions, the theme that it was before, its finer groups, its words."""

    rows: np.ndarray
    known: KnownTheme | None
    parts: list[Part]
    words: ThemeWords


@dataclass(frozen=True)
class _Listener:
    """What is said in the themes of one run."""

    said: Said
    vectors: np.ndarray
    polarity: np.ndarray
    asking: np.ndarray
    """which segments ask for something"""
    people: list[str]
    """who says each segment"""
    weeks: list[str]
    """of each segment"""
    journey: Journey | None

    def told(self, rows: np.ndarray, known: KnownTheme | None) -> _Told:
        """The theme of the segments at ``rows``; a ``known`` one needs no name."""
        said, side = self.said, str(self.polarity[rows[0]])
        issue = said.teller.name(rows, side)
        parts = parts_of(rows, side, issue, said)
        words = theme_words(
            said.heard,
            rows,
            side,
            place_names(said.segments.iloc[rows], self.journey),
            central_texts(self.vectors, rows, said.texts, said.heard.langs),
            issue=issue if known is None else None,
            part_issue=_issue_of_parts(rows, parts, said) if known is None else None,
            sayings=said.sayings.of(rows) if known is None else None,
            asks=bool(2 * self.asking[rows].sum() > len(rows)),
        )
        return _Told(rows, known, parts, words)

    def names(self, told: list[_Told]) -> list[NamedTheme]:
        """The names of themes that were known, and of the others new ones, some of which may be the same."""
        heard = self.said.heard
        background = heard.background(heard.concepts)
        words, given = [one.words for one in told], [_given_names(one) for one in told]
        return name_each(words, background, len(heard.concepts), heard.books, given)

    def joined(
        self, told: list[_Told], named: list[NamedTheme]
    ) -> tuple[list[_Told], list[NamedTheme], list[int]]:
        """The themes, new ones that would be called the same made one, their names, and the place of each among them."""
        same: dict[tuple[str, ...] | int, list[int]] = {}
        for number, (one, name) in enumerate(zip(told, named, strict=True)):
            called = (one.words.polarity, name.lang, name.en if name.lang == "en" else name.vi)
            key: tuple[str, ...] | int = number if one.known is not None else called
            same.setdefault(key, []).append(number)
        places = [0] * len(told)
        kept: list[_Told] = []
        names: list[NamedTheme] = []
        for numbers in same.values():
            for number in numbers:
                places[number] = len(kept)
            if len(numbers) == 1:
                kept.append(told[numbers[0]])
                names.append(named[numbers[0]])
            else:
                rows = np.sort(np.concatenate([told[number].rows for number in numbers]))
                kept.append(self.told(rows, None))
                names += self.names(kept[-1:])
        return kept, names, places

    def record(self, one: _Told, name: NamedTheme, taken: set[str]) -> dict[str, Any]:
        """The theme's row of the table (THEME_TABLE_COLUMNS). Its id and those of its sub-themes are added to ``taken``."""
        said, rows, side = self.said, one.rows, one.words.polarity
        own, people = [said.texts[row] for row in rows], [self.people[row] for row in rows]
        central = int(rows[most_central(self.vectors[rows], own)])
        content = [side, *sorted(name.keyphrases), place_of(said.segments, central)]
        theme_id = lasting_id("T", content, taken) if one.known is None else one.known.theme_id
        taken.add(theme_id)
        quotes = choose_quotes(self.vectors[rows], own, people, [self.weeks[row] for row in rows])
        return {
            "theme_id": theme_id,
            "polarity": side,
            "name_vi": name.vi,
            "name_en": name.en,
            "subtitle": said.texts[central],
            "keyphrases": name.keyphrases,
            "segments": len(rows),
            "items": len(np.unique(said.items[rows])),
            "customers": len({person for person in people if person.startswith("c:")}),
            "sub_themes": sub_themes(theme_id, name, side, rows, one.parts, said, taken),
            "causes": root_causes(own, [said.heard.langs[row] for row in rows], said.items[rows].tolist()),
            "quotes": tuple(int(rows[quote]) for quote in quotes),
        }


def _given_names(one: _Told) -> tuple[str, str] | None:
    return None if one.known is None else (one.known.name_vi, one.known.name_en)


def _table_order(record: dict[str, Any]) -> tuple[int, int, int, str]:
    return POLARITIES.index(record["polarity"]), -record["items"], -record["segments"], record["theme_id"]


def _asking(segments: pd.DataFrame) -> np.ndarray:
    """Whether each segment is a request; none is where kinds are not known."""
    kinds = segments["kind"] if "kind" in segments else pd.Series("", index=segments.index)
    return (kinds == "request").to_numpy()


def _sure(segments: pd.DataFrame) -> np.ndarray:
    """Which segments are of their sentiment beyond doubt, or ask for something; all where it is not known how surely."""
    if "sentiment_p" not in segments:
        return np.ones(len(segments), dtype=bool)
    probability = pd.to_numeric(segments["sentiment_p"], errors="coerce").fillna(1.0).to_numpy()
    sure: np.ndarray = (probability >= SURE) | _asking(segments)
    return sure


def _people(segments: pd.DataFrame, items: pd.DataFrame | None) -> list[str]:
    """Who says each segment: the customer where known (``c:``), else the item (``i:``)."""
    positions = segments["item"].to_numpy(dtype=int)
    if items is None:
        return [f"i:{position}" for position in positions]
    customers = items["customer_id"].fillna("").astype(str).str.strip().to_numpy()
    return [f"c:{customers[p]}" if customers[p] else f"i:{p}" for p in positions]


def _weeks(segments: pd.DataFrame) -> list[str]:
    """``2025-W07`` a segment, '' where there is no date."""
    calendar = local_times(segments["created_at"]).dt.isocalendar()
    return [
        "" if pd.isna(year) else f"{year}-W{week:02d}"
        for year, week in zip(calendar["year"], calendar["week"], strict=True)
    ]


def _issue_of_parts(rows: np.ndarray, parts: list[Part], said: Said) -> tuple[str, str] | None:
    """The issue that the largest of those parts tells that are a good share of the theme and tell one."""
    large = [part for part in parts if len(part.rows) >= said.settings.issue_part_share * len(rows)]
    return next((part.issue for part in large if part.issue is not None), None)
