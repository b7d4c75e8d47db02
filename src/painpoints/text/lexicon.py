"""Word lists of ``configs/lexicon``: teencode and abbreviations with their conditions, emoji and emoticons, boilerplate.

The files hold the explanation of their columns or patterns in their first lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from painpoints.resources import configs_dir
from painpoints.text.characters import strip_accents

__all__ = [
    "Condition",
    "Emoji",
    "Rule",
    "Teencode",
    "folded_neighbour",
    "load_boilerplate",
    "load_emoji",
    "load_teencode",
    "read_rows",
]


def read_rows(path: Path) -> list[list[str]]:
    """Fields of a tab-separated list; comment lines and the header line are skipped.

    Raises ValueError naming the line whose number of fields is not the header's.
    """
    rows: list[list[str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("# "):
            continue
        rows.append(line.split("\t"))
        if len(rows[-1]) != len(rows[0]):
            raise ValueError(
                f"{path.name}, line {number}: {len(rows[-1])} fields, the header has {len(rows[0])}"
            )
    return rows[1:]


@dataclass(frozen=True)
class Condition:
    """What must hold around a token for its rule to apply; empty sets ask for nothing."""

    prev: frozenset[str] = frozenset()
    next: frozenset[str] = frozenset()
    upper: bool = False

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read ``prev:a|b;next:c;upper``. Raises ValueError for anything else."""
        prev: frozenset[str] = frozenset()
        following: frozenset[str] = frozenset()
        upper = False
        for part in filter(None, text.split(";")):
            name, _, values = part.partition(":")
            words = frozenset(filter(None, values.split("|")))
            if name == "prev" and words:
                prev = words
            elif name == "next" and words:
                following = words
            elif part == "upper":
                upper = True
            else:
                raise ValueError(f"unknown condition {part!r}; expected prev:…, next:… or upper")
        return cls(prev, following, upper)

    def holds(self, previous: str, following: str, upper: bool) -> bool:
        """Whether it holds between two neighbours (folded words, or <num>, <start>, <end>)."""
        if self.upper and not upper:
            return False
        if self.prev and previous not in self.prev:
            return False
        return not self.next or following in self.next


@dataclass(frozen=True)
class Rule:
    """One row of the teencode list. ``expansion`` None leaves the token as it is."""

    expansion: str | None
    loan: bool
    condition: Condition


@dataclass(frozen=True)
class Teencode:
    """The teencode list, ready for look-up. All keys are lower case."""

    words: dict[str, str]
    """tokens with one unconditional expansion"""
    rules: dict[str, tuple[Rule, ...]]
    """tokens with conditions, or loans"""
    units: dict[str, str]
    """k after a number → nghìn"""
    pairs: dict[str, dict[str, str]]
    """first word → second word → expansion of the two"""
    dotted: re.Pattern[str]
    """tokens with a dot or slash inside (k.hàng, tp.hcm)"""
    dotted_words: dict[str, str]

    def knows(self, word: str) -> bool:
        """Whether the word is Vietnamese shorthand: a sign that the text around it is Vietnamese."""
        rules = self.rules.get(word)
        return word in self.words or (rules is not None and not all(r.loan for r in rules))


@lru_cache(maxsize=1)
def load_teencode() -> Teencode:
    """Read ``configs/lexicon/teencode.tsv``; cached."""
    words: dict[str, str] = {}
    rules: dict[str, list[Rule]] = {}
    units: dict[str, str] = {}
    pairs: dict[str, dict[str, str]] = {}
    dotted: dict[str, str] = {}
    for token, expansion, lang, condition in read_rows(configs_dir() / "lexicon" / "teencode.tsv"):
        if token.startswith("#"):
            units[token[1:]] = expansion
        elif " " in token:
            first, second = token.split(" ")
            pairs.setdefault(first, {})[second] = expansion
        elif "." in token or "/" in token:
            dotted[token] = expansion
        else:
            kept = None if expansion == "=" else expansion
            rules.setdefault(token, []).append(Rule(kept, lang == "loan", Condition.parse(condition)))
    for token, group in list(rules.items()):
        only = group[0]
        if len(group) == 1 and only.condition == Condition() and not only.loan and only.expansion:
            words[token] = only.expansion
            del rules[token]
    pattern = "|".join(re.escape(t) for t in sorted(dotted, key=len, reverse=True))
    return Teencode(
        words=words,
        rules={token: tuple(group) for token, group in rules.items()},
        units=units,
        pairs=pairs,
        dotted=re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE),
        dotted_words=dotted,
    )


@dataclass(frozen=True)
class Emoji:
    """Emoji and emoticons → words. Emoticons with letters or digits (``<3``) have an emoji of the same
    meaning.
    """

    pattern: re.Pattern[str]
    lettered: re.Pattern[str]
    lettered_emoji: dict[str, str]
    vietnamese: dict[str, str]
    english: dict[str, str]


@lru_cache(maxsize=1)
def load_emoji() -> Emoji:
    """Read ``configs/lexicon/emoji.tsv``; cached. Longer signs win over shorter ones."""
    vietnamese: dict[str, str] = {}
    english: dict[str, str] = {}
    lettered: dict[str, str] = {}
    for signs, vi, en in read_rows(configs_dir() / "lexicon" / "emoji.tsv"):
        first = signs[0]
        for sign in signs.split(" "):
            if sign.isascii() and any(c.isalnum() for c in sign):
                lettered[sign] = first
                continue
            bare = sign if sign.isascii() else sign[0]
            vietnamese[bare] = vi
            english[bare] = en
    return Emoji(_signs_pattern([*vietnamese]), _signs_pattern([*lettered]), lettered, vietnamese, english)


def _signs_pattern(signs: Sequence[str]) -> re.Pattern[str]:
    """One pattern for all signs: letters in an emoticon (:d, t_t) must not touch other letters."""
    parts = []
    for sign in sorted(signs, key=lambda s: (-len(s), s)):
        before = r"(?<![^\W_])" if sign[0].isalnum() else ""
        after = r"(?![^\W_])" if sign[-1].isalnum() else ""
        tail = re.escape(sign[-1]) + "*" if sign[-1] in "()" else ""
        parts.append(before + re.escape(sign) + tail + after)
    return re.compile("|".join(parts), re.IGNORECASE)


def folded_neighbour(word: str | None, edge: str) -> str:
    """A neighbour as the conditions write it: ``<num>``, ``edge`` for none, else the word without accents."""
    if word is None:
        return edge
    return "<num>" if word[0].isdigit() else strip_accents(word.lower())


@lru_cache(maxsize=1)
def load_boilerplate() -> dict[str, Any]:
    """Patterns of ``configs/lexicon/boilerplate.yaml`` by their keys, each ``{name}`` of a list filled in; cached."""
    data = yaml.safe_load((configs_dir() / "lexicon" / "boilerplate.yaml").read_text(encoding="utf-8"))
    lists = {name: re.sub(r"\s*\n?\s*\|\s*", "|", words).strip() for name, words in data.pop("lists").items()}
    return {key: _filled(patterns, lists) for key, patterns in data.items()}


def _filled(patterns: Any, lists: dict[str, str]) -> Any:
    if isinstance(patterns, dict):
        return {key: _filled(pattern, lists) for key, pattern in patterns.items()}
    if isinstance(patterns, list):
        return [_filled(pattern, lists) for pattern in patterns]
    for name, words in lists.items():
        patterns = patterns.replace("{" + name + "}", words)
    return patterns
