"""What a theme tells, in the words of the one segment that says it for most: its name where no list of troubles has one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from painpoints.text.accents import default_accents
from painpoints.themes.views import thinned
from painpoints.themes.words import load_word_list

if TYPE_CHECKING:
    from painpoints.settings import ThemeSettings

__all__ = ["Saying", "Sayings"]

LOOKED_AT = 500  # segments of a theme that are compared with one another
FEWEST_WORDS, MOST_WORDS = 3, 9
OWN_WORDS = 2  # words that mean something
SEVERAL = 3  # segments
FEW = 8  # segments of which none need repeat a word
OWN_SHARE = 0.1  # of a theme's segments that say a word, from which the word is the theme's own
CALLED = 4  # words
SURE = 0.7  # probability of a segment's sentiment
ABBREVIATION = 5  # letters
_MASKED = ("[", "<", "{", "⟨")
_THANKS = ("cảm ơn", "cám ơn", "thank")


@dataclass(frozen=True)
class Saying:
    """A few words of one segment, and the share of the theme's segments that lie near it."""

    text: str
    share: float


class _Short(NamedTuple):
    """Words of a segment that may stand in a name, those that mean something, and the mean logarithm of how likely each is
    after those before it (0 in English, for which there are no counts)."""

    text: str
    content: frozenset[str]
    fluent: float


@dataclass(frozen=True)
class Sayings:
    """All segments of a run, of which the saying of any theme can be asked."""

    centred: np.ndarray
    """float32[n, d], unit rows around their language's mean"""
    texts: Sequence[str]
    """as they were written, personal data masked"""
    words: Sequence[Sequence[str]]
    """in lower case, shorthand spelt out and diacritics restored"""
    langs: Sequence[str]
    sure: np.ndarray
    """bool[n]: whether its sentiment is beyond doubt, or it asks for something"""
    settings: ThemeSettings
    _short: dict[int, _Short | None] = field(default_factory=dict)
    """of segments asked for before"""

    def of(self, rows: np.ndarray) -> Mapping[str, Saying]:
        """The saying of the segments at ``rows`` in either language that has one, ``vi`` and ``en``.

        A saying is a whole segment of three to nine words, surely of its sentiment, to which more of the others lie near
        than to any other, the nearer to their middle, the more in their words and the more fluent the better; what only one
        of them says is in none. Nearness is compared across languages. Vietnamese typed without diacritics is taken only
        where nobody typed any.
        """
        own = thinned(rows, LOOKED_AT)
        middle = self.centred[own].mean(axis=0)
        middle /= max(float(np.linalg.norm(middle)), 1e-12)
        said = Counter(word for row in own for word in set(self.words[row]))
        repeated = {word for word, times in said.items() if times > 1 or len(own) < FEW}
        found: dict[str, Saying] = {}
        for side, spelt in (("vi", "vi"), ("vi", "vi_unaccented"), ("en", "en")):
            told = [int(row) for row in own if self.langs[row] == spelt and self.sure[row]]
            told = [row for row in told if (one := self._in_short(row)) and repeated.issuperset(one.content)]
            if side in found or not told:
                continue
            short = [one for row in told if (one := self._in_short(row))]
            share = (self.centred[told] @ self.centred[own].T >= self.settings.saying_near).mean(axis=1)
            worth = share + self.centred[told] @ middle
            worth += self.settings.saying_fluency * np.array([one.fluent for one in short])
            worth += self.settings.saying_words * np.array(
                [_shared(one.content, said, len(own)) for one in short]
            )
            best = int(worth.argmax())
            found[side] = Saying(short[best].text, float(share[best]))
        return found

    def _in_short(self, row: int) -> _Short | None:
        if row not in self._short:
            text, side = self.texts[row], "en" if self.langs[row] == "en" else "vi"
            words = _without_ties(self.words[row])
            content = frozenset(word for word in words if len(word) > 1 and word not in _idle(side))
            fits = _may_name(words, content, text) and (side == "en" or all(map(self._is_spelt, words)))
            model = default_accents() if side == "vi" and fits else None
            fluent = 0.0 if model is None else model.fluency(words)
            spelt = " ".join(_with_capitals(words, text, side == "en"))
            self._short[row] = _Short(spelt, content, fluent) if fits else None
        return self._short[row]

    def _is_spelt(self, word: str) -> bool:
        """Whether the spelling is known, or of a word without Vietnamese forms that several segments have (a brand)."""
        model = default_accents()
        if model is None or word.isdigit() or model.knows(word):
            return True
        return self._said_by[word] >= SEVERAL and word.isascii() and not model.stands_in(word)

    @cached_property
    def _said_by(self) -> Counter[str]:
        """In how many segments each word is."""
        return Counter(word for own in self.words for word in set(own))


def _shared(content: frozenset[str], said: Counter[str], segments: int) -> float:
    """How much of the ``content`` is the theme's own: mean share of ``segments`` that say each word, OWN_SHARE being all."""
    return sum(min(1.0, said[word] / (OWN_SHARE * segments)) for word in content) / len(content)


def _may_name(words: Sequence[str], content: frozenset[str], text: str) -> bool:
    """Whether so many words, that mean something, hide nothing, are not rude and no subordinate clause, may name a theme."""
    return (
        FEWEST_WORDS <= len(words) <= MOST_WORDS
        and len(content) >= OWN_WORDS
        and words[0] not in load_word_list("subordinating.txt")
        and not any(sign in text for sign in _MASKED)
        and load_word_list("rude.txt").isdisjoint(words)
        and not any(thanks in " ".join(words) for thanks in _THANKS)
    )


def _idle(side: str) -> frozenset[str]:
    return load_word_list(f"stopwords_{side}.txt") | load_word_list("vague.txt")


def _without_ties(words: Sequence[str]) -> Sequence[str]:
    """The words without whom they are said to, conjunctions before and particles behind them."""
    links, particles = load_word_list("links.txt"), load_word_list("particles.txt")
    called = [place for place, word in enumerate(words[:CALLED]) if word == "ơi"]
    first, last = called[-1] + 1 if called else 0, len(words)
    while last - first > FEWEST_WORDS and words[first] in links:
        first += 1
    while last - first > FEWEST_WORDS and words[last - 1] in particles:
        last -= 1
    return words[first:last]


def _with_capitals(words: Sequence[str], text: str, english: bool) -> Sequence[str]:
    """The words with the capitals of abbreviations (OTP) and of names (Sacombank) that are no Vietnamese syllables, unless
    all shout."""
    written = [word.strip(".,;:!?…()\"'") for word in text.split()]
    if sum(word.isupper() for word in written) > len(written) / 2:
        return words
    model = default_accents()
    spelt = {
        word.lower(): word
        for place, word in enumerate(written)
        if (
            (word.isupper() and 1 < len(word) <= ABBREVIATION)
            or (place > 0 and not english and word.istitle())
        )
        and word.isascii()
        and not (model is not None and model.stands_in(word.lower()))
    }
    return [spelt.get(word, word) for word in words]
