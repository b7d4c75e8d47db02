"""Which item of an export is which item of the workspace: the same export twice counts every item once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sorted", "customer_digest", "item_digests", "sort_items"]

_TEXT = ("text",)
_TOLD = ("text", "created_at", "customer_id", "rating")
"""what tells an item without an id of its own from others"""
_CORRECTABLE = (
    "text",
    "created_at",
    "customer_id",
    "rating",
    "rating_scale",
    "channel",
    "segment",
    "product",
)


@dataclass(frozen=True)
class Sorted:
    """Positions of the items of an import: ``fresh`` ones, those that ``correct`` a known one, and ``known`` ones."""

    fresh: list[int]
    correct: list[int]
    known: list[int]
    keys: list[str]
    """``item_key`` of every item"""


def customer_digest(customer_id: str) -> str:
    """What a customer is known by in a workspace: 24 hexadecimal digits, '' for ''."""
    return hashlib.sha256(f"customer\n{customer_id}".encode()).hexdigest()[:24] if customer_id else ""


def item_digests(items: pd.DataFrame) -> pd.DataFrame:
    """``item_key, text_digest, content`` an item.

    The key is the export's own id, which an export without ids does not have: there it is a digest of text, date,
    customer and rating, and the how-maniest of these it is, so that two files that overlap share their items.
    """
    import pandas as pd

    own = (items["feedback_id"] != items["source"] + ":" + items["row"].astype(str)).to_numpy()
    told = pd.Series(_digests(items, _TOLD))
    place = told.groupby(told).cumcount()
    keys = [
        f"id:{feedback_id}" if named else f"tx:{digest}:{number}"
        for feedback_id, named, digest, number in zip(items["feedback_id"], own, told, place, strict=True)
    ]
    return pd.DataFrame(
        {"item_key": keys, "text_digest": _digests(items, _TEXT), "content": _digests(items, _CORRECTABLE)}
    )


def sort_items(items: pd.DataFrame, digests: pd.DataFrame, known: pd.DataFrame) -> Sorted:
    """What is new, corrected and known among `items`.

    ``known`` has ``item_key, text_digest, content, created_at`` of items of the workspace. The same id with another text
    on another date is another system's item and gets a key of its own; with one of the two it is a correction.
    """
    before = known.set_index("item_key")
    found = Sorted([], [], [], [])
    rows = zip(
        digests["item_key"], digests["text_digest"], digests["content"], items["created_at"], strict=True
    )
    for number, (plain_key, text, content, moment) in enumerate(rows):
        key = plain_key
        if key in before.index and _is_other(before.loc[key], text, moment):
            key = f"{key}#{text[:12]}"
        found.keys.append(key)
        if key not in before.index:
            found.fresh.append(number)
        elif before.at[key, "content"] == content:
            found.known.append(number)
        else:
            found.correct.append(number)
    return found


def _is_other(before: pd.Series, text: str, moment: pd.Timestamp) -> bool:
    import pandas as pd

    then = before["created_at"]
    same_day = (pd.isna(then) and pd.isna(moment)) or (
        not pd.isna(then) and not pd.isna(moment) and pd.Timestamp(then) == moment.tz_convert(None)
    )
    return bool(before["text_digest"] != text and not same_day)


def _digests(items: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    parts = [list(map(str, items[column])) for column in columns]
    rows = zip(*parts, strict=True)
    return [
        hashlib.sha256("\x1f".join(row).encode("utf-8", "surrogatepass")).hexdigest()[:32] for row in rows
    ]
