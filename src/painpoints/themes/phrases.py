"""Key phrases of a theme: runs of words that its segments share and other themes do not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from painpoints.themes.words import load_word_list, plain

__all__ = ["PhraseBook", "key_phrases", "phrase_book", "phrase_keys"]

LONGEST = 4
_NEGATIONS = frozenset(
    "không chưa chẳng chả đừng khong chua chang cha dung not no never don't doesn't can't".split()
)


@dataclass(frozen=True)
class PhraseBook:
    """Over all segments: in how many each phrase occurs, and how those who type accents write it."""

    frequency: Counter[str]
    written: dict[str, str]
    segments: int


def phrase_keys(words: list[str], stop: frozenset[str]) -> dict[str, str]:
    """Accent-stripped phrase → as written, for runs of 1–4 words without a stop word at either end."""
    found: dict[str, str] = {}
    for start, first in enumerate(words):
        if not _may_begin(first, stop):
            continue
        for length in range(1, min(LONGEST, len(words) - start) + 1):
            run = words[start : start + length]
            if not _readable(run[-1]):
                break
            if _may_end(run[-1], stop):
                written = " ".join(run)
                found[plain(written)] = written
    return found


def _readable(word: str) -> bool:
    return word.isalpha() or "'" in word


def _may_begin(word: str, stop: frozenset[str]) -> bool:
    return _readable(word) and (len(word) > 1 or word == "ý") and word not in stop


def _may_end(word: str, stop: frozenset[str]) -> bool:
    # "không ... được" is the one stop word that closes a phrase: without it the phrase says the contrary
    return word == "được" or (_may_begin(word, stop) and word not in _NEGATIONS)


def stop_words(lang: str) -> frozenset[str]:
    """Words at which no phrase begins or ends."""
    if lang == "en":
        return load_word_list("stopwords_en.txt")
    vietnamese = load_word_list("stopwords_vi.txt")
    return vietnamese if lang == "vi" else frozenset(plain(word) for word in vietnamese)


def phrase_book(phrases: Sequence[dict[str, str]], langs: Sequence[str]) -> PhraseBook:
    """Count phrases over segments, and note the commonest accented spelling of each."""
    frequency: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = {}
    for own, lang in zip(phrases, langs, strict=True):
        frequency.update(own.keys())
        if lang == "vi_unaccented":
            continue
        for key, written in own.items():
            spellings.setdefault(key, Counter())[written] += 1
    written = {key: min(found, key=lambda text: (-found[text], text)) for key, found in spellings.items()}
    return PhraseBook(frequency, written, len(phrases))


def key_phrases(members: Iterable[dict[str, str]], book: PhraseBook, most: int) -> list[str]:
    """The ``most`` best phrases by class-based TF-IDF (Grootendorst 2022), longer ones preferred, none
    inside another.

    Spelt with accents wherever anyone in the whole run spelt them so.
    """
    own = list(members)
    counts: Counter[str] = Counter(key for phrases in own for key in phrases)
    least = max(2, math.ceil(0.06 * len(own))) if len(own) > 3 else 1
    scored = []
    for key, count in counts.items():
        words = key.count(" ") + 1
        if count < least or (words == 1 and len(key) < 3):
            continue
        rarity = math.log1p(book.segments / max(book.frequency[key], count))
        scored.append((-count / len(own) * rarity * math.sqrt(words), key))
    chosen: list[str] = []
    for _, key in sorted(scored):
        if not any(_overlap(key, other) for other in chosen):
            chosen.append(key)
        if len(chosen) == most:
            break
    return [book.written.get(key, key) for key in chosen]


def _overlap(key: str, other: str) -> bool:
    mine, theirs = set(key.split()), set(other.split())
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) + 1 or mine <= theirs or theirs <= mine
