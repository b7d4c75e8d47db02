"""Writes all files of a run so that none is ever seen half-written."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints.errors import JobError
from painpoints.report.clean import jsonable
from painpoints.report.render_html import render_html
from painpoints.report.render_xlsx import write_workbook
from painpoints.report.tables import write_tables

if TYPE_CHECKING:
    from painpoints.report.model import ReportInput

__all__ = ["REPORT_FILES", "write_report"]

# In the order in which they are moved into place: first those that another program may hold open, run.json last, so
# that a run.json never describes files that have not arrived.
REPORT_FILES = (
    "report.xlsx", "painpoints.csv", "themes.csv", "segments.csv", "rejected.csv", "report.html", "report.json",
    "run.json",
)  # fmt: skip


def write_report(report: dict[str, Any], inp: ReportInput, out: Path) -> list[Path]:
    """Write `REPORT_FILES` and the tables that look back into the folder `out` and return their paths; other files there
    are left alone.

    Everything is written to a staging folder first, so a run that is killed leaves the files of the run before.
    Raises JobError where the folder cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise JobError(f"{out} is a file, and the report needs a folder; name another folder with --out.")
    try:
        with _staging_folder(out) as staging:
            write_tables(inp, staging)
            write_workbook(report, inp.with_sub_themes(), staging / "report.xlsx")
            (staging / "report.html").write_text(render_html(report), encoding="utf-8", newline="\n")
            _write_json(report, staging / "report.json")
            _write_json(jsonable(inp.manifest), staging / "run.json")
            tables = [f"{name}.csv" for name in inp.table_files()]
            return _move_into_place(staging, out, [*tables, *REPORT_FILES])
    except OSError as error:
        reason = error.strerror or str(error)
        raise JobError(
            f"The report could not be written to {out}: {reason}. Choose a folder that you may write to with --out, "
            "and close report.xlsx if it is open."
        ) from error


@contextlib.contextmanager
def _staging_folder(out: Path) -> Iterator[Path]:
    """A hidden folder on the same file system as `out`, so that moving from it is one step; removed afterwards."""
    parent = out if out.is_dir() else out.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".painpoints-", dir=parent))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _move_into_place(staging: Path, out: Path, names: Sequence[str]) -> list[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        os.replace(staging / name, out / name)
    return [out / name for name in names]


def _write_json(data: Any, path: Path) -> None:
    path.write_text(
        json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n"
    )
