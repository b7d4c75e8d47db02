"""The journey map as data: how customers feel at each stage and touchpoint, and which cells are moments of truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.rank.stats import mean_difference
from painpoints.report.clean import display_text
from painpoints.report.stats import mean_interval, share_interval

if TYPE_CHECKING:
    from painpoints.report.model import ReportInput
    from painpoints.settings import ReportSettings

__all__ = ["build_journey_map", "localized"]


def localized(name: Any, lang: str) -> str:
    """The name in `lang`, else in any language; a plain string is its own name."""
    if isinstance(name, str):
        return display_text(name)
    other = "en" if lang == "vi" else "vi"
    return display_text(name.get(lang) or name.get(other) or "")


def build_journey_map(inp: ReportInput, settings: ReportSettings) -> dict[str, Any]:
    """Stages, touchpoints and cells, each with its mean feeling (each item once), interval and counts."""
    scored = inp.segments.loc[inp.segments["sentiment_score"].notna()]
    places = scored[["stage", "touchpoint", "item", "sentiment_score", "sentiment"]]
    ratings = inp.items["rating_norm"].to_numpy(dtype=float)
    by_stage = dict(list(places.groupby("stage")))
    by_touchpoint = dict(list(places.groupby("touchpoint")))
    empty = places.iloc[:0]
    lang = inp.lang
    stages = [
        {"id": stage.id, "name": localized(stage.name, lang)}
        | _feeling(by_stage.get(stage.id, empty), settings)
        for stage in inp.journey.stages
    ]
    touchpoints = [
        _touchpoint_entry(touchpoint, lang) | _feeling(by_touchpoint.get(touchpoint.id, empty), settings)
        for touchpoint in _in_stage_order(inp)
    ]
    cells = _in_map_order(_cells(places, ratings, settings), stages, touchpoints)
    return {
        "stages": stages,
        "touchpoints": touchpoints,
        "cells": cells,
        "moments_of_truth": sorted(
            (cell for cell in cells if cell["moment"]),
            key=lambda cell: -abs(cell["mean"] * cell["kpi_effect"]),
        ),
        "has_ratings": bool(np.isfinite(ratings).any()),
        "unplaced_segments": int((inp.segments["touchpoint"] == "").sum()),
        "rule": {
            "min_items": settings.min_cell_items,
            "emotion": settings.moment_emotion,
            "kpi_effect": settings.moment_kpi_effect,
        },
    }


def _cells(places: pd.DataFrame, ratings: Any, settings: ReportSettings) -> list[dict[str, Any]]:
    """Every stage and touchpoint that occur together."""
    cells = [
        {"stage": stage, "touchpoint": touchpoint}
        | _feeling(group, settings)
        | _kpi_effect(group["item"].to_numpy(), ratings, settings)
        for (stage, touchpoint), group in places.groupby(["stage", "touchpoint"], sort=True)
        if stage and touchpoint
    ]
    return [{**cell, "moment": _moment(cell, settings)} for cell in cells]


def _touchpoint_entry(touchpoint: Any, lang: str) -> dict[str, Any]:
    return {
        "id": touchpoint.id,
        "name": localized(touchpoint.name, lang),
        "stage": touchpoint.stage,
        "owner": display_text(touchpoint.owner),
        "effort": touchpoint.effort,
    }


def _in_stage_order(inp: ReportInput) -> list[Any]:
    order = {stage.id: position for position, stage in enumerate(inp.journey.stages)}
    return sorted(inp.journey.touchpoints, key=lambda touchpoint: order.get(touchpoint.stage, len(order)))


def _in_map_order(
    cells: list[dict[str, Any]], stages: list[dict[str, Any]], touchpoints: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    column = {stage["id"]: position for position, stage in enumerate(stages)}
    row = {touchpoint["id"]: position for position, touchpoint in enumerate(touchpoints)}
    last = len(column) + len(row)
    return sorted(cells, key=lambda c: (column.get(c["stage"], last), row.get(c["touchpoint"], last)))


def _feeling(group: pd.DataFrame, settings: ReportSettings) -> dict[str, Any]:
    """Mean sentiment score of the items (each item's segments averaged first, so that a long text counts once)."""
    per_item = group.groupby("item")["sentiment_score"].mean().to_numpy(dtype=float)
    mean, low, high = mean_interval(per_item, -1.0, 1.0)
    known = int((group["sentiment"] != "").sum())
    negative = int((group["sentiment"] == "neg").sum())
    return {
        "segments": len(group),
        "items": len(per_item),
        "mean": mean,
        "low": low,
        "high": high,
        "enough": len(per_item) >= settings.min_cell_items,
        "negative": share_interval(negative, known),
    }


def _kpi_effect(members: Any, ratings: Any, settings: ReportSettings) -> dict[str, Any]:
    """Mean rating (on -1 … 1) of the items that mention the cell minus that of all other items."""
    inside = np.zeros(len(ratings), dtype=bool)
    inside[members] = True
    rated = np.isfinite(ratings)
    found = mean_difference(ratings[inside & rated], ratings[~inside & rated])
    if found is None or found.with_count < settings.min_cell_items:
        return {
            "kpi_effect": None,
            "kpi_low": None,
            "kpi_high": None,
            "rated_items": int((inside & rated).sum()),
        }
    return {
        "kpi_effect": found.difference,
        "kpi_low": found.low,
        "kpi_high": found.high,
        "rated_items": found.with_count,
    }


def _moment(cell: dict[str, Any], settings: ReportSettings) -> str:
    """'pain' or 'delight' for a moment of truth, '' for any other cell.

    Both the feeling and the effect on the rating must be strong, of one sign, and have intervals that leave out zero.
    """
    if not cell["enough"] or cell["kpi_effect"] is None:
        return ""
    for sign, kind in ((-1, "pain"), (1, "delight")):
        strong = sign * cell["mean"] >= settings.moment_emotion
        telling = sign * cell["kpi_effect"] >= settings.moment_kpi_effect
        sure = cell["low"] * cell["high"] > 0 and cell["kpi_low"] * cell["kpi_high"] > 0
        if strong and telling and sure:
            return kind
    return ""
