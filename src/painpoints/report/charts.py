"""The large charts of the report as inline SVG: emotion curve, volumes, impact against effort."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from markupsafe import Markup

from painpoints.report.locale import Locale
from painpoints.report.svg import drawing, line, rect, tag, text, wrap

__all__ = ["emotion_curve", "quadrant_chart", "star_path", "volume_chart"]

_LEFT = 62.0
_TOP = 64.0
_PLOT = 220.0
_LANE = 24.0
_WIDE_BAND = 105.0
"""width of a stage that has room for its feeling and its items"""
_MAX_PINS = 4
"""pins stacked at one touchpoint; the rest is a +n"""


def emotion_curve(journey_map: dict[str, Any], ranks: dict[str, int], locale: Locale) -> Markup:
    """Mean feeling by touchpoint in the order of the journey, stages as bands, pains below, praises above.

    `ranks` is pain id -> rank. Touchpoints of unknown stages do not occur: the journey file forbids them.
    """
    touchpoints = journey_map["touchpoints"]
    step = min(150.0, max(66.0, 1040.0 / max(len(touchpoints), 1)))
    width = _LEFT + step * len(touchpoints) + 14
    pins = max((min(len(point["pains"]), _MAX_PINS) for point in touchpoints), default=0)
    bottom = _TOP + _PLOT + _LANE
    names_at = bottom + 8 + _LANE * max(pins, 1)
    names = [wrap(point["name"], int(step / 6.2), 4) for point in touchpoints]
    height = names_at + 16 + 13 * max((len(rows) for rows in names), default=1)
    moments = {cell["touchpoint"] for cell in journey_map["moments_of_truth"]}
    centres = [_LEFT + step * (position + 0.5) for position in range(len(touchpoints))]
    marks: list[Markup] = [*_bands(journey_map, step, names_at, locale), *_feeling_axis(width, locale)]
    marks += _curve(touchpoints, centres)
    for point, x, rows in zip(touchpoints, centres, names, strict=True):
        marks.append(_feeling_mark(point, x, point["id"] in moments, locale))
        marks += _pain_pins(point, x, bottom, ranks, locale)
        marks += _praise_pins(point, x, locale)
        marks += [text(x, names_at + 12 + 13 * n, row, "tick") for n, row in enumerate(rows)]
    return drawing(
        round(width), round(height), locale.text("curve_title"), *marks, class_="emotion-curve", role="group"
    )


def _height_of(mean: float) -> float:
    return _TOP + _LANE + (_PLOT - _LANE) * (1 - mean) / 2


def _bands(journey_map: dict[str, Any], step: float, height: float, locale: Locale) -> list[Markup]:
    marks, x = [], _LEFT
    for number, stage in enumerate(journey_map["stages"]):
        count = sum(point["stage"] == stage["id"] for point in journey_map["touchpoints"])
        if not count:
            continue
        width = step * count
        mean = locale.number(stage["mean"], 2, signed=True)
        feeling = locale.text("stage_feeling", mean=mean, items=locale.number(stage["items"]))
        names = wrap(stage["name"], max(int(width / 7.4), 6), 1)
        marks += [
            rect(x, 6.0, width, height - 6, "band-even" if number % 2 == 0 else "band-odd"),
            *(text(x + width / 2, 25.0, name, "band-name") for name in names),
            text(
                x + width / 2,
                41.0,
                (feeling if width > _WIDE_BAND else mean) if stage["items"] else "",
                "tick",
            ),
        ]
        x += width
    return marks


def _feeling_axis(width: float, locale: Locale) -> list[Markup]:
    marks = []
    for value in (1.0, 0.5, 0.0, -0.5, -1.0):
        y = _height_of(value)
        marks.append(line(_LEFT, y, width - 14, y, "zero" if value == 0 else "grid"))
        digits = 0 if value in (1, 0, -1) else 1
        marks.append(text(_LEFT - 8, y + 4, locale.number(value, digits, signed=True), "tick", "end"))
    marks.append(text(2.0, _height_of(1) - 12, locale.text("axis_happy"), "tick joy-ink", "start"))
    marks.append(text(2.0, _height_of(-1) + 20, locale.text("axis_upset"), "tick pain-ink", "start"))
    return marks


def _curve(touchpoints: list[dict[str, Any]], centres: list[float]) -> list[Markup]:
    """A smooth line through the touchpoints that have enough items."""
    points = [
        (x, _height_of(point["mean"]))
        for point, x in zip(touchpoints, centres, strict=True)
        if point["mean"] is not None and point["enough"]
    ]
    if len(points) < 2:
        return []
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        path += f" C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return [tag("path", d=path, class_="curve")]


def _feeling_mark(point: dict[str, Any], x: float, is_moment: bool, locale: Locale) -> Markup:
    if point["mean"] is None:
        return tag("g")
    y = _height_of(point["mean"])
    label = locale.text(
        "curve_point",
        name=point["name"],
        mean=locale.number(point["mean"], 2, signed=True),
        low=locale.number(point["low"], 2, signed=True),
        high=locale.number(point["high"], 2, signed=True),
        items=locale.number(point["items"]),
    )
    marks = [tag("title", label)]
    if point["low"] is not None:
        marks.append(line(x, _height_of(point["low"]), x, _height_of(point["high"]), "whisker"))
    state = f"dot-{_tone(point)}" if point["enough"] else "dot-hollow"
    marks.append(tag("circle", cx=x, cy=y, r=6.0, class_=f"dot {state}"))
    if is_moment:
        marks.append(tag("path", d=f"M{x:.1f} {y - 14:.1f} l14 14 l-14 14 l-14 -14 z", class_="moment"))
    return tag("g", *marks)


def _tone(point: dict[str, Any]) -> str:
    """'pos' or 'neg' where the interval leaves out zero, else 'even'."""
    if point["low"] is None or point["low"] <= 0 <= point["high"]:
        return "even"
    return "pos" if point["mean"] > 0 else "neg"


def _pin(x: float, y: float, rank: int, locale: Locale) -> Markup:
    """The rank of a pain in a circle; a link to its card."""
    circle = tag("circle", cx=x, cy=y, r=10.5, class_="pin")
    name = f"{locale.text('col_pain')} {rank}"
    return tag("a", circle, text(x, y + 4, str(rank), "pin-rank"), href=f"#pain-{rank}", aria_label=name)


def _pain_pins(
    point: dict[str, Any], x: float, bottom: float, ranks: dict[str, int], locale: Locale
) -> list[Markup]:
    """Numbered circles that link to the pain; more than `_MAX_PINS` end in a +n."""
    pains = point["pains"]
    shown = pains if len(pains) <= _MAX_PINS else pains[: _MAX_PINS - 1]
    marks = []
    for number, pain_id in enumerate(shown):
        y = bottom + 12 + _LANE * number
        rank = ranks[pain_id]
        marks.append(_pin(x, y, rank, locale))
    if len(pains) > len(shown):
        y = bottom + 12 + _LANE * len(shown)
        marks.append(text(x, y + 4, f"+{len(pains) - len(shown)}", "tick pain-ink"))
    return marks


def star_path(x: float, y: float, size: float) -> str:
    """A five-pointed star around (x, y)."""
    outer = [(0, -1), (0.22, -0.31), (0.95, -0.31), (0.36, 0.12), (0.59, 0.81), (0, 0.38), (-0.59, 0.81),
             (-0.36, 0.12), (-0.95, -0.31), (-0.22, -0.31)]  # fmt: skip
    points = " L".join(f"{x + dx * size:.1f} {y + dy * size:.1f}" for dx, dy in outer)
    return f"M{points} Z"


def _praise_pins(point: dict[str, Any], x: float, locale: Locale) -> list[Markup]:
    count = len(point["praises"])
    if not count:
        return []
    mark = tag(
        "a",
        tag("path", d=star_path(x, 60.0, 9.0), class_="star"),
        href="#praises",
        aria_label=locale.text("sec_praises"),
    )
    return [mark] if count == 1 else [mark, text(x + 11, 64.0, f"×{count}", "tick joy-ink", "start")]


_CHART_WIDTH = 1100.0
_CHART_LEFT = 56.0
_SHARE_TOP, _SHARE_HEIGHT = 26.0, 90.0
_BAR_TOP, _BAR_HEIGHT = 150.0, 120.0
_LABEL_WIDTH = 62.0


def volume_chart(volumes: dict[str, Any], locale: Locale) -> Markup:
    """Items a period as bars; above them the share of items with a complaint and its interval."""
    points, unit = volumes["chart"]["points"], volumes["chart"]["unit"]
    right = _CHART_WIDTH - 10
    step = (right - _CHART_LEFT) / max(len(points), 8)
    centres = [_CHART_LEFT + step * (n + 0.5) for n in range(len(points))]
    most = max(point["items"] for point in points)
    base = _BAR_TOP + _BAR_HEIGHT
    marks = [
        text(_CHART_LEFT, 14.0, locale.text("volumes_share"), "tick strong", "start"),
        text(_CHART_LEFT, _BAR_TOP - 10, locale.text("volumes_items"), "tick strong", "start"),
        text(_CHART_LEFT - 8, _BAR_TOP + 6, locale.number(most), "tick", "end"),
        line(_CHART_LEFT, base, right, base, "axis"),
    ]
    for share in (0.0, 0.5, 1.0):
        y = _share_y(share)
        marks += [
            line(_CHART_LEFT, y, right, y, "grid"),
            text(_CHART_LEFT - 8, y + 4, locale.percent(share, 0), "tick", "end"),
        ]
    marks += _share_line(points, centres)
    for point, x in zip(points, centres, strict=True):
        height = _BAR_HEIGHT * point["items"] / most
        title = tag("title", _volume_words(point, unit, locale))
        class_ = "bar bar-partial" if point["partial"] else "bar"
        width = max(step * 0.72, 1.5)
        marks.append(rect(x - width / 2, base - height, width, height, class_, title, rx=1.5))
    marks += _period_labels(points, centres, unit, locale)
    return drawing(_CHART_WIDTH, base + 40, locale.text("volumes_title"), *marks, class_="volumes")


def _share_y(share: float) -> float:
    return _SHARE_TOP + _SHARE_HEIGHT * (1 - share)


def _period_labels(
    points: list[dict[str, Any]], centres: list[float], unit: str, locale: Locale
) -> list[Markup]:
    """As many labels as there is room for; below a week's day its year, where it is a new one."""
    every = max(1, round(len(points) * _LABEL_WIDTH / (_CHART_WIDTH - _CHART_LEFT)))
    marks, year = [], ""
    for point, x in list(zip(points, centres, strict=True))[::every]:
        marks.append(text(x, _BAR_TOP + _BAR_HEIGHT + 18, locale.short_day(point["start"], unit), "tick"))
        if unit == "week" and point["start"][:4] != year:
            year = point["start"][:4]
            marks.append(text(x, _BAR_TOP + _BAR_HEIGHT + 32, year, "tick strong"))
    return marks


