"""How well found groups match true ones. `gold` and `found` are arrays of names, a segment each; '' is in no group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import (
    adjusted_rand_score,
    completeness_score,
    homogeneity_score,
    normalized_mutual_info_score,
)

__all__ = ["COLUMNS", "agreement", "figures"]

COLUMNS = ("ARI", "NMI", "ARI in", "NMI in", "homog", "compl", "B3", "cover", "purity", "k")
"""what `figures` gives, in this order"""


def figures(gold: np.ndarray, found: np.ndarray) -> dict[str, float]:
    """ARI and NMI over all segments, those in no group being groups of their own; the rest over assigned ones.

    B-cubed F1: Bagga and Baldwin 1998 (https://aclanthology.org/P98-1012/), the mean over segments. `purity`: share of
    assigned segments that are of their group's commonest truth. `k`: groups found over true ones.
    """
    inside = found != ""
    alone = np.where(inside, found, [f"alone {n}" for n in range(len(gold))])
    truth, groups = gold[inside], found[inside]
    table = pd.crosstab(truth, groups).to_numpy().astype(float)
    return {
        "ARI": float(adjusted_rand_score(gold, alone)),
        "NMI": float(normalized_mutual_info_score(gold, alone)),
        "ARI in": float(adjusted_rand_score(truth, groups)),
        "NMI in": float(normalized_mutual_info_score(truth, groups)),
        "homog": float(homogeneity_score(truth, groups)),
        "compl": float(completeness_score(truth, groups)),
        "B3": _b_cubed(table),
        "cover": float(inside.mean()),
        "purity": float(table.max(axis=0).sum() / max(1, inside.sum())) if table.size else 0.0,
        "k": table.shape[1] / len(set(gold)) if table.size else 0.0,
    }


def _b_cubed(table: np.ndarray) -> float:
    """From the counts of truth (rows) by group (columns)."""
    if not table.size:
        return 0.0
    precision = (table**2 / table.sum(axis=0)).sum() / table.sum()
    recall = (table**2 / table.sum(axis=1, keepdims=True)).sum() / table.sum()
    return float(2 * precision * recall / (precision + recall))


def agreement(runs: list[np.ndarray]) -> float:
    """Mean ARI of every two runs over the same segments."""
    pairs = [(a, b) for i, a in enumerate(runs) for b in runs[i + 1 :]]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in pairs]))
