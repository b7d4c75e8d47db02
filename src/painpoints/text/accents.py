"""Diacritics for Vietnamese typed without them: ``giao hang tre qua`` → ``giao hàng trễ quá``.

A trigram model over syllables (Witten & Bell 1991 interpolation) chooses among the accented forms of each bare
syllable, by beam search. Its counts come from feedback (`fit_accents`); about six words in seven come out right on
industries it never saw, which is enough for models that look at many words at once, and not for showing to a
reader: customers are always quoted as they wrote.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from painpoints.resources import models_dir
from painpoints.text.characters import strip_accents
from painpoints.text.language import detect_language

__all__ = ["AccentModel", "accents_digest", "default_accents", "respelt", "restore_accents", "with_accents"]

FILE = "counts.npz"
ARRAYS = ("words", "counts", "pairs", "pair_counts", "triples", "triple_counts")
_START, _END = 0, 1
_WORD = re.compile(r"[^\W\d_]+")
_CANDIDATES = 6
"""accented forms of a syllable that are tried, the commonest first; rarer ones are never right in practice"""
_BEAM = 8
"""partial sentences that are kept; more change nothing"""
_CACHE = 400_000
_NO_SLIP = 6
"""times that a spelling was counted; what is rarer is mostly mistyped"""
_NO_STAND_IN = 0.05
"""share of the count of the commonest form with the same letters"""


class AccentModel:
    """Counts of syllables, of pairs and of triples, and the accented forms of every bare syllable."""

    def __init__(
        self,
        words: Sequence[str],
        counts: np.ndarray,
        pairs: np.ndarray,
        pair_counts: np.ndarray,
        triples: np.ndarray,
        triple_counts: np.ndarray,
    ) -> None:
        """`words`: the first two stand for start and end; `pairs` ``int[n, 2]`` and `triples` ``int[m, 3]`` are
        word numbers."""
        self._words = list(words)
        self._number = {word: i for i, word in enumerate(words)}
        self._total = float(counts.sum())
        self._counts: list[int] = counts.tolist()
        self._pairs = dict(zip(map(tuple, pairs.tolist()), pair_counts.tolist(), strict=True))
        self._triples = dict(zip(map(tuple, triples.tolist()), triple_counts.tolist(), strict=True))
        self._after: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for (first, _), n in self._pairs.items():
            self._after[first][0] += n
            self._after[first][1] += 1
        self._after_pair: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        for (first, second, _), n in self._triples.items():
            self._after_pair[first, second][0] += n
            self._after_pair[first, second][1] += 1
        forms: dict[str, list[int]] = defaultdict(list)
        for number in sorted(range(2, len(words)), key=lambda i: (-self._counts[i], i)):
            forms[strip_accents(words[number])].append(number)
        self._forms = {bare: tuple(numbers[:_CANDIDATES]) for bare, numbers in forms.items()}
        self._log_share = lru_cache(_CACHE)(self._log_share_of)

    def _share_alone(self, word: int) -> float:
        count = self._counts[word] if word >= 0 else 0
        return float((count + 0.1) / (self._total + 0.1 * len(self._words)))

    def _share_after(self, before: int, word: int) -> float:
        n, kinds = self._after.get(before, (0, 0))
        if not n:
            return self._share_alone(word)
        seen: int = self._pairs.get((before, word), 0)
        return (seen + kinds * self._share_alone(word)) / (n + kinds)

    def _log_share_of(self, first: int, before: int, word: int) -> float:
        n, kinds = self._after_pair.get((first, before), (0, 0))
        share = self._share_after(before, word)
        if n:
            share = (self._triples.get((first, before, word), 0) + kinds * share) / (n + kinds)
        return math.log(share)

    def knows(self, word: str) -> bool:
        """Whether the `word` (lower case) was counted often enough to be no slip, and no form of the same letters so much
        oftener that it stands for that one."""
        count = self._counts[self._number[word]] if word in self._number else 0
        forms = self._forms.get(strip_accents(word), ())
        return count >= _NO_SLIP and count >= _NO_STAND_IN * self._counts[forms[0]]

    def stands_in(self, word: str) -> bool:
        """Whether there are Vietnamese syllables of the same letters (lower case)."""
        return any(self._words[form] != word for form in self._forms.get(strip_accents(word), ()))

    def fluency(self, words: Sequence[str]) -> float:
        """Mean natural logarithm of the probability of each of `words`, and of the end, after the two before it."""
        first, before, total = _START, _START, 0.0
        for word in [*(self._number.get(word, -1) for word in words), _END]:
            total += self._log_share(first, before, word)
            first, before = before, word
        return total / (len(words) + 1)

    def restore(self, words: Sequence[str]) -> list[str]:
        """`words` (lower case, one syllable each) with the likeliest diacritics; a word that has some is left as
        it is."""
        beam: list[tuple[float, int, int, tuple[str, ...]]] = [(0.0, _START, _START, ())]
        for word in words:
            known = self._forms.get(word, ()) if word.isascii() else ()
            choices = known or (self._number.get(word, -1),)
            spelt = [self._words[c] for c in choices] if known else [word]
            best: dict[tuple[int, int], tuple[float, int, int, tuple[str, ...]]] = {}
            for score, first, before, path in beam:
                for choice, form in zip(choices, spelt, strict=True):
                    found = score + self._log_share(first, before, choice)
                    state = (before, choice)
                    if state not in best or found > best[state][0]:
                        best[state] = (found, before, choice, (*path, form))
            beam = sorted(best.values(), key=lambda entry: (-entry[0], entry[3]))[:_BEAM]
        ends = [(score + self._log_share(first, before, _END), path) for score, first, before, path in beam]
        return list(max(ends, key=lambda entry: (entry[0], entry[1]))[1])


def load_accents(folder: Path) -> AccentModel:
    """The model in `folder` (`FILE`)."""
    with np.load(folder / FILE, allow_pickle=False) as stored:
        words = str(stored["words"]).split("\n")
        return AccentModel(words, *(stored[k] for k in ARRAYS[1:]))


def accents_digest() -> str:
    """SHA-256 of the bundled counts, '' where they are not installed: vectors of unaccented text depend on them."""
    path = models_dir() / "accents" / FILE
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


@lru_cache(maxsize=1)
def default_accents() -> AccentModel | None:
    """The bundled model, None where it is not installed: then text stays as it was typed."""
    folder = models_dir() / "accents"
    return load_accents(folder) if (folder / FILE).is_file() else None


def restore_accents(words: Sequence[str]) -> list[str]:
    """`AccentModel.restore` by the bundled model; empty words and placeholders in capitals keep their places."""
    model = default_accents()
    if model is None:
        return list(words)
    spoken = [i for i, word in enumerate(words) if word and word[0].isalpha()]
    restored = list(words)
    for i, word in zip(spoken, model.restore([words[i] for i in spoken]), strict=True):
        restored[i] = word
    return restored


def with_accents(text: str) -> str:
    """`text` with diacritics if it is Vietnamese typed without any, else as it is. For cleaned text there is
    nothing left to do."""
    if not text.isascii() or detect_language(text) not in ("vi", "vi_unaccented"):
        return text
    return respelt(text, restore_accents)


def respelt(text: str, restore: Callable[[Sequence[str]], list[str]]) -> str:
    """`text` with its bare words as `restore` gives them, lower case; all between the words stays."""
    spans = list(_WORD.finditer(text))
    restored = restore([span.group().lower() for span in spans])
    parts, at = [], 0
    for span, word in zip(spans, restored, strict=True):
        parts += [text[at : span.start()], span.group() if word.isascii() else word]
        at = span.end()
    return "".join([*parts, text[at:]])
