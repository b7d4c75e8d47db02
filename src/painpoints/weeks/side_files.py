"""Customers, initiatives, beliefs, sale days and the backlog: what is given once is remembered until it is given anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.change.backlog import KEPT_COLUMNS, apply_edits
from painpoints.change.look_back import Beside
from painpoints.weeks.identity import customer_digest

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.journey import Journey
    from painpoints.store import ThemeRegistry, Workspace
    from painpoints.weeks.request import WeekRequest

__all__ = ["backlog_before", "keep_backlog", "keep_side_files", "merged_pains"]

_KEPT = ("initiatives", "beliefs", "calendar")
"""files that are kept as they were given, as ``NAME.SUFFIX`` in the workspace"""


def keep_side_files(request: WeekRequest, workspace: Workspace, journey: Journey) -> Beside:
    """Read what the request names, and what it does not name as it was kept; all is read before anything is kept.

    The backlog is not among it: see `backlog_before`.
    """
    from painpoints.change.beliefs import load_beliefs
    from painpoints.change.impact.initiatives import load_initiatives
    from painpoints.change.trends.sale_days import bundled_calendar, load_calendar

    paths = {name: _given_or_kept(request, name) for name in _KEPT}
    initiatives, beliefs, calendar = (paths[name] for name in _KEPT)
    beside = Beside(
        customers=_customers(request, workspace),
        initiatives=load_initiatives(initiatives, journey) if initiatives else (),
        beliefs=load_beliefs(beliefs, journey) if beliefs else None,
        calendar=load_calendar(calendar) if calendar else bundled_calendar(),
    )
    for name, path in paths.items():
        if path is not None and getattr(request, name) is not None:
            _keep(path, name, request.workspace)
    return beside


def _given_or_kept(request: WeekRequest, name: str) -> Path | None:
    given = getattr(request, name)
    if given is not None:
        return Path(given)
    return next(iter(sorted(request.workspace.glob(f"{name}.*"))), None)


def _keep(path: Path, name: str, folder: Path) -> None:
    target = folder / f"{name}{path.suffix.lower()}"
    if target.exists() and target.samefile(path):
        return
    part = folder / f".{name}.part"
    shutil.copyfile(path, part)
    for old in folder.glob(f"{name}.*"):
        old.unlink()
    part.replace(target)


def _customers(request: WeekRequest, workspace: Workspace) -> pd.DataFrame | None:
    """``customer_id`` (its digest), ``value`` and further columns; None where there never was a file."""
    import pandas as pd

    from painpoints.rank import load_customers
    from painpoints.rank.customers import group_columns

    if request.customers is not None:
        given = load_customers(request.customers)
        told = [
            "customer_id",
            "value",
            *(c for c in ("left", "left_on") if c in given),
            *group_columns(given),
        ]
        given = given[list(dict.fromkeys(told))]  # no name, no telephone number is kept
        given = given.assign(customer_id=[customer_digest(c) for c in given["customer_id"]])
        fields = (
            given.drop(columns="customer_id").astype(object).where(given.notna(), None).to_dict("records")
        )
        rows = pd.DataFrame(
            {
                "customer": given["customer_id"],
                "fields": [json.dumps(f, ensure_ascii=False, default=str) for f in fields],
            }
        )
        with workspace.transaction():
            workspace.execute("DELETE FROM customers")
            workspace.insert("customers", rows)
        return given
    kept = workspace.frame("SELECT * FROM customers ORDER BY customer")
    if kept.empty:
        return None
    known = pd.DataFrame([json.loads(value) for value in kept["fields"]])
    known["customer_id"] = kept["customer"]
    if "left_on" in known:
        known["left_on"] = pd.to_datetime(known["left_on"], utc=True)
    return known


def backlog_before(
    request: WeekRequest, workspace: Workspace, week: str, names: dict[str, str]
) -> pd.DataFrame | None:
    """The backlog as it was kept, with what people changed in the file that the request names; nothing opened later.
    ``names``: what pains are called today, by their id."""
    import pandas as pd

    from painpoints.change.backlog_file import read_backlog

    kept = workspace.frame("SELECT fields FROM backlog ORDER BY pain_id")
    previous = pd.DataFrame([json.loads(f) for f in kept["fields"]], columns=list(KEPT_COLUMNS), dtype=object)
    if request.backlog is not None:
        previous = apply_edits(previous, read_backlog(request.backlog, set(previous["pain_id"])), week)
    previous = previous[previous["opened_week"] <= week].reset_index(drop=True)
    previous["name"] = [
        names.get(i, name) for i, name in zip(previous["pain_id"], previous["name"], strict=True)
    ]
    return previous if len(previous) else None


def keep_backlog(workspace: Workspace, rows: pd.DataFrame) -> None:
    """Keep `Backlog.rows`, inside a transaction."""
    import pandas as pd

    records = rows.to_dict("records")
    stored = pd.DataFrame(
        {
            "pain_id": [r["pain_id"] for r in records],
            "status": [r["status"] for r in records],
            "opened_week": [r["opened_week"] for r in records],
            "note": [r["note"] for r in records],
            "fields": [json.dumps(r, ensure_ascii=False, default=str) for r in records],
        },
        dtype=object,
    )
    workspace.execute("DELETE FROM backlog")
    if len(stored):
        workspace.insert("backlog", stored)


def merged_pains(registry: ThemeRegistry) -> dict[str, str]:
    """Pain id -> the one that it became a part of."""
    table = registry.table()
    gone = table[table["merged_into"] != ""]
    return {_pain(old): _pain(new) for old, new in zip(gone["theme_id"], gone["merged_into"], strict=True)}


def _pain(theme_id: str) -> str:
    return "P" + theme_id.removeprefix("T")
