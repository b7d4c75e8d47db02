"""`painpoints evaluate`: how well the classifier in use answers on labelled rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import hashed_ngrams
from painpoints.classify.fit import measure
from painpoints.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from painpoints.classify.heads import HeadSet
    from painpoints.classify.tasks import Task
    from painpoints.encoders import Encoder
    from painpoints.train.labels import LabelFile

__all__ = ["Evaluation", "evaluate", "evaluation_text"]

_SLICES = (("vi", "Vietnamese"), ("vi_unaccented", "without accents"), ("en", "English"), ("mixed", "mixed"))


@dataclass(frozen=True)
class Evaluation:
    """Figures of one classifier on one file."""

    task: Task
    model: str
    figures: dict[str, Any]
    by_language: dict[str, dict[str, Any]]
    """and of the rows that `painpoints sample` drew at random, whose figures alone hold for the whole run"""
    by_class: list[dict[str, Any]]
    confusion: npt.NDArray[np.int64]
    """``int[k, k]``: true label a row, answer a column"""
    trained_on: int
    """rows that the classifier was trained on: figures on them flatter it, so they are left out where others remain"""
    flattered: bool
    """whether no others remain"""
    left_out: tuple[str, ...]
    """sentences about other rows that were not used"""


def evaluate(labels: LabelFile, encoder: Encoder, heads: HeadSet, trained_on: set[str]) -> Evaluation:
    """Figures over the rows that the classifier was not trained on (`trained_on`: their text hashes), or over all
    if none remain.

    Raises `InputError` where there is no classifier for the task, or it knows none of the file's labels.
    """
    task_name = labels.task.name
    if task_name not in heads.promoted and task_name not in heads.heads:
        raise InputError(
            f"There is no classifier for {task_name!r}. Train one first: painpoints train {task_name} {labels.path.name}"
        )
    head = heads.head(task_name)
    task = labels.task if labels.task.labels == head.labels else _task_of(labels.task, head.labels)
    rows = labels.rows[labels.rows["label"].isin(task.labels)]
    left_out = labels.left_out
    if len(rows) < len(labels.rows):
        left_out += (f"{len(labels.rows) - len(rows)} rows with labels that the classifier does not know",)
    if rows.empty:
        raise InputError(
            f"{labels.path.name}: none of its labels is known to the classifier for {task_name!r}, whose labels are "
            f"{', '.join(head.labels)}."
        )
    seen = rows["text_hash"].isin(trained_on).to_numpy()
    if not seen.all():
        rows = rows[~seen]
    texts = rows["match_text"].tolist()
    probability = heads.probabilities((task_name,), texts, encoder.encode(texts), hashed_ngrams(texts))[
        task_name
    ]
    truth = np.asarray([task.labels.index(v) for v in rows["label"]])
    lang = rows["lang"].to_numpy()
    by_language = {
        words: measure(task, probability[lang == code], truth[lang == code])
        for code, words in _SLICES
        if (lang == code).any()
    }
    by_chance = (rows["drawn"] == "random").to_numpy()
    if by_chance.any() and not by_chance.all():
        by_language["random rows"] = measure(task, probability[by_chance], truth[by_chance])
    size = len(task.labels)
    confusion = np.bincount(truth * size + probability.argmax(axis=1), minlength=size * size).reshape(
        size, size
    )
    model = "promoted in the workspace" if task_name in heads.promoted else "bundled"
    return Evaluation(
        task,
        model,
        measure(task, probability, truth),
        by_language,
        _by_class(task, confusion),
        confusion,
        int(seen.sum()),
        bool(seen.all()),
        left_out,
    )


def _task_of(task: Task, labels: tuple[str, ...]) -> Task:
    from dataclasses import replace

    return replace(task, labels=labels)


def _by_class(task: Task, confusion: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    rows = []
    for i, label in enumerate(task.labels):
        right, true, said = int(confusion[i, i]), int(confusion[i].sum()), int(confusion[:, i].sum())
        rows.append(
            {
                "label": label,
                "rows": true,
                "precision": right / said if said else float("nan"),
                "recall": right / true if true else float("nan"),
                "f1": 2 * right / (true + said) if true + said else float("nan"),
            }
        )
    return rows


def evaluation_text(found: Evaluation) -> str:
    """The figures as lines for a terminal."""
    total = found.figures
    lines = [
        f"{found.task.name}: the classifier that is {found.model}, on {total['rows']} rows",
        f"  accuracy {total['accuracy']:.3f}   macro-F1 {total['macro_f1']:.3f}   calibration error "
        f"{total['calibration_error']:.3f}",
        f"  answers {total['coverage']:.0%} of rows (p >= {found.task.threshold:.2f}), "
        f"{_share(total['precision_of_answers'])} of them right",
        *(f"  left out: {sentence}" for sentence in found.left_out),
    ]
    if found.flattered:
        lines.append(
            "  It was trained on all of these rows, which flatters it: the figures on other rows are lower."
        )
    elif found.trained_on:
        lines.append(f"  left out: {found.trained_on} rows that it was trained on")
    width = max(12, *(len(label) for label in found.task.labels))
    lines += ["", f"  {'class':{width}} {'rows':>6} {'precision':>10} {'recall':>8} {'F1':>8}"]
    lines += [
        f"  {r['label']:{width}} {r['rows']:6} {_number(r['precision']):>10} {_number(r['recall']):>8} {_number(r['f1']):>8}"
        for r in found.by_class
    ]
    lines += ["", f"  {'language':{width}} {'rows':>6} {'accuracy':>10} {'macro-F1':>9}"]
    lines += [
        f"  {name:{width}} {f['rows']:6} {f['accuracy']:10.3f} {f['macro_f1']:9.3f}"
        for name, f in found.by_language.items()
    ]
    lines += ["", "  confusion (true label a row, answer a column)"]
    columns = [label[:9] for label in found.task.labels]
    lines.append("  " + " " * width + " " + " ".join(f"{c:>9}" for c in columns))
    lines += [
        f"  {label:{width}} " + " ".join(f"{n:9}" for n in row)
        for label, row in zip(found.task.labels, found.confusion.tolist(), strict=True)
    ]
    return "\n".join(lines)


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
