"""What a bad experience does to the next ones: complaints here against complaints there, later, by the same customer.

Every later item of a customer is looked at: did he complain at the cause before it, and does it complain of the
outcome? Only the past says who is exposed, so that nobody has to live on to be counted (Suissa 2008).
Formulas: docs/methods-weeks.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.carry.carry_churn import known_leavers, leave_row
from painpoints.change.carry.carry_rows import (
    CARRY_COLUMNS,
    CARRY_DETAIL_COLUMNS,
    enough,
    ratio_row,
    with_q_values,
)
from painpoints.change.carry.mantel_haenszel import StratifiedRatio, stratified_ratio
from painpoints.change.carry.visits import Visits, joined, order_visits, steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from painpoints.change.history import History
    from painpoints.settings import CarrySettings

__all__ = ["CARRY_COLUMNS", "CARRY_DETAIL_COLUMNS", "CarryOver", "carry_over"]


@dataclass(frozen=True)
class CarryOver:
    """`rows` (CARRY_COLUMNS): touchpoints and pain themes as causes. `stages` (CARRY_DETAIL_COLUMNS): stages as causes.

    `details` (CARRY_DETAIL_COLUMNS, aligned with `rows`) adds how sure it is: `significant` after Benjamini & Hochberg
    over all rows of both tables; `basis`, which of two comparisons is shown, the one that claims less: with ``all``
    customers who had not complained here, or ``as_many_complaints``, those who had complained as often; and
    both (``plain_*``, ``alike_*``). `suppressed`: pairs with too few customers or events. `notice`: sentences by
    language where there is nothing to compare, else empty. Outcomes: ``touchpoint:ID``, ``stage:ID``, ``negative`` (any
    complaint), ``churn`` (left, says the customer file), ``churn_said`` (says that he leaves).
    """

    rows: pd.DataFrame
    details: pd.DataFrame
    stages: pd.DataFrame
    suppressed: int = 0
    notice: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cause:
    level: str
    id: str
    touchpoint: str
    hit: NDArray[np.bool_]
    """per visit: does it complain here?"""


_NO_IDS = {
    "vi": "Không có mã khách hàng nào viết từ hai lần trở lên vào những ngày khác nhau, nên không thể biết một "
    "trải nghiệm xấu kéo theo điều gì về sau.",
    "en": "No customer id comes with feedback at two different times, so nothing can be said about what a bad "
    "experience leads to later.",
}
_TOO_FEW = {
    "vi": "Có khách hàng viết nhiều lần, nhưng chưa cặp nào đủ số khách để so sánh.",
    "en": "Some customers wrote more than once, but no pair has enough of them to compare.",
}


def carry_over(history: History, settings: CarrySettings, customers: pd.DataFrame | None = None) -> CarryOver:
    """The ratio of every cause and outcome that enough customers lived through.

    `customers`: what `load_customers` gives; with ``left`` or ``left_on`` the outcome ``churn`` is added.
    """
    visits = order_visits(history)
    leavers = known_leavers(visits, history, customers)
    if not (visits.place > 0).any() and leavers is None:
        return CarryOver(*_tables([]), notice=dict(_NO_IDS))
    outcomes = _outcomes(history, visits)
    later = _later(visits, outcomes, settings)
    found: list[dict[str, Any]] = []
    suppressed = 0
    for cause in _causes(history, visits):
        rows, left_out = _later_rows(cause, visits, outcomes, later, settings)
        if leavers is not None:
            left = leave_row(cause.hit, outcomes["negative"] | cause.hit, visits, leavers, settings)
            rows, left_out = rows + left, left_out + (not left)
        found += [_place(cause) | row for row in rows]
        suppressed += left_out
    rows_of = _tables(with_q_values(found, settings.q))
    return CarryOver(*rows_of, suppressed, {} if found else dict(_TOO_FEW))


def _place(cause: _Cause) -> dict[str, str]:
    return {
        "cause_stage": cause.id if cause.level == "stage" else "",
        "cause_touchpoint": cause.touchpoint,
        "cause_theme": cause.id if cause.level == "theme" else "",
    }


def _tables(found: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """`rows`, `details`, `stages` of a result: the surest first, then by name."""
    keys = ("p_value", "cause_touchpoint", "cause_theme", "cause_stage", "outcome")
    found = sorted(found, key=lambda row: tuple(row[key] for key in keys))
    details = [row for row in found if not row["cause_stage"]]
    stages = [row for row in found if row["cause_stage"]]
    return (
        pd.DataFrame(details, columns=list(CARRY_COLUMNS)),
        pd.DataFrame(details, columns=list(CARRY_DETAIL_COLUMNS)),
        pd.DataFrame(stages, columns=list(CARRY_DETAIL_COLUMNS)),
    )


def _causes(history: History, visits: Visits) -> list[_Cause]:
    """Touchpoints, stages and pain themes that anybody complained of, in the order of their ids."""
    mentions = history.mentions
    negative = mentions[mentions["sentiment"] == "neg"]
    causes = [
        _Cause(level, label, label if level == "touchpoint" else "", hit)
        for level in ("touchpoint", "stage")
        for label, hit in _hits(negative, level, visits).items()
    ]
    pains = history.themes[history.themes["polarity"] == "pain"].set_index("theme_id")["touchpoint"]
    told = mentions[mentions["theme_id"].isin(pains.index) & (mentions["sentiment"] != "pos")]
    themes = _hits(told, "theme_id", visits)
    return causes + [_Cause("theme", theme, str(pains[theme]), hit) for theme, hit in themes.items()]


def _outcomes(history: History, visits: Visits) -> dict[str, NDArray[np.bool_]]:
    """Per visit: does it complain of that?"""
    mentions = history.mentions
    negative = mentions[mentions["sentiment"] == "neg"]
    named = {
        f"{level}:{label}": hit
        for level in ("touchpoint", "stage")
        for label, hit in _hits(negative, level, visits).items()
    }
    leaving = mentions[mentions["churn"] == 1]
    return {
        "negative": _among(negative["item"], visits),
        **named,
        "churn_said": _among(leaving["item"], visits),
    }


def _hits(mentions: pd.DataFrame, column: str, visits: Visits) -> dict[str, NDArray[np.bool_]]:
    named = mentions[mentions[column] != ""]
    return {str(label): _among(group, visits) for label, group in named.groupby(column, sort=True)["item"]}


def _among(items: pd.Series, visits: Visits) -> NDArray[np.bool_]:
    return np.isin(visits.item, items.to_numpy(dtype=np.int64))


@dataclass(frozen=True)
class _Later:
    """Visits with an earlier one of the same customer. `happened`: ``bool[visits, outcomes]``; `like`: the group of
    customers as busy, at the same place in their row of items, in the same season."""

    kept: NDArray[np.bool_]
    customer: NDArray[np.int64]
    like: NDArray[np.int64]
    happened: NDArray[np.bool_]

    def compare(
        self, among: NDArray[np.bool_], complaints: NDArray[np.int64], exposed: NDArray[np.bool_]
    ) -> StratifiedRatio:
        """Exposed visits of those `among` against the others of the same group with as many `complaints`."""
        stratum = joined(self.like[among], complaints[among])
        return stratified_ratio(stratum, exposed[among], self.happened[among], self.customer[among])


def _later(visits: Visits, outcomes: dict[str, NDArray[np.bool_]], settings: CarrySettings) -> _Later:
    kept = visits.place > 0
    like = joined(
        steps(visits.total[kept], settings.activity_steps),
        steps(visits.place[kept], settings.place_steps),
        visits.week[kept] // settings.block_weeks,
    )
    happened = np.column_stack([hit[kept] for hit in outcomes.values()])
    return _Later(kept, visits.customer[kept], like, happened)


def _later_rows(
    cause: _Cause,
    visits: Visits,
    outcomes: dict[str, NDArray[np.bool_]],
    later: _Later,
    settings: CarrySettings,
) -> tuple[list[dict[str, Any]], int]:
    """A row an outcome with enough behind it, and the number of the others."""
    negative = outcomes["negative"] | cause.hit
    here = visits.earlier(cause.hit)[later.kept]
    elsewhere = visits.earlier(negative & ~cause.hit)[later.kept]
    exposed, complained = here > 0, here + elsewhere
    if len(np.unique(later.customer[exposed])) < settings.min_customers:
        return [], len(outcomes)
    everybody = np.ones(len(exposed), dtype=bool)
    plain = later.compare(everybody, steps(elsewhere, settings.earlier_steps), exposed)
    alike = later.compare(complained > 0, steps(complained, settings.complaint_steps), exposed)
    rows = [
        {"outcome": name, **ratio_row(plain, alike, at, settings)}
        for at, name in enumerate(outcomes)
        if enough(plain, at, settings)
    ]
    return rows, len(outcomes) - len(rows)
