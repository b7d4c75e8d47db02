"""UTF-8 that was once read as Windows-1252 or -1258 and saved again: "Giao hÃ ng cháº­m" → "Giao hàng chậm".

Only sequences that such an accident makes are touched, and only where the text around them shows that it happened:
text that is sound stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from painpoints.ingest.vietnamese import FONT_CODES, syllable_counts

__all__ = ["font_code", "repair_cell", "repair_column"]

_SAMPLE_CELLS = 400  # suspect cells of a column that show whether it is broken throughout
_MIN_FONT_WORDS = 12  # words outside ASCII that a column needs before an old font code is believed


def _byte_of() -> dict[str, int]:
    """The byte that a character stood for, whichever of Latin-1, cp1252 and cp1258 showed it."""
    table = {chr(b): b for b in range(0x80, 0x100)}
    for codec in ("cp1252", "cp1258"):
        for byte in range(0x80, 0x100):
            shown = bytes([byte]).decode(codec, "ignore")
            if shown:
                table[shown] = byte
    return table


_BYTE_OF = _byte_of()
_TAIL = "[" + "".join(re.escape(c) for c, b in _BYTE_OF.items() if 0x80 <= b <= 0xBF) + "]"
_SYMBOL_ROW = (
    "["
    + "".join(
        re.escape(c)
        for c, b in _BYTE_OF.items()
        if b in {*range(0x80, 0x85), *range(0x86, 0x8A), *range(0x98, 0xA0), 0xAC, 0xAD}
    )
    + "]"
)  # not the bytes shown as …, “ ” and –, which do follow a letter in sound text
_SEQUENCE = re.compile(
    f"á[º»]{_TAIL}"  # U+1E80–1EFF: most Vietnamese vowels with two marks
    f"|â{_SYMBOL_ROW}{_TAIL}"  # quotes, dashes, ₫, arrows, stars, dingbats
    f"|[ðđ][Ÿ\x9f]{_TAIL}{_TAIL}"  # emoji
    "|ï¸[\x8f\u008f]|ï»¿"
    f"|[ÂÃĂÄÅÆÌ]{_TAIL}"
    f"|(?<=[a-zđ])[ÃĂ] "  # à whose no-break space became a plain one
)
_HINT = re.compile(f"[áâðđïÂÃĂÄÅÆÌ]{_TAIL}")
_QUOTED = re.compile(r"(?:^|[\s(])«")
_SURE_LETTER = re.compile(f"(?:(?<=[a-z])[ÂÃĂÄÅÆÌ](?:{_TAIL}| ))|(?:(?<![A-ZĐ])[ÂÃĂÄÅÆ][^\\s\xa0](?=[a-z]))")


def repair_cell(text: str, *, expected: bool = False) -> str:
    """`text` with its mis-decoded sequences restored, or `text` itself.

    `expected`: the rest of the column is broken, so that a lone, less telling sequence counts too.
    """
    if not _may_be_broken(text) or _QUOTED.search(text):
        return text
    fixed = _SEQUENCE.sub(_restore, text)
    if fixed == text or not (_is_sure(text) or (expected and _reads_better(fixed))):
        return text
    return fixed


def _may_be_broken(text: str) -> bool:
    """A cheap look before the full search, which sound text nearly never passes."""
    return _HINT.search(text) is not None or "Ã " in text or "Ă " in text


def _restore(match: re.Match[str]) -> str:
    return _restored(match[0])


@lru_cache(maxsize=4096)
def _restored(shown: str) -> str:
    raw = bytes(0xA0 if c == " " else _BYTE_OF[c] for c in shown)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return shown


def _is_sure(text: str) -> bool:
    """Whether sound text would not have these sequences: three bytes and more, or capitals inside small letters."""
    return any(len(m[0]) > 2 for m in _SEQUENCE.finditer(text)) or bool(_SURE_LETTER.search(text))


def _reads_better(fixed: str) -> bool:
    good, bad = syllable_counts(fixed)
    return good > 0 and bad == 0


def repair_column(values: Sequence[str]) -> tuple[Sequence[str], str]:
    """Every cell of a column repaired, and the old font code that the column was converted from ('' for none)."""
    foreign = [v for v in values if not v.isascii()]
    suspects = [v for v in foreign if _may_be_broken(v)]
    if not suspects:
        font = font_code(foreign)
        return ([FONT_CODES[font](v) for v in values], font) if font else (values, "")
    sample = suspects[:_SAMPLE_CELLS]
    sure = sum(repair_cell(v) != v for v in sample)
    expected = sure >= 2 and sure * 4 >= len(sample)
    return [v if v.isascii() else repair_cell(v, expected=expected) for v in values], ""


def font_code(values: Sequence[str]) -> str:
    """Key of `FONT_CODES` where a column was typed with an old Vietnamese font, else ''."""
    sample = " ".join(v[:400] for v in values[:400])
    good, bad = syllable_counts(sample)
    if bad <= good or good + bad < _MIN_FONT_WORDS:
        return ""
    for name, convert in FONT_CODES.items():
        good, bad = syllable_counts(convert(sample))
        if good >= _MIN_FONT_WORDS and bad * 10 <= good:
            return name
    return ""
