"""Between reading and analysing: personal data masked in what is told about the input, items of later days left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from painpoints.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from painpoints.ingest import Ingested
    from painpoints.request import RunRequest
    from painpoints.settings import IngestSettings, Settings
    from painpoints.text.redact import Redactor
    from painpoints.weeks.request import WeekRequest

__all__ = [
    "known_then",
    "mask_ingested",
    "read_masked",
    "rows_not_used",
    "with_margin",
    "without_future",
]

_MARGIN_DAYS = 1
"""a clock may be wrong by so much"""
_FEW = 0.1
"""share of the dated items that may lie in the future; of more, the clock of this machine is likelier wrong"""


def known_then(ingested: Ingested, as_of: pd.Timestamp | None) -> Ingested:
    """Without the items written after `as_of`; they are listed as rejected, so that the counts still add up."""
    import pandas as pd

    if as_of is None:
        return ingested
    items = ingested.items
    later = (items["created_at"] > as_of).to_numpy()
    if not later.any():
        return ingested
    if later.all():
        raise InputError(
            f"All {len(items)} items were written after --as-of {as_of:%Y-%m-%d}; choose a later day."
        )
    gone = items[later]
    dropped = pd.DataFrame(
        {
            "file": gone["source"],
            "row": gone["row"],
            "column": "created_at",
            "reason": "written after the day of the report",
            "value": gone["created_at"].map(lambda t: t.isoformat()),
        }
    )
    per_file = gone["source"].value_counts()
    files = [
        replace(
            f, kept=f.kept - int(per_file.get(f.name, 0)), rejected=f.rejected + int(per_file.get(f.name, 0))
        )
        for f in ingested.files
    ]
    return replace(
        ingested,
        items=items[~later].reset_index(drop=True),
        rejected=pd.concat([ingested.rejected, dropped], ignore_index=True),
        files=files,
    )


def _future_dates(items: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """Which of the items are dated in the future, where that is few of them."""
    import pandas as pd

    later = items["created_at"] > now + pd.Timedelta(days=_MARGIN_DAYS)
    few = later.sum() <= _FEW * items["created_at"].notna().sum()
    return later if few else later & False


def without_future(ingested: Ingested, now: pd.Timestamp) -> Ingested:
    """Dates in the future are no dates: one slip of the pen must not become the last day of the report. The files say so."""
    import pandas as pd

    later = _future_dates(ingested.items, now)
    if not later.any():
        return ingested
    counts = ingested.items.loc[later, "source"].value_counts()
    last = ingested.items.loc[later, "created_at"].max()

    def told(problems: tuple[str, ...], name: str) -> tuple[str, ...]:
        if name not in counts:
            return problems
        return (
            *problems,
            f"{counts[name]} dates lie in the future (up to {last:%Y-%m-%d}) and count as missing.",
        )

    return replace(
        ingested,
        items=ingested.items.assign(created_at=ingested.items["created_at"].where(~later, pd.NaT)),
        files=[replace(f, problems=told(f.problems, f.name)) for f in ingested.files],
    )


def read_masked(request: RunRequest | WeekRequest, redactor: Redactor) -> Ingested:
    """The exports of a request, personal data masked in what is told about them."""
    from painpoints.ingest import read_exports

    ingested = read_exports(
        request.inputs,
        column_map=request.column_map,
        profile=request.profile,
        settings=with_margin(request.settings),
    )
    return mask_ingested(ingested, request.settings, redactor)


def with_margin(settings: Settings) -> IngestSettings:
    """Excerpts of rejected values longer than wanted, so that no personal data is cut in half before it is masked."""
    ingest = settings.ingest
    return replace(ingest, excerpt_chars=ingest.excerpt_chars + 2 * settings.text.redaction_margin_chars)


def mask_ingested(ingested: Ingested, settings: Settings, redactor: Redactor) -> Ingested:
    """Personal data masked in what is told about the input: ids, rejected values, column names, the files' problems.

    Where an export has no header, its columns are named by its first record.

    An id that is an e-mail address or a telephone number gives way to FILE:ROW, as if the export had none.
    """
    read, shown = with_margin(settings).excerpt_chars, settings.ingest.excerpt_chars

    def excerpt(value: str) -> str:
        masked = redactor.redact(value)[0]
        if len(value) == read:  # it may go on, and its end hold the first half of a number
            masked = masked[: -settings.text.redaction_margin_chars]
        return masked[:shown]

    def masked(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(redactor.redact(text)[0] for text in texts)

    rejected = ingested.rejected.assign(
        value=[excerpt(str(v)) for v in ingested.rejected["value"]],
        column=list(masked(ingested.rejected["column"])),
    )
    files = [
        replace(
            f,
            problems=masked(f.problems),
            column_map={name: masked(columns) for name, columns in f.column_map.items()},
            unused_columns=masked(f.unused_columns),
        )
        for f in ingested.files
    ]
    items, duplicates = ingested.items, ingested.duplicates
    private = _private_ids(items, redactor)
    return replace(
        ingested,
        items=items.assign(feedback_id=[private.get(i, i) for i in items["feedback_id"]]),
        duplicates=duplicates.assign(
            duplicate_of=[private.get(i, i) for i in duplicates["duplicate_of"]],
        ),
        rejected=rejected,
        files=files,
    )


def _private_ids(items: pd.DataFrame, redactor: Redactor) -> dict[str, str]:
    """Ids that name a person, each with FILE:ROW in its place: e-mail addresses, and telephone numbers where most ids of
    the export are such numbers (single ones among ticket numbers only look like one).
    """

    def is_phone(feedback_id: str) -> bool:
        return [s.kind for s in redactor.find(feedback_id)] == ["PHONE"] and redactor.redact(feedback_id)[
            0
        ] == "[PHONE]"

    found: dict[str, str] = {}
    for source, rows in items.groupby("source", sort=False):
        ids = rows["feedback_id"].tolist()
        phones = [is_phone(i) for i in ids]
        mostly = 2 * sum(phones) > len(ids)
        for feedback_id, row, phone in zip(ids, rows["row"], phones, strict=True):
            if (mostly and phone) or ("@" in feedback_id and redactor.redact(feedback_id)[0] != feedback_id):
                found[feedback_id] = f"{source}:{row}"
    return found


def rows_not_used(ingested: Ingested) -> pd.DataFrame:
    """Every row that was not used, duplicates too: their value is the id of the item that was kept.

    A reason names no single row, so that rows can be counted by it.
    """
    import pandas as pd

    duplicates = ingested.duplicates
    twice = pd.DataFrame(
        {
            "file": duplicates["file"],
            "row": duplicates["row"],
            "column": "",
            "reason": [f"duplicate ({reason})" for reason in duplicates["reason"]],
            "value": duplicates["duplicate_of"],
        }
    )
    rows = pd.concat([ingested.rejected, twice], ignore_index=True)
    order = {f.name: i for i, f in enumerate(ingested.files)}
    rank = rows["file"].map(lambda name: order.get(name, len(order)))
    return (
        rows.assign(_file=rank)
        .sort_values(["_file", "row"], kind="stable")
        .drop(columns="_file")
        .reset_index(drop=True)
    )
