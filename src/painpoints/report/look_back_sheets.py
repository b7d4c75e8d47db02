"""Sheets of the tables that look back over weeks: headers and labels in the report's language, ids as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from painpoints.report.look_back import Row, Words
from painpoints.report.sheet import Column

if TYPE_CHECKING:
    from painpoints.report.locale import Locale

__all__ = ["SHEETS", "sheet_columns", "sheet_rows"]

SHEETS = (
    "alerts", "trends", "initiatives", "drivers", "kpis", "carry_over", "stage_flow", "segments_over", "money",
    "inside_view", "theme_log", "backlog",
)  # fmt: skip
"""tables that have a sheet of their own in the workbook"""

_THEMES = ("theme_id", "cause_theme")
"""columns that hold a theme's id; its name stands beside it"""
_HEADERS = {
    "name_vi": "col_name_vi", "name_en": "col_name_en", "touchpoint": "look_touchpoint", "owner": "look_owner",
    "week": "weeks_week", "status": "look_status", "since_week": "look_since", "segments": "look_segments",
    "rate": "look_week_rate", "baseline_rate": "look_baseline", "rate_ratio": "look_ratio", "ci_low": "col_low",
    "ci_high": "col_high", "q_value": "look_q", "p_value": "look_p", "n": "look_n",
    "date": "look_date", "title": "look_initiative", "matched_by": "look_matched", "verdict": "look_verdict",
    "complaints_avoided_per_week": "look_avoided",
    "kpi": "look_kpi", "effect": "look_effect", "share_of_effect": "look_share_of_effect", "kano": "look_kano",
    "scale": "look_scale", "unit": "look_unit", "kpis.value": "look_figure",
    "cause_touchpoint": "look_cause", "outcome": "look_outcome", "carry_over.ratio": "look_risk",
    "n_exposed": "look_exposed", "n_unexposed": "look_unexposed",
    "from_stage": "look_from_stage", "to_stage": "look_to_stage", "moves": "look_moves", "customers": "look_customers",
    "feeling_before": "look_feeling_before", "feeling_after": "look_feeling_after",
    "negative_after": "look_negative_after",
    "column": "look_column", "segments_over.value": "look_value", "segments_over.share": "look_share",
    "expected_share": "look_expected", "segments_over.ratio": "look_times",
    "money.value": "look_worth", "money.share": "look_share_of_value", "low": "look_at_least", "high": "look_at_most",
    "promise_vi": "look_promise_vi", "promise_en": "look_promise_en", "self_score": "look_self_score",
    "customer_score": "look_customer_score", "inside_view.verdict": "look_judged", "voices": "look_voices",
    "negative_share": "col_negative", "mean_sentiment": "look_mean_sentiment", "rating_score": "look_rating_score",
    "rating_low": "look_rating_low", "rating_high": "look_rating_high", "rated": "look_rated",
    "gap_segments": "look_broken",
    "event": "look_event", "related_ids": "look_related", "reason": "look_reason",
}  # fmt: skip
"""column, or TABLE.column where tables mean different things by it -> key of text.yaml"""
_TERMS = {
    "status": "status", "verdict": "verdict", "inside_view.verdict": "inside", "matched_by": "matched", "kpi": "kpi",
    "kano": "kano", "scale": "scale", "unit": "unit", "event": "event",
}  # fmt: skip
"""column, or TABLE.column -> group of terms in text.yaml"""
_IN_WORDS: dict[str, Callable[[Row, Words], Any]] = {
    "touchpoint": lambda row, words: words.places.get(row["touchpoint"], row["touchpoint"]),
    "cause_touchpoint": lambda row, words: words.places.get(row["cause_touchpoint"], row["cause_touchpoint"]),
    "from_stage": lambda row, words: words.stages.get(row["from_stage"], row["from_stage"]),
    "to_stage": lambda row, words: words.stages.get(row["to_stage"], row["to_stage"]),
    "outcome": lambda row, words: words.outcome(row),
    "column": lambda row, words: words.group(row),
    "segments_over.value": lambda row, words: words.member(row),
    "reason": lambda row, words: words.locale.sentence(row["reason"]),
}
"""column, or TABLE.column -> what the sheet has for it"""
_NUMBERS = {
    "segments": "int", "n": "int", "n_exposed": "int", "n_unexposed": "int", "moves": "int", "customers": "int",
    "voices": "int", "rated": "int", "gap_segments": "int", "share": "percent", "expected_share": "percent",
    "share_of_effect": "percent", "negative_share": "percent", "negative_after": "percent",
}  # fmt: skip
"""column -> kind of number where it is not a decimal one"""


def sheet_columns(table: str, rows: list[Row], locale: Locale) -> list[Column]:
    """Columns of a sheet with all of a table, a theme's name beside its id; what is nowhere a text is a number."""
    found = []
    for column in rows[0]:
        if column in _THEMES:
            found.append(Column("theme_id", column, "text", 12))
            found.append(Column(locale.text("col_theme"), f"{column} name", "text", 40))
            continue
        values = [row[column] for row in rows if row[column] is not None]
        numeric = bool(values) and not any(isinstance(value, str) for value in values)
        kind = _NUMBERS.get(column, "decimal") if numeric else "text"
        key = _HEADERS.get(_place(_HEADERS, table, column))
        header = locale.text(key) if key else column
        found.append(Column(header, column, kind, max(12 if numeric else 20, len(header) / 2 + 4)))
    return found


def sheet_rows(table: str, rows: list[Row], words: Words) -> list[Row]:
    """The rows with labels, places and reasons in words, and the names of themes, under the keys of `sheet_columns`."""
    return [
        {column: _in_words(table, column, row, words) for column in row}
        | {f"{column} name": words.names.get(row[column] or "", "") for column in _THEMES if column in row}
        for row in rows
    ]


def _in_words(table: str, column: str, row: Row, words: Words) -> Any:
    """A cell: what is missing stays missing, and what needs no words stays as it is."""
    if not row[column]:
        return row[column]
    if tell := _IN_WORDS.get(_place(_IN_WORDS, table, column)):
        return tell(row, words)
    group = _TERMS.get(_place(_TERMS, table, column))
    return words.locale.term(group, str(row[column])) if group else row[column]


def _place(known: Collection[str], table: str, column: str) -> str:
    """TABLE.column where that is known, else the column alone."""
    return f"{table}.{column}" if f"{table}.{column}" in known else column
