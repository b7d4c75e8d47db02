"""Rebuild the bundled heads: ``python -m painpoints.classify.train [accurate|fast|text ...]``.

Trains on `training_data`; calibrates and measures on rows of industries that the measured model did not see
(3-fold cross-validation by industry). The real sets are used where ``PAINPOINTS_DATASETS`` names them.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints import __version__
from painpoints.classify.features import hashed_ngrams, joined_features
from painpoints.classify.heads import NO_ENCODER, Head, HeadSet, save_heads
from painpoints.classify.train_linker import train_linker
from painpoints.classify.training_data import data_digest, load_labelled, load_public, with_twins
from painpoints.errors import PainpointsError
from painpoints.resources import models_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_matrix

    Floats = npt.NDArray[np.float32]

__all__ = ["HEADS", "Task", "fit_head", "main", "train_set"]


@dataclass(frozen=True)
class Task:
    """One head: its labels, and what a wrong answer costs against the gain of a right one.

    Where a wrong answer costs as much as a right one gains, answering pays from a probability of 1/2; where it costs
    half as much, from 1/3 (Chow 1970). Nothing is tuned on held-out rows.
    """

    name: str
    labels: tuple[str, ...]
    wrong_costs: float
    strength: float = 4.0
    """inverse regularisation (C)"""

    @property
    def threshold(self) -> float:
        """The probability from which answering pays."""
        return self.wrong_costs / (1 + self.wrong_costs)


HEADS = (
    Task("sentiment", ("neg", "neu", "pos"), 1.0),
    Task("kind", ("pain", "request", "question", "praise", "other"), 1.0),
    Task("severity", ("1", "2", "3", "4"), 0.5),
    Task("stage", ("awareness", "consideration", "decision", "use", "retention"), 0.5),
)

_FOLDS = 3
_SEED = 20_240
_ITERATIONS = 150


def fit_head(task: Task, features: csr_matrix, labels: Sequence[str]) -> Head:
    """Multinomial logistic regression; a class counts with the square root of its share, between as it is and balanced."""
    from sklearn.linear_model import LogisticRegression

    truth = np.asarray([task.labels.index(label) for label in labels])
    counts = np.bincount(truth, minlength=len(task.labels))
    weight = {i: float(np.sqrt(len(truth) / (len(counts) * count))) for i, count in enumerate(counts)}
    model = LogisticRegression(C=task.strength, class_weight=weight, max_iter=_ITERATIONS)
    model.fit(features, truth)
    return Head(
        task.name,
        task.labels,
        model.coef_.astype(np.float32),
        model.intercept_.astype(np.float32),
        threshold=task.threshold,
    )


def _folds(groups: Sequence[str], folds: int) -> npt.NDArray[np.int64]:
    """A fold number a row, whole groups together, -1 for groups that are in no fold (always trained on)."""
    industries = sorted({g for g in groups if not g.endswith("_reviews")})
    number = {g: i % folds for i, g in enumerate(industries)}
    return np.asarray([number.get(g, -1) for g in groups])


def _held_out_logits(task: Task, features: csr_matrix, frame: pd.DataFrame) -> Floats:
    """Logits of every row by a head that saw no row of its group; NaN for groups that are in no fold."""
    logits = np.full((len(frame), len(task.labels)), np.nan, dtype=np.float32)
    fold = _folds(frame["group"].tolist(), _FOLDS)
    labels = frame[task.name].to_numpy()
    for number in range(_FOLDS):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        head = fit_head(task, features[seen], labels[seen].tolist())
        logits[unseen] = features[unseen] @ head.weights.T + head.bias
    return logits


def _temperature(logits: Floats, truth: npt.NDArray[np.int64]) -> float:
    """The temperature that makes held-out probabilities likeliest (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_t: float) -> float:
        scaled = log_softmax(logits / np.exp(log_t), axis=1)
        return float(-scaled[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def _figures(task: Task, probability: Floats, truth: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy, macro-F1 (forced answers), calibration error in ten bins, coverage and precision at the threshold."""
    from sklearn.metrics import f1_score

    best, guess = probability.max(axis=1), probability.argmax(axis=1)
    right = guess == truth
    bins = np.minimum((best * 10).astype(int), 9)
    error = sum(
        abs(right[bins == b].mean() - best[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)
    )
    answered = best >= task.threshold
    return {
        "rows": len(truth),
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(float(f1_score(truth, guess, average="macro")), 4),
        "calibration_error": round(float(error), 4),
        "coverage": round(float(answered.mean()), 4),
        "precision_of_answers": round(float(right[answered].mean()), 4),
    }


def _train_head(task: Task, features: csr_matrix, frame: pd.DataFrame) -> Head:
    from scipy.special import softmax

    rows = np.flatnonzero(frame[task.name].isin(task.labels))
    features, frame = features[rows], frame.iloc[rows].reset_index(drop=True)
    logits = _held_out_logits(task, features, frame)
    known = ~np.isnan(logits[:, 0])
    truth = np.asarray([task.labels.index(v) for v in frame.loc[known, task.name]])
    temperature = _temperature(logits[known], truth)
    probability = softmax(logits[known] / temperature, axis=1)
    twin = frame.loc[known, "twin"].to_numpy(dtype=bool)
    figures = {
        "as_written": _figures(task, probability[~twin], truth[~twin]),
        "without_diacritics": _figures(task, probability[twin], truth[twin]),
    }
    head = fit_head(task, features, frame[task.name].tolist())
    return Head(task.name, task.labels, head.weights, head.bias, temperature, task.threshold, figures)


def train_set(name: str, say: Any = print) -> HeadSet:
    """All heads and the linker for the encoder `name`; ``text`` makes the set that needs no encoder."""
    import pandas as pd

    from painpoints.encoders import load_encoder

    frame = with_twins(pd.concat([load_labelled(), load_public()], ignore_index=True))
    texts = frame["match_text"].tolist()
    ngrams = hashed_ngrams(texts)
    encoder = None if name == "text" else load_encoder(name)
    arrays: dict[str, Floats] = {}
    vectors = None
    if encoder is not None:
        vectors = encoder.encode(texts)
        arrays["centre"] = (
            vectors[~frame["twin"].to_numpy(dtype=bool)].mean(axis=0).astype(np.float16).astype(np.float32)
        )
        vectors = vectors - arrays["centre"]
    features = joined_features(vectors, ngrams)
    heads = {}
    for task in HEADS:
        heads[task.name] = _train_head(task, features, frame)
        say(f"{name} {task.name}: {heads[task.name].figures}")
    linker = train_linker(frame, vectors, ngrams, encoder, arrays.get("centre"), say)
    return HeadSet(
        name,
        encoder.digest if encoder else NO_ENCODER,
        "",
        heads,
        arrays | linker.arrays,
        {
            "encoder": name,
            "data_digest": data_digest(frame),
            "rows": {group: int(n) for group, n in frame["group"].value_counts().sort_index().items()},
            "kind_given_sentiment": _kind_given_sentiment(frame),
            "linker": linker.meta,
            "painpoints": __version__,
        },
    )


def _kind_given_sentiment(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """P(kind | sentiment) / P(kind) over labelled segments, smoothed: which kinds go with which sentiment."""
    both = frame[(frame["kind"] != "") & (frame["sentiment"] != "") & ~frame["twin"]]
    counts = both.groupby(["sentiment", "kind"]).size().unstack(fill_value=0) + 5
    lift = counts.div(counts.sum(axis=1), axis=0).div(counts.sum() / counts.to_numpy().sum(), axis=1)
    return {
        str(s): {str(k): round(float(v), 4) for k, v in row.items()}
        for s, row in lift.to_dict("index").items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the sets named on the command line into the models folder."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.classify.train", description="Rebuild the bundled heads."
    )
    parser.add_argument("sets", nargs="*", default=["accurate", "fast", "text"], help="accurate, fast, text")
    parser.add_argument("--out", type=Path, default=None, help="folder of the sets (default: models/heads)")
    options = parser.parse_args(arguments)
    folder = options.out or models_dir() / "heads"
    try:
        for name in options.sets:
            save_heads(folder / name, train_set(name))
            print(f"{name}: saved in {folder / name}")
    except PainpointsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
