"""Opening the database of a workspace, and bringing it to the newest version by small numbered migrations."""

from __future__ import annotations

import re
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import InputError, JobError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["DATABASE", "connect", "copy_anew", "migrations", "telling"]

DATABASE = "workspace.duckdb"

_IN_USE = ("could not set lock", "conflicting lock", "used by another process")
_NO_RIGHT = ("permission denied", "read-only", "read only", "access is denied")


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
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{folder} is a file, and a workspace is a folder; name another one with --workspace."
        )
    if not create and not path.is_file():
        raise InputError(
            f"{folder} is no workspace (it holds no {DATABASE}). "
            f"Make one with `painpoints run EXPORT --workspace {folder}`."
        )
    with telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path))
        try:
            _migrate(connection, folder)
        except BaseException:
            connection.close()
            raise
    return connection


def copy_anew(folder: Path) -> None:
    """Replace the database of a workspace that nobody has open by a copy of what is in it."""
    import os

    import duckdb

    path, fresh = folder / DATABASE, folder / f".{DATABASE}.new"
    fresh.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{_quoted(path)}' AS old (READ_ONLY)")
        connection.execute(f"ATTACH '{_quoted(fresh)}' AS fresh")
        connection.execute("COPY FROM DATABASE old TO fresh")
    os.replace(fresh, path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@contextmanager
def telling(folder: Path) -> Iterator[None]:
    """What goes wrong on the disk becomes a `JobError` that names the workspace; what is wrong in our SQL stays as it is."""
    import duckdb

    ours = (duckdb.ProgrammingError, duckdb.DataError, duckdb.IntegrityError, duckdb.NotSupportedError)
    try:
        yield
    except ours:
        raise
    except (duckdb.Error, OSError) as error:
        raise _unusable(folder, str(error)) from error


def _unusable(folder: Path, reason: str) -> JobError:
    """The sentence for a reason that the system gave; the folder's own name must not be taken for a part of it."""
    first = (reason.splitlines() or ["unknown reason"])[0]
    bare = first.replace(str(folder.absolute()), "").replace(str(folder), "").lower()
    if any(words in bare for words in _IN_USE):
        return JobError(
            f"The workspace {folder} is in use by another painpoints; wait until that has finished and try again."
        )
    if any(words in bare for words in _NO_RIGHT):
        return JobError(f"The workspace {folder} cannot be written to; name another folder with --workspace.")
    return JobError(
        f"The database {DATABASE} of the workspace {folder} cannot be read or written ({first}). "
        "Is the disk full? If not, put a copy from your backup in its place, or name a new folder with --workspace."
    )


def _migrate(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Apply what is missing, each migration in a transaction of its own: a killed one leaves the version before."""
    from painpoints import __version__

    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name VARCHAR, painpoints VARCHAR)"
    )
    # fetched to the end: an unfinished result would block what comes next
    [(current,)] = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchall()
    known = migrations()
    if current > known[-1][0]:
        raise InputError(
            f"The workspace {folder} was made by a newer painpoints (its format is {current}, "
            f"this one knows {known[-1][0]}). Install the newer version."
        )
    for number, name, statements in known:
        if number <= current:
            continue
        connection.execute("BEGIN")
        connection.execute(statements)
        connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", [number, name, __version__])
        connection.execute("COMMIT")
