"""Words, numbers and dates of the report in its language."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from painpoints.report.sentences import in_language

__all__ = ["Locale", "texts"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MISSING = "–"


@cache
def texts() -> dict[str, dict[str, str]]:
    """key -> {vi, en[, en_one]} of text.yaml."""
    import yaml

    source = files("painpoints.report").joinpath("text.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(source)
    return loaded


class Locale:
    """Formats for one language. A missing number or date (None) is shown as a dash."""

    def __init__(self, lang: str) -> None:
        if lang not in ("vi", "en"):
            raise ValueError(f"report language {lang!r}, expected 'vi' or 'en'")
        self.lang = lang

    @property
    def name_column(self) -> str:
        """The column of a table that holds names in this language."""
        return f"name_{self.lang}"

    def text(self, key: str, count: int | None = None, /, **values: Any) -> str:
        """The sentence `key`; English takes its singular where `count` is 1. Raises KeyError for an unknown key."""
        forms = texts()[key]
        form = forms["en_one"] if self.lang == "en" and count == 1 and "en_one" in forms else forms[self.lang]
        return form.format(**values) if values else form

    def term(self, group: str, name: str) -> str:
        """The word for `name` in a group of terms; a name that has none is shown as it is."""
        key = f"{group}.{name.lower()}"
        return self.text(key) if key in texts() else name.replace("_", " ")

    def sentence(self, english: str) -> str:
        """What the code says in English about the input or its work; as it is where it has no other words."""
        return in_language(english, self.lang)

    def reason(self, english: str) -> str:
        """Why rows were not used, plain ("empty text") or with names and numbers."""
        key = f"reason.{english.lower()}"
        return self.text(key) if key in texts() else self.sentence(english)

    def number(self, value: float | None, digits: int = 0, *, signed: bool = False) -> str:
        """1.234,5 in Vietnamese and 1,234.5 in English, with a true minus sign."""
        if value is None or not math.isfinite(value):
            return MISSING
        rounded = round(value, digits) + 0.0
        body = f"{abs(rounded):,.{digits}f}"
        if self.lang == "vi":
            body = body.translate(str.maketrans(",.", ".,"))
        sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + body

    def percent(self, share: float | None, digits: int = 1) -> str:
        """0.342 as 34,2%."""
        return (
            MISSING if share is None or not math.isfinite(share) else self.number(100 * share, digits) + "%"
        )

    def day(self, iso: str | None) -> str:
        """05/03/2026 in Vietnamese, 5 Mar 2026 in English, from ISO 8601."""
        if not iso:
            return MISSING
        when = date.fromisoformat(iso[:10])
        if self.lang == "vi":
            return f"{when.day:02d}/{when.month:02d}/{when.year:04d}"
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"

    def short_day(self, iso: str, unit: str) -> str:
        """An axis label: 05/03 for a week, 03/2026 for a month or quarter, 2026 for a year."""
        when = date.fromisoformat(iso[:10])
        if unit == "year":
            return str(when.year)
        if unit in ("month", "quarter"):
            return (
                f"{when.month:02d}/{when.year}"
                if self.lang == "vi"
                else f"{_MONTHS[when.month - 1]} {when.year}"
            )
        return (
            f"{when.day:02d}/{when.month:02d}"
            if self.lang == "vi"
            else f"{when.day} {_MONTHS[when.month - 1]}"
        )
