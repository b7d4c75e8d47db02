"""From a table and a plan to feedback items, and the records that are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from painpoints.ingest import ids
from painpoints.ingest.aliases import load_aliases
from painpoints.ingest.columns import MAP_FIELDS, Plan
from painpoints.ingest.dates import ParsedDates, parse_dates
from painpoints.ingest.grid import Rejection, Table, is_blank
from painpoints.ingest.mojibake import repair_column
from painpoints.ingest.names import fold
from painpoints.ingest.ratings import ParsedRatings, parse_ratings
from painpoints.settings import IngestSettings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FileItems", "build_items"]

_PLAIN_FIELDS = ("channel", "segment", "product", "agent_reply")
_LONGEST_MISSING = 12  # characters of the longest word that stands for nothing
_JOINT = "\x1f"


@dataclass
class FileItems:
    """`frame` has ITEM_COLUMNS and, for finding duplicates, ``own_id``, ``has_time`` and ``cells``."""

    frame: pd.DataFrame
    rejections: list[Rejection]
    repaired: int
    rating_scale: str
    date_order: str
    column_map: dict[str, tuple[str, ...]]
    problems: list[str]


@dataclass
class _Reader:
    """Reads columns of one table, repairing mis-decoded cells and remembering which rows had any."""

    table: Table
    plan: Plan
    repaired: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def column(self, name: str) -> list[str]:
        """Cells of a column as read; words that stand for nothing are ''."""
        raw = self.table.columns[name]
        fixed, font = repair_column(raw)
        if fixed is not raw:
            self.repaired.update(i for i, (a, b) in enumerate(zip(raw, fixed, strict=True)) if a != b)
        if font:
            self.problems.append(
                f"'{name}' was typed in {font} font codes and was converted; look at the sample rows."
            )
        missing = load_aliases().missing
        return ["" if len(v) <= _LONGEST_MISSING and v.strip().casefold() in missing else v for v in fixed]

    def field(self, name: str) -> list[str]:
        """The one column of a field, stripped; the profile's constant where there is none."""
        constant = self.plan.constants.get(name, "")
        columns = self.plan.columns.get(name, ())
        if not columns:
            return [constant] * len(self.table.rows)
        return [v.strip() or constant for v in self.column(columns[0])]

    def text(self) -> list[str]:
        """Title and body (or several answers) joined by one newline; blank parts left out, the rest as read."""
        parts = [self.column(c) for c in self.plan.columns["text"]]
        if len(parts) == 1:
            return parts[0]
        return ["\n".join(p for p in cells if p.strip()) for cells in zip(*parts, strict=True)]

    def names(self) -> list[str]:
        """What the columns of people's names tell, a line each."""
        cells = [self.column(c) for c in self.plan.people]
        if not cells:
            return [""] * len(self.table.rows)
        return ["\n".join(v.strip() for v in row if v.strip()) for row in zip(*cells, strict=True)]


def build_items(source: str, table: Table, plan: Plan, settings: IngestSettings) -> FileItems:
    """Every record of `table` becomes an item or a rejection."""
    import numpy as np

    reader = _Reader(table, plan, problems=[*plan.problems, *table.problems])
    texts = reader.text()
    when = parse_dates(reader.field("created_at"), settings, plan.time_zone)
    rated = parse_ratings(reader.field("rating"), plan.rating_scale, settings)
    own_ids, id_column = _own_ids(reader, texts, settings)
    rejections = _rejected(reader, texts, rated)
    refused = {r.row for r in rejections}
    keep = np.array([row not in refused for row in table.rows], dtype=bool)
    fields = {name: reader.field(name) for name in _PLAIN_FIELDS} | {"customer_id": _customers(reader)}
    fields["customer_name"] = reader.names()
    frame = _frame(source, table, texts, own_ids, when, rated, fields).loc[keep].reset_index(drop=True)
    used = {**plan.columns, "id": (id_column,) if id_column else ()}
    columns = {name: used[name] for name in MAP_FIELDS if used.get(name)}
    problems = [*reader.problems, *when.problems, *rated.problems]
    repaired = len(reader.repaired)
    return FileItems(
        frame, [*table.rejections, *rejections], repaired, rated.scale, when.order, columns, problems
    )


