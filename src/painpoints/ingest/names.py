"""Column names and cell values made comparable: no accents, case or punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["find_name", "fold", "quoted_list", "without_controls"]

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER = re.compile(r"[^0-9a-z#]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """``"Nội dung phản hồi"``, ``noi_dung_phan_hoi`` and ``noiDungPhanHoi`` → ``"noi dung phan hoi"``."""
    spaced = _CAMEL.sub(" ", name).casefold().replace("đ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced) if not unicodedata.combining(c))
    return _OTHER.sub(" ", bare).strip()


def find_name(wanted: str, columns: Iterable[str]) -> str | None:
    """The column meant by `wanted`: spelt exactly so, else the first that is the same when folded."""
    columns = list(columns)
    if wanted in columns:
        return wanted
    key = fold(wanted)
    return next((c for c in columns if key and fold(c) == key), None)


def without_controls(value: str, limit: int) -> str:
    """`value` on one line, safe to print on a terminal, cut to `limit` characters."""
    line = _CONTROLS.sub(" ", value[: limit * 4]).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def quoted_list(names: Iterable[str], limit: int = 30) -> str:
    """``'a', 'b', 'c'`` for messages; a very long list is cut and says so."""
    shown = [f"'{without_controls(n, 60)}'" for n in names]
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more
