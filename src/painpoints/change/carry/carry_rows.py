"""Rows of the carry-over table: which ratios have enough behind them, and how they are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from painpoints.rank.stats import adjust_p_values

if TYPE_CHECKING:
    from painpoints.change.carry.mantel_haenszel import StratifiedRatio
    from painpoints.settings import CarrySettings

__all__ = ["CARRY_COLUMNS", "CARRY_DETAIL_COLUMNS", "enough", "ratio_row", "with_q_values"]

CARRY_COLUMNS = (
    "cause_touchpoint", "cause_theme", "outcome", "ratio", "ci_low", "ci_high", "n_exposed", "n_unexposed",
)  # fmt: skip
CARRY_DETAIL_COLUMNS = (
    "cause_stage", *CARRY_COLUMNS, "basis", "events", "expected", "design_effect", "p_value", "q_value", "significant",
    "plain_ratio", "plain_low", "plain_high", "alike_ratio", "alike_low", "alike_high",
)  # fmt: skip

PLAIN, ALIKE = "all", "as_many_complaints"


def enough(found: StratifiedRatio, at: int, settings: CarrySettings) -> bool:
    """Are there customers and expected events enough for outcome `at`?"""
    people = min(found.n_exposed, found.n_unexposed)
    return people >= settings.min_customers and float(found.expected[at]) >= settings.min_expected


def ratio_row(
    plain: StratifiedRatio, alike: StratifiedRatio, at: int, settings: CarrySettings
) -> dict[str, Any]:
    """CARRY_DETAIL_COLUMNS of outcome `at`, but its names and q-value.

    The ratio shown is the one of the two that claims less: against all customers, or against those who complained as
    often (nan where too few). The first takes grumblers for an effect, the second makes a harmless touchpoint look
    good beside a harmful one.
    """
    known = enough(alike, at, settings)
    shown = alike if known and _claim(alike, at) < _claim(plain, at) else plain
    return {
        "ratio": float(shown.ratio[at]),
        "ci_low": float(shown.low[at]),
        "ci_high": float(shown.high[at]),
        "n_exposed": shown.n_exposed,
        "n_unexposed": shown.n_unexposed,
        "basis": ALIKE if shown is alike else PLAIN,
        "events": int(shown.events[at]),
        "expected": float(shown.expected[at]),
        "design_effect": float(shown.design_effect[at]),
        "p_value": float(shown.p_value[at]),
        **_figures("plain", plain, at, known=True),
        **_figures("alike", alike, at, known=known),
    }


def _claim(found: StratifiedRatio, at: int) -> float:
    """How far the ratio is from 1, either way."""
    ratio = float(found.ratio[at])
    return abs(math.log(ratio)) if ratio > 0 else math.inf


def _figures(name: str, found: StratifiedRatio, at: int, *, known: bool) -> dict[str, float]:
    values = {"ratio": found.ratio, "low": found.low, "high": found.high}
    return {f"{name}_{key}": float(value[at]) if known else math.nan for key, value in values.items()}


def with_q_values(rows: list[dict[str, Any]], q: float) -> list[dict[str, Any]]:
    """The rows with `q_value` (Benjamini & Hochberg over all of them) and `significant`."""
    q_values = adjust_p_values([row["p_value"] for row in rows])
    return [
        row | {"q_value": value, "significant": value <= q} for row, value in zip(rows, q_values, strict=True)
    ]