def _own_ids(reader: _Reader, texts: Sequence[str], settings: IngestSettings) -> tuple[list[str], str]:
    """The export's own ids ('' where there is none) and the column that they came from."""
    for column in reader.plan.columns.get("id", ()):
        raw = ids.extract(reader.column(column), reader.plan.id_pattern)
        found = ids.without_fraction(raw)
        reader.problems += ids.damage(column, raw)
        if not any(found):
            continue
        if ids.tells_rows_apart(found, texts, settings):
            return found, column
        reader.problems.append(
            f"'{column}' repeats with different texts, so it does not name single rows and was not used as their id."
        )
    return [""] * len(texts), ""


def _customers(reader: _Reader) -> list[str]:
    """Customer ids; names that say nothing (a guest) or that a platform has masked (t*****8) are ''."""
    columns = reader.plan.columns.get("customer_id", ())
    if not columns:
        return [""] * len(reader.table.rows)
    values = reader.field("customer_id")
    reader.problems += ids.damage(columns[0], values)
    filled = [v for v in values if v]
    if filled and all(v.endswith(".0") and v[:-2].isdigit() for v in filled):
        values = [v[:-2] for v in values]
    masked = sum("***" in v for v in filled)
    if masked:
        reader.problems.append(
            f"{masked:,} customer names in '{columns[0]}' are masked with asterisks and cannot tell customers apart."
        )
    unnamed = load_aliases().unnamed_customers
    return ["" if "***" in v or fold(v) in unnamed else v for v in values]


def _rejected(reader: _Reader, texts: Sequence[str], rated: ParsedRatings) -> list[Rejection]:
    table, skip = reader.table, reader.plan.skip_rows
    column = "+".join(reader.plan.columns["text"])
    authors = table.columns.get(skip.column) if skip is not None else None
    refused = {v.casefold() for v in skip.values} if skip is not None else set()
    rating_columns = reader.plan.columns.get("rating", ())
    found = []
    for position, (row, text) in enumerate(zip(table.rows, texts, strict=True)):
        if skip is not None and authors is not None and authors[position].strip().casefold() in refused:
            found.append(Rejection(row, skip.column, skip.reason, text))
        elif is_blank(text):
            if rating_columns and rated.values[position] == rated.values[position]:
                rating = table.columns[rating_columns[0]][position]
                found.append(Rejection(row, column, "no text, only a rating", rating))
            else:
                found.append(
                    Rejection(
                        row, column, "empty text", table.columns[reader.plan.columns["text"][-1]][position]
                    )
                )
    return found


def _frame(
    source: str,
    table: Table,
    texts: list[str],
    own_ids: list[str],
    when: ParsedDates,
    rated: ParsedRatings,
    fields: dict[str, list[str]],
) -> pd.DataFrame:
    import pandas as pd

    count = len(texts)
    numbers = load_aliases().row_number
    compared = [values for name, values in table.columns.items() if fold(name) not in numbers]
    return pd.DataFrame(
        {
            "feedback_id": _texts(
                [i or f"{source}:{row}" for i, row in zip(own_ids, table.rows, strict=True)]
            ),
            "source": _texts([source] * count),
            "row": pd.Series(table.rows, dtype="int64"),
            "text": _texts(texts),
            "created_at": when.times,
            "rating": rated.values,
            "rating_scale": _texts([rated.scale if v == v else "" for v in rated.values.tolist()]),
            "rating_norm": rated.norm,
            "customer_id": _texts(fields["customer_id"]),
            **{name: _texts(fields[name]) for name in (*_PLAIN_FIELDS, "customer_name")},
            "own_id": pd.Series([bool(i) for i in own_ids], dtype=bool),
            "has_time": when.has_time,
            "cells": _texts([_JOINT.join(cells) for cells in zip(*compared, strict=True)]),
        }
    )


def _texts(values: list[str]) -> pd.Series[str]:
    import pandas as pd

    # object, not the string dtype, whose default differs between pandas 2 and 3
    return pd.Series(values, dtype=object)
