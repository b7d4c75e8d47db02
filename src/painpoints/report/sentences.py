"""Sentences that the code says in English about the input and its own work, in the report's language.

`report.json`, `run.json` and the CSV files keep the English ones; they are put into words only where people read them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Pattern", "Patterns", "in_language", "patterns"]

_LONGEST = 4_000
"""characters; a longer sentence is mostly pasted text and stays as it is"""
_SURE = 12
"""fixed characters that tell which sentence one was that was cut"""
_CUT = "…"
_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]\d+)?|" + _CUT)
_VIETNAMESE_MARKS = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Pattern:
    """A sentence: the `fixed` words around its placeholders (one more than `names`), and what Vietnamese `says` for it."""

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    says: str

    def values(self, sentence: str) -> dict[str, str] | None:
        """What stands in the placeholders; None for another sentence. Takes time in proportion to its length."""
        first, *others = self.fixed
        if not others:
            return {} if sentence == first else None
        if not sentence.startswith(first):
            return None
        rest, found = sentence[len(first) :], list[str]()
        for words in others[:-1]:
            value, met, rest = rest.partition(words)
            if not met:
                return None
            found.append(value)
        if not rest.endswith(others[-1]):
            return None
        return self._checked([*found, rest.removesuffix(others[-1])])

    def begun(self, sentence: str) -> tuple[int, dict[str, str]] | None:
        """For a sentence that was cut: how many fixed characters it has, and its values, "…" where they were cut off."""
        first, *others = self.fixed
        if not sentence.startswith(first):
            return None
        known, rest, found = len(first), sentence[len(first) :].removesuffix(_CUT), list[str]()
        for words in others:
            value, met, after = rest.partition(words) if words else (rest, "", "")
            if not met:
                value, met = _cut_off(rest, words)
                after = ""
            found.append(value)
            known, rest = known + len(met), after
        values = self._checked(found)
        return None if rest or values is None else (known, values)

    def _checked(self, found: Sequence[str]) -> dict[str, str] | None:
        """Values by name, None where what should be a number is none."""
        values = dict(zip(self.names, found, strict=True))
        sound = all(_NUMBER.fullmatch(value) for name, value in values.items() if _is_number(name))
        return values if sound else None


@dataclass(frozen=True)
class Patterns:
    """`sentences`, which may follow a file's name, `phrases`, and the entries of lists by the placeholder's name."""

    sentences: tuple[Pattern, ...]
    phrases: tuple[Pattern, ...]
    parts: dict[str, tuple[Pattern, ...]]


@cache
def patterns() -> Patterns:
    """Everything in sentences.yaml."""
    import yaml

    source = files("painpoints.report").joinpath("sentences.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(source)
    parts = {name: _patterns(entries) for name, entries in loaded["parts"].items()}
    return Patterns(_patterns(loaded["sentences"]), _patterns(loaded["phrases"]), parts)


def in_language(sentence: str, lang: str) -> str:
    """The sentence in the report's language; as it is in English, and where no pattern fits.

    What a placeholder holds is carried over as it is, and so is a file's name in front ("reviews.csv: …").
    """
    if lang == "en" or len(sentence) > _LONGEST:
        return sentence
    known = patterns()
    told = _translated(sentence, (*known.sentences, *known.phrases))
    if told is None and sentence.endswith(_CUT):
        told = _translated_as_begun(sentence, known.sentences)
    if told is not None:
        return told
    for colon in re.finditer(": ", sentence):
        told = _translated(sentence[colon.end() :], known.sentences)
        if told is not None:
            return sentence[: colon.end()] + told
    return sentence


def _patterns(entries: Sequence[dict[str, str]]) -> tuple[Pattern, ...]:
    split = ((_PLACE.split(entry["en"]), entry["vi"]) for entry in entries)
    return tuple(Pattern(tuple(pieces[::2]), tuple(pieces[1::2]), vi) for pieces, vi in split)


def _cut_off(rest: str, words: str) -> tuple[str, str]:
    """The value that ends where `words` begin, and as many of these as there are; with "…" where there are none."""
    met = next((words[:size] for size in range(len(words), 0, -1) if rest.endswith(words[:size])), "")
    return (rest.removesuffix(met), met) if met else (rest + _CUT, "")


def _is_number(name: str) -> bool:
    return name == "n" or name.startswith("n_")


def _translated(sentence: str, among: Sequence[Pattern]) -> str | None:
    """By the first pattern that fits."""
    for pattern in among:
        values = pattern.values(sentence)
        if values is not None:
            return _said(pattern, values)
    return None


def _translated_as_begun(sentence: str, among: Sequence[Pattern]) -> str | None:
    """A sentence that was cut, told whole; None where it could be none or more than one."""
    begun = [(*found, pattern) for pattern in among if (found := pattern.begun(sentence)) is not None]
    most = max((known for known, _, _ in begun), default=0)
    likeliest = [(values, pattern) for known, values, pattern in begun if known == most]
    if most < _SURE or len(likeliest) > 1:
        return None
    [(values, pattern)] = likeliest
    return _said(pattern, values)


def _said(pattern: Pattern, values: dict[str, str]) -> str:
    words = {name: _value_in_words(name, value) for name, value in values.items()}
    return _PLACE.sub(lambda place: words[place[1]], pattern.says)


def _value_in_words(name: str, value: str) -> str:
    """A number as Vietnamese writes it, the known entries of a list in words, anything else as it is."""
    if _is_number(name):
        return value.translate(_VIETNAMESE_MARKS)
    entries = patterns().parts.get(name)
    if entries is None:
        return value
    return ", ".join(_translated(part, entries) or part for part in value.split(", "))
