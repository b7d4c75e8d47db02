"""Which themes are over-represented in which groups of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.drivers.group_columns import group_columns
from painpoints.change.drivers.incidence import (
    cell_counts,
    counted_items,
    design_effects,
    theme_incidence,
    voice_sums,
)
from painpoints.change.drivers.stratified import excess_p_value, shrunk_ratio, stratified_expectation
from painpoints.change.drivers.subgroups import GroupedItems, unexpected_subgroups
from painpoints.rank.stats import adjust_p_values

if TYPE_CHECKING:
    from painpoints.change.history import History
    from painpoints.settings import GroupSettings

__all__ = [
    "OVER_COLUMNS",
    "OVER_DETAIL_COLUMNS",
    "OverRepresented",
    "find_over_represented",
    "over_represented",
]

OVER_COLUMNS = ("column", "value", "theme_id", "share", "expected_share", "ratio", "q_value", "n")
OVER_DETAIL_COLUMNS = (
    "column", "value", "theme_id", "group_items", "voices", "expected", "ratio_low", "ratio_high", "p_value",
    "design_effect",
)  # fmt: skip


@dataclass(frozen=True)
class OverRepresented:
    """``table`` (OVER_COLUMNS), surest first, and ``details`` (OVER_DETAIL_COLUMNS) aligned with it.

    ``share`` and ``expected_share`` are of the group's items; ``ratio`` is shrunk to 1; ``n`` items of the group tell the
    theme. A row whose column is ``a & b`` is a combination found in one half of the customers and counted in the other.
    ``tested``: comparisons that the q-values of single columns account for. ``skipped``: column -> why it was left out.
    """

    table: pd.DataFrame
    details: pd.DataFrame
    tested: int
    skipped: dict[str, str]


def over_represented(
    history: History, columns: pd.DataFrame, settings: GroupSettings, seed: int
) -> pd.DataFrame:
    """OVER_COLUMNS: what `find_over_represented` finds, without its details."""
    return find_over_represented(history, columns, settings, seed).table


def find_over_represented(
    history: History, columns: pd.DataFrame, settings: GroupSettings, seed: int
) -> OverRepresented:
    """Themes told more often in a group than everybody of the same channel lets expect, at a false discovery rate of ``q``.

    ``columns`` has one row an item of the history, as `customer_columns` gives it. Raises ValueError where the lengths
    differ.
    """
    if len(columns) != len(history.items):
        raise ValueError(f"columns of {len(columns)} rows for {len(history.items)} items")
    counted = np.flatnonzero(counted_items(history))
    items = history.items.iloc[counted]
    theme_ids = sorted(history.themes["theme_id"])
    voices = pd.factorize(items["voice"], sort=True)[0]
    groups = group_columns(columns.iloc[counted].reset_index(drop=True), voices, settings)
    channel = pd.factorize(items["channel"].fillna("").astype(str), sort=True)[0]
    told = theme_incidence(history, theme_ids)[counted]
    data = GroupedItems(groups.labels, channel, voices, told)
    tests = [_column_tests(data, name, settings) for name in map(str, groups.labels.columns)]
    singles = pd.concat([*(test for test in tests if len(test)), _no_rows()])
    singles["q_value"] = adjust_p_values(list(singles["p_value"]))
    both = pd.concat([singles, unexpected_subgroups(data, settings, seed)], ignore_index=True)
    rows = _reported(both, theme_ids, settings)
    return OverRepresented(
        rows[list(OVER_COLUMNS)], rows[list(OVER_DETAIL_COLUMNS)], len(singles), groups.skipped
    )


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(
        columns=[
            "column",
            "value",
            "theme",
            "n",
            "expected",
            "group_items",
            "voices",
            "p_value",
            "design_effect",
        ]
    )


def _column_tests(data: GroupedItems, name: str, settings: GroupSettings) -> pd.DataFrame:
    """A row each group of one column and theme of which enough is expected. Only clear excesses are tested exactly;
    the others have a p-value of 1, which makes all q-values larger, never smaller.
    """
    groups, values = data.groups(name)
    strata = data.strata(name)
    size, told = _by_group(groups, len(values), strata, data.incidence)
    all_size, all_told = size.sum(axis=0), told.sum(axis=0)
    observed = told.sum(axis=1)
    # told is [groups, strata, themes]; the strata must come last
    mean, variance = stratified_expectation(
        size[:, None, :], np.moveaxis(all_told, 0, -1)[None], all_size[None, None, :]
    )
    effects = design_effects(data.incidence, data.voices)
    row, theme = np.nonzero(mean >= settings.min_expected)
    excess = (observed - mean)[row, theme]
    clear = excess > np.sqrt(variance[row, theme] * effects[theme])
    p_values = np.ones(len(row))
    for i in np.flatnonzero(clear & (excess > 0)):
        g, t = row[i], theme[i]
        p_values[i] = excess_p_value(observed[g, t], size[g], all_told[:, t], all_size, effects[t])
    voices = _voices_a_group(groups, len(values), data)
    return pd.DataFrame(
        {"column": name, "value": values[row], "theme": theme, "n": observed[row, theme].astype(int)}
        | {"expected": mean[row, theme], "group_items": size.sum(axis=1)[row].astype(int)}
        | {"voices": voices[row, theme], "p_value": p_values, "design_effect": effects[theme]}
    )


def _by_group(
    groups: np.ndarray, count: int, strata: np.ndarray, incidence: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Items ``[groups, strata]`` and items that tell ``[groups, strata, themes]``."""
    layers = int(strata.max()) + 1 if len(strata) else 1
    cells = np.where(groups >= 0, groups * layers + strata, -1)
    size, told = cell_counts(cells, count * layers, incidence)
    return size.reshape(count, layers), told.reshape(count, layers, -1)


def _voices_a_group(groups: np.ndarray, count: int, data: GroupedItems) -> np.ndarray:
    """``int64[groups, themes]``: distinct customers of a group who tell a theme."""
    inside = np.flatnonzero(groups >= 0)
    pairs, code = np.unique(data.voices[inside] * max(count, 1) + groups[inside], return_inverse=True)
    told = voice_sums(code, data.incidence[inside])
    told.data = np.minimum(told.data, 1.0)
    return cell_counts(pairs % max(count, 1), count, told)[1].astype(int)


def _reported(rows: pd.DataFrame, theme_ids: list[str], settings: GroupSettings) -> pd.DataFrame:
    sure = (rows["q_value"] <= settings.q) & (rows["voices"] >= settings.min_voices)
    rows = rows[sure & (rows["n"] > rows["expected"])].copy()
    observed, expected = rows["n"].to_numpy(dtype=float), rows["expected"].to_numpy(dtype=float)
    effect, size = rows["design_effect"].to_numpy(dtype=float), rows["group_items"].to_numpy(dtype=float)
    ratio, low, high = shrunk_ratio(observed, expected, effect, settings.prior_items)
    rows = rows.assign(ratio=ratio, ratio_low=low, ratio_high=high)
    rows["share"], rows["expected_share"] = observed / size, expected / size
    rows["theme_id"] = np.array([*theme_ids, ""], dtype=object)[rows["theme"].to_numpy(dtype=int)]
    for name in ("ratio", "ratio_low", "ratio_high", "share", "expected_share", "expected", "design_effect"):
        rows[name] = rows[name].astype(float).round(6)
    order = ["q_value", "p_value", "column", "value", "theme_id"]
    return rows.sort_values(order, kind="stable").reset_index(drop=True)
