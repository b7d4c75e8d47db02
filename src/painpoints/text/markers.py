"""Marker words of clauses (nhưng, tuy nhiên, but …) and what must stand around them, from ``clause_markers.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from painpoints.resources import configs_dir
from painpoints.text.characters import strip_accents

__all__ = ["AGAINST", "NEVER", "ClauseMarker", "Context", "Markers", "load_markers"]

NEVER = 9.0
"""cost of a cut that is not to be made; costs below it can be outweighed by the length of a piece"""


_SINGLE_NOUN = 0.2  # added to the cost of a one-word aspect without a comma


@dataclass(frozen=True)
class ClauseMarker:
    """A phrase that may open a clause: its class and the two costs.

    ``bare``: a form without accents, which counts only in text written without accents. ``needs_context``: such a form
    that is also another word.
    """

    name: str
    cost: float
    with_comma: float
    bare: bool = False
    needs_context: bool = False


AGAINST = ClauseMarker("against", 0.3, -0.6)
"""``mà`` before a new actor: weaker than nhưng, stronger than mà alone"""


@dataclass(frozen=True)
class Context:
    """What must hold around a marker; the meaning of each field is told in the file."""

    not_after: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()
    only_before: frozenset[str] = frozenset()
    within_six: frozenset[str] = frozenset()
    names_after: frozenset[str] = frozenset()
    free_after_comma: bool = False
    closes: bool = False

    def allows(self, previous: str, ahead: Sequence[str], capital: bool, commas: tuple[bool, bool]) -> bool:
        """``ahead``: the words behind the marker's first word; ``commas``: a comma before it, any mark behind it."""
        following = ahead[0] if ahead else ""
        if capital and previous in self.names_after:
            return False
        if self.free_after_comma and commas[0]:
            return True
        if previous in self.not_after or following in self.not_before:
            return False
        if self.only_before and following not in self.only_before:
            return False
        if self.closes and (not following or commas[1]):
            return False
        return not self.within_six or any(word in self.within_six for word in ahead[:6])


@dataclass(frozen=True)
class Markers:
    """Marker phrases by first word (longest first), contexts by word, binders, words that start with a capital."""

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], ClauseMarker], ...]]
    contexts: Mapping[str, Context]
    binders: frozenset[str]
    capital_starts: frozenset[str]
    predicates: frozenset[str]
    joints: frozenset[str]
    name_starts: frozenset[str]
    titles: frozenset[str]
    """words before a name (chị, anh)"""


@lru_cache(maxsize=1)
def load_markers() -> Markers:
    """Read ``configs/lexicon/clause_markers.yaml``; cached."""
    data = yaml.safe_load((configs_dir() / "lexicon" / "clause_markers.yaml").read_text(encoding="utf-8"))
    contexts = {word: context for entry in data["context"] for word, context in _contexts(entry)}
    return Markers(
        phrases=_phrases(data),
        contexts=contexts,
        binders=frozenset(data["binders"].split()),
        capital_starts=frozenset(data["capital_starts"].split()),
        predicates=_both_forms(data["predicates"]),
        joints=_both_forms(data["joints"]),
        name_starts=frozenset(data["name_starts"].split()),
        titles=frozenset().union(*(c.names_after for c in contexts.values())),
    )


def _contexts(entry: dict[str, Any]) -> list[tuple[str, Context]]:
    fields = dict(entry)
    words = fields.pop("words").split()
    values: dict[str, Any] = {n: v if isinstance(v, bool) else _both_forms(v) for n, v in fields.items()}
    context = Context(**values)
    return [(word, context) for word in words]


def _both_forms(listed: str) -> frozenset[str]:
    words = listed.split()
    return frozenset({*words, *map(strip_accents, words)})


def _phrases(data: dict[str, Any]) -> dict[str, tuple[tuple[tuple[str, ...], ClauseMarker], ...]]:
    unsure = frozenset(data["needs_context"])
    usable = frozenset(data["single_without_accents"].split())
    found: dict[tuple[str, ...], ClauseMarker] = {}
    for name, listed in data["markers"].items():
        costs = data["classes"][name]
        for phrase in (" ".join(p.split()) for p in listed.split("|")):
            single_noun = (
                name == "aspect" and " " not in phrase
            )  # "pin" follows "mã" too often without a comma
            cost = costs["cost"] + (_SINGLE_NOUN if single_noun else 0.0)
            marker = ClauseMarker(name, cost, costs["with_comma"])
            found.setdefault(tuple(phrase.split()), marker)
            without = strip_accents(phrase)
            if without != phrase and (" " in phrase or phrase in usable):
                unaccented = replace(marker, bare=True, needs_context=phrase in unsure)
                found.setdefault(tuple(without.split()), unaccented)
    phrases: dict[str, list[tuple[tuple[str, ...], ClauseMarker]]] = {}
    for words, marker in sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])):
        phrases.setdefault(words[0], []).append((words, marker))
    return {first: tuple(group) for first, group in phrases.items()}
