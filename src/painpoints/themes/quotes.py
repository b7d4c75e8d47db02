"""Quotes for a theme: central, readable, from different people, and not the same sentence three times."""

from __future__ import annotations

import numpy as np

from painpoints.themes.words import plain, tokens

__all__ = ["choose_quotes", "most_central"]

POOL = 200


def _readability(words: int) -> float:
    """1 for 6–35 words; a fragment says too little and a wall of text is not read."""
    if 6 <= words <= 35:
        return 1.0
    return 0.5 if words < 4 or words > 60 else 0.75


def _ranked(view: np.ndarray, texts: list[str]) -> list[int]:
    """Positions by closeness to the theme's centre times readability, best first; ties keep their order."""
    centre = view.mean(axis=0)
    closeness = view @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
    worth = [
        (-round(float(close + 1.0) * _readability(len(text.split())), 6), position)
        for position, (close, text) in enumerate(zip(closeness, texts, strict=True))
    ]
    return [position for _, position in sorted(worth)]


def most_central(view: np.ndarray, texts: list[str]) -> int:
    """Position of the segment that stands best for all of them."""
    return _ranked(view, texts)[0]


def choose_quotes(view: np.ndarray, texts: list[str], people: list[str], weeks: list[str]) -> list[int]:
    """Up to three positions, greedily: central first, then what is unlike the chosen ones, by others, in
    other weeks.

    The same person or nearly the same words (Jaccard over 0.6) never twice.
    """
    pool = _ranked(view, texts)[:POOL]
    words = {position: {plain(word) for word in tokens(texts[position])} for position in pool}
    chosen: list[int] = []
    while pool and len(chosen) < 3:
        allowed = [p for p in pool if not any(_same(p, c, words, people) for c in chosen)]
        if not allowed:
            break
        best = min(
            range(len(allowed)),
            key=lambda rank: (rank / len(pool) + _penalty(allowed[rank], chosen, view, weeks), rank),
        )
        chosen.append(allowed[best])
        pool = [p for p in allowed if p != allowed[best]]
    return chosen


def _same(one: int, other: int, words: dict[int, set[str]], people: list[str]) -> bool:
    union = words[one] | words[other]
    alike = len(words[one] & words[other]) / len(union) if union else 1.0
    return people[one] == people[other] or alike > 0.6


def _penalty(position: int, chosen: list[int], view: np.ndarray, weeks: list[str]) -> float:
    """How much a quote repeats the chosen ones: the largest cosine, and a little for the same week."""
    if not chosen:
        return 0.0
    likeness = max(round(float(view[position] @ view[c]), 6) for c in chosen)
    same_week = weeks[position] != "" and any(weeks[position] == weeks[c] for c in chosen)
    return 0.5 * likeness + (0.1 if same_week else 0.0)
