"""Labels that are probably wrong, by confident learning (Northcutt, Jiang & Chuang 2021, https://arxiv.org/abs/1911.00068)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from painpoints.classify.tasks import Task

__all__ = ["Suspect", "suspects"]


@dataclass(frozen=True)
class Suspect:
    """A row whose label the classifier, which did not see it, doubts."""

    place: int
    """number of the row in the file, 0 for a row that the workspace knew before"""
    text: str
    label: str
    likelier: str
    probability: float
    """of the likelier label"""


def suspects(
    task: Task, rows: pd.DataFrame, truth: npt.NDArray[np.int64], probability: npt.NDArray[np.float32]
) -> tuple[Suspect, ...]:
    """Most suspicious first; `probability` must come from models that did not see the row (cross-validation)."""
    from cleanlab.filter import find_label_issues

    counts = np.bincount(truth, minlength=len(task.labels))
    present = np.flatnonzero(counts > 1)  # what a class looks like cannot be told from a single row
    if len(present) < 2:
        return ()
    judged = np.flatnonzero(np.isin(truth, present))
    shares = probability[np.ix_(judged, present)]
    found = judged[
        find_label_issues(
            labels=np.searchsorted(present, truth[judged]),
            pred_probs=shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12),
            return_indices_ranked_by="self_confidence",
            n_jobs=1,
        )
    ]
    places, texts, labels = (rows[c].tolist() for c in ("place", "text", "label"))
    return tuple(
        Suspect(
            int(places[i]),
            texts[i],
            labels[i],
            task.labels[int(probability[i].argmax())],
            round(float(probability[i].max()), 3),
        )
        for i in found.tolist()
        if task.labels[int(probability[i].argmax())] != labels[i]
    )
