"""Builds the tables of the language detector from labelled segments of our own.

    python -m painpoints.text.fit_language data/labelled/corpus configs/lexicon

Reads every ``*/segments.csv`` below the first folder (columns ``lang`` and ``text``) and writes
``language_words.tsv`` and ``language_trigrams.tsv`` into the second. The same corpus gives the same bytes.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from painpoints.text.characters import is_placeholder, plain, split_words, strip_accents, trigrams

__all__ = ["build_tables", "read_corpus"]

_MIN_COUNT = 2  # a word seen once is better judged by its trigrams
_MIN_TRIGRAM_COUNT = 4
_MIN_TRIGRAM_ODDS = 0.7  # |log-odds|; weaker trigrams only fill the file
_SMOOTHING = 0.5
_MAX_ODDS = 5.0

_WORDS_NOTE = (
    "# Words of the language detector, counted in data/labelled/corpus by painpoints.text.fit_language (do not edit).\n"
    "# odds: log-odds that a word without accents is Vietnamese (above 0) or English (below 0).\n"
    "# bare: share of its uses in accented Vietnamese that need no accent (shop 1.0, khong 0.0); empty: English.\n"
)
_TRIGRAMS_NOTE = (
    "# Letter trigrams (^ and $ mark the ends of a word) for words not in language_words.tsv; same source.\n"
)


def read_corpus(folder: Path) -> list[tuple[str, str]]:
    """(lang, text) of every segment, in the order of the folders."""
    pairs = []
    for path in sorted(folder.glob("*/segments.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            pairs += [(row["lang"], row["text"]) for row in csv.DictReader(lines)]
    return pairs


def _words(text: str) -> list[str]:
    words, _ = split_words(plain(text))
    return [w.lower() for w in words if not w[0].isdigit() and not is_placeholder(w)]


def _log_odds(vietnamese: Counter[str], english: Counter[str]) -> dict[str, float]:
    names = sorted({*vietnamese, *english})
    total_vi = sum(vietnamese.values()) + _SMOOTHING * len(names)
    total_en = sum(english.values()) + _SMOOTHING * len(names)
    return {
        n: math.log((vietnamese[n] + _SMOOTHING) / total_vi) - math.log((english[n] + _SMOOTHING) / total_en)
        for n in names
    }


def build_tables(pairs: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """The two files as text: words, trigrams."""
    vietnamese: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for lang, text in pairs:
        words = _words(text)
        if lang == "en":
            english.update(strip_accents(w) for w in words)
            continue
        accented = sum(w != strip_accents(w) for w in words)
        vietnamese.update(strip_accents(w) for w in words)
        if accented >= 0.5 * len(words):
            bare.update(w for w in words if w == strip_accents(w))
    return _word_table(vietnamese, english, bare), _trigram_table(vietnamese, english)


def _word_table(vietnamese: Counter[str], english: Counter[str], bare: Counter[str]) -> str:
    lines = [_WORDS_NOTE, "word\todds\tbare\n"]
    for word, odds in _log_odds(vietnamese, english).items():
        if vietnamese[word] + english[word] < _MIN_COUNT:
            continue
        odds = max(-_MAX_ODDS, min(_MAX_ODDS, odds))
        share = f"{bare[word] / vietnamese[word]:.2f}" if vietnamese[word] else ""
        lines.append(f"{word}\t{odds:.1f}\t{share}\n")
    return "".join(lines)


def _trigram_table(vietnamese: Counter[str], english: Counter[str]) -> str:
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for source, target in zip((vietnamese, english), counts, strict=True):
        for word, count in source.items():
            for gram in trigrams(word):
                target[gram] += 1 + int(math.log2(count))
    lines = [_TRIGRAMS_NOTE, "trigram\todds\n"]
    for gram, odds in _log_odds(*counts).items():
        if counts[0][gram] + counts[1][gram] >= _MIN_TRIGRAM_COUNT and abs(odds) >= _MIN_TRIGRAM_ODDS:
            lines.append(f"{gram}\t{max(-_MAX_ODDS, min(_MAX_ODDS, odds)):.1f}\n")
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Command line: corpus folder, output folder."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m painpoints.text.fit_language CORPUS_FOLDER OUTPUT_FOLDER\n")
        return 2
    words, grams = build_tables(read_corpus(Path(arguments[0])))
    out = Path(arguments[1])
    (out / "language_words.tsv").write_text(words, encoding="utf-8")
    (out / "language_trigrams.tsv").write_text(grams, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