def _volume_words(point: dict[str, Any], unit: str, locale: Locale) -> str:
    return locale.text(
        "volumes_point",
        period=locale.day(point["start"]) if unit == "week" else locale.short_day(point["start"], unit),
        items=locale.number(point["items"]),
        share=locale.percent(point["negative"]["share"]),
    )


def _share_line(points: list[dict[str, Any]], centres: list[float]) -> list[Markup]:
    """The line breaks where a period has no items."""
    marks: list[Markup] = []
    runs: list[list[str]] = [[]]
    dots: list[Markup] = []
    for point, x in zip(points, centres, strict=True):
        if not point["items"]:
            runs.append([])
            continue
        share = point["negative"]
        y = _share_y(share["share"])
        marks.append(line(x, _share_y(share["low"]), x, _share_y(share["high"]), "whisker soft"))
        dots.append(tag("circle", cx=x, cy=y, r=2.6, class_="share-dot"))
        runs[-1].append(f"{x:.1f} {y:.1f}")
    marks += [tag("path", d="M" + " L".join(run), class_="share-line") for run in runs if len(run) > 1]
    return marks + dots


def quadrant_chart(quadrant: dict[str, Any], ranks: dict[str, int], locale: Locale) -> Markup:
    """Impact (score) against effort (1-5); pains of the same effort are spread sideways so that none is hidden."""
    width, height, left, top = 640.0, 400.0, 50.0, 16.0
    plot_width, plot_height = width - left - 16, height - top - 46
    most = max(max(entry["impact"] for entry in quadrant["points"]), 1.0)
    scale = next((end for end in (20.0, 40.0, 60.0, 80.0) if most <= end * 0.95), 100.0)
    cell = plot_width / 5
    middle = top + plot_height * (1 - quadrant["middle"] / scale)
    marks = [
        rect(left, top, plot_width, plot_height, "band-even", rx=6.0),
        line(left + 2 * cell, top, left + 2 * cell, top + plot_height, "zero"),
        line(left, middle, left + plot_width, middle, "zero"),
        text(left + 8, top + 18, locale.text("quadrant.quick_win"), "tick strong joy-ink", "start"),
        text(left + plot_width - 8, top + 18, locale.text("quadrant.major_project"), "tick strong", "end"),
        text(left + 8, top + plot_height - 10, locale.text("quadrant.fill_in"), "tick", "start"),
        text(left + plot_width - 8, top + plot_height - 10, locale.text("quadrant.thankless_task"), "tick", "end"),
        text(left + plot_width, height - 6, locale.text("axis_effort"), "tick strong", "end"),
        tag("g", text(0.0, 0.0, locale.text("axis_impact"), "tick strong", "end"),
            transform=f"translate(14 {top:.0f}) rotate(-90)"),
    ]  # fmt: skip
    for effort in range(1, 6):
        marks.append(text(left + cell * (effort - 0.5), top + plot_height + 18, str(effort), "tick"))
    placed: dict[int, list[float]] = {}
    for entry in quadrant["points"]:
        y = top + plot_height * (1 - entry["impact"] / scale)
        near = [other for other in placed.setdefault(entry["effort"], []) if abs(other - y) < 22]
        placed[entry["effort"]].append(y)
        shift = (len(near) + 1) // 2 * 24 * (1 if len(near) % 2 else -1)
        x = left + cell * (entry["effort"] - 0.5) + max(-cell / 2 + 12, min(cell / 2 - 12, shift))
        rank = ranks[entry["pain_id"]]
        marks.append(_pin(x, y, rank, locale))
    return drawing(width, height, locale.text("quadrant_title"), *marks, class_="quadrant", role="group")
