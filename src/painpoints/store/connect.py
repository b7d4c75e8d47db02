"""Opening the database of a workspace, and bringing it to the newest version by small numbered migrations."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError, JobError

if TYPE_CHECKING:
    import duckdb

__all__ = ["DATABASE", "connect", "migrations"]

DATABASE = "workspace.duckdb"


def migrations() -> list[tuple[int, str, str]]:
    """``(number, name, SQL)`` in the order in which they are applied."""
    found = []
    for entry in (files("painpoints.store") / "migrations").iterdir():
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", entry.name)
        if match:
            found.append((int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return sorted(found)


def connect(folder: Path, *, create: bool) -> duckdb.DuckDBPyConnection:
    """The open database, migrated. Raises a `PainpointsError` for what is no workspace, is in use, damaged or too new."""
    import duckdb

    path = folder / DATABASE
    if not create and not path.is_file():
        raise InputError(
            f"{folder} is no workspace (it holds no {DATABASE}). Make one with `painpoints run EXPORT --workspace {folder}`."
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{folder} is a file, and a workspace is a folder; name another one with --workspace."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path))
    except (duckdb.Error, OSError) as error:
        raise _cannot_open(folder, str(error)) from error
    try:
        _migrate(connection, folder)
    except duckdb.Error as error:
        connection.close()
        raise _cannot_open(folder, str(error)) from error
    except InputError:
        connection.close()
        raise
    return connection


def _cannot_open(folder: Path, reason: str) -> InputError | JobError:
    first = reason.splitlines()[0] if reason else "unknown reason"
    if "lock" in first.lower():
        return JobError(
            f"The workspace {folder} is in use by another painpoints; wait until that has finished and try again."
        )
    if "permission" in first.lower() or "read-only" in first.lower():
        return JobError(f"The workspace {folder} cannot be written to; name another folder with --workspace.")
    return JobError(
        f"The database {DATABASE} of the workspace {folder} cannot be read ({first}). Put a copy from your backup in its "
        "place, or name a new folder with --workspace."
    )


def _migrate(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Apply what is missing, each migration in a transaction of its own: a killed one leaves the version before."""
    from painpoints import __version__

    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name VARCHAR, painpoints VARCHAR)"
    )
    row = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
    current = int(row[0]) if row else 0
    known = migrations()
    if current > known[-1][0]:
        raise InputError(
            f"The workspace {folder} was made by a newer painpoints (its format is {current}, this one knows {known[-1][0]}). "
            "Install the newer version."
        )
    for number, name, statements in known:
        if number <= current:
            continue
        connection.execute("BEGIN")
        connection.execute(statements)
        connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", [number, name, __version__])
        connection.execute("COMMIT")
