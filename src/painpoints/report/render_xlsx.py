"""The workbook: the tables of the report for Excel, in the report's language; no cell is ever a formula."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from painpoints.clock import local_times
from painpoints.rank.parts import PARTS
from painpoints.report.backlog_sheet import write_backlog_sheet
from painpoints.report.build import SIGNALS
from painpoints.report.locale import Locale
from painpoints.report.look_back import Words
from painpoints.report.look_back_sheets import SHEETS, sheet_columns, sheet_rows
from painpoints.report.sheet import Column, Sheet

__all__ = ["write_workbook"]

MAX_ROWS = 1_048_576
"""rows of an Excel sheet, header included"""
_FIRST_PAINS = 10
"""pains on the summary sheet"""
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_EPOCH = datetime(2000, 1, 1)
"""a fixed creation date keeps the bytes the same"""


def write_workbook(report: dict[str, Any], segments: pd.DataFrame, path: Path) -> None:
    """Write report.xlsx. `segments` is the labelled frame, which report.json does not hold, with ``sub_theme_id``."""
    locale = Locale(report["lang"])
    with xlsxwriter.Workbook(str(path), _OPTIONS) as workbook:
        workbook.set_properties({"title": report["title"], "created": _EPOCH, "comments": "painpoints"})
        workbook.set_size(2200, 1400)
        writers = {
            "summary": _summary,
            "pains": _pains,
            "themes": _themes,
            "sub_themes": _sub_themes,
            "journey": _journey,
            "departments": _departments,
        }
        for name, write in writers.items():
            write(report, locale, Sheet(workbook, locale.text(f"sheet_{name}")))
        _segments(report, segments, locale, Sheet(workbook, locale.text("sheet_segments")))
        _look_back(report, locale, workbook)
        _quality(report, locale, Sheet(workbook, locale.text("sheet_quality")))


def _summary(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    top = report["summary"]["top"]["pains"]
    headline = locale.text("headline", top, n=top) if top else locale.text("headline_none")
    sheet.title(report["title"], f"{locale.text('doc_kind')} · {headline}")
    sheet.pairs(_facts(report["summary"], locale))
    sheet.heading(locale.text("sec_pains"))
    columns = [
        Column(locale.text("col_pain"), "numbered", "text", 46),
        Column(locale.text("col_owner"), "owner", "text", 46),
        Column(locale.text("col_touchpoint"), "touchpoint_name", "text", 26),
        Column(locale.text("col_items"), "items", "int", 11),
        Column(locale.text("col_score"), "score", "score", 14),
    ]
    rows = [_named(row, report) for row in report["pains"][:_FIRST_PAINS]]
    for row in rows:
        row["numbered"] = f"{row['rank']}. {row['name']}"
        row["owner"] = row["owner"] or locale.text("no_owner")
    sheet.table(columns, rows, frozen=False)


def _facts(summary: dict[str, Any], locale: Locale) -> list[tuple[str, object]]:
    themes = locale.text("fact_themes_n", pains=summary["pains"], praises=summary["praises"])
    return [
        (locale.text("fact_items"), summary["items"]),
        (locale.text("col_segments"), summary["segments"]),
        (locale.text("fact_period"), _period(summary, locale)),
        (locale.text("fact_sources"), ", ".join(summary["sources"])),
        (locale.text("fact_negative"), _share_words(summary["negative_items"], locale)),
        (locale.text("fact_themes"), themes),
        (locale.text("fact_customers"), summary["customers"]),
    ]


def _period(summary: dict[str, Any], locale: Locale) -> str:
    if not summary["first_date"]:
        return locale.text("fact_no_period")
    return f"{locale.day(summary['first_date'])} – {locale.day(summary['last_date'])}"


def _share_words(share: dict[str, Any], locale: Locale) -> str:
    low, high = locale.percent(share["low"]), locale.percent(share["high"])
    return f"{locale.percent(share['share'])} ({locale.text('interval_short', low=low, high=high)})"


def _named(row: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """A pain with its names in the report's language and its reach beside its columns."""
    detail = report["pain_details"][row["pain_id"]]
    reach = {f"reach_{key}": detail["reach"][key] for key in ("share", "low", "high")}
    names = {key: detail[key] for key in ("name", "touchpoint_name", "stage_name")}
    signals = {f"signal_{flag}": count for flag, count in detail["signals"].items()}
    causes = "; ".join(f"{one['text']} ({one['items']})" for one in detail["causes"])
    phrases = "; ".join(detail["keyphrases"])
    return {**row, **names, **reach, **signals, "causes": causes, "keyphrases": phrases}


