"""Taking in exports: what is new is labelled and kept, what is known already is counted and left alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from painpoints.ingested import rows_not_used
from painpoints.weeks.identity import item_digests, sort_items

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.ingest import Ingested
    from painpoints.journey import Journey
    from painpoints.loading import Models
    from painpoints.progress import Progress
    from painpoints.weeks.memory import WeekMemory
    from painpoints.weeks.request import WeekRequest

__all__ = ["Taken", "take_in"]


@dataclass(frozen=True)
class Taken:
    """What an import brought: read = new + corrected + duplicate + rejected, where duplicates include what was known."""

    read: int
    new: int
    corrected: int
    duplicate: int
    rejected: int

    def __str__(self) -> str:
        return (
            f"{self.read} rows read = {self.new} new + {self.corrected} corrected + {self.duplicate} known or duplicate "
            f"+ {self.rejected} rejected"
        )


def take_in(
    memory: WeekMemory,
    ingested: Ingested,
    week: str,
    request: WeekRequest,
    models: Models,
    journey: Journey,
    progress: Progress,
) -> Taken:
    """Label and keep what is new or corrected, in one transaction; `week` is the one reported on."""
    import pandas as pd

    from painpoints.classify import classify, own_tasks
    from painpoints.schema import FLAGS
    from painpoints.text import make_segments

    digests = item_digests(ingested.items)
    known = memory.known_items([*digests["item_key"], *digests["other_key"]])
    found = sort_items(ingested.items, digests, known)
    kept = sorted([*found.fresh, *found.correct])
    items = pd.concat([ingested.items, digests], axis=1).assign(item_key=found.keys)
    items = items.iloc[kept].reset_index(drop=True)
    with progress.stage("segment"):
        segmented = make_segments(items, request.settings.text)
    segments = segmented.segments
    with progress.stage("embed", len(segments)) as advance:
        vectors = models.encoder.encode(segments["match_text"].tolist(), advance)
    with progress.stage("classify"):
        labelled = classify(segments, items, vectors, models.encoder, journey, models.heads, company=False)
    taken = _counts(ingested, len(found.fresh), len(found.correct))
    about = {
        "week": week,
        "files": [asdict(file) for file in _files_with_known(ingested, kept)],
        "counts": asdict(taken) | {"segments": len(segments), "boilerplate": len(segmented.boilerplate)},
        "masked": segmented.masked,
        "boilerplate": dict(sorted(Counter(segmented.boilerplate["reason"]).items())),
        "manifest": {"models": {"encoder": {"name": models.encoder.name, "digest": models.encoder.digest}}},
    }
    with progress.stage("keep"):
        tasks = ("experience", *FLAGS, *own_tasks(models.heads))
        memory.take_in(items, labelled, _not_used(ingested, found.known), about, tasks)
    return taken


def _counts(ingested: Ingested, new: int, corrected: int) -> Taken:
    totals = Counter[str]()
    for file in ingested.files:
        totals.update(read=file.read, duplicate=file.duplicate, rejected=file.rejected)
    known = len(ingested.items) - new - corrected
    return Taken(totals["read"], new, corrected, totals["duplicate"] + known, totals["rejected"])


def _files_with_known(ingested: Ingested, kept: list[int]) -> list[Any]:
    """The reports of the files, items that the workspace knew already counted as duplicates."""
    of_file = ingested.items["source"].iloc[kept].value_counts()
    return [
        replace(f, kept=(n := int(of_file.get(f.name, 0))), duplicate=f.duplicate + f.kept - n)
        for f in ingested.files
    ]


def _not_used(ingested: Ingested, known: list[int]) -> pd.DataFrame:
    """`rows_not_used`, and the rows whose item the workspace knew already."""
    import pandas as pd

    again = ingested.items.iloc[known]
    rows = pd.DataFrame(
        {
            "file": again["source"],
            "row": again["row"],
            "column": "",
            "reason": "duplicate (in the workspace already)",
            "value": again["feedback_id"],
        }
    )
    return pd.concat([rows_not_used(ingested), rows], ignore_index=True)
