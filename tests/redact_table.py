"""The table of written examples: texts with ⟦KIND:value⟧ marks, split into those looked at and those held out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from painpoints.text.redact import Redactor, Span

TABLE = Path(__file__).parent / "data" / "redact"
_MARK = re.compile(r"⟦([A-Z_]+):(.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Example:
    text: str
    expected: tuple[Span, ...]
    held_out: bool


@dataclass(frozen=True)
class Figures:
    """Over marked spans: found with the same ends or wider by a title, and over examples: masked exactly as marked."""

    marked: int
    covered: int
    right_kind: int
    exact: int
    examples: int
    touched_negatives: int


def read_table(name: str) -> list[Example]:
    texts = yaml.safe_load((TABLE / f"{name}.yaml").read_text(encoding="utf-8"))["examples"]
    return [_example(text, held_out=i % 2 == 1) for i, text in enumerate(texts)]


def _example(marked: str, *, held_out: bool) -> Example:
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[2]), mark[1]))
        text += mark[2]
        at = mark.end()
    return Example(text + marked[at:], tuple(spans), held_out)


def figures(redactor: Redactor, positives: list[Example], negatives: list[Example]) -> Figures:
    marked = covered = right = exact = 0
    for example in positives:
        found = redactor.find(example.text)
        exact += tuple(found) == example.expected
        for span in example.expected:
            over = [f for f in found if f.start <= span.start and f.end >= span.end]
            marked += 1
            covered += bool(over)
            right += any(f.kind == span.kind for f in over)
    touched = sum(bool(redactor.find(example.text)) for example in negatives)
    return Figures(marked, covered, right, exact, len(positives), touched)
