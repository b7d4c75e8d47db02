"""Profiles: what is known about the exports of one product, as data in ``configs/profiles``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from painpoints.errors import InputError
from painpoints.ingest.names import fold
from painpoints.resources import configs_dir

__all__ = ["GENERIC", "Profile", "Thread", "load_profiles", "named_profile", "recognise"]

GENERIC = "generic"

Alternatives = Annotated[tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else tuple(v))]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Model):
    """Holds for a reply whose `field` has one of `values`, or equals the parent's field `same_as`."""

    field: str
    values: tuple[str, ...] = ()
    same_as: str = ""

    def holds(self, reply: Mapping[str, Any], parent: Mapping[str, Any]) -> bool:
        value = reply.get(self.field, "")
        return value == parent.get(self.same_as) if self.same_as else value in self.values


class Thread(_Model):
    """Replies nested in a record: items of their own, or parts of one conversation."""

    lists: tuple[str, ...]
    as_items: bool = False
    text: tuple[str, ...] = ()
    customer: Condition | None = None
    skip: Condition | None = None


class HeaderCell(_Model):
    """A pattern that a cell of header row `row` (from 1) must have."""

    row: int
    pattern: str


class TextColumns(_Model):
    """Open-ended questions: columns whose header in `row` has `pattern`; with `by_content`, prose columns as well."""

    row: int
    pattern: str
    never: str = r"^\b$"
    by_content: bool = False


class SkipRows(_Model):
    """Records that are not a customer's."""

    column: str
    values: tuple[str, ...]
    reason: str


class Profile(_Model):
    """How to recognise and read one kind of export. Column names are compared folded (see `names.fold`)."""

    name: str
    title: str
    header_rows: int = 1
    requires: tuple[str, ...]
    requires_any: tuple[tuple[str, ...], ...] = ()
    header_cell: HeaderCell | None = None
    text: tuple[Alternatives, ...] = ()
    text_columns: TextColumns | None = None
    id: tuple[str, ...] = ()
    id_pattern: str = ""
    created_at: tuple[str, ...] = ()
    time_zone: str = ""
    rating: tuple[str, ...] = ()
    rating_columns: str = ""
    rating_scale: str = ""
    customer_id: tuple[str, ...] = ()
    customer_name: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    agent_reply: tuple[str, ...] = ()
    constants: dict[str, str] = Field(default_factory=dict)
    skip_rows: SkipRows | None = None
    thread: Thread | None = None

    def fits(self, folded: Set[str], header: Sequence[Sequence[str]]) -> bool:
        """Whether the columns (folded) and, where it asks for that, the first rows of a file are this export's."""
        if not all(fold(name) in folded for name in self.requires):
            return False
        if not all(any(fold(name) in folded for name in group) for group in self.requires_any):
            return False
        if self.header_cell is None:
            return True
        row = header[self.header_cell.row - 1] if len(header) >= self.header_cell.row else ()
        return any(re.search(self.header_cell.pattern, cell) for cell in row)

    @property
    def specificity(self) -> int:
        """How much it asks for: the profile that asks for most wins."""
        return len(self.requires) + len(self.requires_any) + 2 * (self.header_cell is not None)


@lru_cache(maxsize=1)
def load_profiles() -> tuple[Profile, ...]:
    """All bundled profiles, the most demanding first."""
    files = sorted((configs_dir() / "profiles").glob("*.yaml"))
    profiles = [Profile(name=f.stem, **yaml.safe_load(f.read_text(encoding="utf-8"))) for f in files]
    return tuple(sorted(profiles, key=lambda p: (-p.specificity, p.name)))


def named_profile(name: str) -> Profile | None:
    """The profile called `name`; None for ``generic``. Raises InputError that lists the known ones."""
    if name == GENERIC:
        return None
    for profile in load_profiles():
        if profile.name == name:
            return profile
    known = ", ".join([GENERIC, *sorted(p.name for p in load_profiles())])
    raise InputError(f"Unknown profile '{name}'; the profiles are: {known}.")


def recognise(columns: Set[str], header: Sequence[Sequence[str]] = ()) -> Profile | None:
    """The profile that fits, or None. `columns` are names as they stand in the file."""
    folded = {fold(c) for c in columns}
    return next((p for p in load_profiles() if p.fits(folded, header)), None)
