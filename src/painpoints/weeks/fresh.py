"""What is new within a theme: an issue that nobody told before hides in a neighbour's theme, as a finer group of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.history import week_start
from painpoints.themes.sub_themes import finer_groups
from painpoints.themes.views import centre_by_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from painpoints.encoders import Encoder
    from painpoints.settings import Settings

__all__ = ["new_within"]


def new_within(
    texts: Mapping[str, pd.DataFrame],
    encoder: Encoder,
    untouched: set[str],
    week: str,
    settings: Settings,
) -> list[tuple[str, set[str], set[str]]]:
    """Of themes with something new in them: the id, the texts (hashes) that are new, and the others looked at.

    ``texts`` are those of each theme (`ThemeRegistry.latest_members`); ``untouched`` themes are passed over. New is a finer
    group whose texts were first told later than the theme's others by Fisher's exact test (1935), at a level divided by all
    groups of the week (Bonferroni).
    """
    found = []
    groups = 0
    for theme_id in sorted(set(texts) - untouched):
        looked, late = _looked_at(texts[theme_id], week, settings)
        if not len(looked):
            continue
        for p_value, members in _groups(looked, late, encoder, settings):
            groups += 1
            hashes = set(looked["text_hash"][members])
            found.append((p_value, (theme_id, hashes, set(looked["text_hash"]) - hashes)))
    first: dict[str, tuple[str, set[str], set[str]]] = {}
    for p_value, part in sorted(found, key=lambda one: (one[0], one[1][0])):
        if p_value * groups <= settings.weeks.fresh_p:
            first.setdefault(part[0], part)
    return list(first.values())


def _looked_at(texts: pd.DataFrame, week: str, settings: Settings) -> tuple[pd.DataFrame, np.ndarray]:
    """The newest texts, as many of the older ones spread over time, and which are late; none where either are few."""
    import pandas as pd

    begun = week_start(week) - pd.Timedelta(days=7 * (settings.weeks.fresh_weeks - 1))
    told = pd.to_datetime(texts["first_told"], utc=True)
    late = (told >= begun.tz_convert("UTC")).to_numpy()
    new, old = np.flatnonzero(late), np.flatnonzero(~late)
    if min(len(new), len(old)) < settings.weeks.fresh_texts:
        return texts.iloc[:0], late[:0]
    most = settings.weeks.fresh_looked
    rows = np.concatenate([_evenly(new, most), _evenly(old, most)])
    return texts.iloc[rows].reset_index(drop=True), late[rows]


def _evenly(rows: np.ndarray, most: int) -> np.ndarray:
    picked: np.ndarray = rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
    return picked


def _groups(
    looked: pd.DataFrame, late: np.ndarray, encoder: Encoder, settings: Settings
) -> list[tuple[float, np.ndarray]]:
    """The chance that each finer group is as old as the rest, and its rows; 1 for one that is not new on the face of it."""
    from scipy.stats import fisher_exact

    weeks, themes = settings.weeks, settings.themes
    langs = looked["lang"].astype(str).to_numpy()
    centred = centre_by_language(encoder.encode(looked["match_text"].tolist()), langs, themes.language_prior)
    fine = replace(themes, sub_theme_share=0.0, sub_theme_rows=len(looked))
    labels = finer_groups(centred, np.arange(len(looked)), fine)
    found = []
    for group in range(int(labels.max(initial=-1)) + 1):
        own = labels == group
        if own.sum() < weeks.fresh_texts:
            continue
        counts = [[int((own & late).sum()), int((own & ~late).sum())]]
        counts.append([int((~own & late).sum()), int((~own & ~late).sum())])
        new = counts[0][0] >= max(weeks.fresh_texts, weeks.fresh_share * own.sum())
        p_value = float(fisher_exact(counts, alternative="greater")[1]) if new else 1.0
        found.append((p_value, own))
    return found
