"""Ids: taken from links, checked for damage by Excel, and dropped where they do not tell rows apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from painpoints.settings import IngestSettings

__all__ = ["damage", "digits_cut", "extract", "tells_rows_apart", "without_fraction"]

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d+")
_FRACTION = re.compile(r"\d+\.0")
_EXCEL_DIGITS = 15  # significant digits of a number in Excel


def extract(values: Sequence[str], pattern: str) -> list[str]:
    """The ids in `values`: the first group of `pattern` where there is one, without percent escapes."""
    if not pattern:
        return [v.strip() for v in values]
    search = re.compile(pattern).search
    return [unquote(match[1]) if (match := search(v)) else "" for v in values]


def without_fraction(ids: Sequence[str]) -> list[str]:
    """``123.0`` → ``123`` where every id was turned into a decimal number, and ids in scientific notation removed."""
    filled = [i for i in ids if i]
    if filled and all(_FRACTION.fullmatch(i) for i in filled):
        return [i[:-2] for i in ids]
    return ["" if _SCIENTIFIC.fullmatch(i) else i for i in ids]


def damage(column: str, values: Sequence[str]) -> list[str]:
    """What Excel did to the ids of `column`, a sentence each."""
    filled = [v.strip() for v in values if v.strip()]
    if not filled:
        return []
    found = []
    scientific = sum(bool(_SCIENTIFIC.fullmatch(v)) for v in filled)
    if scientific:
        found.append(
            f"{scientific:,} ids in '{column}' were turned by Excel into numbers such as "
            f"'{next(v for v in filled if _SCIENTIFIC.fullmatch(v))}' and are lost; export again and do not save in Excel."
        )
    fractions = sum(bool(_FRACTION.fullmatch(v)) for v in filled)
    if fractions:
        found.append(f"{fractions:,} ids in '{column}' end in '.0': a program took them for decimal numbers.")
    if digits_cut(filled):
        found.append(
            f"Ids of more than 15 digits in '{column}' all end in 0: Excel has cut their last digits."
        )
    return [*found, *_lost_zeros(column, filled)]


def digits_cut(values: Sequence[str]) -> bool:
    """Whether every long code has only zeros after the 15 digits that Excel keeps."""
    long_codes = [v for v in values if v.isdigit() and len(v) > _EXCEL_DIGITS]
    return len(long_codes) >= 3 and not any(v[_EXCEL_DIGITS:].strip("0") for v in long_codes)


def _lost_zeros(column: str, filled: Sequence[str]) -> list[str]:
    """Codes of one length of which about a tenth are a digit short, and none starts with 0."""
    if not all(v.isdigit() for v in filled) or any(v.startswith("0") for v in filled):
        return []
    length = max(map(len, filled))
    full = sum(len(v) == length for v in filled)
    short = sum(len(v) == length - 1 for v in filled)
    phones = length == 9 and full == len(filled) and all(v[0] in "35789" for v in filled)
    if phones or (length >= 6 and full >= 0.75 * len(filled) and 0.02 < short / len(filled) < 0.2):
        return [
            f"Codes in '{column}' seem to have lost a leading zero in Excel; they may not match other files."
        ]
    return []


def tells_rows_apart(ids: Sequence[str], texts: Sequence[str], settings: IngestSettings) -> bool:
    """False where an id comes back with other texts so often that it names a ticket, app or order, not the row."""
    first_text: dict[str, str] = {}
    filled = conflicts = 0
    for identifier, text in zip(ids, texts, strict=True):
        if identifier:
            filled += 1
            conflicts += first_text.setdefault(identifier, text) != text
    if not filled:
        return False
    often = conflicts >= 5 and conflicts > settings.id_conflict_share * filled
    if conflicts and digits_cut(ids):
        return False
    return not often and not (filled >= 3 and len(first_text) < 0.5 * filled and conflicts)
