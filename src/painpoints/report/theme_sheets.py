"""Sheets of the themes, their sub-themes, and the segments that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from painpoints.clock import local_times
from painpoints.report.sheet import MAX_ROWS, Column, Sheet

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.report.locale import Locale

__all__ = ["write_segments", "write_sub_themes", "write_themes"]


def write_themes(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    """A row a theme, pains and praises, in the order of the report."""
    text = locale.text
    columns = [
        Column("theme_id", "theme_id", "text", 12),
        Column(text("col_kind"), "polarity", "text", 11),
        Column(text("col_name_vi"), "name_vi", "text", 42),
        Column(text("col_name_en"), "name_en", "text", 42),
        Column(text("col_touchpoint"), "touchpoint", "text", 20),
        Column(text("col_stage"), "stage", "text", 16),
        Column(text("col_owner"), "owner", "text", 22),
        Column(text("col_segments"), "segments", "int", 10),
        Column(text("col_items"), "items", "int", 10),
        Column(text("col_customers"), "customers", "int", 10),
        Column(text("col_keyphrases"), "keyphrases", "text", 40),
        Column(text("col_first"), "first_seen", "date", 12),
        Column(text("col_last"), "last_seen", "date", 12),
        *(Column(text("col_quote", n=n), f"quote_{n}", "text", 50) for n in (1, 2, 3)),
    ]
    places = _place_names(report)
    rows = [
        {
            **row,
            "polarity": locale.term("polarity", row["polarity"]),
            "touchpoint": places["touchpoint"].get(row["touchpoint"], row["touchpoint"]),
            "stage": places["stage"].get(row["stage"], row["stage"]),
        }
        for row in report["themes"]
    ]
    sheet.table(columns, rows, freeze_columns=3)


def write_sub_themes(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    """A row a sub-theme, in the order of their themes."""
    text, name = locale.text, locale.name_column
    columns = [
        Column("theme_id", "theme_id", "text", 12),
        Column(text("col_theme"), "theme", "text", 42),
        Column(text("col_kind"), "polarity", "text", 11),
        Column(text("col_owner"), "owner", "text", 22),
        Column("sub_theme_id", "sub_theme_id", "text", 14),
        Column(text("col_name_vi"), "name_vi", "text", 42),
        Column(text("col_name_en"), "name_en", "text", 42),
        Column(text("col_segments"), "segments", "int", 10),
        Column(text("col_items"), "items", "int", 10),
        Column(text("col_quote", n=1), "quote", "text", 70),
    ]
    rows = [
        {
            "theme_id": theme["theme_id"],
            "theme": theme[name],
            "polarity": locale.term("polarity", theme["polarity"]),
            "owner": theme["owner"],
            **sub,
        }
        for theme in report["themes"]
        for sub in theme["sub_themes"]
    ]
    sheet.table(columns, rows, freeze_columns=2)


def write_segments(report: dict[str, Any], segments: pd.DataFrame, locale: Locale, sheet: Sheet) -> None:
    """Every segment with its labels in words, as many as a sheet holds."""
    text = locale.text
    columns = [
        Column(text("col_text"), "text", "text", 80),
        Column(text("col_date"), "created_at", "date", 12),
        Column(text("col_sentiment"), "sentiment", "text", 11),
        Column(text("col_kind"), "kind", "text", 12),
        Column(text("col_severity"), "severity", "int", 10),
        Column(text("col_stage"), "stage", "text", 16),
        Column(text("col_touchpoint"), "touchpoint", "text", 22),
        Column(text("col_theme"), "theme_id", "text", 40),
        Column(text("sub_themes"), "sub_theme_id", "text", 40),
        Column(text("col_lang"), "lang", "text", 12),
        Column(text("col_source"), "source", "text", 22),
        Column(text("col_row"), "row", "int", 8),
        Column(text("col_id"), "feedback_id", "text", 22),
    ]
    frame = segments.head(MAX_ROWS - 3)
    words = _label_words(report, frame, locale)
    dates = local_times(frame["created_at"]).dt.strftime("%Y-%m-%d")
    values = [
        dates.tolist()
        if column.key == "created_at"
        else _in_words(frame[column.key], words.get(column.key, {})).tolist()
        for column in columns
    ]
    if len(frame) < len(segments):
        sheet.note(text("cut_rows", shown=locale.number(len(frame)), total=locale.number(len(segments))))
    sheet.columns(columns, values, len(frame))


def _label_words(report: dict[str, Any], frame: pd.DataFrame, locale: Locale) -> dict[str, dict[str, str]]:
    """Column -> label -> what the reader sees instead of it."""
    groups = {"sentiment": "sentiment", "kind": "kind", "lang": "language"}
    words = {
        column: {name: locale.term(group, name) for name in frame[column].unique() if name}
        for column, group in groups.items()
    }
    name = locale.name_column
    themes = {row["theme_id"]: row[name] or row["theme_id"] for row in report["themes"]}
    subs = {sub["sub_theme_id"]: sub[name] for row in report["themes"] for sub in row["sub_themes"]}
    return {**words, **_place_names(report), "theme_id": themes, "sub_theme_id": subs}


def _place_names(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Names by id, apart for stages and touchpoints: a journey may use one id for both."""
    return {
        column: {entry["id"]: entry["name"] for entry in report["journey_map"][f"{column}s"]}
        for column in ("stage", "touchpoint")
    }


def _in_words(values: pd.Series, words: dict[str, str]) -> pd.Series:
    return values.map(lambda value: words.get(value, value)) if words else values
