"""Ids that follow from what a theme says, so that the same data give the same ids."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

import pandas as pd

__all__ = ["lasting_id", "place_of"]


def lasting_id(prefix: str, content: Sequence[str], taken: Collection[str]) -> str:
    """``prefix`` and six hex digits of what is said; a clash with one that is taken is salted with a counter."""
    said = "\n".join(content)
    for salt in range(len(taken) + 1):
        digest = hashlib.sha256(f"{said}\n{salt}".encode("utf-8", "surrogatepass")).hexdigest()
        if (found := prefix + digest[:6].upper()) not in taken:
            break
    return found


def place_of(segments: pd.DataFrame, row: int) -> str:
    """Where a segment stands: ``FEEDBACK_ID:SEGMENT_NO``."""
    return f"{segments['feedback_id'].iat[row]}:{segments['segment_no'].iat[row]}"
