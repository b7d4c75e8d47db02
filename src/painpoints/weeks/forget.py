"""`painpoints forget`: what a customer said, or what is older than a day, leaves the workspace."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError
from painpoints.weeks.identity import customer_digest
from painpoints.weeks.index_page import write_index
from painpoints.weeks.memory import RUN_ID, WeekMemory

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from painpoints.store import Workspace

__all__ = ["forget"]


def forget(folder: Path, customer: str | None, before: str | None) -> str:
    """Take items of a customer, or items from before a day (YYYY-MM-DD), out of the workspace, and say what went.

    With them go their segments, vectors and labels of texts that nobody else wrote, what older runs kept of them, and the
    reports of the weeks they are in, which would still quote them. Raises `InputError` where nothing is asked for, where
    the customer is unknown, or `before` is no day.
    """
    from painpoints.store import Workspace

    if (customer is None) == (before is None):
        raise InputError("Name one of --customer ID and --before DATE.")
    with Workspace(folder) as workspace:
        where, value = (
            ("customer = ?", customer_digest(customer.strip())) if customer else _older_than(before or "")
        )
        gone = workspace.frame(
            f"SELECT item_key, feedback_id, source, week FROM items WHERE {where}",  # noqa: S608 - one of two fixed conditions
            [value],
        )
        if customer and gone.empty and not _known_customer(workspace, value):
            raise InputError(f"The workspace {folder} has nothing of a customer {customer[:40]!r}.")
        weeks = sorted(set(gone["week"]) - {""})
        with workspace.transaction():
            _erase(workspace, gone, before)
            if customer:
                workspace.execute("DELETE FROM customers WHERE customer = ?", [value])
            for week in weeks:
                workspace.execute("DELETE FROM week_reports WHERE week = ?", [week])
        workspace.rewrite()
        reports = WeekMemory(workspace, "").reports()
    removed = _remove_reports(folder / "reports", weeks)
    if removed:
        write_index(folder / "reports", reports)
    told = f"{len(gone)} items forgotten."
    if removed:
        names = ", ".join(removed)
        told += (
            f" Reports removed, since they quoted them: {names}; `painpoints weekly --week` writes them anew."
        )
    return told


def _older_than(day: str) -> tuple[str, str]:
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        raise InputError(
            f"--before {day!r} is no date; write it as YYYY-MM-DD, for example 2026-10-31."
        ) from None
    return "created_at < CAST(? AS TIMESTAMP)", day


def _known_customer(workspace: Workspace, digest: str) -> bool:
    return len(workspace.frame("SELECT 1 FROM customers WHERE customer = ?", [digest])) > 0


def _erase(workspace: Workspace, gone: pd.DataFrame, before: str | None) -> None:
    """Items, what every run kept of them, and vectors and labels of texts that no other segment has."""
    with workspace.registered("gone", gone):
        of_them = (
            "(run_id = ? AND item_key IN (SELECT item_key FROM gone)) "
            "OR (feedback_id, source) IN (SELECT feedback_id, source FROM gone)"
        )
        values: list[object] = [RUN_ID]
        if before:
            of_them += " OR created_at < CAST(? AS TIMESTAMP)"
            values.append(before)
        workspace.execute(
            f"CREATE OR REPLACE TEMP TABLE erased AS SELECT DISTINCT text_hash FROM segments WHERE {of_them}",  # noqa: S608 - fixed words
            values,
        )
        workspace.execute(f"DELETE FROM segments WHERE {of_them}", values)  # noqa: S608 - fixed words
        workspace.execute("DELETE FROM items WHERE item_key IN (SELECT item_key FROM gone)")
        workspace.execute("DELETE FROM rejects WHERE value IN (SELECT feedback_id FROM gone)")
    for table in ("vectors", "labels"):
        workspace.execute(
            f"DELETE FROM {table} WHERE text_hash IN (SELECT text_hash FROM erased) "  # noqa: S608 - fixed names
            "AND text_hash NOT IN (SELECT text_hash FROM segments)"
        )
    workspace.execute("DROP TABLE erased")


def _remove_reports(folder: Path, weeks: Sequence[str]) -> list[str]:
    found = [week for week in weeks if (folder / week).is_dir()]
    for week in found:
        shutil.rmtree(folder / week)
    return found
