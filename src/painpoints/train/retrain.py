"""`painpoints train`: a head from labels, compared with the one in use on rows that neither was trained on, and
promoted if better."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints import __version__
from painpoints.classify.features import hashed_ngrams
from painpoints.classify.finetuned import FOLDER
from painpoints.classify.fit import Blocks, fit_head, measure, temperature_of
from painpoints.classify.heads import NO_ENCODER, Head, HeadSet, save_heads
from painpoints.errors import InputError
from painpoints.schema import LABEL_COLUMNS, SEGMENT_COLUMNS, THEME_COLUMNS
from painpoints.store import StoredModel, Workspace, text_hash
from painpoints.train.compare import Comparison, compare
from painpoints.train.finetune import Split, finetune
from painpoints.train.label_errors import Suspect, suspects
from painpoints.train.labels import LabelFile

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from painpoints.classify.tasks import Task
    from painpoints.encoders import Encoder

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["LEAST_TO_FINETUNE", "Retrained", "promote", "require_task_name", "retrain"]

_FOLDS = 5
_STOP_EVERY = 10
_SEED = 20_244
LEAST_TO_FINETUNE = 200
"""labelled rows below which a whole encoder would only learn them by heart"""


@dataclass(frozen=True)
class Retrained:
    """A candidate, what it was compared with, and the labels that look wrong."""

    task: Task
    heads: HeadSet
    comparison: Comparison
    compared_with: str
    figures: dict[str, Any]
    suspects: tuple[Suspect, ...]
    labels: pd.DataFrame
    """all rows it was trained on: those of the file and those that the workspace knew before"""
    remembered: int
    """how many of them the workspace knew before"""


def require_task_name(name: str) -> None:
    """Raises `InputError` for a name that cannot be a column of segments.csv of its own."""
    taken = {*SEGMENT_COLUMNS, *THEME_COLUMNS, *(c for c in LABEL_COLUMNS if c.endswith(("_p", "_score")))}
    if name == "touchpoint":
        raise InputError(
            "Touchpoints are found from the journey file and need no training; give the touchpoint more keywords or examples there."
        )
    if not name.isidentifier() or name in taken or len(name) > 40:
        raise InputError(
            f"{name!r} cannot be the name of a task: use letters, digits and _, at most 40, and no column of segments.csv."
        )


def retrain(
    labels: LabelFile,
    encoder: Encoder,
    current: HeadSet,
    workspace: Workspace,
    finetune_from: Path | None = None,
    say: Callable[[str], object] = print,
) -> Retrained:
    """Train a head for `labels.task` on the file's rows and those labelled before, starting from the bundled head
    if there is one.

    Every row is judged by heads that did not see its text: five folds over distinct texts. The head in use is
    judged on the same rows; where it was trained on some of them, by a copy trained without the fold. The two are
    compared by a paired permutation test. With `finetune_from`, the folder of a packed encoder, that encoder is
    trained for the task as well, on four fifths of the rows, and both together are judged on the last fifth.
    Nothing but the state of an unfinished fine-tuning is stored.
    """
    from scipy.special import softmax

    task = labels.task
    rows, remembered = _with_remembered(labels, workspace)
    truth = np.asarray([task.labels.index(v) for v in rows["label"]])
    texts = rows["match_text"].tolist()
    vectors, centre = _centred(encoder.encode(texts), current)
    blocks = Blocks(vectors, hashed_ngrams(texts))
    prior = current.heads.get(task.name)
    fold = _folds(truth)
    logits = np.zeros((len(truth), len(task.labels)), dtype=np.float32)
    for number in range(_FOLDS):
        seen, unseen = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        head = fit_head(task, blocks.take(seen), rows["label"].to_numpy()[seen].tolist(), prior=prior)
        logits[unseen] = blocks.take(unseen).logits(head.weights, head.bias)
    temperature = temperature_of(logits, truth)
    probability = softmax(logits / temperature, axis=1)
    judged, joined, network = np.arange(len(truth)), probability, None
    if finetune_from is not None:
        split = _split(fold, truth)
        languages = (rows["lang"] != "en").tolist()
        folder = workspace.folder / "models" / f"{task.name}-unfinished"
        network = finetune(task, texts, languages, truth, split, finetune_from, folder / FOLDER, say)
        judged = split.judge
        joined = network.joined([texts[i] for i in judged], probability[judged])
    before, compared_with = _answers_in_use(task, blocks, rows, truth, fold, current, workspace)
    final = fit_head(task, blocks, rows["label"].tolist(), prior=prior)
    figures = measure(task, joined, truth[judged])
    head = replace(final, temperature=temperature, figures={"held_out": figures})
    arrays = {} if centre is None else {"centre": centre}
    meta = {"encoder": encoder.name, "task": task.name, "rows": len(rows), "painpoints": __version__}
    heads = HeadSet(
        task.name, encoder.digest if vectors is not None else NO_ENCODER, "", {task.name: head}, arrays, meta
    )
    heads = replace(heads, finetuned=network)
    return Retrained(
        task,
        heads,
        compare(truth[judged], before[judged], joined.argmax(axis=1), len(task.labels), _SEED),
        compared_with,
        figures,
        suspects(task, rows, truth, probability),
        rows,
        remembered,
    )


def _with_remembered(labels: LabelFile, workspace: Workspace) -> tuple[pd.DataFrame, int]:
    """The file's rows, and earlier ones of the task whose text is not in the file and whose label is still one of
    the task's."""
    import pandas as pd

    from painpoints.text import clean_many

    earlier = workspace.labels(labels.task.name)
    earlier = earlier[~earlier["text_hash"].isin(set(labels.rows["text_hash"]))]
    earlier = earlier[earlier["label"].isin(labels.task.labels)].reset_index(drop=True)
    earlier = earlier.assign(match_text=clean_many(earlier["text"].tolist()), place=0)
    rows = pd.concat([labels.rows.assign(source=labels.path.name), earlier], ignore_index=True)
    return rows, len(earlier)


