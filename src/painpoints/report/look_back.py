"""What the report shows of the tables that look back over weeks: which rows, under which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from painpoints.change.look_back import FILES
from painpoints.report.clean import MAX_NAME, clip

if TYPE_CHECKING:
    from painpoints.report.locale import Locale

__all__ = ["Row", "View", "Words", "look_back_views", "theme_names"]

Row = dict[str, Any]
_SHOWN = 25
"""rows of a table on the page; all of them are in the workbook"""
_URGENT = ("new", "emerging", "rising", "resolved", "falling", "steady")


@dataclass(frozen=True)
class View:
    """One table of the page: title, sentence above it, headers, cells as words, and how many rows there are in all."""

    name: str
    title: str
    intro: str
    headers: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    total: int
    found_in: str
    """the file that has all rows, or the sheet of the workbook"""
    notes: list[str]


def look_back_views(report: dict[str, Any], locale: Locale) -> list[View]:
    """The tables that have rows, as an analyst asks: what alarms, what moved, what helped, what drives."""
    words = Words(report, locale)
    views = []
    for name, (choose, columns) in _VIEWS.items():
        rows = choose(report["tables"].get(name, []))
        if not rows:
            continue
        cells = [[cell(row, words) for _, cell, _ in columns] for row in rows[:_SHOWN]]
        headers = [locale.text(f"look_{key}") for key, _, _ in columns]
        numeric = [number for _, _, number in columns]
        title, intro = locale.text(f"look_title_{name}"), locale.text(f"look_intro_{name}")
        notes = report["table_notes"].get(name, [])
        found_in = f"{name}.csv" if name in FILES else f"report.xlsx ({locale.text(f'sheet_{name}')})"
        views.append(View(name, title, intro, headers, numeric, cells, len(rows), found_in, notes))
    return views


class Words:
    """Names and numbers of the report's language."""

    def __init__(self, report: dict[str, Any], locale: Locale) -> None:
        self.locale = locale
        self.names: dict[str, str] = theme_names(report, locale.lang)
        self.places = {point["id"]: point["name"] for point in report["journey_map"]["touchpoints"]}
        self.notes: dict[tuple[str, str, str], str] = {
            (row["date"], row["title"], row["theme_id"]): row[f"note_{locale.lang}"]
            for row in report["tables"].get("initiative_notes", [])
        }
        self.stages = {stage["id"]: stage["name"] for stage in report["journey_map"]["stages"]}

    def theme(self, row: Row) -> str:
        return self.names.get(row.get("theme_id") or "", row.get("theme_id") or "")

    def note(self, row: Row) -> str:
        """What to know beside an initiative and its theme."""
        return self.notes.get((row["date"], row["title"], row["theme_id"]), "")

    def cause(self, row: Row) -> str:
        """The touchpoint, and the theme where it is one theme alone."""
        place = str(self.places.get(row["cause_touchpoint"], row["cause_touchpoint"] or ""))
        theme = self.names.get(row["cause_theme"] or "", "")
        return theme if theme.startswith(place) else f"{place}: {theme}" if theme else place

    def group(self, row: Row) -> str:
        """What customers are grouped by: a column of the items or of the customer file, or two (``segment & product``)."""
        return " & ".join(self.locale.term("column", part) for part in str(row["column"]).split(" & "))

    def member(self, row: Row) -> str:
        """Which of these groups: as the files have it, or a range of numbers in words; two where two columns are crossed."""
        return " & ".join(self.locale.sentence(part) for part in str(row["value"]).split(" & "))

    def outcome(self, row: Row) -> str:
        """``touchpoint:delivery`` and its like in words."""
        kind, _, id_ = str(row["outcome"]).partition(":")
        if not id_:
            return self.locale.term("outcome", kind)
        name = (self.places if kind == "touchpoint" else self.stages).get(id_, id_)
        return self.locale.text(f"outcome_at_{kind}", name=name)

    def interval(self, row: Row, value: str, digits: int = 2) -> str:
        if row[value] is None:
            return self.locale.number(None)
        low, high = self.locale.number(row["ci_low"], digits), row["ci_high"]
        most = "∞" if high is None else self.locale.number(high, digits)
        return f"{self.locale.number(row[value], digits)} ({low} – {most})"


def theme_names(report: dict[str, Any], lang: str) -> dict[str, str]:
    """Name of every theme that any table speaks of, in the report's language."""
    first, second = ("name_vi", "name_en") if lang == "vi" else ("name_en", "name_vi")
    known = [*report["tables"].get("theme_names", []), *report["themes"]]
    return {row["theme_id"]: clip(row[first] or row[second] or row["theme_id"], MAX_NAME) for row in known}


def _all(rows: list[Row]) -> list[Row]:
    return rows


def _last_week(rows: list[Row]) -> list[Row]:
    """Themes of the last week that move, the most urgent first."""
    last = max((row["week"] for row in rows), default="")
    now = [row for row in rows if row["week"] == last and row["status"] != "steady"]
    return sorted(
        now, key=lambda row: (_URGENT.index(row["status"]), -(row["rate_ratio"] or 0), row["theme_id"])
    )


