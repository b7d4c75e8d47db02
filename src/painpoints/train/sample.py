"""`painpoints sample`: rows of the last run that are worth labelling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.classify.tasks import task_named
from painpoints.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from painpoints.store import Workspace

    Floats = npt.NDArray[np.float32]

__all__ = ["DRAWN", "MIX", "Sample", "draw", "draw_sample"]

MIX = {"random": 0.3, "uncertain": 0.4, "diverse": 0.3}
"""share of the rows drawn in each way. Random rows come first and from all rows, so that figures on them alone
hold for the whole run; uncertain and diverse ones teach more a row"""
DRAWN = tuple(MIX)
_POOL = 20_000
"""distinct texts from which diverse rows are chosen; more would take minutes and change nothing"""


@dataclass(frozen=True)
class Sample:
    """Rows to label: ``feedback_id, segment_no, text, lang, drawn``, in random order, and of how many they were
    drawn."""

    rows: pd.DataFrame
    population: int
    run_id: str


def draw_sample(workspace: Workspace, tasks: Sequence[str], count: int, seed: int) -> Sample:
    """`count` segments of the last run that have no label yet for any of `tasks`.

    Raises `InputError` where the workspace holds no run, or every segment is labelled.
    """
    runs = workspace.runs()
    if runs.empty:
        raise InputError(
            f"The workspace {workspace.folder} holds no run to sample from. "
            f"Make one first: painpoints run EXPORT --workspace {workspace.folder}"
        )
    run_id = str(runs["run_id"].iloc[-1])
    segments = _without_label(workspace, run_id, tasks)
    if segments.empty:
        raise InputError(f"Every segment of the last run is labelled already for {', '.join(tasks)}.")
    digest = workspace.encoder_of(run_id)
    known = workspace.vectors(digest, segments["text_hash"].tolist())
    width = len(next(iter(known.values()))) if known else 1
    vectors = np.stack([known.get(h, np.zeros(width, np.float32)) for h in segments["text_hash"]])
    drawn = draw(_certainty(segments, tasks), vectors, count, seed)
    chosen = segments.iloc[list(drawn)].assign(drawn=list(drawn.values()))
    columns = ["feedback_id", "segment_no", "text", "lang", "drawn"]
    return Sample(chosen[columns].reset_index(drop=True), len(segments), run_id)


def _without_label(workspace: Workspace, run_id: str, tasks: Sequence[str]) -> pd.DataFrame:
    """Segments of a run, one a distinct text, whose text nobody has labelled for any of `tasks`."""
    segments = workspace.segments(run_id).drop_duplicates("text_hash")
    for task in tasks:
        labels = workspace.labels(task)
        # a text that came back by itself may be cleaned otherwise than beside its neighbours: the words tell, too
        known = segments["text_hash"].isin(labels["text_hash"]) | segments["text"].isin(labels["text"])
        segments = segments[~known]
    return segments.reset_index(drop=True)


def _certainty(segments: pd.DataFrame, tasks: Sequence[str]) -> Floats:
    """How sure the classifiers were of their answers, on average over `tasks`: ``float32[n]``."""
    found = []
    for name in tasks:
        if f"{name}_p" not in segments:
            continue
        p, task = segments[f"{name}_p"].to_numpy(dtype=np.float32), task_named(name)
        # of a flag the probability that it is up is stored, of others that of the likeliest label
        found.append(np.maximum(p, 1 - p) if task is not None and task.is_flag else p)
    return np.mean(found, axis=0) if found else np.zeros(len(segments), dtype=np.float32)


def draw(certainty: Floats, vectors: Floats, count: int, seed: int) -> dict[int, str]:
    """Row -> how it was drawn, in random order: random rows from all, then the least certain, then the most diverse."""
    random = np.random.default_rng(seed)
    total = len(certainty)
    count = min(count, total)
    shares = {name: round(count * share) for name, share in MIX.items()}
    shares["diverse"] = count - shares["random"] - shares["uncertain"]
    drawn = dict.fromkeys(random.permutation(total)[: shares["random"]].tolist(), "random")
    ties = random.random(total)
    unsure = [row for row in np.lexsort((ties, certainty)).tolist() if row not in drawn]
    drawn |= dict.fromkeys(unsure[: shares["uncertain"]], "uncertain")
    for row in _spread(vectors, list(drawn), shares["diverse"], random):
        drawn[row] = "diverse"
    order = random.permutation(list(drawn)).tolist()
    return {row: drawn[row] for row in order}


def _spread(vectors: Floats, chosen: list[int], count: int, random: np.random.Generator) -> list[int]:
    """Farthest-first traversal (Gonzalez 1985): each next row is the one least like all chosen so far."""
    free = np.setdiff1d(np.arange(len(vectors)), chosen)
    pool = np.sort(random.permutation(free)[:_POOL])
    likeness = np.full(len(pool), -1.0, dtype=np.float32)
    for row in chosen[:200]:
        likeness = np.maximum(likeness, vectors[pool] @ vectors[row])
    found: list[int] = []
    for _ in range(min(count, len(pool))):
        at = int(likeness.argmin())
        found.append(int(pool[at]))
        likeness = np.maximum(likeness, vectors[pool] @ vectors[pool[at]])
        likeness[at] = np.inf
    return found


def require_suffix(out: Path) -> None:
    """Raises `InputError` for a file that is no workbook."""
    if out.suffix.lower() != ".xlsx":
        raise InputError(f"{out} must end in .xlsx: the drop-downs need a workbook.")
