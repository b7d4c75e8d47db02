"""Which themes an initiative is about: by id, else by meaning and touchpoint. Rule: docs/methods-weeks.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.settings import ImpactSettings

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.change.history import History
    from painpoints.change.impact.initiatives import Initiative
    from painpoints.journey import Journey

__all__ = ["MATCHED_BY", "Match", "Matches", "centred", "match_initiatives", "mean_vectors"]

MATCHED_BY = ("id", "touchpoint+meaning", "meaning", "touchpoint")
_NAMED_NEAREST = 3
"""themes that the notice on an initiative without one names"""
_LEAST_THEMES = 4
"""likenesses without which their spread means nothing"""
_NORMAL_MAD = 1.4826
"""standard deviation of a normal over its median absolute deviation"""


@dataclass(frozen=True)
class Match:
    """An initiative (position in the list) and a theme that it is about."""

    initiative: int
    theme_id: str
    matched_by: str
    likeness: float | None = None
    """centred cosine, None for a match by id"""

    @property
    def meant(self) -> bool:
        """Whether texts or the touchpoint led to the theme, not the user."""
        return self.matched_by != "id"


@dataclass(frozen=True)
class Matches:
    """The matches in the order of the initiatives, and a sentence on each thing that was left out.

    `told`: ``float64[n initiatives, d]``, centred unit vectors of the texts of the initiatives that were matched by meaning.
    """

    matches: tuple[Match, ...]
    notices: tuple[str, ...]
    told: np.ndarray


def match_initiatives(
    initiatives: Sequence[Initiative],
    history: History,
    theme_vectors: Mapping[str, np.ndarray],
    encode: Callable[[Sequence[str]], np.ndarray],
    journey: Journey,
    settings: ImpactSettings | None = None,
) -> Matches:
    """Match initiatives with the pain themes of the history.

    `theme_vectors`: mean vector ``float[d]`` of a theme's segments by id (themes without one go by their names alone).
    `encode`: texts to ``float[n, d]``, called only where an initiative names no theme that exists.
    """
    settings = settings or ImpactSettings()
    themes = (
        history.themes[history.themes["polarity"] == "pain"].sort_values("theme_id").reset_index(drop=True)
    )
    found: list[Match] = []
    notices: list[str] = []
    unnamed: list[int] = []
    nearest: dict[int, str] = {}
    told = np.zeros((len(initiatives), 0))
    for position, initiative in enumerate(initiatives):
        ids, said = _by_id(initiative, history.themes)
        found += [Match(position, theme, "id") for theme in ids]
        notices += said
        if not ids:
            unnamed.append(position)
    if unnamed and len(themes):
        vectors, likeness = _likeness([initiatives[i].text for i in unnamed], themes, theme_vectors, encode)
        told = np.zeros((len(initiatives), vectors.shape[1]))
        told[unnamed] = vectors
        for row, position in zip(likeness, unnamed, strict=True):
            found += _by_likeness(position, initiatives[position], row, themes, settings)
            nearest[position] = _nearest(row, themes)
    matched = {match.initiative for match in found}
    notices += [
        _unmatched(initiatives[i], nearest.get(i, ""), journey)
        for i in range(len(initiatives))
        if i not in matched
    ]
    found.sort(key=lambda m: (m.initiative, -(m.likeness or 0.0), m.theme_id))
    return Matches(tuple(found), tuple(notices), told)


def mean_vectors(texts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Theme id to ``float64[d]``: mean of the vectors of its texts, of themes that have any."""
    return {
        theme: np.asarray(vectors.mean(axis=0), np.float64)
        for theme, vectors in texts.items()
        if len(vectors)
    }


