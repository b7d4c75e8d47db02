"""Characters: NFC with an offset map, accents, hidden characters, and the split of a text into words.

Nothing here knows a language or a word list.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Composed",
    "compose",
    "fold",
    "is_placeholder",
    "plain",
    "split_words",
    "strip_accents",
    "trigrams",
]


@dataclass(frozen=True)
class Composed:
    """A text in NFC and the way back: ``origin[i]`` is the offset in the raw text where NFC character i
    begins.

    ``origin`` is None when both texts are the same; otherwise it has ``len(text) + 1`` entries.
    """

    text: str
    origin: Sequence[int] | None

    def raw(self, offset: int) -> int:
        """Offset into the raw text of an offset into ``text``."""
        return offset if self.origin is None else self.origin[offset]


def compose(raw: str) -> Composed:
    """NFC of ``raw`` with the offset map, built run by run: a run is a starter and the marks that follow it.

    Runs start at characters that normalisation never joins to what precedes them, so normalising each run
    alone gives the same text as normalising the whole (Unicode Standard Annex 15, stable code points).
    """
    if unicodedata.is_normalized("NFC", raw):
        return Composed(raw, None)
    pieces: list[str] = []
    origin = array("q")
    start = 0
    for end in _run_ends(raw):
        piece = unicodedata.normalize("NFC", raw[start:end])
        pieces.append(piece)
        same_length = len(piece) == end - start
        origin.extend(range(start, end) if same_length else [start] * len(piece))
        start = end
    origin.append(len(raw))
    return Composed("".join(pieces), origin)


def _run_ends(raw: str) -> list[int]:
    """Ends of the runs: before every character that is neither a mark nor a Hangul vowel or final
    consonant.
    """
    category = unicodedata.category
    ends = [
        i
        for i in range(1, len(raw))
        if raw[i] < "\u0300" or not (category(raw[i])[0] == "M" or _joins_back(raw[i]))
    ]
    ends.append(len(raw))
    return ends


def _joins_back(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff"


# -- accents -----------------------------------------------------------------------------------------------

_MARKS = re.compile(r"[\u0300-\u036f]+")


def _without_marks(char: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFD", char))


_LATIN = [chr(c) for c in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_BASE = {ord(c): _without_marks(c) for c in _LATIN if len(_without_marks(c)) == 1 and _without_marks(c) != c}
_BASE.update({ord("đ"): "d", ord("Đ"): "D"})
_FOLD = {c: _BASE.get(c, chr(c)).lower() for c in {*_BASE, *range(ord("A"), ord("Z") + 1)}}


def strip_accents(text: str) -> str:
    """The text without diacritics, đ as d: ``"Giao hàng đến"`` → ``"Giao hang den"``. Composed or
    decomposed input."""
    if text.isascii():
        return text
    return _MARKS.sub("", text.translate(_BASE))


def fold(text: str) -> str:
    """Lower case without accents, the same length as ``text`` (NFC): offsets into one hold for the other."""
    return text.translate(_FOLD)


# -- plain text for matching -------------------------------------------------------------------------------

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]+"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TERMINAL = re.compile("\x1b(?:\\[[0-9;?]{0,32}[A-Za-z]|\\][^\x07\x1b]{0,256}(?:\x07|\x1b\\\\)?)")
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]{0,300}|!--[^>]{0,300}--)>")
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+"
    r"|(?<![\w.-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,3}\.(?:com|vn|net|org|io|me|info|ly|gl|be)(?:\.vn)?\b(?:/[^\s<>\"]*)?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*\]")


def is_placeholder(word: str) -> bool:
    """Whether the word stands for masked personal data, such as ``[PHONE]``."""
    return word[:1] == "[" and _PLACEHOLDER.fullmatch(word) is not None


def plain(text: str) -> str:
    """Compatibility letters folded (NFKC), markup and links and hidden characters gone; case and words
    untouched.
    """
    if "&" in text:
        text = html.unescape(text)
    if "\x1b" in text:
        text = _TERMINAL.sub(" ", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)))
        text = text.replace("’", "'")
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "." in text or "://" in text:
        text = _URL.sub(" ", text)
    return _CONTROL.sub(" ", text)


_WORD = re.compile(
    r"(\[[A-Z][A-Z_]*\]"  # a placeholder
    r"|\d+(?:[.,]\d+)*[^\W\d_]*"  # a number with its unit: 50k, 1.200.000đ, 4g
    r"|[^\W\d_]+(?:'[^\W\d_]+)*\d*[^\W\d_]*)"  # a word: không, don't, k0, s25
)


def split_words(text: str) -> tuple[list[str], list[str]]:
    """Words of a text and what lies around them: ``gaps[i]`` precedes ``words[i]``, and one gap follows
    the last.
    """
    parts = _WORD.split(text)
    return parts[1::2], parts[0::2]


def trigrams(word: str) -> list[str]:
    """``"shop"`` → ``["^sh", "sho", "hop", "op$"]``."""
    marked = f"^{word}$"
    return [marked[i : i + 3] for i in range(len(marked) - 2)]
