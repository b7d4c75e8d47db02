"""What ``painpoints check`` prints: how every file would be read, as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from painpoints.ingest.delimited import DELIMITER_NAMES
from painpoints.ingest.names import without_controls
from painpoints.ingest.result import FileReport, Ingested
from painpoints.text.redact import default_redactor

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_text"]

_WIDTH = 100
_LABEL = 12
_SAMPLE_CHARS = 160


def check_text(ingested: Ingested) -> str:
    """Encoding, profile, columns, counts, dates, scale, two sample rows and the problems of every file."""
    blocks = ["\n".join(_file_lines(report, ingested)) for report in ingested.files]
    if len(ingested.files) > 1:
        blocks.append(_total_line(ingested.files))
    return "\n\n".join(blocks) + "\n"


def _line(label: str, value: str) -> str:
    indent = " " * (_LABEL + 4)
    return textwrap.fill(
        value, _WIDTH, initial_indent=f"  {label:<{_LABEL}}  ", subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _file_lines(report: FileReport, ingested: Ingested) -> Iterator[str]:
    yield report.name
    form = report.format
    if report.encoding:
        form += f", {report.encoding}"
    if report.format == "csv":
        form += f", delimiter: {DELIMITER_NAMES[report.delimiter]}"
    yield _line("format", f"{form}, {report.bytes:,} bytes")
    rows = "1 header row" if report.header_rows == 1 else f"{report.header_rows} header rows"
    yield _line("profile", report.profile + (f", {rows}" if report.header_rows else ""))
    yield _line("rows", _counts(report))
    for label, field in (("text", "text"), *((f, f) for f in report.column_map if f != "text")):
        yield _line(label, " + ".join(without_controls(c, 60) for c in report.column_map.get(field, ())))
    if report.unused_columns:
        yield _line("not used", ", ".join(without_controls(c, 40) for c in report.unused_columns))
    items = ingested.items[ingested.items["source"] == report.name]
    yield from _value_lines(report, items)
    reasons = Counter(ingested.rejected.loc[ingested.rejected["file"] == report.name, "reason"].tolist())
    if reasons:
        yield _line(
            "rejected", ", ".join(f"{count:,} × {reason}" for reason, count in reasons.most_common(6))
        )
    for text, names, row in items[["text", "customer_name", "row"]].head(2).itertuples(index=False):
        masked, _ = default_redactor().redact(text[: 2 * _SAMPLE_CHARS], names.splitlines())
        yield _line(f"row {row}", f"“{without_controls(masked, _SAMPLE_CHARS)}”")
    for problem in report.problems:
        yield _line("note", without_controls(problem, 600))


def _counts(report: FileReport) -> str:
    text = f"{report.read:,} read = {report.kept:,} kept + {report.duplicate:,} duplicate + {report.rejected:,} rejected"
    return text + (f"; {report.repaired:,} repaired (mis-decoded UTF-8)" if report.repaired else "")


def _value_lines(report: FileReport, items: pd.DataFrame) -> Iterator[str]:
    dated = items["created_at"].dropna()
    if len(dated):
        span = f"{dated.min():%Y-%m-%d} to {dated.max():%Y-%m-%d} (UTC)"
        yield _line("dates", f"{span}, {len(dated):,} of {len(items):,} rows, read as {report.date_order}")
    rated = items["rating"].dropna()
    if len(rated):
        scale = report.rating_scale or "unknown scale"
        yield _line("ratings", f"{scale}, mean {rated.mean():.2f}, {len(rated):,} of {len(items):,} rows")


def _total_line(files: list[FileReport]) -> str:
    read, kept = sum(f.read for f in files), sum(f.kept for f in files)
    duplicate, rejected = sum(f.duplicate for f in files), sum(f.rejected for f in files)
    return (
        f"{len(files)} files: {read:,} read = {kept:,} kept + {duplicate:,} duplicate + {rejected:,} rejected"
    )
