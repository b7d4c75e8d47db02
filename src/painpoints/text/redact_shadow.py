"""The shadow of a text: what the detectors of personal data read instead of the customer's own letters.

Accents are stripped, every kind of digit is an ASCII digit, every space a space, every dash a hyphen, and characters
that cannot be seen are gone, so that ``０９１２\u200b345`` and ``0912345`` look alike. Offsets lead back to the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Shadow", "shadow_of"]


class _FoldTable(dict[int, str | None]):
    """Code point → its shadow (one character) or None (unseen); worked out once for each character met."""

    def __missing__(self, code: int) -> str | None:
        value = self[code] = _shadow_char(chr(code))
        return value


_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_SPECIAL = {"đ": "d", "Đ": "D", "⁄": "/", "․": ".", "。": ".", "·": ".", "•": ".", "⓪": "0", **_DASHES}
_UNSEEN = ("Mn", "Me", "Cf")


def _shadow_char(char: str) -> str | None:
    if char in _SPECIAL:
        return _SPECIAL[char]
    category = unicodedata.category(char)
    if category in _UNSEEN:
        return None
    if category == "Zs":
        return " "
    if category in ("Nd", "No"):
        digit = unicodedata.digit(char, None)
        return char if digit is None else str(digit)
    simple = unicodedata.normalize("NFKD", char)
    base = "".join(c for c in simple if unicodedata.category(c) not in _UNSEEN)
    return base if len(base) == 1 else char


_FOLD = _FoldTable()


@dataclass(frozen=True)
class Shadow:
    """`plain` keeps case; `origin[i]` is the offset in the text of its character i (None: the same offset)."""

    plain: str
    text: str
    origin: Sequence[int] | None

    @cached_property
    def lower(self) -> str:
        """`plain` in lower case, of the same length."""
        lowered = self.plain.lower()
        if len(lowered) == len(self.plain):
            return lowered
        return "".join(c.lower() if len(c.lower()) == 1 else c for c in self.plain)

    def accented(self, start: int, end: int) -> str:
        """What the customer wrote there, in lower case and NFC."""
        begin, finish = self.text_span(start, end)
        return unicodedata.normalize("NFC", self.text[begin:finish]).lower()

    def text_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text of a span of the shadow, with the unseen characters that follow its last one."""
        if self.origin is None:
            return start, end
        after = self.origin[end] if end < len(self.origin) else len(self.text)
        return self.origin[start], after


def shadow_of(text: str) -> Shadow:
    """The shadow of any text, well-formed or not."""
    if text.isascii():
        return Shadow(text, text, None)
    plain = text.translate(_FOLD)
    if len(plain) == len(text):
        return Shadow(plain, text, None)
    seen = [i for i, char in enumerate(text) if _FOLD[ord(char)] is not None]
    return Shadow(plain, text, seen)
