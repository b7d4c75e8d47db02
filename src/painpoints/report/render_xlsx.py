"""The workbook: the tables of the report for Excel, in the report's language; no cell is ever a formula."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from painpoints.rank.parts import PARTS
from painpoints.report.backlog_sheet import write_backlog_sheet
from painpoints.report.build import SIGNALS
from painpoints.report.locale import Locale
from painpoints.report.look_back import Words
from painpoints.report.look_back_sheets import SHEETS, sheet_columns, sheet_rows
from painpoints.report.quality_sheet import write_quality
from painpoints.report.sheet import MAX_ROWS, Column, Sheet
from painpoints.report.theme_sheets import write_segments, write_sub_themes, write_themes

__all__ = ["write_workbook"]

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
            "themes": write_themes,
            "sub_themes": write_sub_themes,
            "journey": _journey,
            "departments": _departments,
        }
        for name, write in writers.items():
            write(report, locale, Sheet(workbook, locale.text(f"sheet_{name}")))
        write_segments(report, segments, locale, Sheet(workbook, locale.text("sheet_segments")))
        _look_back(report, locale, workbook)
        write_quality(report, locale, Sheet(workbook, locale.text("sheet_quality")))


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
    name = locale.name_column
    subs = {theme["theme_id"]: theme["sub_themes"] for theme in report["themes"]}
    rows = [_named(row, report) for row in report["pains"]]
    for row in rows:
        row["sub_themes"] = "; ".join(f"{sub[name]} ({sub['items']})" for sub in subs[row["theme_id"]])
        row["quadrant"] = locale.term("quadrant", row["quadrant"]) if row["quadrant"] else ""
    sheet.table(columns, rows, freeze_columns=3)


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
