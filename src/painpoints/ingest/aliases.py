"""``configs/columns.yaml`` as folded names, ready for comparing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from painpoints.ingest.names import fold
from painpoints.resources import configs_dir

__all__ = ["Aliases", "load_aliases"]

TEXT_ROLES = ("title", "body", "pros", "cons")
SIMPLE_FIELDS = (
    "id",
    "created_at",
    "customer_id",
    "customer_name",
    "people",
    "channel",
    "segment",
    "product",
    "agent_reply",
)


@dataclass(frozen=True)
class Aliases:
    """All names folded; tuples are in order of preference."""

    text: dict[str, tuple[str, ...]]
    text_contains: tuple[str, ...]
    text_never: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    rating: tuple[tuple[str, str], ...]
    """pairs of name and scale hint"""
    rating_contains: tuple[tuple[str, tuple[str, ...]], ...]
    """pairs of scale hint and words: a question with one of them, answered by figures, is a rating"""
    row_number: frozenset[str]
    missing: frozenset[str]
    """values (stripped, case folded) that stand for nothing"""
    unnamed_customers: frozenset[str]
    rating_missing: frozenset[str]
    rating_words: dict[str, float]
    rating_yes_no: dict[str, float]

    @property
    def known_names(self) -> frozenset[str]:
        """Every name that any field goes by: what tells a header row from data."""
        names = {n for group in (*self.text.values(), *self.fields.values()) for n in group}
        return frozenset(names | {n for n, _ in self.rating})


@lru_cache(maxsize=1)
def load_aliases() -> Aliases:
    """The bundled aliases."""
    raw: dict[str, Any] = yaml.safe_load((configs_dir() / "columns.yaml").read_text(encoding="utf-8"))
    words = {fold(w): float(score) for score, group in raw["rating_words"].items() for w in group}
    yes_no = {fold(w): 1.0 for w in raw["rating_yes"]} | {fold(w): 0.0 for w in raw["rating_no"]}
    return Aliases(
        text={role: _folded(raw["text"][role]) for role in TEXT_ROLES},
        text_contains=_folded(raw["text"]["contains"]),
        text_never=_folded(raw["text"]["never"]),
        fields={field: _folded(raw[field]) for field in SIMPLE_FIELDS},
        rating=tuple((name, group["scale"]) for group in raw["rating"] for name in _folded(group["names"])),
        rating_contains=tuple((scale, _folded(words)) for scale, words in raw["rating_contains"].items()),
        row_number=frozenset(_folded(raw["row_number"])),
        missing=frozenset(v.casefold() for v in raw["missing_values"]),
        unnamed_customers=frozenset(_folded(raw["unnamed_customers"])),
        rating_missing=frozenset(_folded(raw["rating_missing"])),
        rating_words=words,
        rating_yes_no=yes_no,
    )


def _folded(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(name) for name in names))
