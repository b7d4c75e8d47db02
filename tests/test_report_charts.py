"""The drawings: proportions that can be worked out, escaped words, edge cases."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from painpoints.report import build_report
from painpoints.report.charts import emotion_curve, quadrant_chart, volume_chart
from painpoints.report.glyphs import reach_bar, score_bar, severity_meter, sparkline, trend_arrow
from painpoints.report.locale import Locale
from painpoints.report.svg import drawing, tag, text, wrap
from report_factory import make_input

VI = Locale("vi")


def _parsed(svg: str) -> Xml.Element:
    return Xml.fromstring(svg)


def test_words_and_attributes_are_escaped() -> None:
    root = _parsed(drawing(10, 10, '"><script>', text(1, 2, "<b>&</b>", "tick")))
    assert root.attrib["aria-label"] == '"><script>'
    assert root[0].text == "<b>&</b>"
    assert tag("g", x=None, class_="a", stroke_width=1.5) == '<g class="a" stroke-width="1.5"></g>'


def test_the_score_bar_is_as_long_as_the_score() -> None:
    root = _parsed(
        score_bar({"reach": 40.0, "severity": 20.0, "trend": 0.0, "kpi": None, "value": 0.0}, 60.0, VI, 100.0)
    )
    bars = [bar for bar in root if bar.attrib["class"] != "track"]
    assert [bar.attrib["class"] for bar in bars] == ["part-reach", "part-severity"]
    assert [float(bar.attrib["x"]) for bar in bars] == [0.0, 40.0]
    assert float(bars[1].attrib["x"]) + float(bars[1].attrib["width"]) == pytest.approx(59.0)
    assert root.attrib["aria-label"] == "Điểm 60,0 trên 100: Số người gặp 40,0, Mức nghiêm trọng 20,0"


def test_severity_fills_whole_and_part_steps() -> None:
    widths = [
        float(s.attrib["width"])
        for s in _parsed(severity_meter(2.5, VI))
        if s.attrib["class"] == "severity-fill"
    ]
    assert widths == [11.0, 11.0, 5.5]
    assert severity_meter(None, VI) == ""


@pytest.mark.parametrize(("high", "scale"), [(0.04, 0.05), (0.2, 0.25), (0.7, 1.0)])
def test_reach_is_drawn_on_the_next_round_scale(high: float, scale: float) -> None:
    root = _parsed(reach_bar({"share": high / 2, "low": high / 4, "high": high}, VI, 100.0))
    fill = next(bar for bar in root if bar.attrib["class"] == "reach-fill")
    assert float(fill.attrib["width"]) == pytest.approx(100 * high / 2 / scale, abs=0.01)


def test_an_arrow_only_where_a_trend_is_known() -> None:
    assert trend_arrow({"direction": ""}, VI) == ""
    assert "tăng ×1,8" in trend_arrow({"direction": "up", "ratio": 1.8}, VI)


def test_a_sparkline_of_nothing_is_nothing() -> None:
    assert sparkline([], "2026-01-05", VI) == ""
    assert sparkline([0, 0], "2026-01-05", VI) == ""
    bars = [b for b in _parsed(sparkline([1, 0, 4], "2026-01-05", VI)) if b.attrib["class"] == "spark"]
    assert [float(bar.attrib["height"]) for bar in bars] == [8.5, 34.0]


def test_long_names_are_wrapped_and_cut() -> None:
    assert wrap("Đổi trả và hoàn tiền", 10, 4) == ["Đổi trả và", "hoàn tiền"]
    assert wrap("một hai ba bốn năm sáu", 7, 2) == ["một hai", "ba bốn…"]
    assert wrap("W" * 50, 10, 2) == ["W" * 9 + "…"]
    assert wrap("", 10, 2) == []


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return build_report(make_input(900))


def _ranks(report: dict[str, Any]) -> dict[str, int]:
    return {row["pain_id"]: row["rank"] for row in report["pains"]}


def test_the_curve_has_a_dot_a_touchpoint_and_a_pin_a_placed_pain(report: dict[str, Any]) -> None:
    root = _parsed(emotion_curve(report["journey_map"], _ranks(report), VI))
    classes = [element.attrib.get("class", "") for element in root.iter()]
    heard = [point for point in report["journey_map"]["touchpoints"] if point["items"]]
    assert sum("dot " in name for name in classes) == len(heard)
    assert classes.count("pin") == sum(1 for row in report["pains"] if row["touchpoint"])
    assert classes.count("moment") == len(
        {cell["touchpoint"] for cell in report["journey_map"]["moments_of_truth"]}
    )
    assert classes.count("curve") == 1


def test_too_few_items_are_hollow_and_off_the_curve(report: dict[str, Any]) -> None:
    journey_map = {**report["journey_map"]}
    journey_map["touchpoints"] = [{**point, "enough": False} for point in journey_map["touchpoints"]]
    classes = [
        e.attrib.get("class", "") for e in _parsed(emotion_curve(journey_map, _ranks(report), VI)).iter()
    ]
    assert "curve" not in classes
    assert any(name.endswith("dot-hollow") for name in classes)


def test_a_crowded_touchpoint_says_how_many_more(report: dict[str, Any]) -> None:
    journey_map = {**report["journey_map"]}
    first, *rest = journey_map["touchpoints"]
    journey_map["touchpoints"] = [{**first, "pains": [f"P{n}" for n in range(9)]}, *rest]
    ranks = _ranks(report) | {f"P{n}": 20 + n for n in range(9)}
    assert "+6" in emotion_curve(journey_map, ranks, VI)


def test_volume_bars_are_proportional_and_empty_weeks_break_the_line(report: dict[str, Any]) -> None:
    def point(start: str, items: int, share: float | None) -> dict[str, Any]:
        return {"start": start, "items": items, "partial": False,
                "negative": {"count": 0, "total": items, "share": share, "low": share, "high": share}}  # fmt: skip

    points = [point("2026-01-05", 10, 0.5), point("2026-01-12", 5, 0.2), point("2026-01-19", 0, None),
              point("2026-01-26", 10, 0.5), point("2026-02-02", 10, 0.5)]  # fmt: skip
    root = _parsed(volume_chart({"chart": {"unit": "week", "points": points}}, VI))
    heights = [float(e.attrib["height"]) for e in root if e.attrib.get("class") == "bar"]
    assert heights == [120.0, 60.0, 0.0, 120.0, 120.0]
    assert [e.attrib.get("class") for e in root].count("share-line") == 2


def test_pains_of_equal_effort_and_impact_do_not_hide_each_other() -> None:
    points = [
        {"pain_id": f"P{n}", "effort": 3, "impact": 50.0, "quadrant": "major_project"} for n in range(3)
    ]
    root = _parsed(quadrant_chart({"middle": 50.0, "points": points}, {f"P{n}": n + 1 for n in range(3)}, VI))
    centres = {(e.attrib["cx"], e.attrib["cy"]) for e in root.iter("circle")}
    assert len(centres) == 3
