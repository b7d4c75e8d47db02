"""The report as data: its schema, its totals, and what it says where evidence is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from painpoints.report import ReportInput, build_report
from painpoints.report.journey_map import build_journey_map
from painpoints.report.quality import reproducible
from painpoints.report.volumes import build_volumes
from painpoints.schema import PAIN_COLUMNS
from painpoints.settings import ReportSettings
from report_factory import THEMES, make_input

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def _calm() -> ReportInput:
    """Nobody complains: praise themes only."""
    return make_input(200, themes=tuple(theme for theme in THEMES if theme.polarity == "praise"))


CASES: dict[str, Any] = {
    "full": lambda: make_input(300),
    "english": lambda: make_input(200, lang="en"),
    "hostile": lambda: make_input(200, hostile=True),
    "no dates": lambda: make_input(200, dates=False),
    "no ratings": lambda: make_input(100, ratings=False),
    "no customers": lambda: make_input(100, customers=False),
    "no effort": lambda: make_input(100, effort=False),
    "three items": lambda: make_input(3),
    "no pains": _calm,
    "no themes": lambda: make_input(60, themes=()),
}


@pytest.mark.parametrize("name", CASES)
def test_every_report_follows_its_schema(name: str) -> None:
    report = build_report(CASES[name]())
    jsonschema.validate(report, SCHEMA, cls=jsonschema.Draft202012Validator)
    json.dumps(report, allow_nan=False, ensure_ascii=False).encode("utf-8")


def test_sub_themes_are_entries_of_their_theme() -> None:
    inp = make_input(300)
    themes = {row["theme_id"]: row for row in build_report(inp)["themes"]}
    own = themes["T0001"]["sub_themes"]
    assert [sub["sub_theme_id"] for sub in own] == [
        sub.sub_theme_id for sub in inp.themes.themes["sub_themes"][0]
    ]
    assert sum(sub["segments"] for sub in own) <= themes["T0001"]["segments"]
    assert all(sub["quote"] in set(inp.segments["text"]) for sub in own)
    assert all(row["sub_themes"] == [] for theme_id, row in themes.items() if theme_id != "T0001")


def test_pains_are_the_rows_of_the_ranking_in_order() -> None:
    inp = make_input(400)
    report = build_report(inp)
    assert [tuple(row) for row in report["pains"]] == [PAIN_COLUMNS] * len(inp.ranking.pains)
    assert [row["pain_id"] for row in report["pains"]] == list(inp.ranking.pains["pain_id"])
    for row in report["pains"]:
        parts = report["pain_details"][row["pain_id"]]["score_parts"]
        assert sum(parts.values()) == pytest.approx(row["score"], abs=0.011)
    assert sum(report["weights"].values()) == pytest.approx(100)


def test_rows_read_are_kept_duplicate_or_rejected() -> None:
    quality = build_report(make_input(300))["quality"]
    for counts in (quality["totals"], *quality["files"]):
        assert counts["read"] == counts["kept"] + counts["duplicate"] + counts["rejected"]
    assert quality["totals"]["kept"] == 300


def test_the_headline_counts_items_of_the_first_three_pains_once() -> None:
    inp = make_input(300)
    top = build_report(inp)["summary"]["top"]
    themes = set(inp.ranking.pains["theme_id"].head(3))
    items = set(inp.segments.loc[inp.segments["theme_id"].isin(themes), "item"])
    assert top["pains"] == 3
    assert top["items"]["count"] == len(items)


def test_each_pain_is_routed_to_one_department_and_orphans_are_named() -> None:
    report = build_report(make_input(400))
    routed = [pain_id for entry in report["departments"] for pain_id in entry["pains"]]
    assert sorted(routed) == sorted(row["pain_id"] for row in report["pains"])
    unowned = next(entry for entry in report["departments"] if not entry["owner"])
    assert unowned["pains"] == ["P0008"]
    assert report["pain_details"]["P0008"]["orphan"] == "no_touchpoint"


def test_reach_is_named_for_what_was_counted() -> None:
    units = {
        customers: {d["reach"]["unit"] for d in build_report(inp)["pain_details"].values()}
        for customers, inp in ((True, make_input(200)), (False, make_input(200, customers=False)))
    }
    assert units == {True: {"customers"}, False: {"items"}}


def test_a_quadrant_needs_an_effort_that_people_gave() -> None:
    assert build_report(make_input(200, effort=False))["quadrant"] is None
    placed = build_report(make_input(400))["quadrant"]
    assert placed is not None
    assert {point["effort"] for point in placed["points"]} <= {1, 2, 3, 4, 5}


def test_without_dates_there_is_no_course_over_time() -> None:
    report = build_report(make_input(200, dates=False))
    assert report["volumes"] is None
    assert report["summary"]["first_date"] is None
    assert "no_dates" in report["quality"]["caveats"]


def test_weeks_sum_to_the_dated_items_and_gaps_are_shown_as_zero() -> None:
    inp = make_input(140, weeks=14)
    gap = inp.items["created_at"].between(
        pd.Timestamp("2026-02-02", tz="UTC"), pd.Timestamp("2026-02-15T23:59", tz="UTC")
    )
    items = inp.items.copy()
    items.loc[gap, "created_at"] = pd.NaT
    volumes = build_volumes(replace(inp, items=items), ReportSettings())
    assert volumes is not None
    counts = {week["week"]: week["items"] for week in volumes["weeks"]}
    assert counts["2026-W06"] == counts["2026-W07"] == 0
    assert sum(counts.values()) + volumes["undated_items"] == 140
    assert volumes["undated_items"] == int(gap.sum())
    assert list(counts) == sorted(counts)


@pytest.mark.parametrize(("weeks", "unit"), [(20, "week"), (200, "month"), (800, "quarter")])
def test_a_long_history_is_summed_until_it_fits_a_chart(weeks: int, unit: str) -> None:
    volumes = build_volumes(make_input(400, weeks=weeks), ReportSettings())
    assert volumes is not None
    assert volumes["chart"]["unit"] == unit
    assert len(volumes["chart"]["points"]) <= ReportSettings().max_chart_bars
    assert sum(point["items"] for point in volumes["chart"]["points"]) == 400


def test_a_stray_date_does_not_make_thousands_of_weeks() -> None:
    inp = make_input(50)
    items = inp.items.copy()
    items.loc[0, "created_at"] = pd.Timestamp("1970-01-01", tz="UTC")
    volumes = build_volumes(replace(inp, items=items), ReportSettings())
    assert volumes is not None
    assert len(volumes["weeks"]) == 15
    assert sum(week["items"] for week in volumes["weeks"]) == 50
    assert len(volumes["chart"]["points"]) <= ReportSettings().max_chart_bars


def test_feelings_count_each_item_once_and_say_where_there_are_too_few() -> None:
    inp = make_input(400)
    places = build_journey_map(inp, ReportSettings())
    delivery = next(point for point in places["touchpoints"] if point["id"] == "delivery")
    own = inp.segments[inp.segments["touchpoint"] == "delivery"]
    assert delivery["items"] == own["item"].nunique()
    assert delivery["mean"] == pytest.approx(own.groupby("item")["sentiment_score"].mean().mean())
    assert delivery["low"] < delivery["mean"] < delivery["high"]
    silent = next(point for point in places["touchpoints"] if point["id"] == "loyalty")
    assert silent["items"] == 0
    assert np.isnan(silent["mean"])
    assert not silent["enough"]


def test_moments_of_truth_need_ratings_and_both_signs_to_agree() -> None:
    assert build_report(make_input(600, ratings=False))["journey_map"]["moments_of_truth"] == []
    moments = build_report(make_input(900))["journey_map"]["moments_of_truth"]
    assert moments
    for cell in moments:
        sign = -1 if cell["moment"] == "pain" else 1
        assert sign * cell["mean"] > 0
        assert sign * cell["kpi_effect"] > 0
        assert cell["kpi_low"] * cell["kpi_high"] > 0


def test_unplaced_and_unassigned_segments_are_told() -> None:
    inp = make_input(300)
    report = build_report(inp)
    assert report["journey_map"]["unplaced_segments"] == int((inp.segments["touchpoint"] == "").sum())
    assert {"name": "pain", "count": 21} in report["quality"]["vague"]
    abstained = {row["label"]: row["count"] for row in report["quality"]["abstained"]}
    assert abstained["touchpoint"] == report["journey_map"]["unplaced_segments"]


def test_report_json_holds_nothing_that_changes_from_run_to_run() -> None:
    manifest = {
        "seed": 1,
        "seconds": {"ingest": 0.3},
        "peak_memory": 10,
        "models": {"accurate": {"digest": "x", "load_seconds": 3}},
    }
    assert reproducible(manifest) == {"seed": 1, "models": {"accurate": {"digest": "x"}}}
    assert build_report(make_input(100)) == build_report(make_input(100))
