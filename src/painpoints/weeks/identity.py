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
    """``item_key, other_key, text_digest, content`` an item.

    The key is the export's own id, which an export without ids does not have: there it is a digest of text, date,
    customer and rating, and the how-maniest of these it is, so that two files that overlap share their items. The other
    key is that of an item whose key another system's item has already (see `sort_items`).
    """
    import pandas as pd

    own = (items["feedback_id"] != items["source"] + ":" + items["row"].astype(str)).to_numpy()
    told = pd.Series(_digests(items, _TOLD))
    place = told.groupby(told).cumcount()
    keys = [
        f"id:{feedback_id}" if named else f"tx:{digest}:{number}"
        for feedback_id, named, digest, number in zip(items["feedback_id"], own, told, place, strict=True)
    ]
    texts = _digests(items, _TEXT)
    others = [f"{key}#{text[:12]}" for key, text in zip(keys, texts, strict=True)]
    columns = {"item_key": keys, "other_key": others, "text_digest": texts}
    return pd.DataFrame(columns | {"content": _digests(items, _CORRECTABLE)})


def sort_items(items: pd.DataFrame, digests: pd.DataFrame, known: pd.DataFrame) -> Sorted:
    """What is new, corrected and known among `items`.

    ``known`` has ``item_key, text_digest, content, created_at`` of the workspace's items under either key. The
    same id with another text on another date is another system's item and gets a key of its own; with one of the
    two it is a correction.
    """
    columns = ("text_digest", "content", "created_at")
    before = dict(zip(known["item_key"], zip(*(known[c] for c in columns), strict=True), strict=True))
    found = Sorted([], [], [], [])
    keys = ("item_key", "other_key", "text_digest", "content")
    rows = zip(*(digests[k] for k in keys), items["created_at"], strict=True)
    for number, (own_key, other_key, text, content, moment) in enumerate(rows):
        told, _, then = before.get(own_key, (text, "", moment))
        taken = told != text and not _same_moment(then, moment)
        key = other_key if taken else own_key
        found.keys.append(key)
        if key not in before:
            found.fresh.append(number)
        elif before[key][1] == content:
            found.known.append(number)
        else:
            found.correct.append(number)
    return found


def _same_moment(then: pd.Timestamp, moment: pd.Timestamp) -> bool:
    """Whether a stored moment (UTC without saying so) and one as read are the same; no date is the same as none."""
    import pandas as pd

    if pd.isna(then) or pd.isna(moment):
        return bool(pd.isna(then) and pd.isna(moment))
    return bool(pd.Timestamp(then) == moment.tz_convert(None))


def _digests(items: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    parts = [list(map(str, items[column])) for column in columns]
    rows = zip(*parts, strict=True)
    return [
        hashlib.sha256("\x1f".join(row).encode("utf-8", "surrogatepass")).hexdigest()[:32] for row in rows
    ]
