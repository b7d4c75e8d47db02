"""What is said about change, from a history of weeks: trends, alerts, initiatives, drivers, the journey over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.rank.history import History
    from painpoints.rank.score import Ranking
    from painpoints.settings import Settings

__all__ = ["LookBack", "look_back"]

ALERT_COLUMNS = (
    "theme_id", "name_vi", "name_en", "status", "since_week", "rate_ratio", "ci_low", "ci_high", "q_value",
    "touchpoint", "owner",
)  # fmt: skip


@dataclass(frozen=True)
class LookBack:
    """The tables by the name of their file, and the alerts among them."""

    tables: dict[str, pd.DataFrame]
    alerts: pd.DataFrame


def look_back(history: History, ranking: Ranking, journey: Journey, settings: Settings) -> LookBack:
    """Every table that looks back over the weeks of `history`."""
    alerts = pd.DataFrame(columns=list(ALERT_COLUMNS))
    return LookBack({"alerts": alerts}, alerts)
