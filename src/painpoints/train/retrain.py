"""`painpoints train`: a head from labels, compared with the one in use on rows that neither was trained on, and
promoted if better."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints import __version__
from painpoints.classify.features import VECTOR_WEIGHT, Blocks, hashed_ngrams
from painpoints.classify.finetuned import FOLDER
from painpoints.classify.fit import fit_head, measure, temperature_of
from painpoints.classify.heads import HeadSet, load_heads, save_heads
from painpoints.classify.tasks import task_named
from painpoints.errors import InputError, ModelError
from painpoints.ingest.names import without_controls
from painpoints.schema import ITEM_COLUMNS, LABEL_COLUMNS, SEGMENT_COLUMNS, THEME_COLUMNS
from painpoints.store import StoredModel, Workspace
from painpoints.store.connect import telling
from painpoints.train.compare import Comparison, compare
from painpoints.train.finetune import LabelledTexts, Split, finetune
from painpoints.train.folds import cross_validated, folds
from painpoints.train.in_use import answers_in_use
from painpoints.train.label_errors import Suspect, suspects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from painpoints.classify.heads import Head
    from painpoints.classify.tasks import Task
    from painpoints.encoders import Encoder
    from painpoints.train.labels import LabelFile

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["LEAST_TO_FINETUNE", "Retrained", "output_layer", "promote", "require_task_name", "retrain"]

_STOP_EVERY = 10
_SEED = 20_244
LEAST_TO_FINETUNE = 200
"""labelled rows below which a whole encoder would only learn them by heart"""
_TAKEN = {
    *ITEM_COLUMNS,
    *SEGMENT_COLUMNS,
    *LABEL_COLUMNS,
    *THEME_COLUMNS,
    "run_id",
    "text_hash",
    "drawn",
    "place",
}
"""columns that travel with segments, in a run or in a workspace"""


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
    if name == "touchpoint":
        raise InputError(
            "Touchpoints are found from the journey file and need no training; "
            "give the touchpoint more keywords or examples there."
        )
    if task_named(name) is not None:
        return
    meant = task_named(name.strip().lower().replace("-", "_").replace(" ", "_"))
    if meant is not None:
        raise InputError(f"There is no task {without_controls(name, 60)!r}; {meant.name!r} is the one meant.")
    if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) is None or name.endswith("_p") or name in _TAKEN:
        raise InputError(
            f"{without_controls(name, 60)!r} cannot be the name of a task: use small letters a-z, digits and _, at most 40, "
            "and no column of segments.csv."
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

    task, rows, remembered = _with_remembered(labels, workspace)
    truth = np.asarray([task.labels.index(v) for v in rows["label"]])
    texts = rows["match_text"].tolist()
    vectors = encoder.encode(texts)
    centre = _centre(vectors, current)
    blocks = Blocks(vectors - centre, hashed_ngrams(texts))
    prior = _prior(task, current, vectors.shape[1])
    fold = folds(truth)
    logits, balance = cross_validated(task, blocks, rows["label"].to_numpy(), fold, prior)
    temperature = temperature_of(logits, truth)
    probability = np.asarray(softmax(logits / temperature, axis=1), dtype=np.float32)
    judged, answers, network = np.arange(len(truth)), probability, None
    if finetune_from is not None:
        split = _split(fold, truth)
        start = output_layer(task, vectors, truth, split.train)
        labelled = LabelledTexts(texts, (rows["lang"] != "en").tolist(), truth)
        folder = _unfinished(workspace, task.name) / FOLDER
        network = finetune(task, labelled, split, start, probability, finetune_from, folder, say)
        judged = split.judge
        answers = network.joined([texts[i] for i in judged], probability[judged])
    before, compared_with = answers_in_use(task, rows, vectors, blocks, fold, current, prior)
    figures = measure(task, answers, truth[judged])
    final = fit_head(task, blocks, rows["label"].tolist(), prior=prior, balance=balance)
    head = replace(final, temperature=temperature, figures={"held_out": figures})
    meta = {
        "encoder": encoder.name,
        "task": task.name,
        "rows": len(rows),
        "balance": balance,
        "painpoints": __version__,
    }
    heads = HeadSet(
        task.name, encoder.digest, "", {task.name: head}, {"centre": centre}, meta, finetuned=network
    )
    # one class more, for answers that are no label of the task any more
    compared = compare(truth[judged], before[judged], answers.argmax(axis=1), len(task.labels) + 1, _SEED)
    found = suspects(task, rows, truth, probability)
    return Retrained(task, heads, compared, compared_with, figures, found, rows, remembered)


def _with_remembered(labels: LabelFile, workspace: Workspace) -> tuple[Task, pd.DataFrame, int]:
    """The task, the rows to train on, and how many of them the workspace remembered.

    They are the file's rows and the earlier ones whose text is not in the file; ``before`` is the label that the workspace
    knew of a row, or ''. A task of the user's own has the classes of all these rows.
    """
    import pandas as pd

    from painpoints.text import clean_many

    task, known = labels.task, workspace.labels(labels.task.name)
    if task_named(task.name) is not None:
        known = known[known["label"].isin(task.labels)]
    earlier = known[~known["text_hash"].isin(set(labels.rows["text_hash"]))].reset_index(drop=True)
    earlier = earlier.assign(match_text=clean_many(earlier["text"].tolist()), place=0)
    rows = pd.concat([labels.rows.assign(source=labels.path.name), earlier], ignore_index=True)
    before = dict(zip(known["text_hash"], known["label"], strict=True))
    rows["before"] = [before.get(key, "") for key in rows["text_hash"]]
    if task_named(task.name) is None:
        task = replace(task, labels=tuple(sorted(set(rows["label"]))))
    return task, rows, len(earlier)


def _centre(vectors: Floats, current: HeadSet) -> Floats:
    """The centre of the heads in use, which the prior was learnt around; else the mean. Rounded as it will be stored."""
    centre = current.arrays["centre"] if current.uses_vectors else vectors.mean(axis=0)
    return centre.astype(np.float16).astype(np.float32)


def _prior(task: Task, current: HeadSet, dimension: int) -> Head | None:
    """The bundled head; one that looks at words alone knows nothing of vectors, so that its weights for them are zero."""
    head = current.heads.get(task.name)
    if head is None or current.uses_vectors:
        return head
    blank = np.zeros((len(head.labels), dimension), dtype=np.float32)
    return replace(head, weights=np.concatenate([blank, head.weights], axis=1))


def _split(fold: Ints, truth: Ints) -> Split:
    """The first fold to judge on, a tenth of the rest to decide when to stop, the others to train on."""
    rest = np.random.default_rng(_SEED).permutation(np.flatnonzero(fold != 0))
    stop = rest[np.argsort(truth[rest], kind="stable")][::_STOP_EVERY]
    return Split(np.setdiff1d(rest, stop), np.sort(stop), np.flatnonzero(fold == 0))


def output_layer(task: Task, vectors: Floats, truth: Ints, train: Ints) -> tuple[Floats, Floats]:
    """Weights ``float32[k, d]`` and bias of a head that looks at the vectors alone."""
    from scipy.sparse import csr_matrix

    blocks = Blocks(vectors[train], csr_matrix((len(train), 0), dtype=np.float32))
    head = fit_head(task, blocks, [task.labels[i] for i in truth[train]])
    return head.weights * np.float32(VECTOR_WEIGHT), head.bias


def _unfinished(workspace: Workspace, task: str) -> Path:
    return workspace.folder / "models" / f"{task}-unfinished"


def promote(result: Retrained, workspace: Workspace, *, forced: bool) -> StoredModel:
    """Put the candidate into the workspace and into use, with its labels. The model files are whole before they
    are named."""
    task, encoder_digest = result.task.name, result.heads.encoder_digest
    kind = "finetuned-" if result.heads.finetuned is not None else ""
    model_id = f"{task}-{kind}{_digest(result)}"
    folder = workspace.folder / "models" / model_id
    comparison = vars(result.comparison) | {"compared_with": result.compared_with}
    with telling(workspace.folder):
        if not _is_whole(folder):  # the same model again is left in its place: it may be in use
            shutil.rmtree(folder, ignore_errors=True)
            if result.heads.finetuned is not None:
                _unfinished(workspace, task).replace(folder)
            about = {"comparison": comparison, "forced": forced}
            save_heads(folder, replace(result.heads, meta=result.heads.meta | about))
        elif result.heads.finetuned is not None:
            shutil.rmtree(_unfinished(workspace, task), ignore_errors=True)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    model = StoredModel(
        model_id, task, str(result.heads.meta["encoder"]), encoder_digest, folder, now, forced,
        result.figures | {"comparison": comparison},
    )  # fmt: skip
    workspace.promote(model, result.labels)
    return model


def _is_whole(folder: Path) -> bool:
    """Whether the model in `folder` can be read."""
    try:
        load_heads(folder)
    except ModelError:
        return False
    return True


def _digest(result: Retrained) -> str:
    """Twelve hexadecimal digits: other labels, another encoder or other weights are another model."""
    head, network = result.heads.heads[result.task.name], result.heads.finetuned
    seen = json.dumps(result.labels[["text_hash", "label"]].sort_values("text_hash").to_dict("records"))
    found = hashlib.sha256((result.heads.encoder_digest + seen).encode())
    for array in (head.weights, head.bias, *((network.weights, network.bias) if network is not None else ())):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:12]
