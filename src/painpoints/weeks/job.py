"""`painpoints weekly`: takes in what is new, finds its themes, and writes the report of one ISO week."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from painpoints.errors import InputError
from painpoints.progress import Progress
from painpoints.weeks.request import WeekRequest, choose_week

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.journey import Journey
    from painpoints.store import ThemeRegistry, Workspace
    from painpoints.weeks.memory import WeekMemory
    from painpoints.weeks.take_in import Taken

__all__ = ["WeekRequest", "WeekResult", "weekly"]

_JOURNEY = "journey.yaml"
"""the journey that a workspace was used with last"""
_OTHER_ENCODER = "Earlier weeks were embedded with another encoder; texts that stand for the themes are embedded anew, once."


@dataclass(frozen=True)
class WeekResult:
    """What was taken in (None without exports), the week's report as data, where it lies, and its alerts."""

    taken: Taken | None
    week: str
    report: dict[str, Any]
    folder: Path
    alerts: pd.DataFrame
    notices: tuple[str, ...]


def weekly(
    request: WeekRequest, progress: Progress | None = None, now: dt.datetime | None = None
) -> WeekResult:
    """Do the whole job. Raises a `PainpointsError` for anything the user can mend.

    Three steps, each of which is there wholly or not at all: the import, the themes of the week, its report.
    """
    from painpoints.store import Workspace

    progress = progress or Progress()
    with Workspace(request.workspace, create=bool(request.inputs)) as workspace:
        return _weekly(request, workspace, progress, now or dt.datetime.now(dt.UTC))


def _weekly(request: WeekRequest, workspace: Workspace, progress: Progress, now: dt.datetime) -> WeekResult:
    from painpoints.ingested import read_masked
    from painpoints.journey import load_journey
    from painpoints.loading import load_models
    from painpoints.store import ThemeRegistry
    from painpoints.text.redact import default_redactor
    from painpoints.weeks.memory import WeekMemory
    from painpoints.weeks.report import make_week_report
    from painpoints.weeks.side_files import keep_side_files
    from painpoints.weeks.take_in import take_in
    from painpoints.weeks.themes import update_themes
    from painpoints.weeks.tidy import tidy_themes

    zone = request.settings.ingest.time_zone
    memory, registry = WeekMemory(workspace, zone), ThemeRegistry(workspace)
    journey = load_journey(_journey_of(request))
    beside = keep_side_files(request, workspace, journey)
    with progress.stage("read"):
        ingested = read_masked(request, default_redactor()) if request.inputs else None
    dated = memory.weeks_with(ingested.items if ingested is not None else None)
    encoder_before = memory.encoder_digest()
    week = choose_week(request.week, dated, now.astimezone(ZoneInfo(zone)))
    if request.backlog is not None and any(done > week for done, _ in memory.reports()):
        raise InputError(
            f"{week} is not the last week, and the backlog is kept as of the last; give --backlog with that one."
        )
    with progress.stage("load"):
        models = load_models(request.encoder, workspace)
    taken = None
    if ingested is not None:
        taken = take_in(memory, ingested, week, request, models, journey, progress)
    _keep_journey(request)
    with progress.stage("theme"):
        pool = update_themes(memory, registry, week, models.encoder, journey, request.settings)
        tidy_themes(memory, registry, week, models.encoder, request.settings)
    notices = (*models.notices, *_notices(memory, journey, week, now))
    if encoder_before not in ("", models.encoder.digest):
        notices = (*notices, _OTHER_ENCODER)
    with progress.stage("report"):
        made = make_week_report(memory, registry, week, models, journey, request, beside, notices)
    for notice in (*made.notices, *_out_of_order(memory, registry, week)):
        progress.note(notice)
    with progress.stage("write"):
        folder = made.write(request.workspace / "reports", memory, pool)
    return WeekResult(taken, week, made.report, folder, made.look_back.alerts, made.notices)


def _out_of_order(memory: WeekMemory, registry: ThemeRegistry, week: str) -> list[str]:
    """Told on the terminal alone: a report that is made again is the same to the byte."""
    from painpoints.weeks.themes import last_day_of

    later = registry.opened_after(last_day_of(week))
    if not later or week in {done for done, _ in memory.reports()}:
        return []
    return [
        f"{later} themes were opened in later weeks, so that the report of {week} cannot use them: its complaints may be "
        "in no theme. Report on weeks oldest first."
    ]


def _journey_of(request: WeekRequest) -> str | Path:
    """The journey asked for, else the one of last time, else the one that fits anyone."""
    if request.journey is not None:
        return request.journey
    last = request.workspace / _JOURNEY
    return last if last.is_file() else "default"


def _keep_journey(request: WeekRequest) -> None:
    from painpoints.journey import bundled_journeys
    from painpoints.resources import configs_dir

    if request.journey is None:
        return
    kept = request.workspace / _JOURNEY
    part = kept.with_suffix(".part")
    bundled = str(request.journey) in bundled_journeys()
    source = configs_dir() / "journeys" / f"{request.journey}.yaml" if bundled else Path(request.journey)
    if not (kept.exists() and kept.samefile(source)):
        shutil.copyfile(source, part)
        part.replace(kept)


def _notices(memory: WeekMemory, journey: Journey, week: str, now: dt.datetime) -> list[str]:
    """What the user should know about the workspace: gaps, dates in the future, what changed since before."""
    from painpoints.change.history import week_start, weeks_between

    found = []
    weeks = memory.weeks()
    if undated := memory.undated():
        found.append(f"{undated} items have no date; no week counts them.")
    future = [w for w in weeks if week_start(w) > now]
    if future:
        found.append(
            f"Items are dated in the future ({future[0]} to {future[-1]}); is the column of dates right?"
        )
    missing = [w for w in weeks_between(weeks[0], week) if w not in set(weeks)]
    if missing:
        shown = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        found.append(f"{len(missing)} weeks before {week} have no items ({shown}); trends skip them.")
    gone = memory.touchpoints_not_in([t.id for t in journey.touchpoints])
    if gone:
        told = ", ".join(f"{name} ({count} segments)" for name, count in gone)
        found.append(
            f"Touchpoints that the journey file no longer has: {told}. Their segments are kept and counted at none."
        )
    return found
