"""The page: one file that opens offline, asks nothing of the network, and runs nothing that a customer wrote."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from painpoints import __version__
from painpoints.report import charts, glyphs
from painpoints.report.clean import MAX_NAME, clip
from painpoints.report.locale import Locale
from painpoints.report.look_back import View, look_back_views
from painpoints.report.svg import tag

__all__ = ["asset", "csp_hash", "environment", "render_html"]

_TEMPLATES = Path(__file__).parent / "templates"
_TONE = 0.1
"""mean feeling beyond which a touchpoint is coloured; nearer to zero it is neither good nor bad"""


def render_html(report: dict[str, Any]) -> str:
    """The whole page for a report of `build_report`. Customer text is escaped; scripts and styles are pinned by hash."""
    css, js = asset("report.css"), asset("report.js")
    locale = Locale(report["lang"])
    look_back = look_back_views(report, locale)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            css=Markup(css),  # noqa: S704 - our own file
            js=Markup(js),  # noqa: S704 - our own file
            css_hash=csp_hash(css),
            js_hash=csp_hash(js),
            version=__version__,
            sections=_sections(report, look_back),
            look_back=look_back,
            **_helpers(report, locale),
        )
    )


@cache
def environment() -> Environment:
    """Templates of the report; everything that is put into them is escaped."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset(name: str) -> str:
    """The text of a file beside the templates."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def csp_hash(source: str) -> str:
    """What a content security policy knows an inline style or script by."""
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def _sections(report: dict[str, Any], look_back: list[View]) -> list[str]:
    optional = ["quadrant"] if report["quadrant"] else []
    changes = ["changes"] if look_back else []
    return [
        "pains", *changes, "journey", "departments", *optional, "praises", "volumes", "themes", "quality", "method",
    ]  # fmt: skip


def _helpers(report: dict[str, Any], locale: Locale) -> dict[str, Any]:
    """What the templates call, besides the data."""
    journey_map = report["journey_map"]
    ranks = {row["pain_id"]: row["rank"] for row in report["pains"]}
    touchpoints = {point["id"]: point["name"] for point in journey_map["touchpoints"]}
    stages = {stage["id"]: stage["name"] for stage in journey_map["stages"]}
    return {
        "fmt": locale,
        "t": locale.text,
        "clip": partial(clip, limit=report["display"]["max_quote_chars"]),
        "ranks": ranks,
        "cells": {(cell["stage"], cell["touchpoint"]): cell for cell in journey_map["cells"]},
        "touchpoint_name": lambda id_: touchpoints.get(id_, id_),
        "stage_name": lambda id_: stages.get(id_, id_),
        "theme_name": lambda row: _named(row, locale.lang),
        "sub_themes_of": _sub_themes_of(report),
        "tone": _tone,
        "filters": _filters(report, touchpoints, stages),
        "theme_rows": _theme_rows(report),
        "file_line": partial(_file_line, locale=locale),
        "encoder": _encoder_name(report["quality"]["manifest"].get("encoder")),
        "manifest_rows": _manifest_rows(report, locale),
        "trend_words": lambda pain_id: _trend_words(report["parts"][pain_id]["trend"], locale),
        "example_parts": _example_parts(report, locale),
        **_drawings(report, ranks, locale),
    }


def _drawings(report: dict[str, Any], ranks: dict[str, int], locale: Locale) -> dict[str, Any]:
    return {
        "swatch": glyphs.part_swatch,
        "score_bar": partial(glyphs.score_bar, locale=locale),
        "reach_bar": partial(glyphs.reach_bar, locale=locale),
        "severity_meter": partial(glyphs.severity_meter, locale=locale),
        "trend_arrow": partial(glyphs.trend_arrow, locale=locale),
        "sparkline": partial(glyphs.sparkline, locale=locale),
        "star": _star,
        "emotion_curve": partial(charts.emotion_curve, report["journey_map"], ranks, locale),
        "volume_chart": partial(charts.volume_chart, report["volumes"], locale),
        "quadrant_chart": partial(charts.quadrant_chart, report["quadrant"], ranks, locale),
    }


def _star() -> Markup:
    path = tag("path", d=charts.star_path(8.0, 8.5, 8.0), class_="star")
    return tag("svg", path, width=16, height=16, aria_hidden="true")


def _named(row: dict[str, Any], lang: str) -> str:
    first, second = ("name_vi", "name_en") if lang == "vi" else ("name_en", "name_vi")
    return clip(str(row[first] or row[second] or row.get("theme_id", "")), MAX_NAME)


def _tone(feeling: dict[str, Any]) -> str:
    if not feeling["enough"] or feeling["mean"] is None:
        return ""
    return "good" if feeling["mean"] > _TONE else "bad" if feeling["mean"] < -_TONE else ""


def _filters(
    report: dict[str, Any], touchpoints: dict[str, str], stages: dict[str, str]
) -> dict[str, dict[str, str]]:
    """Choices of each drop-down that occur among the pains shown, value -> words."""
    shown = report["pains"][: report["display"]["max_cards"]]
    owners = sorted({row["owner"] for row in shown if row["owner"]})
    present_stages = {row["stage"] for row in shown}
    present_touchpoints = {row["touchpoint"] for row in shown}
    return {
        "owner": {owner: owner for owner in owners},
        "stage": {id_: name for id_, name in stages.items() if id_ in present_stages},
        "touchpoint": {id_: name for id_, name in touchpoints.items() if id_ in present_touchpoints},
    }


def _theme_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The first themes of each polarity, so that a long list of pains does not crowd out all praise."""
    limit = report["display"]["max_theme_rows"]
    pains = [row for row in report["themes"] if row["polarity"] == "pain"]
    praises = [row for row in report["themes"] if row["polarity"] != "pain"]
    room = max(limit - len(pains), min(len(praises), limit // 3))
    return pains[: limit - min(room, len(praises))] + praises[:room]


def _sub_themes_of(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Theme id -> its first sub-themes."""
    most = report["display"]["max_sub_themes"]
    return {row["theme_id"]: row["sub_themes"][:most] for row in report["themes"]}


def _file_line(file: dict[str, Any], locale: Locale) -> str:
    """How one file was read, in a line; what does not apply to its format is left out."""
    delimiters = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
    delimiter = locale.term("delimiter", delimiters.get(file["delimiter"], file["delimiter"]))
    parts = [
        file["profile"],
        file["encoding"] and locale.text("encoding_line", encoding=locale.sentence(file["encoding"])),
        file["delimiter"] and locale.text("delimiter_line", delimiter=delimiter),
        file["header_rows"] > 1
        and locale.text("header_rows_line", file["header_rows"], n=locale.number(file["header_rows"])),
        file["rating_scale"] and locale.text("rating_line", scale=locale.term("scale", file["rating_scale"])),
        file["date_order"] and locale.text("dates_line", order=locale.term("dates", file["date_order"])),
    ]
    return " · ".join(part for part in parts if part)


def _encoder_name(encoder: Any) -> str:
    """The manifest names the encoder by a word or by an entry with a name (and a digest)."""
    if isinstance(encoder, dict):
        digest = str(encoder.get("digest", ""))[:12]
        return f"{encoder.get('name', '')} ({digest})" if digest else str(encoder.get("name", ""))
    return str(encoder or "")


def _manifest_rows(report: dict[str, Any], locale: Locale) -> list[tuple[str, str]]:
    rows = []
    manifest = report["quality"]["manifest"]
    told = {"notes": [locale.sentence(note) for note in manifest["notes"]]} if "notes" in manifest else {}
    for name, value in (manifest | told).items():
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
        rows.append((locale.term("manifest", name), words))
    return rows


def _trend_words(part: dict[str, Any], locale: Locale) -> str:
    return locale.text(
        "trend_long",
        recent=locale.number(part["recent"]),
        baseline=locale.number(part["baseline"]),
        recent_days=part["recent_days"],
        baseline_days=part["baseline_days"],
        ratio=locale.number(part["ratio"], 2),
        low=locale.number(part["low"], 2),
        high="∞" if part["high"] is None else locale.number(part["high"], 2),
    )


def _example_parts(report: dict[str, Any], locale: Locale) -> str:
    """The score of the first pain as a sum in words."""
    if not report["pains"]:
        return ""
    parts = report["pain_details"][report["pains"][0]["pain_id"]]["score_parts"]
    return " + ".join(
        f"{locale.number(points, 2)} ({locale.term('part', part)})"
        for part, points in parts.items()
        if report["weights"].get(part)
    )