def _by_id(initiative: Initiative, themes: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Themes that exist among those named; a pain's id is its theme's with another letter."""
    polarity = dict(zip(themes["theme_id"], themes["polarity"], strict=True))
    ids, notices = [], []
    for named in initiative.theme_ids:
        theme = named if named in polarity else "T" + named[1:]
        if polarity.get(theme) == "pain":
            ids.append(theme)
        elif theme in polarity:
            notices.append(
                f"Initiative {initiative.title!r}: theme {named} is praise, not a pain; it was left out."
            )
        else:
            notices.append(
                f"Initiative {initiative.title!r}: there is no theme {named}; look its id up in themes.csv."
            )
    return list(dict.fromkeys(ids)), notices


def _unmatched(initiative: Initiative, nearest: str, journey: Journey) -> str:
    ids = {t.id for t in journey.touchpoints}
    at = f" at {journey.label(initiative.touchpoint, 'en')}" if initiative.touchpoint in ids else ""
    return (
        f"Initiative {initiative.title!r} ({initiative.date.isoformat()}) fits no theme{at} clearly and was not measured; "
        f"write the theme's id into its row.{nearest and f' The nearest: {nearest}.'}"
    )


def _nearest(likeness: np.ndarray, themes: pd.DataFrame) -> str:
    """The themes most like an initiative, ``T12AB34 (Văng ứng dụng / Crashes)``, for people to choose from."""
    rows = themes.iloc[np.argsort(-likeness, kind="stable")[:_NAMED_NEAREST]]
    return ", ".join(f"{row.theme_id} ({row.name_vi} / {row.name_en})" for row in rows.itertuples())


def _likeness(
    texts: Sequence[str],
    themes: pd.DataFrame,
    theme_vectors: Mapping[str, np.ndarray],
    encode: Callable[[Sequence[str]], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors of the texts, ``float64[n texts, d]``, and their likeness, ``float64[n texts, n themes]``: mean of the
    cosine with what customers say and with the theme's better name.

    Names and centroids are centred each by their own mean over themes, texts by that of the names, which are as
    short and as much in the company's words: what all have in common would hide what they differ in.
    """
    names = [*themes["name_vi"], *themes["name_en"]]
    vectors = np.asarray(encode([*texts, *map(str, names)]), dtype=np.float64)
    told, named = vectors[: len(texts)], vectors[len(texts) :]
    told, named = centred(told, named.mean(axis=0)), centred(named, named.mean(axis=0))
    by_name = np.maximum(told @ named[: len(themes)].T, told @ named[len(themes) :].T)
    has = [theme in theme_vectors for theme in themes["theme_id"]]
    if not any(has):
        return told, by_name
    centroids = np.array([theme_vectors[theme] for theme in themes.loc[has, "theme_id"]], dtype=np.float64)
    both = by_name.copy()
    both[:, has] = (by_name[:, has] + told @ centred(centroids, centroids.mean(axis=0)).T) / 2
    return told, both


def centred(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """``float64[n, d]``: vectors without what all have in common, of length 1."""
    vectors = np.asarray(vectors, dtype=np.float64) - mean
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: np.ndarray = vectors / np.where(norms > 1e-9, norms, 1.0)
    return unit


def _by_likeness(
    position: int,
    initiative: Initiative,
    likeness: np.ndarray,
    themes: pd.DataFrame,
    settings: ImpactSettings,
) -> list[Match]:
    """What stands out at the touchpoint, else what stands out anywhere, else the whole touchpoint, else nothing."""
    everywhere = np.arange(len(themes))
    here = (
        np.flatnonzero(themes["touchpoint"].to_numpy() == initiative.touchpoint)
        if initiative.touchpoint
        else everywhere[:0]
    )
    elsewhere = np.setdiff1d(everywhere, here)
    near = _standing_out(
        likeness, here, elsewhere if len(elsewhere) >= _LEAST_THEMES else everywhere, settings
    )
    far = _standing_out(likeness, everywhere, everywhere, settings)
    # The touchpoint of a theme is a prediction, and wrong now and then: a much better fit elsewhere wins.
    if len(near) and (not len(far) or likeness[near[0]] >= likeness[far[0]] - _spread(likeness)):
        way, chosen = "touchpoint+meaning", near
    elif len(far):
        way, chosen = "meaning", far
    else:
        way, chosen = "touchpoint", here
    ids = themes["theme_id"]
    return [Match(position, str(ids.iat[i]), way, round(float(likeness[i]), 6)) for i in chosen]


def _spread(values: np.ndarray) -> float:
    return max(_NORMAL_MAD * float(np.median(np.abs(values - np.median(values)))), 1e-9)


def _standing_out(
    likeness: np.ndarray, tried: np.ndarray, measure: np.ndarray, settings: ImpactSettings
) -> np.ndarray:
    """The best theme and those within one spread of it, where they are outliers against the themes of `measure`.

    Median and median absolute deviation, so that the matches themselves do not hide each other; the level is divided
    by the number of themes that are tried.
    """
    from scipy.stats import t

    if len(tried) == 0 or len(measure) < _LEAST_THEMES:
        return tried[:0]
    middle, spread = float(np.median(likeness[measure])), _spread(likeness[measure])
    needed = middle + spread * float(t.ppf(1 - settings.match_p / len(tried), len(measure) - 1))
    order = tried[np.argsort(-likeness[tried], kind="stable")][: settings.match_themes]
    best = likeness[order[0]]
    stand: np.ndarray = order[(likeness[order] >= needed) & (likeness[order] >= best - spread)]
    return stand
