"""Who left, says the customer file, of those who had complained here against those who had not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.carry.carry_rows import enough, ratio_row
from painpoints.change.carry.mantel_haenszel import stratified_ratio
from painpoints.change.carry.visits import joined, steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from painpoints.change.carry.visits import Visits
    from painpoints.change.history import History
    from painpoints.settings import CarrySettings

__all__ = ["Leavers", "known_leavers", "leave_row"]


@dataclass(frozen=True)
class Leavers:
    """`before`: per visit, is it of a customer whose fate is known, and before he left? `left`: bool a customer."""

    before: NDArray[np.bool_]
    left: NDArray[np.bool_]


def known_leavers(visits: Visits, history: History, customers: pd.DataFrame | None) -> Leavers | None:
    """What ``left`` and ``left_on`` of the customer file say; None where it says nothing of anybody who wrote.

    Someone who left on a day that is not told is not used where the file tells days: his complaints may be of later.
    Feedback on the day of leaving itself does not count as earlier.
    """
    if customers is None or not {"left", "left_on"} & set(customers.columns) or not len(visits):
        return None
    known = customers.drop_duplicates("customer_id").set_index("customer_id").assign(listed=True)
    ids = history.items["customer_id"].astype(str).str.strip().to_numpy()[visits.item]
    starts = np.unique(visits.customer, return_index=True)[1]
    fate = known.reindex(ids[starts])
    day = pd.to_datetime(fate["left_on"], utc=True) if "left_on" in fate else None
    told = _told(fate, day)
    left = told.fillna(False).to_numpy(dtype=bool)
    usable = told.notna().to_numpy()
    before = usable[visits.customer]
    if day is not None and day.notna().any():
        undated = left & day.isna().to_numpy()
        moment = pd.to_datetime(history.items["created_at"], utc=True).to_numpy()[visits.item]
        gone = day.dt.normalize().to_numpy()[visits.customer]
        before &= ~undated[visits.customer] & ~(moment >= gone)
    return Leavers(before, left) if before.any() else None


def _told(fate: pd.DataFrame, day: pd.Series | None) -> pd.Series:
    """``boolean`` a customer: left, stayed, or <NA>. A file with days alone means by an empty cell that he stayed."""
    if "left" not in fate and day is not None:
        return day.notna().astype("boolean").mask(fate["listed"].isna())
    told = fate["left"].astype("boolean")
    return told if day is None else told.mask(day.notna(), True)


def leave_row(
    hit: NDArray[np.bool_],
    negative: NDArray[np.bool_],
    visits: Visits,
    leavers: Leavers,
    settings: CarrySettings,
) -> list[dict[str, Any]]:
    """The row of outcome ``churn``, or none where too few.

    One row a customer; he is compared with those who wrote as many items (while they stayed) and began in the same
    season; in the second comparison also complained as often.
    """
    before = leavers.before
    customer = visits.customer[before]
    people, first = np.unique(customer, return_index=True)
    if not len(people):
        return []
    count = np.bincount(customer)[people]
    exposed = np.bincount(customer, weights=hit[before])[people] > 0
    complaints = np.bincount(customer, weights=negative[before])[people].astype(np.int64)
    season = (visits.week[before] // settings.block_weeks)[first]
    busy = joined(steps(count, settings.place_steps), season)
    left = leavers.left[people][:, None]
    plain = stratified_ratio(busy, exposed, left, people)
    some = complaints > 0
    alike = joined(busy, steps(complaints, settings.complaint_steps))
    other = stratified_ratio(alike[some], exposed[some], left[some], people[some])
    if not enough(plain, 0, settings):
        return []
    return [{"outcome": "churn", **ratio_row(plain, other, 0, settings)}]
