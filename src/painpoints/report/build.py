"""The report as plain data: computed once, then rendered as a page, a workbook and files."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

import pandas as pd

from painpoints.clock import local_times
from painpoints.rank.parts import PARTS
from painpoints.report.clean import MAX_NAME, clip, display_text, jsonable
from painpoints.report.journey_map import build_journey_map, localized
from painpoints.report.quality import build_quality
from painpoints.report.stats import share_interval
from painpoints.report.tables import theme_table
from painpoints.report.volumes import build_volumes, weekly_counts
from painpoints.settings import ReportSettings

if TYPE_CHECKING:
    from painpoints.report.model import ReportInput
    from painpoints.themes.sub_themes import SubTheme

__all__ = ["SCHEMA_VERSION", "SCORE_PARTS", "SIGNALS", "build_report"]

SCHEMA_VERSION = "1.1"
SCORE_PARTS = PARTS
_NUMBERS = {
    "rank", "segments", "items", "customers", "negative_share", "share", "severity", "kpi_effect", "trend",
    "score", *(f"score_{part}" for part in PARTS), "effort",
}  # fmt: skip
SIGNALS = ("churn", "effort", "expectation_gap", "competitor")
"""flags that a pain is shown with; irony says how it is told, not what it does"""
_SPARK_WEEKS = 26
"""weeks in the small chart of a pain: half a year shows a season without crushing the bars"""


def build_report(inp: ReportInput, settings: ReportSettings | None = None) -> dict[str, Any]:
    """All that the renderers show, as JSON-able data (docs/report.schema.json)."""
    settings = settings or ReportSettings()
    volumes = build_volumes(inp, settings)
    journey_map = build_journey_map(inp, settings)
    pains = _rows(inp.ranking.pains)
    praises = _rows(inp.ranking.praises)
    report = {
        "schema_version": SCHEMA_VERSION,
        "lang": inp.lang,
        "title": display_text(inp.title) or display_text(inp.journey.brand),
        "brand": display_text(inp.journey.brand),
        "as_of": inp.as_of,
        "summary": _summary(inp, settings),
        "pains": pains,
        "pain_details": _pain_details(inp, pains, volumes),
        "parts": inp.ranking.parts,
        "weights": inp.ranking.weights,
        "praises": praises,
        "praise_details": {row["theme_id"]: _theme_detail(inp, row) for row in praises},
        "journey_map": _pinned(journey_map, pains, praises),
        "departments": _departments(inp, pains),
        "quadrant": _quadrant(pains),
        "volumes": volumes,
        "themes": _themes(inp),
        "tables": {name: _rows(table) for name, table in inp.tables.items()},
        "table_notes": {name: list(words) for name, words in inp.table_notes.items()},
        "quality": build_quality(inp),
        "display": {
            "max_cards": settings.max_cards,
            "max_theme_rows": settings.max_theme_rows,
            "max_sub_themes": settings.max_sub_themes,
            "max_quote_chars": settings.max_quote_chars,
        },
    }
    plain: dict[str, Any] = jsonable(report)
    return plain


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts: texts made safe to show, numbers without evidence ('' or NaN) as None."""
    return [
        {
            str(key): display_text(value)
            if isinstance(value, str) and (value or key not in _NUMBERS)
            else jsonable(None if value == "" else value)
            for key, value in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _themes(inp: ReportInput) -> list[dict[str, Any]]:
    """The rows of themes.csv, their sub-themes as entries rather than as a line."""
    own = dict(zip(inp.themes.themes["theme_id"], inp.themes.themes["sub_themes"], strict=True))
    return [
        row | {"sub_themes": [_sub_theme(sub) for sub in own[row["theme_id"]]]}
        for row in _rows(theme_table(inp))
    ]


def _sub_theme(sub: SubTheme) -> dict[str, Any]:
    return {
        "sub_theme_id": sub.sub_theme_id,
        "name_vi": clip(display_text(sub.name_vi), MAX_NAME),
        "name_en": clip(display_text(sub.name_en), MAX_NAME),
        "segments": sub.segments,
        "items": sub.items,
        "quote": display_text(sub.quote),
    }


def _summary(inp: ReportInput, settings: ReportSettings) -> dict[str, Any]:
    dates = local_times(inp.items["created_at"].dropna())
    complaining = inp.segments.loc[inp.segments["sentiment"] == "neg", "item"].nunique()
    customers = inp.items.loc[inp.items["customer_id"] != "", "customer_id"]
    top = inp.ranking.pains.head(settings.top_pains)
    in_top = inp.segments.loc[inp.segments["theme_id"].isin(list(top["theme_id"])), "item"].nunique()
    sentiments = inp.segments["sentiment"].value_counts()
    return {
        "items": len(inp.items),
        "segments": len(inp.segments),
        "customers": int(customers.nunique()),
        "sources": [display_text(report.name) for report in inp.files],
        "first_date": dates.min() if len(dates) else None,
        "last_date": dates.max() if len(dates) else None,
        "negative_items": share_interval(int(complaining), len(inp.items)),
        "sentiments": {name or "unknown": int(n) for name, n in sorted(sentiments.items())},
        "pains": len(inp.ranking.pains),
        "praises": len(inp.ranking.praises),
        "top": {"pains": len(top), "items": share_interval(int(in_top), len(inp.items))},
    }


def _pain_details(
    inp: ReportInput, pains: list[dict[str, Any]], volumes: dict[str, Any] | None
) -> dict[str, dict[str, Any]]:
    weeks = volumes["weeks"][-_SPARK_WEEKS:] if volumes else []
    theme_ids = [row["theme_id"] for row in pains]
    weekly = weekly_counts(inp, theme_ids, weeks)
    signals = _signals(inp, theme_ids)
    return {
        row["pain_id"]: _theme_detail(inp, row)
        | {
            "reach": _reach(inp, row["pain_id"]),
            "trend": _trend(inp.ranking.parts[row["pain_id"]]["trend"]),
            "orphan": _orphan_reason(row),
            "signals": signals[row["theme_id"]],
            "weekly": weekly[row["theme_id"]],
            "weekly_from": weeks[0]["start"] if weeks else None,
            "score_parts": {part: row[f"score_{part}"] for part in SCORE_PARTS},
        }
        for row in pains
    }


def _signals(inp: ReportInput, theme_ids: list[str]) -> dict[str, dict[str, int]]:
    """theme -> flag -> items of it in which a segment of the theme raises the flag."""
    segments = inp.segments[inp.segments["theme_id"].isin(theme_ids)]
    counts = {
        flag: segments.loc[segments[flag] == 1].groupby("theme_id")["item"].nunique() for flag in SIGNALS
    }
    return {
        theme_id: {flag: int(found.get(theme_id, 0)) for flag, found in counts.items()}
        for theme_id in theme_ids
    }


def _theme_detail(inp: ReportInput, row: dict[str, Any]) -> dict[str, Any]:
    """Names in the report's language, and what the theme table knows beside the row."""
    names = {touchpoint.id: touchpoint.name for touchpoint in inp.journey.touchpoints}
    stages = {stage.id: stage.name for stage in inp.journey.stages}
    known = inp.themes.themes.set_index("theme_id")
    found = known.loc[row["theme_id"]] if row["theme_id"] in known.index else {}
    name = localized({"vi": row["name_vi"], "en": row["name_en"]}, inp.lang)
    return {
        "name": clip(name, MAX_NAME) or row["theme_id"],
        "touchpoint_name": localized(names.get(row["touchpoint"], row["touchpoint"] or ""), inp.lang),
        "stage_name": localized(stages.get(row["stage"], row["stage"] or ""), inp.lang),
        "subtitle": display_text(found.get("subtitle", "")),
        "keyphrases": [display_text(phrase) for phrase in found.get("keyphrases", ())],
        "causes": [{"text": display_text(text), "items": count} for text, count in found.get("causes", ())],
    }


def _reach(inp: ReportInput, pain_id: str) -> dict[str, Any]:
    """The people behind the score's reach part; `unit` says whether they are customers, items or a mixture."""
    part = inp.ranking.parts[pain_id]["reach"]
    named = inp.items["customer_id"] != ""
    unit = "customers" if len(named) and named.all() else "voices" if named.any() else "items"
    numbers = {key: part.get(key) for key in ("voices", "of", "share", "low", "high")}
    return {"unit": unit, "window": inp.ranking.parts[pain_id].get("window", {})} | numbers


def _trend(part: dict[str, Any]) -> dict[str, Any]:
    """Direction of a tested trend: 'up' or 'down' where significant, else 'unclear'; '' where nothing is known."""
    if not part.get("known") or part.get("ratio") is None:
        return {"direction": ""}
    direction = "unclear"
    if part.get("significant"):
        direction = "up" if part["ratio"] > 1 else "down"
    return {"direction": direction} | {
        key: part.get(key) for key in ("ratio", "low", "high", "recent", "baseline")
    }


def _orphan_reason(row: dict[str, Any]) -> str:
    if not row["touchpoint"]:
        return "no_touchpoint"
    return "" if row["owner"] else "no_owner"


def _pinned(
    journey_map: dict[str, Any], pains: list[dict[str, Any]], praises: list[dict[str, Any]]
) -> dict[str, Any]:
    """The journey map with the pains (by rank) and praises (by place in their list) of each touchpoint."""
    for touchpoint in journey_map["touchpoints"]:
        touchpoint["pains"] = [row["pain_id"] for row in pains if row["touchpoint"] == touchpoint["id"]]
        touchpoint["praises"] = [row["theme_id"] for row in praises if row["touchpoint"] == touchpoint["id"]]
    return journey_map


def _departments(inp: ReportInput, pains: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Owners in the order of their first pain, owners without one last; '' gathers pains that nobody owns."""
    routes: dict[str, dict[str, Any]] = {}
    for row in pains:
        owner = "" if _orphan_reason(row) else row["owner"]
        routes.setdefault(owner, {"owner": owner, "pains": [], "touchpoints": []})["pains"].append(
            row["pain_id"]
        )
    for touchpoint in inp.journey.touchpoints:
        owner = display_text(touchpoint.owner)
        entry = routes.setdefault(owner, {"owner": owner, "pains": [], "touchpoints": []})
        entry["touchpoints"].append(localized(touchpoint.name, inp.lang))
    themes_of = {row["pain_id"]: row["theme_id"] for row in pains}
    for entry in routes.values():
        theme_ids = [themes_of[pain_id] for pain_id in entry["pains"]]
        entry["items"] = int(inp.segments.loc[inp.segments["theme_id"].isin(theme_ids), "item"].nunique())
    return list(routes.values())


def _quadrant(pains: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Impact and effort of the pains whose effort a person has given; None where there is none."""
    points = [
        {
            "pain_id": row["pain_id"],
            "effort": row["effort"],
            "impact": row["score"],
            "quadrant": row["quadrant"],
        }
        for row in pains
        if row["effort"] is not None
    ]
    return {"middle": median(row["score"] for row in pains), "points": points} if points else None