def _centred(vectors: Floats, current: HeadSet) -> tuple[Floats, Floats | None]:
    """Vectors around the centre of the heads in use, which the prior was learnt with; else around their own mean."""
    centre = current.arrays["centre"] if "centre" in current.arrays else vectors.mean(axis=0)
    centre = centre.astype(np.float16).astype(np.float32)
    return vectors - centre, centre


def _folds(truth: Ints) -> Ints:
    """A fold number a row, classes spread evenly, drawn by one seed."""
    fold = np.zeros(len(truth), dtype=np.int64)
    random = np.random.default_rng(_SEED)
    start = 0
    for label in np.unique(truth):
        rows = random.permutation(np.flatnonzero(truth == label))
        fold[rows] = (np.arange(len(rows)) + start) % _FOLDS
        start += len(rows)
    return fold


def _split(fold: Ints, truth: Ints) -> Split:
    """The first fold to judge on, a tenth of the rest to decide when to stop, the others to train on."""
    rest = np.random.default_rng(_SEED).permutation(np.flatnonzero(fold != 0))
    stop = rest[np.argsort(truth[rest], kind="stable")][::_STOP_EVERY]
    return Split(np.setdiff1d(rest, stop), np.sort(stop), np.flatnonzero(fold == 0))


def _answers_in_use(
    task: Task,
    blocks: Blocks,
    rows: pd.DataFrame,
    truth: Ints,
    fold: Ints,
    current: HeadSet,
    workspace: Workspace,
) -> tuple[Ints, str]:
    """What the head in use answers on every row without having seen it, and what it is called."""
    from scipy.special import softmax

    bundled = current.heads.get(task.name)
    promoted = current.promoted.get(task.name)
    if promoted is None and bundled is not None:
        return blocks.logits(bundled.weights, bundled.bias).argmax(axis=1), "the bundled classifier"
    if promoted is None or promoted.heads[task.name].labels != task.labels:
        return np.full(len(truth), np.bincount(truth).argmax()), "always answering the commonest label"
    known = rows["text_hash"].isin(set(workspace.labels(task.name)["text_hash"])).to_numpy()
    head = promoted.heads[task.name]
    if (
        promoted.finetuned is not None
    ):  # on rows it was trained on that flatters it, so that it is the harder to beat
        both = promoted.finetuned.joined(
            rows["match_text"].tolist(), softmax(blocks.logits(head.weights, head.bias), axis=1)
        )
        return both.argmax(axis=1), "the fine-tuned classifier that was promoted before"
    answers: Ints = blocks.logits(head.weights, head.bias).argmax(axis=1)
    for number in range(_FOLDS):
        seen, unseen = np.flatnonzero(known & (fold != number)), np.flatnonzero(known & (fold == number))
        if len(unseen) and len(np.unique(truth[seen])) > 1:
            copy = fit_head(task, blocks.take(seen), rows["label"].to_numpy()[seen].tolist(), prior=bundled)
            answers[unseen] = blocks.take(unseen).logits(copy.weights, copy.bias).argmax(axis=1)
    return answers, "the classifier that was promoted before"


def promote(result: Retrained, workspace: Workspace, *, forced: bool) -> StoredModel:
    """Put the candidate into the workspace and into use, with its labels. The model files are whole before they
    are named."""
    import pandas as pd

    task, encoder_digest = result.task.name, result.heads.encoder_digest
    seen = json.dumps(result.labels[["text_hash", "label"]].sort_values("text_hash").to_dict("records"))
    kind = "finetuned-" if result.heads.finetuned is not None else ""
    model_id = f"{task}-{kind}{text_hash(encoder_digest + seen)[:12]}"
    folder = workspace.folder / "models" / model_id
    shutil.rmtree(folder, ignore_errors=True)
    if result.heads.finetuned is not None:
        (workspace.folder / "models" / f"{task}-unfinished").replace(folder)
    comparison = vars(result.comparison) | {"compared_with": result.compared_with}
    save_heads(
        folder, replace(result.heads, meta=result.heads.meta | {"comparison": comparison, "forced": forced})
    )
    labels = result.labels.assign(source=result.labels["source"].fillna("").astype(str))
    workspace.add_labels(task, pd.DataFrame(labels))
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    model = StoredModel(
        model_id, task, str(result.heads.meta["encoder"]), encoder_digest, folder, now, forced,
        result.figures | {"comparison": comparison},
    )  # fmt: skip
    workspace.promote(model)
    return model
