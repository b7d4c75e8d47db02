"""A `ThemeSet` of segments whose themes are known: names and ids as they are, quotes and counts of these segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.themes.describe import describe_themes
from painpoints.themes.find import polarity_of
from painpoints.themes.known import KnownTheme
from painpoints.themes.theme_set import POLARITIES, ThemeSet
from painpoints.themes.words import is_vague, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.journey import Journey

__all__ = ["present_themes"]


def present_themes(
    segments: pd.DataFrame,
    vectors: np.ndarray,
    known: Sequence[KnownTheme],
    items: pd.DataFrame,
    journey: Journey,
) -> ThemeSet:
    """The themes that `segments` (with ``theme_id, theme_p``) are in; ids that are not among the `known` ones are none."""
    by_id = {theme.theme_id: theme for theme in known}
    present = sorted(set(segments["theme_id"]) & set(by_id))
    number = {theme_id: place for place, theme_id in enumerate(present)}
    labels = segments["theme_id"].map(lambda theme_id: number.get(theme_id, -1)).to_numpy(dtype=int)
    polarity = polarity_of(segments)
    for place, theme_id in enumerate(
        present
    ):  # a correction of a label does not take a segment out of its theme
        polarity[labels == place] = by_id[theme_id].polarity
    words = [tokens(text) for text in segments["match_text"].astype(str)]
    given = [by_id[theme_id] for theme_id in present]
    table, _ = describe_themes(segments, vectors, words, labels, polarity, items, journey, given)
    langs = segments["lang"].astype(str)
    vague = np.array([is_vague(own, lang) for own, lang in zip(words, langs, strict=True)], dtype=bool)
    alone = labels < 0
    assignment = pd.DataFrame(
        {
            "theme_id": segments["theme_id"].where(~alone, ""),
            "theme_p": segments["theme_p"].where(~alone, 0.0),
        },
        index=segments.index,
    ).astype({"theme_id": object})
    return ThemeSet(
        table,
        assignment,
        unassigned={side: int((alone & ~vague & (polarity == side)).sum()) for side in POLARITIES},
        vague={side: int((alone & vague & (polarity == side)).sum()) for side in POLARITIES},
        hidden=frozenset(theme.theme_id for theme in known if theme.hidden),
    )
