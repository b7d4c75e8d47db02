"""The stage as a whole: exports in; items, duplicates and rejected records out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.ingest.columns import Plan, check_column_map, no_text, plan_columns
from painpoints.ingest.decode import decode
from painpoints.ingest.delimited import parse_delimited
from painpoints.ingest.duplicates import separate_duplicates
from painpoints.ingest.formats import TEXT, binary_format
from painpoints.ingest.grid import Grid, Table
from painpoints.ingest.items import FileItems, build_items
from painpoints.ingest.json_records import looks_like_json, parse_json
from painpoints.ingest.names import quoted_list
from painpoints.ingest.parquet import parse_parquet
from painpoints.ingest.profiles import GENERIC, Profile, named_profile, recognise
from painpoints.ingest.result import FileReport, Ingested
from painpoints.ingest.sources import Source, open_sources
from painpoints.ingest.tables import to_table
from painpoints.ingest.workbooks import parse_workbook
from painpoints.schema import ITEM_COLUMNS, REJECTED_COLUMNS
from painpoints.settings import IngestSettings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_exports"]


@dataclass
class _Opened:
    """One export with its columns named, before its items are built."""

    table: Table
    format: str
    encoding: str = ""
    delimiter: str = ""
    header_rows: int = 0
    profile: Profile | None = None
    plan: Plan | None = None


@dataclass
class _Request:
    """What the user asked for, and which parts of the column map some file could serve."""

    column_map: Mapping[str, str]
    profile: str | None
    settings: IngestSettings
    served: set[str]
    columns: list[str]

    @property
    def forced(self) -> Profile | None:
        return named_profile(self.profile) if self.profile else None

    def choose(self, columns: set[str]) -> Profile | None:
        return self.forced if self.profile else recognise(columns)


def read_exports(
    paths: Sequence[str | Path],
    *,
    column_map: Mapping[str, str] | None = None,
    profile: str | None = None,
    settings: IngestSettings | None = None,
) -> Ingested:
    """Reads files, folders and globs into one frame of items (`schema.ITEM_COLUMNS`), nothing lost silently.

    `column_map` maps a field to a column (``text`` to several joined by ``+``; ``rating_scale`` to a literal) and goes
    before everything that is recognised; `profile` names a profile instead of recognising one.
    Raises InputError for input that cannot be used, in one sentence that says what to do.
    """
    request = _Request(dict(column_map or {}), profile, settings or IngestSettings(), set(), [])
    check_column_map(request.column_map)
    if profile:
        named_profile(profile)
    sources: list[Source] = []
    opened: list[_Opened] = []
    built: list[FileItems] = []
    for source in open_sources(paths, request.settings):
        export = _open(source, request)
        opened.append(export)
        built.append(build_items(source.name, export.table, _planned(export), request.settings))
        sources.append(Source(source.name, b"", source.sha256, source.size))
    _refuse_unserved(request)
    return _together(sources, opened, built, request.settings)


def _planned(export: _Opened) -> Plan:
    if export.plan is None:
        raise ValueError("an export without a plan")
    return export.plan


def _open(source: Source, request: _Request) -> _Opened:
    kind = binary_format(source.name, source.data)
    if kind == "parquet":
        table = parse_parquet(source.name, source.data)
        return _with_plan(
            source.name, _Opened(table, kind, profile=request.choose(set(table.columns))), request
        )
    if kind != TEXT:
        return _open_workbook(source.name, kind, parse_workbook(source.name, source.data), request)
    return _open_text(source, request)


def _open_text(source: Source, request: _Request) -> _Opened:
    decoded = decode(source.name, source.data)
    if not decoded.text.strip():
        raise InputError(f"{source.name}: the file holds no rows.")
    if looks_like_json(decoded.text):
        try:
            table, kind, profile = parse_json(source.name, decoded.text, request.choose)
        except InputError:
            if source.name.lower().endswith(
                (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
            ):
                raise
        else:
            export = _Opened(table, kind, decoded.encoding, profile=profile)
            return _with_plan(source.name, export, request, decoded.problems)
    grid, delimiter = parse_delimited(decoded.text, request.settings)
    if not grid.records:
        raise InputError(f"{source.name}: the file holds no rows.")
    export = _from_grid(source.name, grid, request, "csv", decoded.encoding, delimiter)
    return _with_plan(source.name, export, request, decoded.problems)


def _from_grid(
    name: str, grid: Grid, request: _Request, kind: str, encoding: str = "", delimiter: str = ""
) -> _Opened:
    mapped = [v for k, v in request.column_map.items() if k != "rating_scale"]
    forced = request.forced
    table, profile, header_rows = to_table(name, grid, forced, mapped)
    if request.profile == GENERIC:
        profile = None
    return _Opened(table, kind, encoding, delimiter, header_rows, profile)


def _open_workbook(name: str, kind: str, grids: list[Grid], request: _Request) -> _Opened:
    """The first sheet that has a text column; one with all mapped columns goes before the others."""
    first_error: InputError | None = None
    usable: list[_Opened] = []
    for grid in grids:
        try:
            usable.append(_with_plan(name, _from_grid(name, grid, request, kind), request))
        except InputError as error:
            first_error = first_error or error
    if not usable:
        raise first_error or InputError(f"{name}: the workbook holds no rows.")
    chosen = max(usable, key=lambda e: len(plan_columns(e.table, e.profile, request.column_map)[1]))
    others = [g.sheet for g in grids if g.sheet != chosen.table.sheet]
    if others:
        _planned(chosen).problems.append(
            f"Only the sheet '{chosen.table.sheet}' was read; the others ({quoted_list(others, 10)}) were not."
        )
    return chosen


def _with_plan(name: str, export: _Opened, request: _Request, problems: Sequence[str] = ()) -> _Opened:
    table = export.table
    plan, served = plan_columns(table, export.profile, request.column_map)
    request.served |= served
    request.columns += [c for c in table.columns if c not in request.columns]
    missed = [f"{k}={v}" for k, v in request.column_map.items() if k not in served]
    if "text" not in plan.columns:
        if not table.rows:
            raise _no_rows(name, table)
        raise no_text(name, table)
    plan.problems[:0] = problems
    if missed:
        plan.problems.append(
            f"It has no column for --map {' '.join(missed)}; the fields were found by their names."
        )
    export.plan = plan
    return export


def _no_rows(name: str, table: Table) -> InputError:
    if not table.read:
        if not table.columns:
            return InputError(f"{name}: the file holds no rows.")
        return InputError(f"{name}: the file has a header but no rows.")
    reasons = _reasons(r.reason for r in table.rejections)
    return InputError(f"{name}: none of its {table.read:,} rows can be read ({reasons}).")


def _reasons(reasons: Iterable[str]) -> str:
    return ", ".join(f"{count:,} × {reason}" for reason, count in Counter(reasons).most_common(8))


def _refuse_unserved(request: _Request) -> None:
    for field, value in request.column_map.items():
        if field not in request.served:
            raise InputError(
                f"--map {field}={value}: no input has such a column. The columns are {quoted_list(request.columns)}."
            )


def _together(
    sources: list[Source], opened: list[_Opened], built: list[FileItems], settings: IngestSettings
) -> Ingested:
    import pandas as pd

    names = [s.name for s in sources]
    rejected = _rejected_frame(names, built, settings)
    if not any(len(b.frame) for b in built):
        raise _nothing_usable(len(sources), rejected)
    everything = pd.concat([b.frame for b in built if len(b.frame)], ignore_index=True)
    separated = separate_duplicates(
        everything, _same_files(sources), _layouts(sources, opened, built), settings
    )
    kept = Counter(separated.items["source"].tolist())
    repeats = Counter(separated.duplicates["file"].tolist())
    files = [
        _report(s, o, b, kept[s.name], repeats[s.name], separated.problems.get(s.name, []))
        for s, o, b in zip(sources, opened, built, strict=True)
    ]
    return Ingested(separated.items[list(ITEM_COLUMNS)], rejected, separated.duplicates, files)


def _same_files(sources: list[Source]) -> dict[str, str]:
    first: dict[str, str] = {}
    same = {}
    for source in sources:
        earlier = first.setdefault(source.sha256, source.name)
        if earlier != source.name:
            same[source.name] = earlier
    return same


def _layouts(sources: list[Source], opened: list[_Opened], built: list[FileItems]) -> dict[str, Hashable]:
    """What two exports must have in common for their ids to mean the same: the profile and the columns of id and text."""
    return {
        s.name: (o.profile.name if o.profile else GENERIC, b.column_map.get("id"), b.column_map.get("text"))
        for s, o, b in zip(sources, opened, built, strict=True)
    }


def _rejected_frame(names: list[str], built: list[FileItems], settings: IngestSettings) -> pd.DataFrame:
    import pandas as pd

    records = [
        (name, r.row, r.column, r.reason, r.value[: settings.excerpt_chars])
        for name, items in zip(names, built, strict=True)
        for r in sorted(items.rejections, key=lambda r: r.row)
    ]
    kinds = dict.fromkeys(REJECTED_COLUMNS, object) | {"row": "int64"}
    return pd.DataFrame(records, columns=list(REJECTED_COLUMNS)).astype(kinds)


def _nothing_usable(files: int, rejected: pd.DataFrame) -> InputError:
    reasons = _reasons(rejected["reason"].tolist()) or "no rows at all"
    return InputError(
        f"No usable row in {files} file{'s' if files != 1 else ''}: {reasons}. Look at it with 'painpoints check', "
        "and name the text column with --map text=COLUMN if the wrong one was taken."
    )


def _report(
    source: Source, export: _Opened, items: FileItems, kept: int, repeats: int, clashes: list[str]
) -> FileReport:
    used = {column for columns in items.column_map.values() for column in columns}
    return FileReport(
        name=source.name,
        sha256=source.sha256,
        bytes=source.size,
        format=export.format,
        encoding=export.encoding,
        delimiter=export.delimiter,
        profile=export.profile.name if export.profile else GENERIC,
        header_rows=export.header_rows,
        column_map=items.column_map,
        unused_columns=tuple(c for c in export.table.columns if c not in used),
        rating_scale=items.rating_scale,
        date_order=items.date_order,
        read=export.table.read,
        kept=kept,
        duplicate=repeats,
        rejected=len(items.rejections),
        repaired=items.repaired,
        problems=tuple(dict.fromkeys([*items.problems, *clashes])),
    )
