"""Each known customer's feedback in the order of time: what came before an item, and what followed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from painpoints.change.history import History

__all__ = ["Visits", "joined", "order_visits", "steps"]


@dataclass(frozen=True)
class Visits:
    """Dated items of known customers in the weeks of a history, by customer, then time, then position.

    All arrays run parallel. Items of one customer at the same moment have no order: neither is earlier.
    """

    item: NDArray[np.int64]
    """position in `History.items`"""
    customer: NDArray[np.int64]
    week: NDArray[np.int64]
    """position in `History.weeks`"""
    total: NDArray[np.int64]
    """items that the customer has in all"""
    customer_start: NDArray[np.int64]
    """where the customer's first item stands"""
    moment_start: NDArray[np.int64]
    """where the first item of the same customer and moment stands"""

    def __len__(self) -> int:
        return len(self.item)

    def earlier(self, hit: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of the customer's strictly earlier items were hits."""
        before = np.r_[0, np.cumsum(hit, dtype=np.int64)]
        return np.asarray(before[self.moment_start] - before[self.customer_start])

    @property
    def place(self) -> NDArray[np.int64]:
        """Strictly earlier items of the customer."""
        return self.moment_start - self.customer_start


def order_visits(history: History) -> Visits:
    """The visits of a history; empty where no item has a customer and a date."""
    items = history.items
    week = history.week_numbers()
    customer = items["customer_id"].fillna("").astype(str).str.strip()
    kept = np.flatnonzero((customer != "").to_numpy() & (week >= 0))
    code = pd.factorize(customer.iloc[kept], sort=True)[0].astype(np.int64)
    moment = pd.to_datetime(items["created_at"], utc=True).astype("int64").to_numpy()[kept]
    order = np.lexsort((kept, moment, code))
    kept, code, moment = kept[order].astype(np.int64), code[order], moment[order]
    first = np.r_[True, code[1:] != code[:-1]][: len(code)]
    new = first | np.r_[True, moment[1:] != moment[:-1]][: len(code)]
    total = np.bincount(code)[code] if len(code) else code
    return Visits(kept, code, week[kept], total.astype(np.int64), _last_start(first), _last_start(new))


def _last_start(starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each place the last start up to it."""
    return np.asarray(
        np.maximum.accumulate(np.where(starts, np.arange(len(starts)), 0)) if len(starts) else starts,
        dtype=np.int64,
    )


def steps(values: NDArray[np.int64], bounds: Sequence[int]) -> NDArray[np.int64]:
    """The group of each value: 0 below the first bound, 1 from it on, and so forth."""
    return np.searchsorted(np.asarray(bounds), values, side="right").astype(np.int64)


def joined(*groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each combination of groups (all from 0)."""
    stratum = np.zeros(len(groups[0]), dtype=np.int64)
    for group in groups:
        stratum = stratum * (int(group.max(initial=0)) + 1) + group
    return stratum
