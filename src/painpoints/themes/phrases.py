"""Key phrases of a theme: runs of words that its segments share and other themes do not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from painpoints.themes.words import load_word_list, plain

__all__ = ["PhraseBook", "key_phrases", "phrase_book", "phrase_keys", "phrase_share", "stop_words"]

LONGEST = 5
KEY_SHARE = 0.06  # of a theme's segments of a language
_NEGATIONS = frozenset(
    [
        "không",
        "chưa",
        "chẳng",
        "chả",
        "đừng",
        "khong",
        "chua",
        "chang",
        "not",
        "no",
        "never",
        "don't",
        "can't",
    ]
)


@dataclass(frozen=True)
class PhraseBook:
    """Over all segments: in how many each phrase occurs, and how those who type accents write it."""

    frequency: Counter[str]
    written: dict[str, str]
    segments: int


def phrase_keys(words: list[str], stop: frozenset[str]) -> dict[str, str]:
    """Accent-stripped phrase → as written, for runs of 1–5 words without a stop word at either end."""
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
    for phrases_of_one, lang in zip(phrases, langs, strict=True):
        frequency.update(phrases_of_one.keys())
        if lang == "vi_unaccented":
            continue
        for key, text in phrases_of_one.items():
            spellings.setdefault(key, Counter())[text] += 1
    written = {key: min(found, key=lambda form: (-found[form], form)) for key, found in spellings.items()}
    return PhraseBook(frequency, written, len(phrases))


def key_phrases(
    members: Iterable[dict[str, str]], book: PhraseBook, most: int, share: float = KEY_SHARE
) -> list[str]:
    """The ``most`` best phrases by class-based TF-IDF (Grootendorst 2022), longer ones preferred, none
    inside another.

    A phrase has at least two words, occurs in at least two segments and this ``share`` of them, and is not the torso of a
    longer one. Spelt with accents wherever anyone in the whole run spelt them so.
    """
    own = list(members)
    counts: Counter[str] = Counter(key for phrases in own for key in phrases)
    least = max(2, math.ceil(share * len(own)))
    torsos = _torsos(counts)
    scored = []
    for key, count in counts.items():
        words = key.count(" ") + 1
        if count < least or words < 2 or key in torsos or _says_nothing(key, book):
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


def _says_nothing(key: str, book: PhraseBook) -> bool:
    """Only words of judgement: ``tuyệt vời`` is no subject."""
    judgement = load_word_list("vague.txt")
    return all(word in judgement for word in book.written.get(key, key).split())


def phrase_share(phrase: str, members: Iterable[dict[str, str]]) -> tuple[int, float]:
    """In how many of the members the phrase occurs, and in what share of them."""
    key = plain(phrase)
    found = [key in phrases for phrases in members]
    return sum(found), sum(found) / max(1, len(found))


def _torsos(counts: Counter[str]) -> set[str]:
    """Phrases that mostly occur inside one longer phrase: ``câu trả`` of ``câu trả lời``."""
    torsos = set()
    for key, count in counts.items():
        words = key.split()
        for shorter in (" ".join(words[1:]), " ".join(words[:-1])):
            if shorter and count >= 2 and count >= 0.6 * counts.get(shorter, count + 1):
                torsos.add(shorter)
    return torsos


def _overlap(key: str, other: str) -> bool:
    mine, theirs = set(key.split()), set(other.split())
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) + 1 or mine <= theirs or theirs <= mine
