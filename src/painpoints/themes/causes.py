"""The causes that customers name themselves: "vì …", "do …", "tại …", "because …"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from painpoints.themes.words import is_vague, plain, tokens

__all__ = ["Cause", "named_cause", "root_causes"]

Cause = tuple[str, int]
"""a customer's own words, and how many items say it in words like these"""

_MOST_WORDS = 12
_ALIKE = 0.4
"""Jaccard of content words from which two causes are one"""
_REST = r"\s+(?P<cause>[^,.;:!?\n()…]{4,100})"
_BLAMED = (
    "vì|bên|shop|app|hệ thống|nhân viên|shipper|lỗi|máy|mạng|ngân hàng|công ty|mấy|nó|ông|bà|anh|chị|phía"
)
_VIETNAMESE = re.compile(
    r"(?<!\w)(?:bởi vì|tại vì|nguyên nhân (?:là )?(?:do|vì)|nguyên nhân là|l[ýí] do là"
    r"|(?<!tự )(?<!lý )(?<!lí )do(?! đó| vậy| thế)|(?<!không )(?<!là )vì(?! sao| thế| vậy)|bởi(?! vậy| thế)"
    rf"|tại(?= (?:{_BLAMED})\b))" + _REST
)
_UNACCENTED = re.compile(r"(?<!\w)(?:boi vi|tai vi|nguyen nhan la|ly do la|nguyen nhan do)" + _REST)
_ENGLISH = re.compile(r"(?<!\w)(?:because(?: of)?|due to|caused by|thanks to|as a result of)" + _REST)


def named_cause(text: str, lang: str) -> str:
    """What a segment gives as the cause, in its own words; '' where it gives none."""
    pattern = {"en": _ENGLISH, "vi_unaccented": _UNACCENTED}.get(lang, _VIETNAMESE)
    found = pattern.search(text.lower())
    if found is None:
        return ""
    begin = found.start("cause")
    words = text[begin : found.end("cause")].split()[:_MOST_WORDS]
    return " ".join(words) if len(words) > 1 else ""


def root_causes(
    texts: Sequence[str], langs: Sequence[str], items: Sequence[int], most: int = 3
) -> tuple[Cause, ...]:
    """The causes that at least two items name, commonest first; each told by the shortest wording."""
    groups: list[tuple[set[str], list[str], set[int]]] = []
    for text, lang, item in zip(texts, langs, items, strict=True):
        cause = named_cause(text, lang)
        if not cause:
            continue
        words = _content(cause)
        alike = [(_jaccard(words, group[0]), group) for group in groups]
        best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
        if best[1] is not None and best[0] >= _ALIKE:
            best[1][1].append(cause)
            best[1][2].add(item)
        else:
            groups.append((words, [cause], {item}))
    shared = sorted((g for g in groups if len(g[2]) > 1), key=lambda g: (-len(g[2]), g[1][0]))
    return tuple(
        (min(told, key=lambda cause: (len(cause), cause)), len(who)) for _, told, who in shared[:most]
    )


def _content(text: str) -> set[str]:
    """Words without diacritics; those that say nothing (told by their diacritics) left out where others are there."""
    words = tokens(text)
    telling = [word for word in words if not is_vague([word], "vi")]
    return {plain(word) for word in telling or words}


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))