def _pains(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    text = locale.text
    columns = [
        Column(text("col_rank"), "rank", "int", 7),
        Column("pain_id", "pain_id", "text", 12),
        Column(text("col_pain"), "name", "text", 46),
        Column(text("col_touchpoint"), "touchpoint_name", "text", 24),
        Column(text("col_stage"), "stage_name", "text", 16),
        Column(text("col_owner"), "owner", "text", 24),
        Column(text("col_score"), "score", "score", 12),
        *(Column(locale.term("part", part), f"score_{part}", "decimal", 11) for part in PARTS),
        Column(text("col_segments"), "segments", "int", 10),
        Column(text("col_items"), "items", "int", 10),
        Column(text("col_customers"), "customers", "int", 10),
        Column(text("col_reach_share"), "reach_share", "percent", 11),
        Column(text("col_low"), "reach_low", "percent", 11),
        Column(text("col_high"), "reach_high", "percent", 11),
        Column(text("col_negative"), "negative_share", "percent", 11),
        Column(text("col_severity"), "severity", "decimal", 11),
        Column(text("col_kpi") + " (−1…1)", "kpi_effect", "decimal", 11),
        Column(text("col_trend"), "trend", "decimal", 10),
        *(Column(text(f"col_signal.{flag}"), f"signal_{flag}", "int", 12) for flag in SIGNALS),
        Column(text("sub_themes"), "sub_themes", "text", 60),
        Column(text("causes"), "causes", "text", 50),
        Column(text("col_effort"), "effort", "int", 9),
        Column(text("col_quadrant"), "quadrant", "text", 16),
        Column(text("col_first"), "first_seen", "date", 12),
        Column(text("col_last"), "last_seen", "date", 12),
        *(Column(text("col_quote", n=n), f"quote_{n}", "text", 60) for n in (1, 2, 3)),
    ]
    name = _name_column(locale)
    subs = {theme["theme_id"]: theme["sub_themes"] for theme in report["themes"]}
    rows = [_named(row, report) for row in report["pains"]]
    for row in rows:
        row["sub_themes"] = "; ".join(f"{sub[name]} ({sub['items']})" for sub in subs[row["theme_id"]])
        row["quadrant"] = locale.term("quadrant", row["quadrant"]) if row["quadrant"] else ""
    sheet.table(columns, rows, freeze_columns=3)


def _themes(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
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


def _sub_themes(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    """A row a sub-theme, in the order of their themes."""
    text, name = locale.text, _name_column(locale)
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


def _name_column(locale: Locale) -> str:
    return "name_vi" if locale.lang == "vi" else "name_en"


def _journey(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    text = locale.text
    columns = [
        Column(text("col_stage"), "stage_name", "text", 18),
        Column(text("col_touchpoint"), "name", "text", 30),
        Column(text("col_owner"), "owner", "text", 24),
        Column(text("col_items"), "items", "int", 10),
        Column(text("col_segments"), "segments", "int", 10),
        Column(text("col_mean"), "mean", "decimal", 14),
        Column(text("col_low"), "low", "decimal", 12),
        Column(text("col_high"), "high", "decimal", 12),
        Column(text("col_enough"), "enough", "text", 12),
        Column(text("col_negative"), "negative", "percent", 12),
        Column(text("col_moment"), "moment", "text", 18),
        Column(text("sec_pains"), "pain_ranks", "text", 22),
        Column(text("sec_praises"), "praise_count", "int", 12),
    ]
    journey_map = report["journey_map"]
    stages = {stage["id"]: stage["name"] for stage in journey_map["stages"]}
    moments = {cell["touchpoint"]: cell["moment"] for cell in journey_map["moments_of_truth"]}
    ranks = {row["pain_id"]: row["rank"] for row in report["pains"]}
    rows = [
        {
            **point,
            "stage_name": stages.get(point["stage"], point["stage"]),
            "enough": text("answer_yes") if point["enough"] else text("answer_no"),
            "negative": point["negative"]["share"],
            "moment": locale.term("moment", moments[point["id"]]) if point["id"] in moments else "",
            "pain_ranks": ", ".join(f"#{ranks[pain_id]}" for pain_id in point["pains"]),
            "praise_count": len(point["praises"]),
        }
        for point in journey_map["touchpoints"]
    ]
    sheet.table(columns, rows, freeze_columns=2)


def _departments(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
    text = locale.text
    columns = [
        Column(text("col_owner"), "owner", "text", 28),
        Column(text("col_rank"), "rank", "int", 8),
        Column(text("col_pain"), "name", "text", 46),
        Column(text("col_touchpoint"), "touchpoint_name", "text", 24),
        Column(text("col_stage"), "stage_name", "text", 16),
        Column(text("col_score"), "score", "score", 12),
        Column(text("col_items"), "items", "int", 10),
        Column(text("col_quote", n=1), "quote_1", "text", 70),
    ]
    pains = {row["pain_id"]: row for row in report["pains"]}
    rows = [
        _named(pains[pain_id], report) | {"owner": entry["owner"] or text("no_owner")}
        for entry in report["departments"]
        for pain_id in entry["pains"]
    ]
    sheet.table(columns, rows)


def _segments(report: dict[str, Any], segments: pd.DataFrame, locale: Locale, sheet: Sheet) -> None:
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
    name = _name_column(locale)
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


def _quality(report: dict[str, Any], locale: Locale, sheet: Sheet) -> None:
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


def _look_back(report: dict[str, Any], locale: Locale, workbook: Any) -> None:
    """A sheet for each table that looks back over weeks and has rows; the one of the backlog can be edited."""
    words = Words(report, locale)
    for name in SHEETS:
        rows = report["tables"].get(name, [])
        if not rows:
            continue
        if name == "backlog":
            write_backlog_sheet(workbook, pd.DataFrame(rows), locale.lang)
            continue
        sheet = Sheet(workbook, locale.text(f"sheet_{name}"))
        sheet.table(sheet_columns(name, rows, locale), sheet_rows(name, rows[: MAX_ROWS - 10], words))
