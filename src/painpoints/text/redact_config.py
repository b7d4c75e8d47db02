"""Reading ``redact.yaml``: which order and waybill codes count as personal data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from painpoints.errors import InputError
from painpoints.yaml_tree import Node, read_list

__all__ = ["OrderCode", "read_order_codes"]

_KEYS = ("name", "pattern", "examples", "not_examples")


@dataclass(frozen=True)
class OrderCode:
    """One pattern with texts in which it must (`examples`) and must not (`not_examples`) find a code."""

    name: str
    pattern: str
    examples: tuple[str, ...] = ()
    not_examples: tuple[str, ...] = ()


def read_order_codes(path: Path) -> list[OrderCode]:
    """The ``order_codes`` of a file; an empty list switches them off. Raises InputError with the first problem."""
    codes = [_order_code(path, item) for item in read_list(path, "order_codes", "none are masked")]
    doubled = {code.name for code in codes if sum(other.name == code.name for other in codes) > 1}
    if doubled:
        raise InputError(f"{path}: order_codes: the name {min(doubled)!r} is there twice")
    return codes


def _order_code(path: Path, item: Node) -> OrderCode:
    pairs = item.pairs or {}
    unknown = sorted(set(pairs) - set(_KEYS))
    name, pattern = (pairs[key].text if key in pairs else None for key in ("name", "pattern"))
    if unknown or not name or not pattern:
        found = f"unknown key {unknown[0]!r}" if unknown else "name or pattern is missing"
        raise InputError(f"{path}: line {item.line}: {found}; an order code has {', '.join(_KEYS)}")
    return OrderCode(name, pattern, _texts(pairs.get("examples")), _texts(pairs.get("not_examples")))


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(item.text for item in (node.items or []) if item.text) if node is not None else ()
