"""Is one classifier better than another on the same rows? A paired permutation test on macro-F1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["Comparison", "compare", "macro_f1"]

_ROUNDS = 2_000
ALPHA = 0.05
"""one-sided error level at which a difference counts"""


@dataclass(frozen=True)
class Comparison:
    """Two classifiers on the same held-out rows."""

    rows: int
    before: float
    after: float
    """macro-F1 of the classifier in use and of the new one"""
    accuracy_before: float
    accuracy_after: float
    p_value: float
    """probability of a gain at least as large, were the two equally good"""
    p_chance: float
    """probability of a macro-F1 at least as large, had the new one's answers nothing to do with the labels"""

    @property
    def better(self) -> bool:
        """Whether the new one is better beyond chance.

        To beat the one in use is not enough: macro-F1 puts guessing at random above answering one label always.
        """
        return self.after > self.before and max(self.p_value, self.p_chance) < ALPHA


def macro_f1(truth: Ints, guess: Ints, classes: int) -> float:
    """Mean F1 over the classes that occur in `truth`."""
    table = np.bincount(truth * classes + guess, minlength=classes * classes).reshape(classes, classes)
    there = table.sum(axis=1) > 0
    right = np.diag(table)
    f1 = 2 * right / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)
    return float(f1[there].mean())


def compare(truth: Ints, before: Ints, after: Ints, classes: int, seed: int) -> Comparison:
    """Approximate randomisation (Yeh 2000, https://aclanthology.org/C00-2137/): every row's two answers are
    swapped at random."""
    random = np.random.default_rng(seed)
    gain = macro_f1(truth, after, classes) - macro_f1(truth, before, classes)
    at_least = 0
    differ = before != after
    for _ in range(_ROUNDS if differ.any() else 0):
        swap = differ & (random.random(len(truth)) < 0.5)
        one, other = np.where(swap, before, after), np.where(swap, after, before)
        at_least += macro_f1(truth, one, classes) - macro_f1(truth, other, classes) >= gain - 1e-12
    return Comparison(
        len(truth),
        macro_f1(truth, before, classes),
        macro_f1(truth, after, classes),
        float((before == truth).mean()),
        float((after == truth).mean()),
        (at_least + 1) / (_ROUNDS + 1) if differ.any() else 1.0,
        _p_chance(truth, after, classes, random),
    )


def _p_chance(truth: Ints, guess: Ints, classes: int, random: np.random.Generator) -> float:
    """Labels shuffled at random (Ojala & Garriga 2010, https://jmlr.org/papers/v11/ojala10a.html)."""
    reached = macro_f1(truth, guess, classes) - 1e-12
    at_least = sum(macro_f1(random.permutation(truth), guess, classes) >= reached for _ in range(_ROUNDS))
    return (at_least + 1) / (_ROUNDS + 1)
