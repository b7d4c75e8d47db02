"""The beliefs file: what people inside the company think that each touchpoint delivers, and how well."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.ingest.names import fold
from painpoints.ingest.small_table import read_small_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.journey import Journey

__all__ = ["Belief", "Beliefs", "load_beliefs"]

_TOUCHPOINT_NAMES = tuple(
    map(
        fold, ("touchpoint", "touchpoint_id", "touchpoint name", "điểm chạm", "mã điểm chạm", "tên điểm chạm")
    )
)
_BELIEF_NAMES = tuple(
    map(fold, ("belief", "promise", "expectation", "what we deliver", "we believe", "lời hứa", "kỳ vọng", "niềm tin",
               "chúng ta nghĩ", "cam kết"))
)  # fmt: skip
_SCORE_NAMES = tuple(
    map(fold, ("score", "self score", "self-score", "self assessment", "own score", "rating", "điểm", "điểm tự chấm",
               "tự chấm", "tự đánh giá", "điểm tự đánh giá", "chấm điểm"))
)  # fmt: skip
_SCALES: dict[tuple[float, float], re.Pattern[str]] = {
    (0, 100): re.compile(r"0\s*[-–]\s*100|/\s*100|%|thang\s*(?:điểm\s*)?100|out of 100", re.IGNORECASE),
    (0, 10): re.compile(r"0\s*[-–]\s*10(?!\d)", re.IGNORECASE),
    (1, 10): re.compile(
        r"1\s*[-–]\s*10(?!\d)|/\s*10(?!\d)|thang\s*(?:điểm\s*)?10(?!\d)|out of 10(?!\d)", re.IGNORECASE
    ),
    (1, 5): re.compile(r"1\s*[-–]\s*5|/\s*5|thang\s*(?:điểm\s*)?5|out of 5", re.IGNORECASE),
}


@dataclass(frozen=True)
class Belief:
    """What we think we deliver at a touchpoint, and how well we think we do: 0 to 100, None where nobody scored it."""

    touchpoint: str
    text: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Beliefs:
    """The beliefs by touchpoint id; `scale` of the scores as they were given, `scale_from` where it was read:
    ``header``, ``values``, or '' where there are no scores."""

    by_touchpoint: dict[str, Belief]
    scale: tuple[float, float] = (0, 100)
    scale_from: str = ""

    def scale_words(self, lang: str) -> str:
        """A sentence on the scale, '' where there are no scores."""
        if not self.scale_from:
            return ""
        low, high = (f"{end:g}" for end in self.scale)
        if lang == "vi":
            scale = f"Điểm tự chấm được hiểu là thang {low}–{high} và đổi ra 0–100; "
        else:
            scale = f"Self-scores were read on a scale of {low} to {high} and put on 0 to 100; "
        return scale + _SCALE_SOURCES[self.scale_from][lang]


_SCALE_SOURCES = {
    "header": {"vi": "thang điểm ghi ở tên cột.", "en": "the header names that scale."},
    "values": {
        "vi": "thang điểm suy từ điểm cao nhất: nếu sai, hãy ghi thang vào tên cột, ví dụ “Điểm (1-10)”.",
        "en": "it follows from the highest score: if it is wrong, name it in the header, such as “Score (1-10)”.",
    },
}
_NEEDED = (
    "a column with the touchpoint (touchpoint, điểm chạm) and one with a score or a promise (score, điểm; belief, "
    "lời hứa) are needed"
)


def load_beliefs(path: str | Path, journey: Journey) -> Beliefs:
    """Read CSV or XLSX: a column with the touchpoint (id or name), one with what we deliver, one with a self-score.

    Either of the last two may be missing. The scale is 1–5, 1–10, 0–10 or 0–100, as the header says (``Điểm (1-10)``),
    else the smallest that holds the scores. Raises InputError with all errors of the file at once.
    """
    path = Path(path)
    header, records, first = read_small_table(path, lambda h: _columns(h) is not None, _NEEDED)
    at, text_at, score_at = _columns(header) or (0, None, None)
    ids = _touchpoint_ids(journey)
    problems: list[str] = []
    rows: dict[str, tuple[int, str, str]] = {}
    for place, record in enumerate(records, first):
        given = record[at].strip()
        text = record[text_at].strip() if text_at is not None else ""
        score = record[score_at].strip() if score_at is not None else ""
        if not (given or text or score):
            continue
        touchpoint = ids.get(fold(given))
        if touchpoint is None:
            problems.append(f"row {place}: unknown touchpoint {given[:60]!r}")
        elif touchpoint in rows:
            problems.append(f"row {place}: {given[:60]!r} stands in row {rows[touchpoint][0]} already")
        else:
            rows[touchpoint] = (place, " ".join(text.split()), score)
    scores, wrong = _scores(rows)
    problems += wrong
    stated = header[score_at] if score_at is not None else ""
    scale, scale_from = _scale(stated, list(scores.values()))
    problems += [
        f"row {rows[t][0]}: score {value:g} is outside {scale[0]:g}–{scale[1]:g}"
        for t, value in scores.items()
        if not scale[0] <= value <= scale[1]
    ]
    if problems:
        raise InputError(_message(path, problems, journey))
    return Beliefs(
        {
            touchpoint: Belief(touchpoint, text, _on_hundred(scores.get(touchpoint), scale))
            for touchpoint, (_, text, _) in rows.items()
        },
        scale,
        scale_from,
    )


def _columns(header: Sequence[str]) -> tuple[int, int | None, int | None] | None:
    """Positions of touchpoint, belief and score; None where the touchpoint or both others are missing."""
    bare = [fold(re.sub(r"[(/%].*$", "", name)) for name in header]
    touchpoint, text, score = (
        next((at for at, name in enumerate(bare) if name in names), None)
        for names in (_TOUCHPOINT_NAMES, _BELIEF_NAMES, _SCORE_NAMES)
    )
    return None if touchpoint is None or (text is None and score is None) else (touchpoint, text, score)


def _touchpoint_ids(journey: Journey) -> dict[str, str]:
    """Folded id or name -> id; an id before a name that another touchpoint has."""
    names = {fold(name): t.id for t in reversed(journey.touchpoints) for name in t.name.values()}
    return names | {fold(t.id): t.id for t in journey.touchpoints}


def _scores(rows: dict[str, tuple[int, str, str]]) -> tuple[dict[str, float], list[str]]:
    scores, problems = dict[str, float](), list[str]()
    for touchpoint, (place, _, given) in rows.items():
        number = re.fullmatch(r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|/\s*\d+)?", given)
        if number:
            scores[touchpoint] = float(number[1].replace(",", "."))
        elif given:
            problems.append(f"row {place}: {given[:40]!r} is no score")
    return scores, problems


def _scale(stated: str, scores: list[float]) -> tuple[tuple[float, float], str]:
    if not scores:
        return (0, 100), ""
    for scale, pattern in _SCALES.items():
        if pattern.search(stated):
            return scale, "header"
    highest, lowest = max(scores), min(scores)
    if highest > 10:
        return (0, 100), "values"
    if highest > 5:
        return ((1, 10) if lowest >= 1 else (0, 10)), "values"
    return ((1, 5) if lowest >= 1 else (0, 10)), "values"


def _on_hundred(score: float | None, scale: tuple[float, float]) -> float | None:
    """100 (x − lowest) / (highest − lowest)."""
    return None if score is None else 100 * (score - scale[0]) / (scale[1] - scale[0])


def _message(path: Path, problems: list[str], journey: Journey) -> str:
    shown = "\n".join(f"  - {problem}" for problem in problems[:30])
    more = f"\n  - and {len(problems) - 30} more" if len(problems) > 30 else ""
    known = ", ".join(t.id for t in journey.touchpoints)
    count = f"{len(problems)} error" + ("s" if len(problems) != 1 else "")
    return f"{path.name}: {count} in the beliefs file (touchpoints of the journey: {known}):\n{shown}{more}"
