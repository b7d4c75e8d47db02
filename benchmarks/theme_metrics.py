"""How well found groups match true ones, how well they hang together, and whether their names tell them apart.

`gold` and `found` are arrays of names, a segment each; '' is in no group.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.metrics import (
    adjusted_rand_score,
    completeness_score,
    homogeneity_score,
    normalized_mutual_info_score,
)

from painpoints.themes.words import plain, tokens

__all__ = [
    "COLUMNS",
    "agreement",
    "coherence",
    "coverage_at_purity",
    "distinct_names",
    "figures",
    "names_apart",
]

COLUMNS = (
    "ARI", "NMI", "ARI in", "NMI in", "homog", "compl", "B3", "cover", "purity", "cover90", "k", "NPMI", "names", "apart",
)  # fmt: skip
"""what `figures` gives, in this order; then `coherence`, `distinct_names`, `names_apart`"""
_PURITY = 0.90
_TOP_WORDS = 10
"""words that stand for a group, as in Röder et al. 2015"""


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
        "cover90": coverage_at_purity(gold, found, _PURITY),
        "k": table.shape[1] / len(set(gold)) if table.size else 0.0,
    }


def _b_cubed(table: np.ndarray) -> float:
    """From the counts of truth (rows) by group (columns)."""
    if not table.size:
        return 0.0
    precision = (table**2 / table.sum(axis=0)).sum() / table.sum()
    recall = (table**2 / table.sum(axis=1, keepdims=True)).sum() / table.sum()
    return float(2 * precision * recall / (precision + recall))


def coverage_at_purity(gold: np.ndarray, found: np.ndarray, least: float = _PURITY) -> float:
    """Share of all segments in the purest groups, taken one after another as long as they are together `least` pure.

    Groups of equal purity are taken largest first. Purity is judged by the truth, which no user has: the figure says how
    much of the data *could* be read with that trust, and sets a method that leaves much out beside one that takes all in.
    """
    inside = found != ""
    table = pd.crosstab(gold[inside], found[inside]).to_numpy().astype(float)
    if not table.size:
        return 0.0
    right, sizes = table.max(axis=0), table.sum(axis=0)
    order = np.lexsort((-sizes, -right / sizes))
    taken = np.cumsum(sizes[order])
    pure = np.cumsum(right[order]) / taken >= least - 1e-12
    return float(taken[pure].max(initial=0.0) / len(gold))


def coherence(words: Sequence[Collection[str]], found: np.ndarray, top: int = _TOP_WORDS) -> float:
    """Mean NPMI of the `top` words of each group, mean over groups; `words` are the content words of every segment.

    Normalised pointwise mutual information (Bouma 2009): ln(p(v, w) / (p(v) p(w))) / −ln p(v, w), from −1 (never
    together) over 0 (by chance) to 1 (only together), as C_NPMI of Röder, Both and Hinneburg 2015 with these choices:
    probabilities are shares of *all* segments of the set, in a group or not; a whole segment is the window (Boolean
    document), as it is hardly longer than the usual window of ten words; no smoothing, since −1 is the limit for pairs
    never seen together; all pairs of a group count alike. Top words are the best by class-based TF-IDF (Grootendorst
    2022), each counted once a segment, ties by the alphabet. Groups with fewer than two words are left out; NaN where
    none is left.

    Measured on the texts that were grouped, it favours methods that group by words. Vietnamese words are syllables here.
    """
    said = [set(own) for own in words]
    tops = _top_words(said, found, top)
    vocabulary = {word: column for column, word in enumerate(sorted(set().union(*tops)))}
    present = np.zeros((len(said), len(vocabulary)), dtype=np.float32)
    for row, own in enumerate(said):
        present[row, [vocabulary[word] for word in own if word in vocabulary]] = 1.0
    scores = [_npmi(present[:, [vocabulary[word] for word in own]]) for own in tops if len(own) > 1]
    return float(np.mean(scores)) if scores else math.nan


def _top_words(said: list[set[str]], found: np.ndarray, top: int) -> list[list[str]]:
    counts: dict[str, Counter[str]] = {}
    for own, group in zip(said, found, strict=True):
        if group != "":
            counts.setdefault(str(group), Counter()).update(own)
    everywhere = sum(counts.values(), Counter())
    mean_size = everywhere.total() / max(1, len(counts))
    tops = []
    for _, own in sorted(counts.items()):
        weight = {word: count * math.log1p(mean_size / everywhere[word]) for word, count in own.items()}
        tops.append(sorted(weight, key=lambda word: (-weight[word], word))[:top])
    return tops


def _npmi(present: np.ndarray) -> float:
    """Mean over the pairs of columns; rows are segments, 1 where the word occurs."""
    together = (present.T @ present) / len(present)
    alone = np.diag(together)
    scores = []
    for one, other in combinations(range(len(alone)), 2):
        both = float(together[one, other])
        if both in (0.0, 1.0):
            scores.append(-1.0 if both == 0 else 1.0)
        else:
            scores.append(math.log(both / (float(alone[one]) * float(alone[other]))) / -math.log(both))
    return float(np.mean(scores))


def distinct_names(names: Sequence[str]) -> float:
    """Share of names that are different, upper and lower case alike; NaN without names."""
    return len({name.casefold() for name in names}) / len(names) if names else math.nan


def names_apart(names: Sequence[str]) -> float:
    """Mean Jaccard distance between the words of every two names (accents and order aside): 1 where no two share a word.

    Distinct names may still differ in a number only; this tells. NaN for fewer than two names.
    """
    said = [{plain(word) for word in tokens(name)} for name in names]
    pairs = [1 - len(a & b) / max(1, len(a | b)) if a or b else 0.0 for a, b in combinations(said, 2)]
    return float(np.mean(pairs)) if pairs else math.nan


def agreement(runs: list[np.ndarray]) -> float:
    """Mean ARI of every two runs over the same segments."""
    pairs = [(a, b) for i, a in enumerate(runs) for b in runs[i + 1 :]]
    return float(np.mean([adjusted_rand_score(a, b) for a, b in pairs]))
