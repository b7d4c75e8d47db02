"""The main job: exports in, a ranked and evidenced report out. Reads like the picture in docs/architecture.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints.errors import InputError
from painpoints.ingested import known_then, read_masked, rows_not_used, without_future
from painpoints.manifest import build_manifest, peak_memory_mb, run_id
from painpoints.progress import Progress
from painpoints.request import RunRequest, last_moment, require_folder

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from painpoints.change.look_back import Beside, LookBack
    from painpoints.encoders import Encoder
    from painpoints.ingest import Ingested
    from painpoints.journey import Journey
    from painpoints.rank.score import Ranking
    from painpoints.report import ReportInput
    from painpoints.store import Workspace
    from painpoints.text import Segmented
    from painpoints.themes import ThemeSet
    from painpoints.themes.codebook import CodebookEntry
    from painpoints.themes.known import KnownThemes
    from painpoints.themes.naming_service import NamingService

__all__ = ["RunRequest", "RunResult", "run"]

_TEXTS_A_THEME = 200
"""texts that stand for a theme when initiatives are compared with it, evenly taken"""


@dataclass(frozen=True)
class RunResult:
    """The report as data, the files written, and the manifest."""

    report: dict[str, Any]
    files: list[Path]
    manifest: dict[str, Any]
    notices: tuple[str, ...]


def run(request: RunRequest, progress: Progress | None = None) -> RunResult:
    """Do the whole job and write all files of a run into `request.out`.

    Raises a `PainpointsError` for anything the user can mend; nothing is written before everything is computed.
    """
    from painpoints.store import Workspace

    progress = progress or Progress()
    if request.workspace is None:
        return _run(request, progress, None)
    with Workspace(request.workspace, create=True) as workspace:
        return _run(request, progress, workspace)


def _run(request: RunRequest, progress: Progress, workspace: Workspace | None) -> RunResult:
    """The run itself, with the open workspace or without one."""
    import pandas as pd

    from painpoints.classify import classify, own_tasks
    from painpoints.journey import load_journey
    from painpoints.loading import load_models
    from painpoints.rank import load_customers, rank_pains
    from painpoints.report import build_report, write_report
    from painpoints.schema import FLAGS
    from painpoints.store import ThemeRegistry
    from painpoints.text import make_segments
    from painpoints.text.redact import default_redactor
    from painpoints.themes import find_themes
    from painpoints.themes.codebook import load_codebook
    from painpoints.themes.issue_names import load_issue_names

    settings = request.settings
    journey = load_journey(request.journey)
    customers = load_customers(request.customers) if request.customers else None
    codebook = load_codebook(request.codebook) if request.codebook else ()
    as_of = last_moment(request.as_of, settings.ingest)
    service = _naming_service(request)
    require_folder(request)
    redactor = default_redactor()
    beside = _beside(request, journey, customers)

    with progress.stage("read"):
        ingested = without_future(known_then(read_masked(request, redactor), as_of), pd.Timestamp.now("UTC"))
    with progress.stage("segment"):
        segmented = make_segments(ingested.items, settings.text, redactor=redactor)
        _require_segments(ingested, segmented)
    with progress.stage("load"):
        models = load_models(request.encoder, workspace)
    encoder, heads = models.encoder, models.heads
    notices = (*models.notices, *_input_notices(ingested, segmented, request))
    for notice in notices:
        progress.note(notice)
    with progress.stage("embed", len(segmented.segments)) as advance:
        vectors = encoder.encode(segmented.segments["match_text"].tolist(), advance)
    with progress.stage("classify"):
        segments = classify(segmented.segments, ingested.items, vectors, encoder, journey, heads)
    manifest = build_manifest(request, ingested, segmented, encoder, heads, journey, notices, redactor)
    with progress.stage("theme"):
        known = _known_themes(workspace, codebook, encoder, run_id(manifest))
        themes = find_themes(
            segments,
            vectors,
            settings.themes,
            settings.seed,
            ingested.items,
            journey=journey,
            known=known,
            issues=load_issue_names(encoder.digest),
        )
    if service is not None:
        from painpoints.themes.service_names import names_from_service

        with progress.stage("name"):
            named = names_from_service(themes, segments, service, journey=journey, known=known)
        progress.note(named.notice)
        themes, notices = named.themes, (*notices, named.notice)
        manifest |= {"naming": named.record, "notes": list(notices)}
    with progress.stage("rank"):
        ranking = rank_pains(
            segments, ingested.items, themes, journey, settings.rank, customers=customers, as_of=as_of
        )
        changes = _look_back(request, ingested, segments, vectors, themes, ranking, journey, beside, encoder)
    if changes is not None:
        for notice in changes.notices:
            progress.note(notice)
        manifest |= {"notes": [*notices, *changes.notices]}
    with progress.stage("report"):
        manifest |= {"seconds": progress.seconds, "peak_memory_mb": peak_memory_mb()}
        found = segments.join(themes.assignment)
        inp = _report_input(ingested, segmented, found, themes, ranking, journey, manifest, request, as_of)
        if changes is not None:
            inp = replace(inp, tables=changes.tables, table_notes=changes.beside)
        report = build_report(inp)
    if workspace is not None:
        with progress.stage("remember"):
            tasks = ("experience", *FLAGS, *own_tasks(heads))
            workspace.save_run(run_id(manifest), dict(inp.manifest), inp.segments, tasks)
            ThemeRegistry(workspace).remember(themes.themes, _last_day(ingested.items))
    with progress.stage("write"):  # the one stage that run.json cannot time, being written in it
        files = write_report(report, inp, request.out)
    return RunResult(report, files, dict(inp.manifest), notices)


def _report_input(
    ingested: Ingested,
    segmented: Segmented,
    segments: pd.DataFrame,
    themes: ThemeSet,
    ranking: Ranking,
    journey: Journey,
    manifest: dict[str, Any],
    request: RunRequest,
    as_of: pd.Timestamp | None,
) -> ReportInput:
    """What the report is built from; `segments` with labels and themes."""
    from painpoints.report import ReportInput

    return ReportInput(
        journey=journey,
        items=ingested.items,
        segments=segments,
        themes=themes,
        ranking=ranking,
        rejected=rows_not_used(ingested),
        files=ingested.files,
        boilerplate_counts=dict(sorted(Counter(segmented.boilerplate["reason"]).items())),
        masked=segmented.masked,
        languages=segmented.languages,
        manifest=manifest,
        lang=request.lang,
        as_of=as_of,
        title=journey.brand,
    )


def _look_back(
    request: RunRequest,
    ingested: Ingested,
    segments: pd.DataFrame,
    vectors: np.ndarray,
    themes: ThemeSet,
    ranking: Ranking,
    journey: Journey,
    beside: Beside,
    encoder: Encoder,
) -> LookBack | None:
    """What changed over the weeks; None where the input spans too few to say anything."""
    from painpoints.change.history import make_history
    from painpoints.change.impact.narrowed_themes import Meanings
    from painpoints.change.look_back import look_back

    settings = request.settings
    ids = themes.assignment["theme_id"].tolist()
    zone = settings.ingest.time_zone
    history = make_history(ingested.items, segments, ids, themes.themes, journey, zone=zone)
    if not settings.weeks.min_weeks <= len(history.weeks) <= settings.weeks.max_weeks:
        return None
    rows = {str(theme_id): at for theme_id, at in themes.assignment.groupby("theme_id").indices.items()}
    rows.pop("", None)
    step = {theme_id: -(-len(at) // _TEXTS_A_THEME) for theme_id, at in rows.items()}
    meanings = Meanings(
        encoder.encode,
        {theme_id: vectors[at[:: step[theme_id]]] for theme_id, at in rows.items()},
        lambda items: vectors[history.mentions["item"].isin(items).to_numpy()],
    )
    return look_back(history, ranking.pains, journey, beside, settings, request.lang, meanings)


def _naming_service(request: RunRequest) -> NamingService | None:
    """None, with nothing imported, unless the user named one."""
    if not request.naming_service and not request.naming_model:
        return None
    from painpoints.themes.naming_service import service_from

    return service_from(request.naming_service, request.naming_model, request.settings.naming)


def _beside(request: RunRequest, journey: Journey, customers: pd.DataFrame | None) -> Beside:
    from painpoints.change.impact.initiatives import load_initiatives
    from painpoints.change.look_back import Beside
    from painpoints.change.trends.sale_days import bundled_calendar

    done = load_initiatives(request.initiatives, journey) if request.initiatives else ()
    return Beside(bundled_calendar(), customers, done)


def _known_themes(
    workspace: Workspace | None, codebook: tuple[CodebookEntry, ...], encoder: Encoder, this_run: str
) -> KnownThemes | None:
    """Those that the workspace remembers and those of the codebook; None where there are neither."""
    from painpoints.store import ThemeRegistry
    from painpoints.themes.codebook import known_from

    known = ThemeRegistry(workspace).known(encoder, this_run) if workspace is not None else None
    return known_from(codebook, encoder, known) if codebook else known


def _last_day(items: pd.DataFrame) -> str:
    """``2026-03-29``, the day of the latest item; '' where none has a date."""
    last = items["created_at"].max()
    return "" if last is None or last != last else last.date().isoformat()


def _require_segments(ingested: Ingested, segmented: Segmented) -> None:
    if segmented.segments.empty:
        raise InputError(
            f"{len(ingested.items)} items were read, but nothing in them can be analysed: they hold only greetings, "
            "signatures, quoted mail or signs. Check with `painpoints check` that the text column is the right one."
        )


def _input_notices(ingested: Ingested, segmented: Segmented, request: RunRequest) -> list[str]:
    notices = [f"{f.name}: {problem}" for f in ingested.files for problem in f.problems]
    if segmented.truncated:
        limit = request.settings.text.max_item_chars
        notices.append(
            f"{segmented.truncated} items are longer than {limit:,} characters; the rest of them was not analysed."
        )
    return notices
