"""The backlog: every pain with one accountable owner, and a state that people set and that lasts over the weeks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from painpoints.change.history import week_start

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.settings import BacklogSettings

__all__ = [
    "BACKLOG_COLUMNS",
    "KEPT_COLUMNS",
    "RACI",
    "STATES",
    "Backlog",
    "apply_edits",
    "assign_owners",
    "merge_backlog",
]

RACI = ("accountable", "responsible", "consulted", "informed")
BACKLOG_COLUMNS = ("pain_id", "name", *RACI, "status", "opened_week", "note")
KEPT_COLUMNS = (*BACKLOG_COLUMNS, "done_week", "reported_week")
"""what is to be remembered: also the week in which a pain was marked as done, and the last one that reported it"""
STATES = ("new", "accepted", "in_progress", "done", "reopened")


@dataclass(frozen=True)
class Backlog:
    """`rows` (KEPT_COLUMNS): all pains ever listed, those of the week first, in its order. `reopened`: ids reopened now."""

    rows: pd.DataFrame
    week: str
    reopened: tuple[str, ...] = ()

    @property
    def listed(self) -> pd.DataFrame:
        """BACKLOG_COLUMNS of ``backlog.csv``: without what is done and no longer reported."""
        closed = (self.rows["status"] == "done") & (self.rows["reported_week"] != self.week)
        return self.rows.loc[~closed, list(BACKLOG_COLUMNS)].reset_index(drop=True)

    @property
    def orphans(self) -> tuple[str, ...]:
        """Ids of listed pains that nobody is accountable for."""
        listed = self.listed
        return tuple(listed.loc[listed["accountable"] == "", "pain_id"])


def assign_owners(pains: pd.DataFrame, journey: Journey, lang: str) -> pd.DataFrame:
    """``pain_id, name`` and RACI of each pain (PAIN_COLUMNS), from the journey file's touchpoint.

    One department is accountable, '' for an orphan; the others are joined by "; ".
    """
    places = {place.id: place for place in journey.touchpoints}
    rows = []
    for pain in pains.to_dict("records"):
        place = places.get(str(pain["touchpoint"]))
        others = {role: "; ".join(getattr(place, role)) if place else "" for role in RACI[1:]}
        name = str(pain[f"name_{lang}"] or pain["name_vi"] or pain["name_en"] or "")
        owner = str(place.owner if place else pain.get("owner") or "")
        rows.append({"pain_id": str(pain["pain_id"]), "name": name, "accountable": owner, **others})
    return pd.DataFrame(rows, columns=["pain_id", "name", *RACI], dtype=object)


def merge_backlog(
    previous: pd.DataFrame | None,
    pains: pd.DataFrame,
    week: str,
    settings: BacklogSettings,
    *,
    rising: Collection[str] = (),
    merged: Mapping[str, str] | None = None,
) -> Backlog:
    """Last week's backlog carried on to `week`. `pains`: what `assign_owners` gives for the pains reported in it.

    By pain id, state, note and week of opening are kept; names and RACI follow the journey file, and where it says
    nothing what people wrote stays. A done pain is reopened where it is in `rising` in a later week, or is still reported
    `reopen_weeks` after it was done. `merged`: old pain id -> the one it became part of; it hands over state and note
    where the new one is not listed yet. The same week merged again changes nothing. Raises ValueError for a `week` that
    is none.
    """
    week_start(week)
    kept = _by_id(previous)
    for old, new in sorted((merged or {}).items()):
        row = kept.pop(old, None)
        if row is not None and new not in kept:
            kept[new] = row | {"pain_id": new}
    rows: dict[str, dict[str, Any]] = {}
    for pain in pains.to_dict("records"):
        rows[pain["pain_id"]] = _continued(
            kept.get(pain["pain_id"]), {str(k): v for k, v in pain.items()}, week
        )
    rest = sorted((i for i in kept if i not in rows), key=lambda i: (kept[i]["opened_week"], i))
    rows |= {pain_id: kept[pain_id] for pain_id in rest}
    reopened = []
    for pain_id, row in rows.items():
        if row["status"] == "done":
            row["done_week"] = row["done_week"] or week
            if _alive_again(row, week, pain_id in rising, settings):
                row |= {"status": "reopened", "done_week": ""}
                reopened.append(pain_id)
    return Backlog(
        pd.DataFrame(list(rows.values()), columns=list(KEPT_COLUMNS), dtype=object), week, tuple(reopened)
    )


def apply_edits(previous: pd.DataFrame, edits: pd.DataFrame, week: str) -> pd.DataFrame:
    """`previous` (KEPT_COLUMNS) with what people changed, as `read_backlog` gives it; they changed it in `week`.

    An empty state changes nothing; a column that `edits` lacks changes nothing.
    """
    rows = _by_id(previous)
    fields = [name for name in (*RACI, "note") if name in edits.columns]
    for edit in edits.to_dict("records"):
        row = rows.get(edit["pain_id"])
        if row is None:
            continue
        row |= {name: edit[name] for name in fields}
        if edit["status"] and edit["status"] != row["status"]:
            row |= {"status": edit["status"], "done_week": week if edit["status"] == "done" else ""}
    return pd.DataFrame(list(rows.values()), columns=list(KEPT_COLUMNS), dtype=object)


def _by_id(previous: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """Rows by pain id; a backlog.csv lacks the two last columns."""
    if previous is None or previous.empty:
        return {}
    full = previous.astype(object).reindex(columns=list(KEPT_COLUMNS)).astype(object).fillna("").astype(str)
    return {row["pain_id"]: {str(k): v for k, v in row.items()} for row in full.to_dict("records")}


def _continued(known: dict[str, Any] | None, pain: dict[str, Any], week: str) -> dict[str, Any]:
    if known is None:
        return {
            **pain,
            "status": "new",
            "opened_week": week,
            "note": "",
            "done_week": "",
            "reported_week": week,
        }
    said = {name: value for name, value in pain.items() if value}
    return {**known, **said, "reported_week": max(week, known["reported_week"])}


def _alive_again(row: dict[str, Any], week: str, rising: bool, settings: BacklogSettings) -> bool:
    since = (week_start(week) - week_start(row["done_week"])).days // 7
    reported = row["reported_week"] == week
    return (rising and since > 0) or (reported and since >= settings.reopen_weeks)
