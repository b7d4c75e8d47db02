"""Every row judged by a head that did not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from painpoints.classify.fit import fit_head
from painpoints.train.compare import macro_f1

if TYPE_CHECKING:
    import numpy.typing as npt

    from painpoints.classify.features import Blocks
    from painpoints.classify.heads import Head
    from painpoints.classify.tasks import Task

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["cross_validated", "folds"]

_FOLDS = 5
_BALANCES = (0.5, 1.0)
"""exponents of `class_weights` that are tried: the square root, and all classes alike where one is rare"""
_SEED = 20_244


def cross_validated(
    task: Task, blocks: Blocks, labels: npt.NDArray[np.object_], fold: Ints, prior: Head | None
) -> tuple[Floats, float]:
    """Logits of every row ``float32[n, k]`` from a head that was trained on the other folds, and how far classes are
    balanced in the end.

    The balance with the best macro-F1 is taken, for each fold by the rows of the others, so that no row has a say in
    how it is judged.
    """
    truth = np.asarray([task.labels.index(v) for v in labels])
    logits = {b: np.zeros((len(fold), len(task.labels)), dtype=np.float32) for b in _BALANCES}
    for number in range(_FOLDS):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        for balance, found in logits.items():
            head = fit_head(task, blocks.take(seen), labels[seen].tolist(), prior=prior, balance=balance)
            found[unseen] = blocks.take(unseen).logits(head.weights, head.bias)

    def best(rows: npt.NDArray[np.bool_]) -> float:
        return max(
            _BALANCES, key=lambda b: macro_f1(truth[rows], logits[b][rows].argmax(1), len(task.labels))
        )

    chosen = np.zeros_like(logits[_BALANCES[0]])
    for number in range(_FOLDS):
        here = fold == number
        chosen[here] = logits[best(~here)][here]
    return chosen, best(np.ones(len(fold), dtype=bool))


def folds(truth: Ints) -> Ints:
    """A fold number a row, classes spread evenly, drawn by one seed."""
    fold = np.zeros(len(truth), dtype=np.int64)
    random = np.random.default_rng(_SEED)
    start = 0
    for label in np.unique(truth):
        rows = random.permutation(np.flatnonzero(truth == label))
        fold[rows] = (np.arange(len(rows)) + start) % _FOLDS
        start += len(rows)
    return fold
