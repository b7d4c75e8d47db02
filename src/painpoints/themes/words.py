"""Words of a segment for matching: lower case, no placeholders, one tone placement, with and without
accents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from painpoints.resources import configs_dir

__all__ = ["function_words", "is_vague", "load_word_list", "plain", "tokens", "tone_key"]

_PLACEHOLDER = re.compile(r"[\[<{⟨][^\W\d]{2,30}(?:[ _-][^\W\d]{1,20}){0,3}[\]>}⟩]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


@lru_cache(maxsize=200_000)
def plain(word: str) -> str:
    """``Giao hàng`` → ``giao hang``."""
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c))


@lru_cache(maxsize=200_000)
def tone_key(word: str) -> str:
    """A key that is the same for ``hoá`` and ``hóa``: the tone mark moves to the end of the word."""
    letters = unicodedata.normalize("NFD", word.lower())
    tone = "".join(c for c in letters if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES)) + tone


def tokens(text: str) -> list[str]:
    """Lower-case words in order; masked personal data and punctuation are left out."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(_PLACEHOLDER.sub(" ", text))]


@lru_cache(maxsize=32)
def load_word_list(name: str) -> frozenset[str]:
    """A list under configs/lexicon: words with blanks between them, ``#`` comments."""
    path = Path(configs_dir()) / "lexicon" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word.lower() for line in lines for word in line.split("#")[0].split())


@lru_cache(maxsize=1)
def _vague_words() -> tuple[frozenset[str], frozenset[str]]:
    accented = load_word_list("stopwords_vi.txt") | load_word_list("vague.txt")
    english = load_word_list("stopwords_en.txt")
    words = accented | english
    return words, frozenset(plain(word) for word in words)


def is_vague(words: list[str], lang: str) -> bool:
    """Does the segment only praise or scold without naming anything ("tệ quá", "very good app")?"""
    accented, bare = _vague_words()
    known = bare if lang == "vi_unaccented" else accented
    return all(word in known or word.isdigit() or len(word) == 1 for word in words)


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Accent-stripped function words and words of mere judgement, of both languages."""
    return _vague_words()[1]
