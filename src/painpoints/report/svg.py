"""Small building blocks for inline SVG. Everything is escaped; colours come from CSS classes."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

__all__ = ["drawing", "line", "rect", "tag", "text", "wrap"]


def tag(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """``<name a="1">children</name>``; ``class_`` is class, other underscores become dashes, None is left out."""
    parts = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, Markup("".join(parts)), inside)  # noqa: S704 - attributes escaped above


def _short(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def drawing(
    width: float, height: float, label: str, *children: Markup, class_: str = "", role: str = "img"
) -> Markup:
    """An SVG that scales with its place and is read out as `label`; role "group" where it holds links."""
    box = f"0 0 {_short(float(width))} {_short(float(height))}"
    return tag(
        "svg",
        *children,
        viewBox=box,
        width=width,
        height=height,
        role=role,
        aria_label=label,
        class_=class_ or None,
    )


def rect(
    x: float, y: float, width: float, height: float, class_: str, *children: Markup, rx: float = 0.0
) -> Markup:
    return tag(
        "rect", *children, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), rx=rx, class_=class_
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def text(x: float, y: float, words: str, class_: str, anchor: str = "middle") -> Markup:
    return tag("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def wrap(words: str, width: int, lines: int) -> list[str]:
    """`words` in at most `lines` lines of about `width` characters; what does not fit ends in an ellipsis."""
    rows: list[str] = []
    for word in _pieces(words.split(), width):
        if rows and len(rows[-1]) + 1 + len(word) <= width:
            rows[-1] += " " + word
        else:
            rows.append(word)
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = rows[-1][: width - 1].rstrip() + "…"
    return rows


def _pieces(words: Iterable[str], width: int) -> Iterable[str]:
    for word in words:
        yield word if len(word) <= width else word[: width - 1] + "…"