def _largest(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["kpi"], -(row["share_of_effect"] or 0), row["theme_id"]))


def _strongest(rows: list[Row]) -> list[Row]:
    """Ratios whose interval lies above one, strongest first."""
    sure = [row for row in rows if row["ratio"] is not None and (row["ci_low"] or 0) > 1]
    return sorted(sure, key=lambda row: (-row["ratio"], str(row)))


def _overall(rows: list[Row]) -> list[Row]:
    """KPIs over all weeks."""
    return [row for row in rows if not row["week"] and row["value"] is not None]


def _judged(rows: list[Row]) -> list[Row]:
    """Touchpoints that we think something of, or promise something at."""
    return [row for row in rows if row["self_score"] is not None or row["gap_segments"]]


def _between(row: Row, words: Words) -> str:
    return f"{words.locale.number(row['low'])} – {words.locale.number(row['high'])}"


def _theme(row: Row, words: Words) -> str:
    return words.theme(row)


def _term(group: str, key: str) -> Callable[[Row, Words], str]:
    return lambda row, words: words.locale.term(group, str(row[key])) if row[key] else ""


def _plain(key: str) -> Callable[[Row, Words], str]:
    return lambda row, _: str(row[key] or "")


def _place(key: str) -> Callable[[Row, Words], str]:
    return lambda row, words: words.places.get(row[key], str(row[key] or ""))


def _count(key: str) -> Callable[[Row, Words], str]:
    return lambda row, words: words.locale.number(row[key])


def _number(key: str, digits: int) -> Callable[[Row, Words], str]:
    return lambda row, words: words.locale.number(row[key], digits)


def _percent(key: str) -> Callable[[Row, Words], str]:
    return lambda row, words: words.locale.percent(row[key])


def _interval(key: str) -> Callable[[Row, Words], str]:
    return lambda row, words: words.interval(row, key)


_VIEWS: dict[str, tuple[Callable[[list[Row]], list[Row]], list[tuple[str, Callable[[Row, Words], str], bool]]]] = {
    "alerts": (
        _all,
        [("theme", _theme, False), ("status", _term("status", "status"), False), ("since", _plain("since_week"), False),
         ("ratio", _interval("rate_ratio"), True), ("q", _number("q_value", 3), True),
         ("touchpoint", _place("touchpoint"), False), ("owner", _plain("owner"), False)],
    ),
    "trends": (
        _last_week,
        [("theme", _theme, False), ("status", _term("status", "status"), False), ("segments", _count("segments"), True),
         ("rate", _number("rate", 1), True), ("baseline", _number("baseline_rate", 1), True),
         ("ratio", _interval("rate_ratio"), True)],
    ),
    "initiatives": (
        _all,
        [("date", _plain("date"), False), ("initiative", _plain("title"), False), ("theme", _theme, False),
         ("verdict", _term("verdict", "verdict"), False), ("ratio", _interval("rate_ratio"), True),
         ("avoided", _number("complaints_avoided_per_week", 1), True),
         ("note", lambda row, words: words.note(row), False)],
    ),
    "drivers": (
        _largest,
        [("kpi", _term("kpi", "kpi"), False), ("theme", _theme, False), ("n", _count("n"), True),
         ("effect", _interval("effect"), True), ("share_of_effect", _percent("share_of_effect"), True),
         ("kano", _term("kano", "kano"), False)],
    ),
    "carry_over": (
        _strongest,
        [("cause", lambda row, words: words.cause(row), False), ("outcome", lambda row, words: words.outcome(row), False),
         ("risk", _interval("ratio"), True), ("exposed", _count("n_exposed"), True),
         ("unexposed", _count("n_unexposed"), True)],
    ),
    "segments_over": (
        _all,
        [("column", lambda row, words: words.group(row), False), ("value", lambda row, words: words.member(row), False),
         ("theme", _theme, False), ("share", _percent("share"), True), ("expected", _percent("expected_share"), True),
         ("times", _number("ratio", 2), True), ("n", _count("n"), True)],
    ),
    "kpis": (
        _overall,
        [("kpi", _term("kpi", "kpi"), False), ("value", _interval("value"), True), ("n", _count("n"), True)],
    ),
    "money": (
        _all,
        [("theme", _theme, False), ("worth", _count("value"), True), ("share_of_value", _percent("share"), True),
         ("low_high", _between, True), ("customers", _count("customers"), True)],
    ),
    "inside_view": (
        _judged,
        [("touchpoint", _place("touchpoint"), False), ("self_score", _number("self_score", 0), True),
         ("customer_score", _interval("customer_score"), True), ("judged", _term("inside", "verdict"), False),
         ("gaps", _count("gap_segments"), True)],
    ),
    "backlog": (
        _all,
        [("pain", _plain("name"), False), ("accountable", _plain("accountable"), False),
         ("state", _term("state", "status"), False), ("opened", _plain("opened_week"), False),
         ("note", _plain("note"), False)],
    ),
}  # fmt: skip
