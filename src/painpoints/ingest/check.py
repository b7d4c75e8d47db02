"""What ``painpoints check`` prints: how every file would be read, as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from painpoints.ingest.delimited import DELIMITER_NAMES
from painpoints.ingest.names import without_controls
from painpoints.ingest.profiles import GENERIC
from painpoints.ingest.result import FileReport, Ingested
from painpoints.text.redact import default_redactor

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.report.locale import Locale

__all__ = ["check_text"]

_WIDTH = 100
_LABEL = {"en": 12, "vi": 22}
_BETWEEN = {"en": ", ", "vi": "; "}  # Vietnamese reasons have commas of their own
_SAMPLE_CHARS = 160


def check_text(ingested: Ingested, lang: str = "en") -> str:
    """Encoding, profile, columns, counts, dates, scale, two sample rows and the problems of every file, in `lang`."""
    from painpoints.report.locale import Locale  # imports this package itself

    locale = Locale(lang)
    blocks = ["\n".join(_file_lines(report, ingested, locale)) for report in ingested.files]
    if len(ingested.files) > 1:
        blocks.append(_total_line(ingested.files, locale))
    return "\n\n".join(blocks) + "\n"


def _file_lines(report: FileReport, ingested: Ingested, locale: Locale) -> Iterator[str]:
    items = ingested.items[ingested.items["source"] == report.name]
    yield report.name
    for label, value in _values(report, items, ingested.rejected, locale):
        yield _line(locale.term("check", label), value, locale)
    for text, names, row in items[["text", "customer_name", "row"]].head(2).itertuples(index=False):
        masked, _ = default_redactor().redact(text[: 2 * _SAMPLE_CHARS], names.splitlines())
        yield _line(locale.text("check.row", n=row), f"“{without_controls(masked, _SAMPLE_CHARS)}”", locale)
    for problem in report.problems:
        yield _line(locale.term("check", "note"), without_controls(locale.sentence(problem), 600), locale)


def _line(label: str, value: str, locale: Locale) -> str:
    width = _LABEL[locale.lang]
    return textwrap.fill(
        value, _WIDTH, initial_indent=f"  {label:<{width}}  ", subsequent_indent=" " * (width + 4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _values(
    report: FileReport, items: pd.DataFrame, rejected: pd.DataFrame, locale: Locale
) -> Iterator[tuple[str, str]]:
    """Pairs of a label, a key of ``check.…`` in text.yaml, and what is told beside it."""
    yield "format", _format(report, locale)
    yield "profile", _profile(report, locale)
    yield "rows", _counts(report, locale)
    for field in ("text", *(f for f in report.column_map if f != "text")):
        yield field, " + ".join(without_controls(c, 60) for c in report.column_map.get(field, ()))
    if report.unused_columns:
        yield "not used", ", ".join(without_controls(c, 40) for c in report.unused_columns)
    yield from _dates_and_ratings(report, items, locale)
    reasons = Counter(rejected.loc[rejected["file"] == report.name, "reason"].tolist())
    if reasons:
        told = (f"{locale.number(n)} × {locale.reason(reason)}" for reason, n in reasons.most_common(6))
        yield "rejected", _BETWEEN[locale.lang].join(told)


def _format(report: FileReport, locale: Locale) -> str:
    parts = [report.format]
    if report.encoding and locale.lang == "en":
        parts.append(report.encoding)
    elif report.encoding:
        parts.append(locale.text("encoding_line", encoding=locale.sentence(report.encoding)))
    if report.format == "csv":
        delimiter = _named("delimiter", DELIMITER_NAMES[report.delimiter], locale)
        parts.append(locale.sentence(f"delimiter: {delimiter}"))
    return ", ".join([*parts, locale.sentence(f"{report.bytes:,} bytes")])


def _profile(report: FileReport, locale: Locale) -> str:
    name = locale.text("check.generic") if report.profile == GENERIC else report.profile
    if not report.header_rows:
        return name
    rows = "1 header row" if report.header_rows == 1 else f"{report.header_rows} header rows"
    return f"{name}, {locale.sentence(rows)}"


def _counts(report: FileReport, locale: Locale) -> str:
    parts = [
        f"{report.read:,} read = {report.kept:,} kept + {report.duplicate:,} duplicate + {report.rejected:,} rejected"
    ]
    if report.repaired:
        parts.append(f"{report.repaired:,} repaired (mis-decoded UTF-8)")
    return "; ".join(map(locale.sentence, parts))


def _dates_and_ratings(report: FileReport, items: pd.DataFrame, locale: Locale) -> Iterator[tuple[str, str]]:
    dated = items["created_at"].dropna()
    if len(dated):
        first, last, order = dated.min(), dated.max(), _named("dates", report.date_order, locale)
        yield (
            "dates",
            locale.sentence(
                f"{first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC), {len(dated):,} of {len(items):,} rows, read as {order}"
            ),
        )
    rated = items["rating"].dropna()
    if len(rated):
        scale = _named("scale", report.rating_scale, locale) if report.rating_scale else "unknown scale"
        yield (
            "ratings",
            locale.sentence(f"{scale}, mean {rated.mean():.2f}, {len(rated):,} of {len(items):,} rows"),
        )


def _named(group: str, name: str, locale: Locale) -> str:
    """English shows the name that the settings know; Vietnamese has words for it."""
    return name if locale.lang == "en" else locale.term(group, name)


def _total_line(files: list[FileReport], locale: Locale) -> str:
    read, kept = sum(f.read for f in files), sum(f.kept for f in files)
    duplicate, rejected = sum(f.duplicate for f in files), sum(f.rejected for f in files)
    return locale.sentence(
        f"{len(files)} files: {read:,} read = {kept:,} kept + {duplicate:,} duplicate + {rejected:,} rejected"
    )
