"""The small charts that sit in a line of the pain list: score bar, reach interval, severity, weekly bars."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from painpoints.rank.parts import PARTS
from painpoints.report.locale import Locale
from painpoints.report.svg import drawing, line, rect, tag

__all__ = ["part_swatch", "reach_bar", "score_bar", "severity_meter", "sparkline", "trend_arrow"]


def score_bar(parts: dict[str, float | None], score: float, locale: Locale, width: float = 170.0) -> Markup:
    """The score on a scale of 100, stacked by its parts."""
    x, pieces = 0.0, [rect(0.0, 0.0, width, 10.0, "track", rx=3.0)]
    named = []
    for part in PARTS:
        points = parts.get(part) or 0.0
        if points <= 0:
            continue
        words = f"{locale.term('part', part)} {locale.number(points, 1)}"
        length = width * points / 100
        pieces.append(rect(x, 0.0, max(length - 1, 0.6), 10.0, f"part-{part}", tag("title", words), rx=1.5))
        x += length
        named.append(words)
    label = locale.text("score_chart", score=locale.number(score, 1), parts=", ".join(named))
    return drawing(width, 10.0, label, *pieces, class_="score-bar")


def part_swatch(part: str) -> Markup:
    """The colour of a part, for the legend; the words stand beside it."""
    return tag(
        "svg", rect(0.0, 0.0, 10.0, 10.0, f"part-{part}", rx=2.0), width=10, height=10, aria_hidden="true"
    )


def reach_bar(reach: dict[str, Any], locale: Locale, width: float = 240.0) -> Markup:
    """Share and its interval on a scale that ends at the next round share."""
    share, low, high = (reach[key] or 0.0 for key in ("share", "low", "high"))
    top = next((end for end in (0.05, 0.1, 0.25, 0.5) if high <= end), 1.0)
    scale = width / top
    label = locale.text(
        "reach_chart", share=locale.percent(share), low=locale.percent(low), high=locale.percent(high)
    )
    return drawing(
        width,
        14.0,
        label,
        rect(0.0, 4.0, width, 6.0, "track", rx=3.0),
        rect(0.0, 4.0, share * scale, 6.0, "reach-fill", rx=3.0),
        line(low * scale, 7.0, high * scale, 7.0, "whisker"),
        line(low * scale, 3.0, low * scale, 11.0, "whisker"),
        line(high * scale, 3.0, high * scale, 11.0, "whisker"),
        class_="reach-bar",
    )


def severity_meter(severity: float | None, locale: Locale) -> Markup:
    """Four steps, filled up to the mean severity."""
    if severity is None:
        return Markup("")
    label = locale.text("severity_of", value=locale.number(severity, 1))
    steps: list[Markup] = []
    for step in range(4):
        x = 13.0 * step
        steps.append(rect(x, 0.0, 11.0, 8.0, "track", rx=2.0))
        filled = min(1.0, max(0.0, severity - step))
        if filled > 0:
            steps.append(rect(x, 0.0, 11.0 * filled, 8.0, "severity-fill", rx=2.0))
    return drawing(50.0, 8.0, label, *steps, class_="severity-meter")


def trend_arrow(trend: dict[str, Any], locale: Locale) -> Markup:
    """An arrow up, down or level, with the words as its label; nothing where no trend is known."""
    shapes = {
        "up": "M2 12 L8 4 L14 12 M8 4 V15",
        "down": "M2 6 L8 14 L14 6 M8 14 V3",
        "unclear": "M2 9 H13 M9.5 5.5 L13 9 L9.5 12.5",
    }
    direction = trend["direction"]
    if not direction:
        return Markup("")
    label = locale.text(f"trend.{direction}", ratio=locale.number(trend["ratio"], 1))
    path = tag("path", d=shapes[direction], class_=f"arrow arrow-{direction}")
    return drawing(16.0, 18.0, label, path, class_="trend-arrow")


def sparkline(
    values: list[int], start: str, locale: Locale, width: float = 240.0, height: float = 34.0
) -> Markup:
    """Bars of weekly counts; the highest bar fills the height."""
    if not values or not any(values):
        return Markup("")
    top, step = max(values), width / max(len(values), 8)
    bars = [
        rect(
            n * step,
            height - height * value / top,
            max(step - 1.5, 1.0),
            height * value / top,
            "spark",
            rx=1.0,
        )
        for n, value in enumerate(values)
        if value
    ]
    words = locale.text("weekly_chart", start=locale.day(start), values=", ".join(map(str, values)))
    base = line(0.0, height, width, height, "axis")
    return drawing(width, height + 1, words, *bars, base, class_="sparkline")
