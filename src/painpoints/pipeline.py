"""The main job: exports in, a ranked and evidenced report out. Reads like the picture in docs/architecture.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints.errors import InputError
from painpoints.ingested import known_then, read_masked, rows_not_used, without_future
from painpoints.manifest import build_manifest, peak_memory_mb, run_id
from painpoints.progress import Progress
from painpoints.request import RunRequest, last_moment, require_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd

    from painpoints.change.look_back import Beside, LookBack
    from painpoints.classify import HeadSet
    from painpoints.encoders import Encoder
    from painpoints.ingest import Ingested
    from painpoints.journey import Journey
    from painpoints.loading import Models
    from painpoints.rank.score import Ranking
    from painpoints.report import ReportInput
    from painpoints.store import Workspace
    from painpoints.text import Segmented
    from painpoints.text.redact import Redactor
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
    from painpoints.report import build_report, write_report

    job = _prepared(request)
    feedback = _labelled(job, progress, workspace)
    notices, manifest = feedback.notices, _manifest(job, feedback)
    with progress.stage("theme"):
        known = _known_themes(workspace, job.codebook, feedback.models.encoder, run_id(manifest))
        themes = _found_themes(job, feedback, known)
    if job.service is not None:
        from painpoints.themes.service_names import names_from_service

        with progress.stage("name"):
            named = names_from_service(
                themes, feedback.segments, job.service, journey=job.journey, known=known
            )
        _note(progress, [named.notice])
        themes, notices = named.themes, (*notices, named.notice)
        manifest |= {"naming": named.record, "notes": list(notices)}
    with progress.stage("rank"):
        ranking = _ranked(job, feedback, themes)
        changes = _look_back(job, feedback, themes, ranking)
    if changes is not None:
        _note(progress, changes.notices)
        manifest |= {"notes": [*notices, *changes.notices]}
    with progress.stage("report"):
        manifest |= {"seconds": progress.seconds, "peak_memory_mb": peak_memory_mb()}
        inp = _report_input(job, feedback, themes, ranking, changes, manifest)
        report = build_report(inp)
    if workspace is not None:
        with progress.stage("remember"):
            _remember(workspace, inp, feedback.models.heads)
    with progress.stage("write"):  # the one stage that run.json cannot time, being written in it
        files = write_report(report, inp, request.out)
    return RunResult(report, files, dict(inp.manifest), notices)


@dataclass(frozen=True)
class _Job:
    """What is asked for, and what the user gave beside the feedback, read and checked."""

    request: RunRequest
    journey: Journey
    codebook: tuple[CodebookEntry, ...]
    as_of: pd.Timestamp | None
    """the last moment that counts"""
    service: NamingService | None
    redactor: Redactor
    beside: Beside


@dataclass(frozen=True)
class _Feedback:
    """What was read and cut into segments, and what models told of them."""

    ingested: Ingested
    segmented: Segmented
    models: Models
    segments: pd.DataFrame
    """with labels"""
    vectors: np.ndarray
    """``float32[n segments, d]``"""
    notices: tuple[str, ...]
    """what the user should know of the input and the models"""


def _prepared(request: RunRequest) -> _Job:
    """Raises a `PainpointsError` for what the user can mend, before any work is done."""
    from painpoints.journey import load_journey
    from painpoints.rank import load_customers
    from painpoints.text.redact import default_redactor
    from painpoints.themes.codebook import load_codebook

    journey = load_journey(request.journey)
    customers = load_customers(request.customers) if request.customers else None
    codebook = load_codebook(request.codebook) if request.codebook else ()
    as_of = last_moment(request.as_of, request.settings.ingest)
    service = _naming_service(request)
    require_folder(request)
    redactor = default_redactor()
    beside = _beside(request, journey, customers)
    return _Job(request, journey, codebook, as_of, service, redactor, beside)


def _labelled(job: _Job, progress: Progress, workspace: Workspace | None) -> _Feedback:
    """The stages from the exports to labelled segments."""
    from painpoints.classify import classify
    from painpoints.loading import load_models
    from painpoints.text import make_segments

    request = job.request
    with progress.stage("read"):
        ingested = _read(job)
    with progress.stage("segment"):
        segmented = make_segments(ingested.items, request.settings.text, redactor=job.redactor)
        _require_segments(ingested, segmented)
    with progress.stage("load"):
        models = load_models(request.encoder, workspace)
    notices = (*models.notices, *_input_notices(ingested, segmented, request))
    _note(progress, notices)
    with progress.stage("embed", len(segmented.segments)) as advance:
        vectors = models.encoder.encode(segmented.segments["match_text"].tolist(), advance)
    with progress.stage("classify"):
        segments = classify(
            segmented.segments, ingested.items, vectors, models.encoder, job.journey, models.heads
        )
    return _Feedback(ingested, segmented, models, segments, vectors, notices)


def _read(job: _Job) -> Ingested:
    """The items that count, masked: of the past, and until the last day that was asked for."""
    import pandas as pd

    ingested = known_then(read_masked(job.request, job.redactor), job.as_of)
    return without_future(ingested, pd.Timestamp.now("UTC"))


def _manifest(job: _Job, feedback: _Feedback) -> dict[str, Any]:
    return build_manifest(
        job.request,
        feedback.ingested,
        feedback.segmented,
        feedback.models.encoder,
        feedback.models.heads,
        job.journey,
        feedback.notices,
        job.redactor,
    )


def _found_themes(job: _Job, feedback: _Feedback, known: KnownThemes | None) -> ThemeSet:
    from painpoints.themes import find_themes
    from painpoints.themes.issue_names import load_issue_names

    settings = job.request.settings
    return find_themes(
        feedback.segments,
        feedback.vectors,
        settings.themes,
        settings.seed,
        feedback.ingested.items,
        journey=job.journey,
        known=known,
        issues=load_issue_names(feedback.models.encoder.digest),
    )


def _ranked(job: _Job, feedback: _Feedback, themes: ThemeSet) -> Ranking:
    from painpoints.rank import rank_pains

    return rank_pains(
        feedback.segments,
        feedback.ingested.items,
        themes,
        job.journey,
        job.request.settings.rank,
        customers=job.beside.customers,
        as_of=job.as_of,
    )


def _report_input(
    job: _Job,
    feedback: _Feedback,
    themes: ThemeSet,
    ranking: Ranking,
    changes: LookBack | None,
    manifest: dict[str, Any],
) -> ReportInput:
    """What the report is built from."""
    from painpoints.report import ReportInput

    ingested, segmented = feedback.ingested, feedback.segmented
    return ReportInput(
        journey=job.journey,
        items=ingested.items,
        segments=feedback.segments.join(themes.assignment),
        themes=themes,
        ranking=ranking,
        rejected=rows_not_used(ingested),
        files=ingested.files,
        boilerplate_counts=dict(sorted(Counter(segmented.boilerplate["reason"]).items())),
        masked=segmented.masked,
        languages=segmented.languages,
        manifest=manifest,
        lang=job.request.lang,
        as_of=job.as_of,
        title=job.journey.brand,
        tables=changes.tables if changes is not None else {},
        table_notes=changes.beside if changes is not None else {},
    )


def _remember(workspace: Workspace, inp: ReportInput, heads: HeadSet) -> None:
    """Keep the run and its themes."""
    from painpoints.classify import own_tasks
    from painpoints.schema import FLAGS
    from painpoints.store import ThemeRegistry

    tasks = ("experience", *FLAGS, *own_tasks(heads))
    workspace.save_run(run_id(inp.manifest), dict(inp.manifest), inp.segments, tasks)
    ThemeRegistry(workspace).remember(inp.themes.themes, _last_day(inp.items))


def _look_back(job: _Job, feedback: _Feedback, themes: ThemeSet, ranking: Ranking) -> LookBack | None:
    """What changed over the weeks; None where the input spans too few to say anything."""
    from painpoints.change.history import make_history
    from painpoints.change.impact.narrowed_themes import Meanings
    from painpoints.change.look_back import look_back

    settings, vectors = job.request.settings, feedback.vectors
    ids = themes.assignment["theme_id"].tolist()
    zone = settings.ingest.time_zone
    history = make_history(
        feedback.ingested.items, feedback.segments, ids, themes.themes, job.journey, zone=zone
    )
    if not settings.weeks.min_weeks <= len(history.weeks) <= settings.weeks.max_weeks:
        return None
    rows = {str(theme_id): at for theme_id, at in themes.assignment.groupby("theme_id").indices.items()}
    rows.pop("", None)
    step = {theme_id: -(-len(at) // _TEXTS_A_THEME) for theme_id, at in rows.items()}
    meanings = Meanings(
        feedback.models.encoder.encode,
        {theme_id: vectors[at[:: step[theme_id]]] for theme_id, at in rows.items()},
        lambda items: vectors[history.mentions["item"].isin(items).to_numpy()],
    )
    return look_back(history, ranking.pains, job.journey, job.beside, settings, job.request.lang, meanings)


def _note(progress: Progress, notices: Iterable[str]) -> None:
    for notice in notices:
        progress.note(notice)


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
