"""One record, one item: repeats within a file, between overlapping exports, and corrected records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from painpoints.ingest.result import DUPLICATE_COLUMNS
from painpoints.settings import IngestSettings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Separated", "separate_duplicates"]

_CLASH = 3  # ids shared by two files with other texts, from which the two number their records independently


@dataclass(frozen=True)
class Separated:
    """`items` without repeats, `duplicates` with DUPLICATE_COLUMNS, and sentences per file name."""

    items: pd.DataFrame
    duplicates: pd.DataFrame
    problems: dict[str, list[str]]


def separate_duplicates(
    items: pd.DataFrame,
    same_file: Mapping[str, str],
    layouts: Mapping[str, Hashable],
    settings: IngestSettings,
) -> Separated:
    """`items`: all files in reading order, with the helper columns of `FileItems`.

    `same_file` maps a file's name to an earlier one with the same bytes; `layouts` maps every name, in reading order, to
    what makes the ids of two exports comparable. Rules: docs/file-formats.md.
    """
    import pandas as pd

    items = items.reset_index(drop=True)
    # an export's own id may look like another record's FILE:ROW
    borrowed = ~items["own_id"] & items["feedback_id"].isin(items.loc[items["own_id"], "feedback_id"])
    items.loc[borrowed, "feedback_id"] += "#"
    problems = _part_clashing_ids(items, same_file, layouts)
    found: dict[int, tuple[int, str]] = {}
    _same_files(items, same_file, found)
    _same_ids(items, found)
    _same_content(items, found, settings)
    feedback_ids, sources = items["feedback_id"].tolist(), items["source"].tolist()
    rows = items["row"].tolist()
    duplicates = pd.DataFrame(
        [
            (sources[i], rows[i], feedback_ids[i], feedback_ids[_last(found, i)], found[i][1])
            for i in sorted(found)
        ],
        columns=list(DUPLICATE_COLUMNS),
    ).astype(
        {"file": object, "row": "int64", "feedback_id": object, "duplicate_of": object, "reason": object}
    )
    kept = items.drop(index=list(found)).reset_index(drop=True)
    return Separated(kept, duplicates, problems)


def _last(found: dict[int, tuple[int, str]], position: int) -> int:
    """The kept item at the end of a chain of repeats."""
    while position in found:
        position = found[position][0]
    return position


def _part_clashing_ids(
    items: pd.DataFrame, same_file: Mapping[str, str], layouts: Mapping[str, Hashable]
) -> dict[str, list[str]]:
    """Ids that two exports use for different records get the later file's name in front.

    A corrected record comes from the same kind of export; so between files of another layout any id with another text
    is another record, and between files of one layout it is so where most of the ids that they share clash (both
    count 1, 2, 3 …).
    """
    problems: dict[str, list[str]] = defaultdict(list)
    seen: dict[str, tuple[str, Hashable]] = {}
    groups = items[items["own_id"]].groupby("source", sort=False)[["feedback_id", "text"]]
    by_file = {str(name): group for name, group in groups}
    for name, layout in layouts.items():
        if name not in by_file or name in same_file:
            continue
        own = dict(zip(by_file[name]["feedback_id"].tolist(), by_file[name]["text"].tolist(), strict=True))
        other = {i for i, text in own.items() if i in seen and seen[i][0] != text}
        foreign = {i for i in other if seen[i][1] != layout}
        shared = sum(i in seen and seen[i][1] == layout for i in own)
        clashes = len(other - foreign)
        renamed = set(own) if clashes >= _CLASH and clashes * 2 > shared else foreign
        if renamed:
            mask = (items["source"] == name) & items["own_id"] & items["feedback_id"].isin(renamed)
            items.loc[mask, "feedback_id"] = name + ":id:" + items.loc[mask, "feedback_id"]
            problems[name].append(
                f"{len(other):,} of its ids are used by an earlier file for other texts; they count as different records."
            )
        seen |= {i: (text, layout) for i, text in own.items() if i not in renamed}
    return problems


def _same_files(items: pd.DataFrame, same_file: Mapping[str, str], found: dict[int, tuple[int, str]]) -> None:
    if not same_file:
        return
    sources, rows = items["source"].tolist(), items["row"].tolist()
    position_of = {key: i for i, key in enumerate(zip(sources, rows, strict=True))}
    for position, (source, row) in enumerate(zip(sources, rows, strict=True)):
        first = same_file.get(source)
        if first is not None:
            found[position] = (position_of[first, row], f"the same file as {first}")


def _same_ids(items: pd.DataFrame, found: dict[int, tuple[int, str]]) -> None:
    """Same id and text: the first stays. Same id, other text: the last one is the corrected record and stays."""
    repeated = items[items["own_id"] & items.duplicated("feedback_id", keep=False)]
    texts = repeated["text"].to_dict()
    groups: dict[str, list[int]] = defaultdict(list)
    for position, identifier in repeated["feedback_id"].items():
        if position not in found:
            groups[identifier].append(int(str(position)))
    for positions in groups.values():
        kept = next(p for p in positions if texts[p] == texts[positions[-1]])
        for position in positions:
            if position != kept:
                same = texts[position] == texts[kept]
                reason = "same id and text" if same else "same id, replaced by a later record"
                found[position] = (kept, reason)


def _same_content(items: pd.DataFrame, found: dict[int, tuple[int, str]], settings: IngestSettings) -> None:
    first: dict[tuple[str, ...], int] = {}
    columns = ("own_id", "text", "created_at", "has_time", "customer_id", "cells")
    stamps = items["created_at"].astype("int64").where(items["created_at"].notna(), 0).tolist()
    values = [stamps if c == "created_at" else items[c].tolist() for c in columns]
    for position, (own_id, text, stamp, has_time, customer, cells) in enumerate(zip(*values, strict=True)):
        if own_id or position in found:
            continue
        if customer and stamp:
            key: tuple[str, ...] = ("customer", text, str(stamp), customer)
            reason = "same text, time and customer"
        elif customer or (stamp and has_time) or len(text) >= settings.duplicate_text_chars:
            key, reason = ("cells", cells), "the whole row is the same"
        else:
            continue
        kept = first.setdefault(key, position)
        if kept != position:
            found[position] = (kept, reason)
