"""Unexpected subgroups: combinations of two columns, proposed by one half of the customers and tested on the other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from painpoints.change.drivers.incidence import cell_counts, design_effects
from painpoints.change.drivers.stratified import excess_p_value, stratified_expectation
from painpoints.rank.stats import adjust_p_values

if TYPE_CHECKING:
    from painpoints.settings import GroupSettings

__all__ = ["GroupedItems", "unexpected_subgroups"]

_PROPOSED_Z = 2.0
"""standard errors by which a combination must stand out in the first half; the second half decides"""


@dataclass(frozen=True)
class GroupedItems:
    """n items: ``labels`` (a text a column, '' for none), ``channel`` and ``voices`` as codes from 0, and which tell
    what (``incidence``, sparse ``[n, themes]``).
    """

    labels: pd.DataFrame
    channel: np.ndarray
    voices: np.ndarray
    incidence: Any

    def groups(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Codes ``[n]`` of a column, -1 where it says nothing, and the values they stand for."""
        text = self.labels[name].astype(object)
        codes, values = pd.factorize(text.where(text != ""), sort=True)
        return codes, np.asarray(values, dtype=object)

    def strata(self, *names: str) -> np.ndarray:
        """Codes ``[n]`` within which columns are compared: the channel, unless one of them is the channel."""
        return np.zeros(len(self.channel), dtype=np.int64) if "channel" in names else self.channel

    def part(self, rows: np.ndarray) -> GroupedItems:
        """The items at these positions."""
        voices = np.unique(self.voices[rows], return_inverse=True)[1]
        return GroupedItems(self.labels.iloc[rows], self.channel[rows], voices, self.incidence[rows])


class _Candidate(NamedTuple):
    """A combination that stands out: least z of its comparisons (negative, so that the best sorts first), where, what."""

    minus_z: float
    columns: tuple[str, str]
    values: tuple[str, str]
    theme: int


def unexpected_subgroups(data: GroupedItems, settings: GroupSettings, seed: int) -> pd.DataFrame:
    """Rows as of a single column, with ``column`` ``a & b`` and ``value`` ``x & y``, each with its q-value.

    A combination counts where it tells a theme more often than all, than the rest of x, than the rest of y, *and* more than
    the effects of x and y multiplied: its p-value is the largest of the four (intersection-union test, Berger 1982).
    Figures are those of the second half of the customers, which took no part in the search.
    """
    voices = int(data.voices.max()) + 1 if len(data.voices) else 0
    first = np.random.default_rng([seed, 2]).permutation(voices) < voices // 2
    halves = [data.part(np.flatnonzero(first[data.voices] == side)) for side in (True, False)]
    proposed: list[_Candidate] = []
    for pair in itertools.combinations(map(str, data.labels.columns), 2):
        proposed += _proposals(halves[0], pair, settings)
    rows = [
        _confirmed(halves[1], candidate, settings) for candidate in sorted(proposed)[: settings.candidates]
    ]
    found = pd.DataFrame([row for row in rows if row is not None])
    return found.assign(q_value=adjust_p_values(list(found["p_value"]))) if len(found) else found


