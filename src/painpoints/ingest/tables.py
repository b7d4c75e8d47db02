"""From a grid of cells to a table: where the header is, how many rows it has, which profile it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from painpoints.errors import InputError
from painpoints.ingest.aliases import load_aliases
from painpoints.ingest.grid import Grid, Rejection, Table
from painpoints.ingest.mojibake import repair_cell
from painpoints.ingest.names import fold, quoted_list
from painpoints.ingest.profiles import Profile, recognise

__all__ = ["to_table"]

_PREAMBLE_ROWS = 15  # rows above the header (report title, filters) that are looked past
_DATA_LIKE = re.compile(r"[\d\s./:,+-]*\d[\d\s./:,+-]*|.{81,}|\S+@\S+\.\S+|https?://\S+|★+☆*", re.DOTALL)


def to_table(
    name: str, grid: Grid, forced: Profile | None, mapped: Iterable[str]
) -> tuple[Table, Profile | None, int]:
    """The table, its profile and the number of header rows (any preamble included).

    `forced` is a profile that the user named, `mapped` the columns that the user named.
    Raises InputError where the first row is data.
    """
    grid = Grid(_repaired_head(grid.records), grid.broken, grid.sheet)
    start = _header_position(grid.records)
    header = [_padded(r) for r in grid.records[start : start + 3]]
    profile = forced or recognise(set(header[0]), header)
    if profile is None and not _is_known(header[0], mapped):
        _refuse_data(name, header[0])
    rows = profile.header_rows if profile else 1
    return _cut(grid, start, rows), profile, start + rows


def _repaired_head(records: list[list[str]]) -> list[list[str]]:
    head = [[repair_cell(cell, expected=True) for cell in record] for record in records[:_PREAMBLE_ROWS]]
    first = _header_position(head)
    # only names are repaired here: what stands below is repaired and counted with the items
    return head[: first + 1] + records[first + 1 :]


def _padded(record: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().lstrip("\ufeff") for cell in record)


def _known_count(record: Sequence[str]) -> int:
    known = load_aliases().known_names
    return sum(fold(cell) in known for cell in record if cell and len(cell) < 100)


def _header_position(records: list[list[str]]) -> int:
    """0, unless the first rows are a report's title and a later one names columns."""
    if len(records) < 2 or _known_count(records[0]) or sum(map(bool, records[0])) > 2:
        return 0
    for position, record in enumerate(records[:_PREAMBLE_ROWS]):
        if _known_count(record) >= 2:
            return position
        if sum(map(bool, record)) > 2:
            return 0
    return 0


def _is_known(header: Sequence[str], mapped: Iterable[str]) -> bool:
    wanted = {fold(column) for value in mapped for column in (value, *value.split("+"))}
    return any(fold(cell) in wanted for cell in header) or _known_count(header) > 0


def _refuse_data(name: str, header: Sequence[str]) -> None:
    single = sum(map(bool, header)) <= 1
    if single or any(_DATA_LIKE.fullmatch(cell) for cell in header):
        raise InputError(
            f"{name}: no header row was found; the first row is {quoted_list(header, 8)}. Put the column names in the "
            "first row (for example 'text'), or name the column by its first cell with --map text=COLUMN."
        )


def _cut(grid: Grid, start: int, header_rows: int) -> Table:
    header = tuple(_padded(r) for r in grid.records[start : start + header_rows])
    names = _column_names(header)
    width = len(names)
    records: list[list[str]] = []
    rows: list[int] = []
    rejections: list[Rejection] = []
    first = start + header_rows
    for row, record in enumerate(grid.records[first:], 1):
        if first + row - 1 in grid.broken:
            rejections.append(Rejection(row, "", grid.broken[first + row - 1], record[0]))
        elif _repeats(record, header[0]):
            rejections.append(Rejection(row, "", "the header again", " | ".join(record)))
        elif len(record) == width:
            records.append(record)
            rows.append(row)
        elif (fitted := _fitted(record, width, pad=bool(grid.sheet))) is not None:
            records.append(fitted)
            rows.append(row)
        else:
            reason = f"{len(record)} fields where the header has {width}"
            rejections.append(Rejection(row, "", reason, " | ".join(record)))
    columns: dict[str, Sequence[str]] = (
        dict(zip(names, zip(*records, strict=True), strict=True)) if records else dict.fromkeys(names, ())
    )
    return Table(columns, rows, len(records) + len(rejections), tuple(rejections), header, grid.sheet)


def _repeats(record: list[str], header: Sequence[str]) -> bool:
    """Whether a record is the header once more, as in exports that were pasted together."""
    return (
        len(record) == len(header) > 1 and record[0].strip() == header[0] and _padded(record) == tuple(header)
    )


def _fitted(record: list[str], width: int, *, pad: bool) -> list[str] | None:
    """A record of another width that loses nothing by being made to fit, or None."""
    if len(record) > width and not any(record[width:]):
        return record[:width]
    return record + [""] * (width - len(record)) if pad and len(record) < width else None


def _column_names(header: Sequence[Sequence[str]]) -> list[str]:
    """One distinct name a column. A question that spans columns (SurveyMonkey) is joined with its answer's name."""
    spans = len(header) == 2
    names: list[str] = []
    question = ""
    for position, cell in enumerate(header[0]):
        name = cell
        if spans and not cell and question and position < len(header[1]):
            name = f"{question} – {header[1][position]}"
        elif cell:
            question = cell
        name = name or f"(column {position + 1})"
        number = 2
        distinct = name
        while distinct in names:
            distinct, number = f"{name} ({number})", number + 1
        names.append(distinct)
    return names
