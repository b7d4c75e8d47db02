"""The table of themes: counts, names, key phrases, quotes and lasting ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.clock import local_times
from painpoints.settings import ThemeSettings
from painpoints.themes.causes import root_causes
from painpoints.themes.ids import lasting_id, place_of
from painpoints.themes.issue_names import IssueTeller
from painpoints.themes.name import NamedTheme, name_themes
from painpoints.themes.quotes import choose_quotes, most_central
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
) -> tuple[pd.DataFrame, list[str]]:
    """The themes' table (THEME_TABLE_COLUMNS) and the theme id of each label; ``given`` ones have id and names, new ones
    get an id that is not among ``taken_ids``, and where they tell one of the ``issues`` its name."""
    settings = settings or ThemeSettings()
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
    if not groups:
        return pd.DataFrame(columns=list(THEME_TABLE_COLUMNS), dtype=object), []
    texts = segments["text"].astype(str).tolist()
    langs = segments["lang"].astype(str).to_numpy()
    given = given or [None] * len(groups)
    heard = hear(segments, words, groups, polarity)
    business = None if issues is None else issues.of_business(vectors[polarity != ""], settings)
    teller = IssueTeller(business, vectors, words, langs == "en", settings)
    centred = centre_by_language(vectors, langs, settings.language_prior)
    said = Said(segments, texts, segments["item"].to_numpy(dtype=int), centred, heard, teller, settings)
    told = [teller.name(rows, str(polarity[rows[0]])) for rows in groups]
    parts = [
        parts_of(rows, str(polarity[rows[0]]), issue, said) for rows, issue in zip(groups, told, strict=True)
    ]
    named = _names(said, vectors, groups, told, parts, polarity, journey, given)
    people = _people(segments, items)
    weeks = _weeks(segments)
    ids: list[str] = []
    records = []
    taken = {*taken_ids, *(one.theme_id for one in given if one is not None)}
    for rows, finer, name, known in zip(groups, parts, named, given, strict=True):
        side = str(polarity[rows[0]])
        own = [texts[row] for row in rows]
        central = int(rows[most_central(vectors[rows], own)])
        content = [side, *sorted(name.keyphrases), place_of(segments, central)]
        ids.append(lasting_id("T", content, taken) if known is None else known.theme_id)
        taken.add(ids[-1])
        quotes = choose_quotes(
            vectors[rows], own, [people[row] for row in rows], [weeks[row] for row in rows]
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
                "items": len(np.unique(said.items[rows])),
                "customers": len({people[row] for row in rows if people[row].startswith("c:")}),
                "sub_themes": sub_themes(ids[-1], name, side, rows, finer, said, taken),
                "causes": root_causes(own, langs[rows].tolist(), said.items[rows].tolist()),
                "quotes": tuple(int(rows[quote]) for quote in quotes),
            }
        )
    records.sort(key=_table_order)
    return pd.DataFrame(records, columns=list(THEME_TABLE_COLUMNS)), ids


def _table_order(record: dict[str, Any]) -> tuple[int, int, int, str]:
    return POLARITIES.index(record["polarity"]), -record["items"], -record["segments"], record["theme_id"]


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


def _names(
    said: Said,
    vectors: np.ndarray,
    groups: list[np.ndarray],
    told: list[tuple[str, str] | None],
    parts: list[list[Part]],
    polarity: np.ndarray,
    journey: Journey | None,
    given: Sequence[KnownTheme | None],
) -> list[NamedTheme]:
    """The names of the ``given`` themes, and of the others new ones."""
    heard, themes = said.heard, []
    for rows, issue, finer, known in zip(groups, told, parts, given, strict=True):
        side = str(polarity[rows[0]])
        themes.append(
            theme_words(
                heard,
                rows,
                side,
                place_names(said.segments.iloc[rows], journey),
                central_texts(vectors, rows, said.texts, heard.langs),
                issue=issue if known is None else None,
                part_issue=_issue_of_parts(rows, finer, said) if known is None else None,
            )
        )
    names = [None if one is None else (one.name_vi, one.name_en) for one in given]
    return name_themes(themes, heard.background(heard.concepts), len(heard.concepts), heard.books, names)


def _issue_of_parts(rows: np.ndarray, parts: list[Part], said: Said) -> tuple[str, str] | None:
    """The issue that the largest of those parts tells that are a good share of the theme and tell one."""
    large = [part for part in parts if len(part.rows) >= said.settings.issue_part_share * len(rows)]
    return next((part.issue for part in large if part.issue is not None), None)
