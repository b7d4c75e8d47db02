"""What the classifier in use answers on labelled rows that it must not have seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from painpoints.classify.features import Blocks
from painpoints.classify.fit import fit_head

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from painpoints.classify.heads import Head, HeadSet
    from painpoints.classify.tasks import Task

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["answers_in_use"]


def answers_in_use(
    task: Task,
    rows: pd.DataFrame,
    vectors: Floats,
    blocks: Blocks,
    fold: Ints,
    current: HeadSet,
    prior: Head | None,
) -> tuple[Ints, str]:
    """A label's number a row (`len(task.labels)` for a label that the task has no more), and what the classifier is called.

    `vectors` as the encoder gave them, `blocks` the same around their centre. Rows that a promoted head was trained on
    (`rows["before"]` holds the label that it saw) are answered by copies trained without their fold.
    """
    truth = rows["label"].to_numpy()
    in_use = current.promoted.get(task.name)
    if in_use is None and task.name not in current.heads:
        commonest = rows["label"].value_counts(sort=False).sort_index().idxmax()
        return np.full(len(truth), task.labels.index(commonest)), "always answering the commonest label"
    texts = rows["match_text"].tolist()
    found = current.probabilities((task.name,), texts, vectors, blocks.ngrams)[task.name].argmax(axis=1)
    labels = current.head(task.name).labels
    if in_use is None:
        return _numbered(task, labels, found), "the bundled classifier"
    if in_use.finetuned is not None:  # its own rows flatter it, so that it is the harder to beat
        return _numbered(task, labels, found), "the fine-tuned classifier that was promoted before"
    same = replace(task, labels=labels)
    balance = float(in_use.meta.get("balance", 0.5))
    saw = rows["before"].where(rows["before"].isin(labels), "").to_numpy()
    for number in np.unique(fold):
        seen, unseen = (
            np.flatnonzero((saw != "") & (fold != number)),
            np.flatnonzero((saw != "") & (fold == number)),
        )
        if len(unseen) and len(np.unique(saw[seen])) > 1:
            copy = fit_head(same, blocks.take(seen), saw[seen].tolist(), prior=prior, balance=balance)
            found[unseen] = blocks.take(unseen).logits(copy.weights, copy.bias).argmax(axis=1)
    return _numbered(task, labels, found), "the classifier that was promoted before"


def _numbered(task: Task, labels: tuple[str, ...], found: npt.NDArray[np.integer]) -> Ints:
    """Places in `labels` as places in the task's labels."""
    place = {label: i for i, label in enumerate(task.labels)}
    places = np.asarray([place.get(label, len(place)) for label in labels], dtype=np.int64)
    return places.take(found)
