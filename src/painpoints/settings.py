"""Every number that matters, in one place, each with its unit and its reason.

A stage takes the group that it needs. The whole is written to ``run.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["RankSettings", "Settings", "TextSettings", "ThemeSettings"]


@dataclass(frozen=True)
class TextSettings:
    """Cleaning and segmentation."""

    max_item_chars: int = 20_000
    """characters of one item that are analysed; a longer one is a pasted log, and what is cut is counted"""


@dataclass(frozen=True)
class ThemeSettings:
    """Clustering and naming."""


@dataclass(frozen=True)
class RankSettings:
    """The score of a pain point."""


@dataclass(frozen=True)
class Settings:
    """All groups together, with the seed of the run."""

    seed: int = 20_240
    text: TextSettings = field(default_factory=TextSettings)
    themes: ThemeSettings = field(default_factory=ThemeSettings)
    rank: RankSettings = field(default_factory=RankSettings)