def _proposals(data: GroupedItems, pair: tuple[str, str], settings: GroupSettings) -> list[_Candidate]:
    """The best combinations of two columns in one half, at most ``candidates``."""
    (first, first_values), (second, second_values) = data.groups(pair[0]), data.groups(pair[1])
    strata = data.strata(*pair)
    shape = (len(first_values), len(second_values), int(strata.max()) + 1 if len(strata) else 1)
    if 0 in shape:
        return []
    cells = (first * shape[1] + second) * shape[2] + strata
    cells = np.where((first >= 0) & (second >= 0), cells, -1)
    effects = design_effects(data.incidence, data.voices)
    found: list[_Candidate] = []
    step = max(1, settings.chunk_cells // int(np.prod(shape)))
    for start in range(0, data.incidence.shape[1], step):
        size, told = cell_counts(cells, int(np.prod(shape)), data.incidence[:, start : start + step])
        scores = _least_z(size.reshape(*shape, 1), told.reshape(*shape, -1), effects[start:][:step], settings)
        for a, b, t in np.argwhere(scores > _PROPOSED_Z):
            values = (first_values[a], second_values[b])
            found.append(_Candidate(-float(scores[a, b, t]), pair, values, start + int(t)))
    return sorted(found)[: settings.candidates]


def _least_z(size: np.ndarray, told: np.ndarray, effects: np.ndarray, settings: GroupSettings) -> np.ndarray:
    """``[a, b, themes]``: the weakest of four standardised excesses; 0 where too little is expected.

    ``size [a, b, strata, 1]`` items, ``told [a, b, strata, themes]`` those that tell.
    """
    observed = told.sum(axis=2)
    weakest = np.full(observed.shape, np.inf)
    enough = np.ones(observed.shape, dtype=bool)
    for axes in ((0, 1), (1,), (0,)):
        group, all_told, total = np.broadcast_arrays(
            size, told.sum(axis=axes, keepdims=True), size.sum(axis=axes, keepdims=True)
        )
        mean, variance = stratified_expectation(*(np.moveaxis(x, 2, -1) for x in (group, all_told, total)))
        enough &= mean >= settings.min_expected
        weakest = np.minimum(weakest, (observed - mean) / np.sqrt(np.maximum(variance * effects, 1e-12)))
    weakest = np.minimum(weakest, _interaction_z(size.sum(axis=2), observed, effects))
    return np.where(enough, weakest, 0.0)


def _interaction_z(size: np.ndarray, told: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """Standardised log ratio of the rate in a cell to what row and column effects multiply to.

    ``size [a, b, 1]``, ``told [a, b, themes]``. Each cell stands in a two by two table (x or not, y or not); the
    variance of a log rate with halves added is 1/(o + 0.5) - 1/(n + 0.5) (Pettigrew, Gart & Thomas 1986).
    """
    log_ratio, variance = np.zeros(told.shape), np.zeros(told.shape)
    row_size, row_told = size.sum(axis=1, keepdims=True), told.sum(axis=1, keepdims=True)
    column_size, column_told = size.sum(axis=0, keepdims=True), told.sum(axis=0, keepdims=True)
    every_size, every_told = row_size.sum(axis=0, keepdims=True), row_told.sum(axis=0, keepdims=True)
    cells = (
        (1, told, size),
        (-1, row_told - told, row_size - size),
        (-1, column_told - told, column_size - size),
        (1, every_told - row_told - column_told + told, every_size - row_size - column_size + size),
    )
    for sign, o, n in cells:
        log_ratio = log_ratio + sign * np.log((o + 0.5) / (n + 0.5))
        variance = variance + 1 / (o + 0.5) - 1 / (n + 0.5)
    return np.asarray(log_ratio / np.sqrt(np.maximum(variance * effects, 1e-12)))


def _confirmed(data: GroupedItems, candidate: _Candidate, settings: GroupSettings) -> dict[str, Any] | None:
    """The candidate's counts and p-value in the half that did not propose it; None where too little is expected there."""
    from scipy.stats import norm

    inside, layers = [], data.strata(*candidate.columns)
    for name, value in zip(candidate.columns, candidate.values, strict=True):
        text = data.labels[name].to_numpy()
        inside.append(np.where(text == "", -1, (text == value).astype(int)))
    known = np.flatnonzero((inside[0] >= 0) & (inside[1] >= 0))
    count = int(layers.max()) + 1 if len(layers) else 1
    cells = ((inside[0] * 2 + inside[1]) * count + layers)[known]
    own = data.incidence[:, [candidate.theme]]
    size, told = (x.reshape(2, 2, count) for x in cell_counts(cells, 4 * count, own[known]))
    effect = design_effects(own, data.voices)
    observed, p_values, expected = told[1, 1].sum(), [], []
    for part in (np.s_[:, :], np.s_[1:, :], np.s_[:, 1:]):
        margins = (size[1, 1], told[part].sum(axis=(0, 1)), size[part].sum(axis=(0, 1)))
        expected.append(float(stratified_expectation(*margins)[0]))
        p_values.append(excess_p_value(observed, *margins, float(effect[0])))
    if min(expected) < settings.min_expected:
        return None
    z = _interaction_z(size.sum(axis=2)[:, :, None], told.sum(axis=2)[:, :, None], effect)
    p_values.append(float(norm.sf(z[1, 1, 0])))
    tells = known[(cells // count == 3) & (own[known].toarray().ravel() > 0)]
    return {
        "column": " & ".join(candidate.columns), "value": " & ".join(candidate.values), "theme": candidate.theme,
        "n": int(observed), "expected": expected[0], "group_items": int(size[1, 1].sum()),
        "voices": len(np.unique(data.voices[tells])), "p_value": max(p_values), "design_effect": float(effect[0]),
    }  # fmt: skip
