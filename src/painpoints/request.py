"""What a run is asked for, and what can be checked before any work is done."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from painpoints.errors import InputError, JobError
from painpoints.settings import IngestSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["RunRequest", "last_moment", "require_folder"]


@dataclass(frozen=True)
class RunRequest:
    """What the user asked for."""

    inputs: Sequence[str | Path]
    out: Path
    journey: str | Path = "default"
    customers: str | Path | None = None
    encoder: str | None = None
    column_map: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    lang: Literal["vi", "en"] = "vi"
    as_of: str | None = None
    """last day that counts, ``YYYY-MM-DD``; items after it are left out and listed as rejected"""
    settings: Settings = field(default_factory=Settings)
    initiatives: str | Path | None = None
    """what was done when, to be compared before and after"""
    codebook: str | Path | None = None
    """themes that are looked for before anything is clustered"""
    naming_service: str | None = None
    """base address of a service that is asked for names of themes; without one nothing is sent anywhere"""
    naming_model: str | None = None
    """the model that is asked there"""
    workspace: Path | None = None
    """folder whose vectors and classifiers are used, and which remembers the run"""


def require_folder(request: RunRequest) -> None:
    """Raises `InputError` where the report cannot go, before any work is done."""
    out = request.out
    try:
        is_file = out.exists() and not out.is_dir()
    except OSError as error:
        raise InputError(
            f"{out} cannot be the folder of the report ({error.strerror or error}); name another one with --out."
        ) from error
    if is_file:
        raise InputError(f"{out} is a file, and the report needs a folder; name another one with --out.")
    _require_writable(out)
    if any(Path(given).is_dir() and Path(given).resolve() == out.resolve() for given in request.inputs):
        raise InputError(
            f"{out} is the folder of the exports; the next run would read the report as feedback. "
            "Name another folder with --out."
        )
    _require_other_names(request)


def _require_writable(out: Path) -> None:
    """Whether the folder, or the nearest one above it that exists, may be written to: better known before the work."""
    nearest = next(p for p in (out.absolute(), *out.absolute().parents) if p.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise JobError(
            f"{nearest} cannot be written to, so there is no place for the report; name another folder with --out."
        )


def _require_other_names(request: RunRequest) -> None:
    """Raises `InputError` where a file of the report would replace a file that the run reads, such as report.xlsx."""
    from painpoints.report.write import REPORT_FILES

    replaced = {request.out.resolve() / name for name in REPORT_FILES}
    given = [*request.inputs, *(p for p in (request.customers, request.codebook) if p)]
    taken = [Path(match) for name in map(str, given) for match in (glob.glob(name, recursive=True) or [name])]
    lost = next((path for path in taken if path.resolve() in replaced), None)
    if lost is not None:
        raise InputError(
            f"{lost} would be replaced by the report's own {lost.name}; name another folder with --out."
        )


def last_moment(as_of: str | None, settings: IngestSettings) -> pd.Timestamp | None:
    """The end of the day `as_of`, where the customers live, in UTC. Raises `InputError` for what is no date.

    One way of writing alone, since 10/11 is October to one reader and November to another.
    """
    import datetime as dt

    import pandas as pd

    if as_of is None:
        return None
    try:
        day = dt.datetime.strptime(as_of, "%Y-%m-%d")
    except ValueError:
        day = None
    if day is None or not settings.first_year <= day.year <= settings.last_year:
        raise InputError(f"--as-of {as_of!r} is no date; write it as YYYY-MM-DD, for example 2026-10-31.")
    next_day = pd.Timestamp(day + dt.timedelta(days=1)).tz_localize(settings.time_zone)
    return next_day.tz_convert("UTC") - pd.Timedelta(microseconds=1)
