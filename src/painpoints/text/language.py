"""The language of a short text: Vietnamese with or without accents, English, a mixture, or something else.

Every word votes. A word with Vietnamese accents on a well-formed Vietnamese syllable is Vietnamese; a word
without accents votes with its log-odds between unaccented Vietnamese and English, from a table counted in
our own corpus, or from its letter trigrams where the table does not have it. English words that Vietnamese
text borrows (shop, check, app) hardly vote.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from painpoints.resources import configs_dir
from painpoints.text.characters import plain, split_words, strip_accents, trigrams
from painpoints.text.lexicon import load_teencode, read_rows

__all__ = ["Evidence", "detect_language", "is_english_word", "is_syllable", "language_of", "weigh"]

_ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?"
_NUCLEUS = (
    r"(?:uye|uyu|ieu|yeu|uoi|uou|oai|oay|oeo|uay|ie|ye|uo|ua|ia|ya|ue|uy|oa|oe|oo|ai|ao|au|ay|eo|eu|iu|oi|ui"
    r"|[aeiouy])"
)
_SYLLABLE = re.compile(_ONSET + _NUCLEUS + r"(?:ng|nh|ch|[cmnpt])?")
_ONLY_VIETNAMESE = re.compile("[đăơưĩũ\u1ea0-\u1ef9]")  # other languages of Europe have à, é, ê, ô as well
_FOREIGN_SCRIPT = re.compile(r"[^\W\d_\u0041-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")

_VOTE = 0.8  # log-odds from which a word counts as Vietnamese or English
_LOAN_BARE = 0.3  # an "English" word that accented Vietnamese writes this often without accents is a loan
_MIXED = (0.36, 0.75)  # share of English words between which a text is mixed
_ENGLISH_MASS = 2.0  # without any accent, English needs this many times the Vietnamese log-odds
_BARE_EVIDENCE = 1.2  # summed -log(share written bare) from which missing accents are a habit, not chance
_ACCENTED_SHARE = (
    0.25  # share of words that need accents and have them, below which the text counts as unaccented
)


@dataclass(frozen=True)
class _Tables:
    odds: dict[str, float]
    bare: dict[str, float]
    trigrams: dict[str, float]
    other: dict[str, str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    folder = configs_dir() / "lexicon"
    words = read_rows(folder / "language_words.tsv")
    other: dict[str, str] = {}
    for language, listed in read_rows(folder / "other_languages.tsv"):
        other.update(dict.fromkeys(listed.split(" "), language))
    return _Tables(
        odds={word: float(odds) for word, odds, _ in words},
        bare={word: float(bare) for word, _, bare in words if bare},
        trigrams={gram: float(odds) for gram, odds in read_rows(folder / "language_trigrams.tsv")},
        other=other,
    )


def is_syllable(word: str) -> bool:
    """Whether the letters could be one Vietnamese syllable, accents aside."""
    return _SYLLABLE.fullmatch(strip_accents(word)) is not None


def is_english_word(word: str) -> bool:
    """Whether the table has the (lower-case) word as used in English, or as a loan in Vietnamese."""
    odds = _tables().odds.get(word)
    return odds is not None and odds < _VOTE


@dataclass(frozen=True)
class Vote:
    """What one word says. ``missing`` is -log of the share in which accented Vietnamese writes it bare."""

    accented: bool = False
    foreign: bool = False
    odds: float = 0.0
    missing: float = 0.0


@lru_cache(maxsize=200_000)
def _vote(word: str) -> Vote:
    """Vote of a lower-case word."""
    tables = _tables()
    stripped = strip_accents(word)
    if stripped != word:
        return Vote(accented=True) if _SYLLABLE.fullmatch(stripped) else _odd_accents(word, stripped)
    if not word.isascii() or word in tables.other:
        return Vote(foreign=True)
    odds = tables.odds.get(word)
    if odds is None:
        return _unknown_vote(word)
    bare = tables.bare.get(word)
    if odds < 0 and bare is not None and bare >= _LOAN_BARE:
        return Vote(odds=max(odds, -0.5))
    missing = -math.log(max(bare, 0.03)) if bare is not None and odds > 0 else 0.0
    return Vote(odds=odds, missing=missing)


def _odd_accents(word: str, stripped: str) -> Vote:
    """Accents on something that is no syllable: "đẹpp", two syllables glued, café, or another language."""
    if _SYLLABLE.fullmatch(re.sub(r"(.)\1+", r"\1", stripped)) or _ONLY_VIETNAMESE.search(word):
        return Vote(accented=True)
    return Vote(foreign=stripped not in _tables().odds)


def _unknown_vote(word: str) -> Vote:
    if load_teencode().knows(word):
        return Vote(odds=2.0)
    grams = trigrams(word)
    odds = sum(_tables().trigrams.get(g, 0.0) for g in grams) / max(2.0, len(grams) ** 0.5)
    if _SYLLABLE.fullmatch(word):
        return Vote(odds=max(-2.5, min(2.5, odds + 0.5)))
    return Vote(odds=max(-2.5, min(0.0, odds)))


@dataclass(frozen=True)
class Evidence:
    """The votes of a text, counted. Adding those of its segments gives those of an item."""

    accented: int = 0
    vietnamese: int = 0
    english: int = 0
    foreign: int = 0
    mass_vi: float = 0.0
    mass_en: float = 0.0
    missing: float = 0.0
    needing: int = 0

    def language(self) -> str | None:
        """One of `schema.LANGUAGES` except for scripts, or None where nothing speaks for any."""
        native = self.accented + self.vietnamese
        if self.foreign >= 2 and self.foreign >= 0.4 * (native + self.english + self.foreign) > self.accented:
            return "other"
        if native == 0 and self.english == 0:
            return None
        share = self.english / (native + self.english)
        if self.accented == 0:
            if self.mass_en > _ENGLISH_MASS * self.mass_vi or (share >= 0.5 and self.mass_en > self.mass_vi):
                return "en"
            return self._accents() if share <= 0.5 or self.english < 3 else "mixed"
        if share < _MIXED[0] or self.english < 3:
            return self._accents() if native >= self.english else "mixed"
        return "mixed" if share <= _MIXED[1] or self.accented >= 4 else "en"

    def _accents(self) -> str:
        if self.accented == 0:
            return "vi_unaccented" if self.missing >= _BARE_EVIDENCE else "vi"
        return "vi" if self.accented >= _ACCENTED_SHARE * (self.accented + self.needing) else "vi_unaccented"

    @property
    def certain(self) -> bool:
        """Whether there is enough to go by without the rest of the item."""
        return self.accented >= 2 or self.accented + self.vietnamese + self.english + self.foreign >= 4


def weigh(words: Sequence[str]) -> Evidence:
    """Count the votes of lower-case words; numbers and placeholders do not vote."""
    accented = vietnamese = english = foreign = needing = 0
    mass_vi = mass_en = missing = 0.0
    for word in words:
        if word[0] == "[" or word[0].isdigit():
            continue
        vote = _vote(word)
        if vote.accented:
            accented += 1
            continue
        if vote.foreign:
            foreign += 1
            continue
        if vote.odds >= _VOTE:
            vietnamese += 1
            mass_vi += vote.odds
            missing += vote.missing
            needing += vote.missing > 1.2
        elif vote.odds < 0:
            english += vote.odds <= -_VOTE
            mass_en -= vote.odds
    return Evidence(accented, vietnamese, english, foreign, mass_vi, mass_en, missing, needing)


def language_of(text: str, words: Sequence[str], prior: str | None = None) -> str:
    """Language of a text already made `plain` and split. ``prior``: the item's language, for short
    segments.
    """
    letters = len(_LETTER.findall(text)) if not text.isascii() else 1
    if not words or (not text.isascii() and len(_FOREIGN_SCRIPT.findall(text)) > 0.5 * letters):
        return "other"
    if all(w[0] == "[" or w[0].isdigit() for w in words):
        return "other"
    evidence = weigh(words)
    own = evidence.language()
    if own is None:
        return prior if prior is not None else "vi"
    if prior is not None and not evidence.certain and _compatible(own, prior, evidence):
        return prior
    return own


def _compatible(own: str, prior: str, evidence: Evidence) -> bool:
    """Whether a short text may take its item's language: accents are never overruled, nor a clear
    English phrase.
    """
    if evidence.accented:
        return prior == "vi" and own != "en"
    if own == "en" or prior == "en":
        return prior in ("vi", "vi_unaccented", "en") and abs(evidence.mass_vi - evidence.mass_en) < 3.0
    return prior in ("vi", "vi_unaccented")


def detect_language(text: str) -> str:
    """Language of one text: vi, vi_unaccented, en, mixed or other (other scripts and languages, or no
    words at all).
    """
    simple = plain(text)
    words, _ = split_words(simple)
    return language_of(simple, [w.lower() if w[0] != "[" else w for w in words])
