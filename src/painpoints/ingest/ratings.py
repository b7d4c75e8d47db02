"""Ratings in any spelling to numbers, and the scale they are on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from painpoints.ingest.aliases import load_aliases
from painpoints.ingest.names import fold
from painpoints.schema import RATING_SCALES
from painpoints.settings import IngestSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ParsedRatings", "parse_ratings", "readable_share"]

_LEADING = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(?:/\s*(\d+)|(%))?")
_FULL, _EMPTY = "★⭐🌟✭", "☆✩"


@dataclass(frozen=True)
class ParsedRatings:
    """`values` as given and `norm` in [-1, 1]; NaN for what is missing, unreadable or off the scale."""

    values: NDArray[np.float64]
    norm: NDArray[np.float64]
    scale: str
    problems: tuple[str, ...]


def readable_share(values: Sequence[str]) -> float:
    """Share of the filled values that read as a rating."""
    filled = [v for v in values if v.strip()]
    return sum(_number(v)[0] is not None for v in filled) / len(filled) if filled else 0.0


def parse_ratings(values: Sequence[str], hint: str, settings: IngestSettings) -> ParsedRatings:
    """`hint` is a key of RATING_SCALES, ``csat``, ``ces`` or '' (the values decide)."""
    import numpy as np

    distinct = set(values)
    binary = hint == "binary" or (hint in ("", "csat") and _only_yes_and_no(distinct))
    known = {v: _number(v, binary=binary) for v in distinct}
    numbers = np.array([np.nan if (n := known[v][0]) is None else n for v in values], dtype=float)
    filled = np.array(
        [bool(v.strip()) and fold(v) not in load_aliases().rating_missing for v in values], dtype=bool
    )
    marks = {known[v][1] for v in known if known[v][0] is not None}
    scale = _scale(numbers[~np.isnan(numbers)], hint, marks, settings)
    problems = _unreadable(values, filled & np.isnan(numbers))
    if not scale:
        if not np.isnan(numbers).all():
            problems.append("The scale of the ratings is unknown, so they were kept but not used; name it with "
                            "--map rating_scale=" + "|".join(RATING_SCALES) + ".")  # fmt: skip
        return ParsedRatings(numbers, np.full(len(values), np.nan), "", tuple(problems))
    low, high = RATING_SCALES[scale]
    off = (numbers < low) | (numbers > high)
    if off.any():
        problems.append(
            f"{int(off.sum()):,} ratings lie off the scale {scale} ({low:g}–{high:g}) and were left empty."
        )
    numbers = np.where(off, np.nan, numbers)
    return ParsedRatings(numbers, 2 * (numbers - low) / (high - low) - 1, scale, tuple(problems))


def _unreadable(values: Sequence[str], lost: NDArray[np.bool_]) -> list[str]:
    count = int(lost.sum())
    if not count:
        return []
    example = next(v for v, is_lost in zip(values, lost.tolist(), strict=True) if is_lost).strip()[:40]
    return [f"{count:,} ratings cannot be read and were left empty (for example '{example}')."]


def _only_yes_and_no(distinct: set[str]) -> bool:
    words = {fold(v) for v in distinct} - {""} - load_aliases().rating_missing
    return bool(words) and words <= load_aliases().rating_yes_no.keys()


def _number(value: str, *, binary: bool = False) -> tuple[float | None, str]:
    """The number in a rating and the mark that gives its scale away: '/5', '%', 'word', 'yes' or ''."""
    text = value.strip()
    full = sum(text.count(c) for c in _FULL)
    if full and full + sum(text.count(c) for c in _EMPTY) == len(text.replace("\ufe0f", "").replace(" ", "")):
        return float(full), "/5"
    match = _LEADING.match(text)
    if match:
        number = float(match[1].replace(",", "."))
        return number, f"/{match[2]}" if match[2] else (match[3] or "")
    word = fold(text)
    aliases = load_aliases()
    if word in aliases.rating_words and not binary:
        return aliases.rating_words[word], "word"
    if word in aliases.rating_yes_no:
        return aliases.rating_yes_no[word], "yes"
    trailing = re.search(r"\((\d+)\)\s*$", text)
    return (float(trailing[1]), "") if trailing else (None, "")


def _scale(numbers: NDArray[np.float64], hint: str, marks: set[str], settings: IngestSettings) -> str:
    if not len(numbers):
        return ""
    if hint in RATING_SCALES:
        return hint
    if hint == "ces":
        return "ces7"
    stated = {"/5": "stars5", "/10": "stars10", "/100": "csat100", "%": "csat100", "/7": "ces7"}
    for mark in marks:
        if len(marks) == 1 and mark in stated:
            return "csat5" if hint == "csat" and mark == "/5" else stated[mark]
    if set(numbers.tolist()) <= {0.0, 1.0} and (0.0 in numbers or marks == {"yes"}):
        return "binary"
    if hint == "csat":
        return "csat5" if (numbers > 5).mean() < settings.out_of_scale_share else "csat100"
    return _scale_by_range(numbers, settings)


def _scale_by_range(numbers: NDArray[np.float64], settings: IngestSettings) -> str:
    few = settings.out_of_scale_share
    if (numbers < 0).mean() >= few or (numbers > 100).mean() >= few:
        return ""
    if (numbers > 10).mean() >= few:
        return "csat100"
    if (numbers > 5).mean() >= few:
        return "nps" if (numbers == 0).any() else "stars10"
    return "stars5"
