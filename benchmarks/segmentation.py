"""How well and how fast texts are cut into segments, and how often the language is right.

    python benchmarks/segmentation.py

Boundaries are measured on the hand-cut items of tests/data/text/segments_gold.tsv: the odd rows served for tuning,
the even rows were held out. Language and speed are also measured on the real data sets, where they are present.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from painpoints.resources import data_dir, datasets_dir
from painpoints.settings import TextSettings
from painpoints.text import detect_language, make_segments, strip_accents

GOLD = Path(__file__).resolve().parents[1] / "tests" / "data" / "text" / "segments_gold.tsv"


@dataclass(frozen=True)
class GoldItem:
    """A hand-cut item: its text, and the offsets at which a new piece begins (the first piece left out)."""

    style: str
    text: str
    starts: frozenset[int]
    held_out: bool


class NoRedactor:
    """Finds no personal data: the gold set has none, and cutting alone is measured."""

    def find(self, text: str, names: Sequence[str] = ()) -> Sequence[Any]:  # noqa: ARG002 – the redactor's interface
        return []


def read_gold(path: Path = GOLD) -> Iterator[GoldItem]:
    """Items of the gold file in its order."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for number, line in enumerate(lines[1:], start=1):
        style, marked = line.split("\t")
        pieces = marked.replace("\\n", "\n").split("‖")
        yield GoldItem(style, *_starts(pieces), held_out=number % 2 == 0)


def _starts(pieces: Sequence[str]) -> tuple[str, frozenset[int]]:
    """The unmarked text and the boundaries; none is asked for between two pieces of boilerplate."""
    text, starts, before = "", set(), None
    for piece in pieces:
        boilerplate = piece.startswith("~")
        words = piece.removeprefix("~").replace("\n~", "\n")
        if before is not None and not (before and boilerplate):
            starts.add(len(text) + len(words) - len(words.lstrip()))
        text, before = text + words, boilerplate
    return text, frozenset(starts)


def as_items(texts: Sequence[str]) -> pd.DataFrame:
    """A minimal items frame of texts."""
    return pd.DataFrame(
        {
            "feedback_id": [str(n) for n in range(len(texts))],
            "source": "benchmark",
            "row": range(1, len(texts) + 1),
            "text": list(texts),
            "created_at": pd.to_datetime(["2025-01-01"] * len(texts), utc=True),
            "customer_id": "",
        }
    )


def found_starts(texts: Sequence[str]) -> list[frozenset[int]]:
    """The boundaries that the segmenter finds in each text, by the rules of the gold set."""
    result = make_segments(as_items(texts), TextSettings(), redactor=NoRedactor())
    kept = result.segments[["item", "start"]].assign(boilerplate=False)
    dropped = result.boilerplate.loc[result.boilerplate["reason"] != "empty", ["item", "start"]].assign(
        boilerplate=True
    )
    starts: list[set[int]] = [set() for _ in texts]
    for item, pieces in pd.concat([kept, dropped]).sort_values(["item", "start"]).groupby("item"):
        before = pieces["boilerplate"].shift(1, fill_value=True) & pieces["boilerplate"]
        starts[int(item)] = {int(s) for s in pieces.loc[~before, "start"]} - {int(pieces["start"].min())}
    return [frozenset(s) for s in starts]


def boundary_scores(items: Sequence[GoldItem]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the boundaries over all items."""
    right = wanted = found = 0
    for item, starts in zip(items, found_starts([i.text for i in items]), strict=True):
        right += len(item.starts & starts)
        wanted += len(item.starts)
        found += len(starts)
    precision, recall = right / found, right / wanted
    return precision, recall, 2 * precision * recall / (precision + recall)


_SETS = (
    ("vi_bank_app_reviews/all.csv", "content", "vi"),
    ("vi_shopee_reviews/all.csv", "content", "vi"),
    ("en_banking77/test.csv", "text", "en"),
    ("en_skytrax_lounge/all.csv", "content", "en"),
)


def _is_accented(text: str) -> bool:
    words = text.split()
    return sum(w != strip_accents(w) for w in words) >= 0.4 * len(words)


def _report_language(name: str, texts: Sequence[str], lang: str) -> None:
    """Share right among texts of four words or more; Vietnamese with its accents and with them stripped."""
    long = [t for t in texts if len(t.split()) >= 4][:4000]
    cases = [(long, lang)]
    if lang == "vi":
        accented = [t for t in long if _is_accented(t)]
        cases = [(accented, "vi"), ([strip_accents(t) for t in accented], "vi_unaccented")]
    for chosen, wanted in cases:
        right = sum(detect_language(t) == wanted for t in chosen)
        print(f"language {wanted:14} {name:32} {right / len(chosen):.4f} of {len(chosen)}")


def _report_speed(name: str, texts: Sequence[str]) -> None:
    frame = as_items(texts[:5000])
    make_segments(frame.head(10), TextSettings())
    start = time.perf_counter()
    result = make_segments(frame, TextSettings())
    seconds = time.perf_counter() - start
    length = frame["text"].str.len().mean()
    print(
        f"speed {name:32} {len(frame) / seconds:7.0f} items/s of {length:.0f} characters, redaction included; "
        f"{len(result.segments) / len(frame):.1f} segments an item"
    )


def main() -> None:
    """Print all figures."""
    gold = list(read_gold())
    for name, part in (("tuning", False), ("held out", True)):
        items = [i for i in gold if i.held_out == part]
        precision, recall, f1 = boundary_scores(items)
        print(
            f"boundaries {name:9} {len(items)} items: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}"
        )
    for style in sorted({i.style for i in gold}):
        items = [i for i in gold if i.style == style and i.held_out]
        if sum(len(i.starts) for i in items) >= 5:
            print(f"  held out, {style:11} F1 {boundary_scores(items)[2]:.3f} ({len(items)} items)")
    corpus = pd.concat(
        pd.read_csv(p) for p in sorted((data_dir() / "labelled" / "corpus").glob("*/segments.csv"))
    )
    for lang, rows in corpus.groupby("lang"):
        _report_language("labelled corpus", rows["text"].tolist(), str(lang))
    folder = datasets_dir()
    for file, column, lang in _SETS if folder else ():
        texts = pd.read_csv(folder / file)[column].dropna().astype(str).tolist()  # type: ignore[operator]
        _report_language(file, texts, lang)
        _report_speed(file, texts)


if __name__ == "__main__":
    main()
