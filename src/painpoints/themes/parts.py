"""What a theme is made of: the finer groups within it, each told by its most central sentence."""

from __future__ import annotations

import numpy as np

from painpoints.themes.cluster import linked_levels
from painpoints.themes.quotes import most_central

__all__ = ["main_points"]

_DISTANCE = 0.6
"""mean distance (1 - cosine of the centred vectors) within a finer group"""
_LEAST_SHARE = 0.08
_LEAST = 3
_LOOKED_AT = 1_500
"""segments of a theme that are grouped again; more are thinned evenly"""


def main_points(
    centred: np.ndarray, texts: list[str], items: np.ndarray, most: int = 4
) -> tuple[tuple[str, int], ...]:
    """``(sentence, items)``, largest first; nothing where the theme says one thing only.

    ``centred`` are unit rows around their language's mean. A finer group holds at least 8 % of the segments.
    """
    rows = np.arange(len(texts))
    if len(rows) > _LOOKED_AT:
        rows = np.linspace(0, len(texts) - 1, _LOOKED_AT).astype(int)
    if len(rows) < 2 * _LEAST:
        return ()
    labels = linked_levels(centred[rows] @ centred[rows].T, (_DISTANCE,))[0]
    least = max(_LEAST, _LEAST_SHARE * len(rows))
    scale = len(texts) / len(rows)
    found = []
    for label in np.flatnonzero(np.bincount(labels) >= least):
        own = rows[labels == label]
        told = [texts[row] for row in own]
        people = len(set(items[own].tolist()))
        if people > 1:
            found.append((told[most_central(centred[own], told)].rstrip(" ,;:."), round(people * scale)))
    found.sort(key=lambda point: (-point[1], point[0]))
    return tuple(found[:most]) if len(found) > 1 else ()
