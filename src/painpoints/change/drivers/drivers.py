"""What a KPI goes with: how items that tell a theme rate beside items that do not, all other themes being equal.

Every figure is an association within the feedback at hand, never a cause. Formulas and sources: docs/methods-weeks.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.drivers.importance import Importance, relative_weights
from painpoints.change.drivers.incidence import theme_incidence
from painpoints.change.drivers.kano import KANO_COLUMNS, kano_contrasts, other_themes
from painpoints.change.drivers.kpis import KPIS, Kpi
from painpoints.change.drivers.rated import (
    Rated,
    column_items,
    column_voices,
    fit_columns,
    rated_items,
    tellable,
)
from painpoints.change.drivers.regression import Resampled, partial_gram, percentile_interval, ridge_effects
from painpoints.rank.stats import Z_95

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import DriverSettings

__all__ = ["DETAIL_COLUMNS", "DRIVER_COLUMNS", "FIT_COLUMNS", "Drivers", "kpi_drivers"]

DRIVER_COLUMNS = ("kpi", "theme_id", "n", "effect", "ci_low", "ci_high", "share_of_effect", "kano")
DETAIL_COLUMNS = (
    "kpi", "theme_id", "polarity", "touchpoint", "n", "voices", "effect_shrunk", "kpi_without", "without_low",
    "without_high", "vif",
)  # fmt: skip
FIT_COLUMNS = ("kpi", "n", "voices", "themes", "left_out", "value", "r2", "p_value", "ridge_penalty")


@dataclass(frozen=True)
class Drivers:
    """``table`` (DRIVER_COLUMNS): a row a KPI and theme, by share of effect. ``details`` (DETAIL_COLUMNS): aligned with it.

    ``effect`` and its 95 % interval are in the KPI's unit; NaN where themes come together so often that they cannot be
    told apart. ``share_of_effect`` sums to 1 a KPI; NaN where all themes together explain nothing. ``kpi_without``
    is what the KPI would be if items of the theme rated as the others do. ``touchpoints`` (KANO_COLUMNS) has the
    penalties and rewards behind ``kano``; ``fits`` (FIT_COLUMNS) a row a KPI, also those with too few ratings.
    """

    table: pd.DataFrame
    details: pd.DataFrame
    touchpoints: pd.DataFrame
    fits: pd.DataFrame


def kpi_drivers(history: History, settings: DriverSettings, seed: int) -> Drivers:
    """What each KPI of the history goes with, by regression on all themes and the channel at once.

    A KPI needs ``min_items`` rated items, a theme ``min_voices`` rated customers who tell it and as many who do not.
    The share of one and two stars is left to the mean of the stars, which says the same with more power.
    """
    themes = history.themes.sort_values("theme_id").reset_index(drop=True)
    incidence = theme_incidence(history, list(themes["theme_id"]))
    rows, touchpoints, fits = [], [], []
    for number, kpi in enumerate(KPIS):
        rated = rated_items(history, kpi, incidence)
        if kpi.id == "low_stars" or not len(rated.scores):
            continue
        kept = tellable(rated, rated.incidence, settings)
        kano = kano_contrasts(rated, themes, settings, [seed, number, 1])
        found, fit_row = _one_kpi(rated, themes, kept, kano, settings, [seed, number, 0])
        rows.append(found)
        touchpoints.append(kano)
        fits.append(fit_row)
    found = _joined(rows, tuple(dict.fromkeys(DRIVER_COLUMNS + DETAIL_COLUMNS)))
    return Drivers(
        found[list(DRIVER_COLUMNS)],
        found[list(DETAIL_COLUMNS)],
        _joined(touchpoints, KANO_COLUMNS),
        pd.DataFrame(fits, columns=list(FIT_COLUMNS)),
    )


def _joined(parts: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns))


def _one_kpi(
    rated: Rated,
    themes: pd.DataFrame,
    kept: np.ndarray,
    kano: pd.DataFrame,
    settings: DriverSettings,
    seed: list[int],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """DRIVER_COLUMNS and DETAIL_COLUMNS of the ``kept`` themes, and the row of FIT_COLUMNS."""
    told = int((column_items(rated.incidence) > 0).sum())
    row = {"kpi": rated.kpi.id, "n": len(rated.scores), "voices": rated.voice_count, "themes": len(kept)}
    row |= {"left_out": told - len(kept), "value": round(float(rated.scores.mean()), 6)}
    if not len(kept):
        return pd.DataFrame(), row
    own = rated.incidence[:, kept]
    left_out = ~np.isin(np.arange(len(themes)), kept)
    others = other_themes(rated.incidence, themes, list(left_out))
    fit, nuisance = fit_columns(rated, own, others, settings, seed)
    partial = partial_gram(fit.gram, nuisance)
    shrunk, penalty = ridge_effects(partial, len(rated.scores), nuisance)
    importance = _importance(partial, fit, nuisance, rated.voice_count, settings)
    voices = column_voices(rated, own)
    figures = _effects(fit, nuisance, rated.kpi, voices, importance.vif <= settings.max_vif)
    figures |= {"effect_shrunk": shrunk, "vif": np.minimum(importance.vif, 1e6)}
    figures["share_of_effect"] = _shares(importance, settings)
    kinds = dict(zip(kano["touchpoint"], kano["kano"], strict=True))
    chosen = themes.iloc[kept][["theme_id", "polarity", "touchpoint"]].reset_index(drop=True)
    chosen["kano"] = chosen["touchpoint"].map(lambda touchpoint: kinds.get(touchpoint, ""))
    table = chosen.assign(kpi=rated.kpi.id, n=column_items(own), voices=voices, **figures).round(6)
    order = table.sort_values(["share_of_effect", "theme_id"], ascending=[False, True], kind="stable")
    ends = {"r2": round(importance.r2, 6), "p_value": importance.p_value, "ridge_penalty": round(penalty, 6)}
    return order, row | ends


def _effects(
    fit: Resampled, nuisance: int, kpi: Kpi, voices: np.ndarray, apart: np.ndarray
) -> dict[str, np.ndarray]:
    """Effects, and the KPI without them, with their intervals; NaN where a theme cannot be told ``apart``."""
    effects, shares = fit.effects[:, nuisance:], fit.means[:, nuisance:-1]
    low, high = _at_least(effects[0], percentile_interval(effects[1:], voices), kpi, voices)
    without = np.clip(fit.means[:, -1:] - effects * shares, kpi.low, kpi.high)
    without_low, without_high = percentile_interval(without[1:], voices)
    names = ("effect", "ci_low", "ci_high", "kpi_without", "without_low", "without_high")
    values = (effects[0], low, high, without[0], without_low, without_high)
    return {name: np.where(apart, value, np.nan) for name, value in zip(names, values, strict=True)}


def _at_least(
    effects: np.ndarray, interval: tuple[np.ndarray, np.ndarray], kpi: Kpi, voices: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The interval, made at least as wide as one unseen rating at the other end of the scale would make it.

    Thirty equal ratings have no spread that resampling could show; n of them and one other have a standard error of
    (high - low) / (n + 1).
    """
    least = Z_95 * (kpi.high - kpi.low) / (voices + 1)
    return np.minimum(interval[0], effects - least), np.maximum(interval[1], effects + least)


