"""How customers move on the journey: from the stage of one piece of feedback to the stage of the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.carry.visits import order_visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.change.history import History

__all__ = ["FLOW_COLUMNS", "stage_flow"]

FLOW_COLUMNS = (
    "from_stage",
    "to_stage",
    "moves",
    "customers",
    "feeling_before",
    "feeling_after",
    "negative_after",
)


def stage_flow(history: History, stages: Sequence[str]) -> pd.DataFrame:
    """FLOW_COLUMNS, one row a pair of stages that anybody went through, in the order of `stages` (ids).

    An item stands at the stage that most of its mentions are at (the earlier of equals); items without a stage are
    passed over. ``feeling_*``: mean over moves of the item's mean feeling (neg −1, neu 0, pos 1) there, nan where no
    mention has a sentiment; ``negative_after``: share of moves that end in an item with more blame than praise. Two
    items at the same moment are no move.
    """
    visits = order_visits(history)
    told = _item_stages(history.mentions, stages)
    place, feeling = (told[name].reindex(visits.item).to_numpy() for name in ("stage", "feeling"))
    kept = np.flatnonzero(~pd.isna(place))
    first, second = kept[:-1], kept[1:]
    moved = (visits.customer[first] == visits.customer[second]) & (
        visits.moment_start[first] != visits.moment_start[second]
    )
    first, second = first[moved], second[moved]
    moves = pd.DataFrame(
        {
            "from_stage": place[first],
            "to_stage": place[second],
            "customer": visits.customer[first],
            "before": feeling[first],
            "after": feeling[second],
        }
    )
    return _counted(moves, {stage: at for at, stage in enumerate(stages)})


def _item_stages(mentions: pd.DataFrame, stages: Sequence[str]) -> pd.DataFrame:
    """By item: ``stage`` and ``feeling``, for items with a known stage."""
    worth = mentions["sentiment"].map({"neg": -1.0, "neu": 0.0, "pos": 1.0})
    feeling = worth.groupby(mentions["item"]).mean()
    placed = mentions[mentions["stage"].isin(list(stages))]
    counts = placed.groupby(["item", "stage"]).size().rename("count").reset_index()
    counts["order"] = counts["stage"].map({stage: at for at, stage in enumerate(stages)})
    leading = counts.sort_values(["item", "count", "order"], ascending=[True, False, True]).drop_duplicates(
        "item"
    )
    return pd.DataFrame(
        {
            "stage": leading["stage"].to_numpy(dtype=object),
            "feeling": feeling.reindex(leading["item"]).to_numpy(),
        },
        index=leading["item"].to_numpy(),
    )


def _counted(moves: pd.DataFrame, order: dict[str, int]) -> pd.DataFrame:
    if moves.empty:
        return pd.DataFrame(columns=list(FLOW_COLUMNS))
    judged = moves["after"].notna()
    moves["negative"] = (moves["after"] < 0).astype(float).where(judged)
    groups = moves.groupby(["from_stage", "to_stage"], sort=False)
    table = groups.agg(
        moves=("customer", "size"),
        customers=("customer", "nunique"),
        feeling_before=("before", "mean"),
        feeling_after=("after", "mean"),
        negative_after=("negative", "mean"),
    ).reset_index()
    keys = [table[name].map(order) for name in ("to_stage", "from_stage")]
    return table.iloc[np.lexsort(keys)].reset_index(drop=True)[list(FLOW_COLUMNS)]
