"""The sheet that tells how far the input can be trusted: files, what was masked, left out, and in no theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from painpoints.report.sheet import Column

if TYPE_CHECKING:
    from painpoints.report.locale import Locale
    from painpoints.report.sheet import Sheet

__all__ = ["write_quality"]


def write_quality(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    """A row a file, and what was counted while reading, one list below the other."""
    text, quality = locale.text, report["quality"]
    names = ("read", "kept", "duplicate", "rejected", "repaired")
    columns = [
        Column(text("col_file"), "name", "text", 40),
        Column(text("col_format"), "format", "text", 40),
        Column(text("col_profile"), "profile", "text", 18),
        *(Column(text(f"col_{name}"), name, "int", 11) for name in names),
        Column(text("col_columns"), "columns", "text", 50),
        Column(text("col_problems"), "notes", "text", 60),
        Column("SHA-256", "sha256", "text", 66),
    ]
    rows = [
        {
            **file,
            "format": _format_line(file, locale),
            "columns": "; ".join(
                f"{locale.term('field', field)} ← {column}" for field, column in file["column_map"].items()
            ),
            "notes": " · ".join(locale.sentence(problem) for problem in file["problems"]),
        }
        for file in quality["files"]
    ]
    sheet.table(columns, rows, frozen=False)
    for title, pairs in _quality_counts(quality, locale).items():
        if pairs:
            sheet.heading(text(title))
            sheet.pairs(pairs)


def _format_line(file: dict[str, Any], locale: Locale) -> str:
    parts = (
        file["format"],
        locale.sentence(file["encoding"]),
        locale.term("scale", file["rating_scale"]),
    )
    return " · ".join(part for part in parts if part)


def _quality_counts(quality: dict[str, Any], locale: Locale) -> dict[str, list[tuple[str, object]]]:
    """Title (a key of text.yaml) -> words and figures."""

    def counted(*groups: str, key: str = "") -> list[tuple[str, object]]:
        return [
            (locale.term(group, row["name"]), row["count"])
            for group in groups
            for row in quality[key or group]
        ]

    return {
        "languages_title": counted("language", key="languages"),
        "masked_title": counted("masked"),
        "boilerplate_title": counted("boilerplate"),
        "abstained_title": [
            (
                locale.text(f"label.{row['label']}"),
                f"{locale.percent(row['share'])} ({locale.number(row['count'])})",
            )
            for row in quality["abstained"]
        ],
        "unassigned_title": counted("unassigned", "vague"),
        "rejected_title": [
            (locale.reason(row["reason"]), row["rows"]) for row in quality["rejected_reasons"]
        ],
        "caveats_title": [(locale.text(f"caveat.{key}"), "") for key in quality["caveats"]],
    }
