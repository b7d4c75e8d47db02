"""Is a touchpoint taken for granted, or does it delight? Penalty and reward of being mentioned, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.drivers.rated import Rated, column_items, column_voices, fit_columns, tellable
from painpoints.change.drivers.regression import percentile_interval

if TYPE_CHECKING:
    from painpoints.settings import DriverSettings

__all__ = ["KANO_COLUMNS", "kano_contrasts", "other_themes"]

KANO_COLUMNS = (
    "kpi", "touchpoint", "n_pain", "n_praise", "penalty", "penalty_low", "penalty_high", "reward", "reward_low",
    "reward_high", "asymmetry", "asymmetry_low", "asymmetry_high", "kano",
)  # fmt: skip


def kano_contrasts(
    rated: Rated, themes: pd.DataFrame, settings: DriverSettings, seed: list[int]
) -> pd.DataFrame:
    """``KANO_COLUMNS``, one row a touchpoint that enough customers complain about and enough praise.

    Penalty-reward contrasts (Brandt 1987; Mikulić & Prebežac 2011): penalty = how much lower items rate that tell a
    pain theme of the touchpoint, reward = how much higher those that tell a praise theme of it, both beside items that
    do not mention it; asymmetry = penalty - reward. ``themes`` names the columns of ``rated.incidence``.
    """
    sides = list(zip(themes["touchpoint"], themes["polarity"], strict=True))
    names = sorted({side for side in sides if side[0]})
    matrix = _any_of(rated.incidence, [names.index(s) if s in names else -1 for s in sides], len(names))
    kept = tellable(rated, matrix, settings)
    column = {names[place]: i for i, place in enumerate(kept)}
    both = [t for t in sorted({n[0] for n in column}) if (t, "pain") in column and (t, "praise") in column]
    if not both:
        return pd.DataFrame(columns=list(KANO_COLUMNS))
    others = other_themes(rated.incidence, themes, [side not in column for side in sides])
    own = matrix[:, kept]
    fit, nuisance = fit_columns(rated, own, others, settings, seed)
    effects, counts, voices = fit.effects[:, nuisance:], column_items(own), column_voices(rated, own)
    rows = []
    for touchpoint in both:
        pair = [column[touchpoint, "pain"], column[touchpoint, "praise"]]
        row = _contrast(effects[:, pair] * [-1, 1], voices[pair], settings.kano_margin)
        head = {"kpi": rated.kpi.id, "touchpoint": touchpoint}
        rows.append(head | {"n_pain": counts[pair[0]], "n_praise": counts[pair[1]]} | row)
    return pd.DataFrame(rows, columns=list(KANO_COLUMNS))


def _any_of(incidence: Any, group: list[int], groups: int) -> Any:
    """Sparse 0/1 ``[n, groups]``: whether an item tells any theme of a group; ``group[j]`` is theme j's, or -1."""
    from scipy.sparse import csr_array

    code = np.asarray(group, dtype=int)
    member = np.flatnonzero(code >= 0)
    shape = (len(code), groups)
    joined = csr_array(incidence @ csr_array((np.ones(len(member)), (member, code[member])), shape=shape))
    joined.data = np.minimum(joined.data, 1.0)
    return joined


def other_themes(incidence: Any, themes: pd.DataFrame, left_out: list[bool]) -> Any:
    """Sparse 0/1 ``[n, 2]``: whether an item tells a left-out pain theme, and a left-out praise theme."""
    pairs = zip(left_out, themes["polarity"] == "praise", strict=True)
    return _any_of(incidence, [int(praise) if out else -1 for out, praise in pairs], 2)


def _contrast(sides: np.ndarray, voices: np.ndarray, margin: float) -> dict[str, Any]:
    """From ``sides [1 + resamples, 2]``: penalty and reward, the data as they are first."""
    asymmetry, total = sides[:, 0] - sides[:, 1], sides.sum(axis=1)
    draws = np.column_stack([sides, asymmetry, asymmetry - margin * total, asymmetry + margin * total])
    low, high = percentile_interval(draws[1:], np.append(voices, [voices.min()] * 3))
    found: dict[str, Any] = {}
    for i, name in enumerate(("penalty", "reward", "asymmetry")):
        figures = {name: draws[0, i], f"{name}_low": low[i], f"{name}_high": high[i]}
        found |= {key: round(float(value), 6) for key, value in figures.items()}
    return found | {"kano": _kind(low, high)}


def _kind(low: np.ndarray, high: np.ndarray) -> str:
    """Performance where neither side can be twice the other; else the side that is clearly larger, if one is."""
    if low[0] > 0 and low[1] > 0 and high[3] < 0 < low[4]:
        return "performance"
    if low[0] > 0 and low[2] > 0:
        return "hygiene"
    return "delighter" if low[1] > 0 and high[2] < 0 else ""