def _shares(importance: Importance, settings: DriverSettings) -> np.ndarray:
    """Relative weights as shares of what is explained; NaN where that is no more than chance."""
    if importance.r2 <= 0 or not importance.p_value <= settings.explained_p:
        return np.full(len(importance.weights), np.nan)
    return importance.weights / importance.r2


def _importance(
    partial: np.ndarray, fit: Resampled, nuisance: int, customers: int, settings: DriverSettings
) -> Importance:
    """Relative weights, with variance inflation by the other themes and by the channels.

    A theme that the channels tell exactly takes no part: nothing of it is left once they are regressed out. The F test
    counts customers instead of items, as if all ratings of one said the same.
    """
    count = float(fit.gram[0, 0])
    whole = np.diag(fit.gram)[nuisance:-1] - count * fit.means[0, nuisance:-1] ** 2
    vif = whole / np.maximum(np.diag(partial)[:-1], 1e-12)
    usable = np.flatnonzero(vif <= settings.max_vif)
    rows = np.append(usable, len(whole))
    part = relative_weights(partial[np.ix_(rows, rows)], customers, nuisance)
    weights = np.zeros(len(whole))
    weights[usable] = part.weights
    vif[usable] *= part.vif
    return Importance(weights, part.r2, part.p_value, vif)
