"""Fitting, calibrating and measuring linear heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import VECTOR_WEIGHT, Blocks
from painpoints.classify.heads import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from painpoints.classify.tasks import Task

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["calibration_error", "fit_head", "measure", "temperature_of"]

_ITERATIONS = 120
_TOLERANCE = 1e-5
_BINS = 10


def class_weights(truth: Ints, classes: int, balance: float = 0.5) -> Floats:
    """How much a row of each class counts, ``float32[k]``: as it is with `balance` 0, all classes alike with 1."""
    counts = np.maximum(np.bincount(truth, minlength=classes), 1)
    return ((len(truth) / (classes * counts)) ** balance).astype(np.float32)


def fit_head(
    task: Task,
    blocks: Blocks,
    labels: Sequence[str],
    *,
    prior: Head | None = None,
    balance: float = 0.5,
    weight: Floats | None = None,
) -> Head:
    """Multinomial logistic regression by L-BFGS, with a Gaussian prior around zero or around the weights of `prior`.

    With a prior the new labels move the head only as far as they have reason to: the maximum a posteriori estimate that
    keeps what the earlier head learnt (Chelba & Acero 2006). `weight` is ``float32[n]``, how much each row
    counts beside what `class_weights` gives its class.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    truth = np.asarray([task.labels.index(label) for label in labels])
    classes, rows = len(task.labels), np.arange(len(truth))
    counts = np.ones(len(truth), dtype=np.float32) if weight is None else weight.astype(np.float32)
    counts = counts * class_weights(truth, classes, balance)[truth]
    dense = None if blocks.vectors is None else blocks.vectors * np.float32(VECTOR_WEIGHT)
    at = 0 if dense is None else dense.shape[1]
    width = at + blocks.ngrams.shape[1]
    start = np.zeros((classes, width + 1), dtype=np.float32)
    if prior is not None:
        start[:, :-1], start[:, -1] = prior.weights, prior.bias
    transposed = blocks.ngrams.T.tocsr()
    scale = 1 / (task.strength * float(counts.sum()))

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        parameters = flat.astype(np.float32).reshape(classes, width + 1)
        logits = blocks.ngrams @ parameters[:, at:-1].T + parameters[:, -1]
        if dense is not None:
            logits = logits + dense @ parameters[:, :at].T
        log_share = log_softmax(logits, axis=1)
        away = parameters - start
        away[:, -1] = 0  # the bias is free
        value = 0.5 * float((away * away).sum()) - task.strength * float(
            (counts * log_share[rows, truth]).sum(dtype=np.float64)
        )
        residual = np.exp(log_share)
        residual[rows, truth] -= 1
        residual *= (task.strength * counts)[:, None]
        gradient = away
        gradient[:, at:-1] += (transposed @ residual).T
        if dense is not None:
            gradient[:, :at] += residual.T @ dense
        gradient[:, -1] = residual.sum(axis=0)
        return value * scale, gradient.ravel().astype(np.float64) * scale

    options = {"maxiter": _ITERATIONS, "gtol": _TOLERANCE, "ftol": 1e-9, "maxcor": 8}
    found = minimize(loss, start.ravel().astype(np.float64), jac=True, method="L-BFGS-B", options=options).x
    best = found.reshape(classes, width + 1).astype(np.float32)
    return Head(task.name, task.labels, best[:, :-1], best[:, -1], threshold=task.threshold)


def temperature_of(logits: Floats, truth: Ints) -> float:
    """The temperature that makes held-out probabilities likeliest (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_t: float) -> float:
        scaled = log_softmax(logits / np.exp(log_t), axis=1)
        return float(-scaled[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def calibration_error(probability: Floats, truth: Ints) -> float:
    """Expected calibration error of the likeliest label in ten bins (Naeini et al. 2015), in [0, 1]."""
    best, right = probability.max(axis=1), probability.argmax(axis=1) == truth
    bins = np.minimum((best * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(right[bins == b].mean() - best[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )


def measure(task: Task, probability: Floats, truth: Ints) -> dict[str, Any]:
    """Accuracy, macro-F1 over the labels that occur, calibration error, and what holds above the task's threshold."""
    from sklearn.metrics import f1_score

    guess = probability.argmax(axis=1)
    right = guess == truth
    answered = probability.max(axis=1) >= task.threshold
    figures = {
        "rows": len(truth),
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(
            float(f1_score(truth, guess, average="macro", labels=np.unique(truth), zero_division=0)), 4
        ),
        "calibration_error": round(calibration_error(probability, truth), 4),
        "coverage": round(float(answered.mean()), 4),
        "precision_of_answers": round(float(right[answered].mean()), 4) if answered.any() else None,
    }
    if task.is_flag:
        raised, there = probability[:, 1] >= task.threshold, truth == 1
        both = int((raised & there).sum())
        figures |= {
            "yes": int(there.sum()),
            "precision_of_yes": round(both / int(raised.sum()), 4) if raised.any() else None,
            "recall_of_yes": round(both / int(there.sum()), 4) if there.any() else None,
        }
    return figures
