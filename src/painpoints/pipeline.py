"""The main job: exports in, a ranked and evidenced report out. Reads like the picture in docs/architecture.md."""

from __future__ import annotations

import glob
import os
import platform
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from painpoints import __version__
from painpoints.errors import InputError, JobError
from painpoints.progress import Progress
from painpoints.settings import IngestSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from painpoints.classify import HeadSet
    from painpoints.encoders import Encoder
    from painpoints.ingest import Ingested
    from painpoints.journey import Journey
    from painpoints.text import Segmented
    from painpoints.text.redact import Redactor

__all__ = ["RunRequest", "RunResult", "run"]

_PACKAGES = (
    "hdbscan", "model2vec", "numpy", "pandas", "scikit-learn", "scipy", "sentence-transformers",
    "spacy", "torch", "transformers",
)  # fmt: skip


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
    from painpoints.classify import choose_heads, classify
    from painpoints.encoders import choose_encoder, load_encoder
    from painpoints.ingest import read_exports
    from painpoints.journey import load_journey
    from painpoints.rank import load_customers, rank_pains
    from painpoints.report import ReportInput, build_report, write_report
    from painpoints.text import make_segments
    from painpoints.text.redact import default_redactor
    from painpoints.themes import find_themes

    progress = progress or Progress()
    settings = request.settings
    journey = load_journey(request.journey)
    customers = load_customers(request.customers) if request.customers else None
    as_of = _last_moment(request.as_of, settings.ingest)
    _require_folder(request)
    redactor = default_redactor()

    with progress.stage("read"):
        ingested = read_exports(
            request.inputs,
            column_map=request.column_map,
            profile=request.profile,
            settings=_with_margin(settings),
        )
        ingested = _known_then(_masked(ingested, settings, redactor), as_of)
    with progress.stage("segment"):
        segmented = make_segments(ingested.items, settings.text, redactor=redactor)
        _require_segments(ingested, segmented)
    choice = choose_encoder(request.encoder)
    with progress.stage("load"):
        encoder = load_encoder(choice.name)
        heads, heads_notice = choose_heads(encoder)
    notices = tuple(
        n for n in (choice.notice, heads_notice, *_input_notices(ingested, segmented, request)) if n
    )
    for notice in notices:
        progress.note(notice)
    with progress.stage("embed", len(segmented.segments)) as advance:
        vectors = encoder.encode(segmented.segments["match_text"].tolist(), advance)
    with progress.stage("classify"):
        segments = classify(segmented.segments, ingested.items, vectors, encoder, journey, heads)
    with progress.stage("theme"):
        themes = find_themes(
            segments, vectors, settings.themes, settings.seed, ingested.items, journey=journey
        )
    with progress.stage("rank"):
        ranking = rank_pains(
            segments, ingested.items, themes, journey, settings.rank, customers=customers, as_of=as_of
        )
    with progress.stage("report"):
        manifest = _manifest(request, ingested, segmented, encoder, heads, journey, notices, redactor)
        inp = ReportInput(
            journey=journey,
            items=ingested.items,
            segments=segments.join(themes.assignment),
            themes=themes,
            ranking=ranking,
            rejected=_not_used(ingested),
            files=ingested.files,
            boilerplate_counts=dict(sorted(Counter(segmented.boilerplate["reason"]).items())),
            masked=segmented.masked,
            languages=segmented.languages,
            manifest=manifest | {"seconds": progress.seconds, "peak_memory_mb": _peak_memory_mb()},
            lang=request.lang,
            as_of=as_of,
            title=journey.brand,
        )
        report = build_report(inp)
    with progress.stage("write"):  # the one stage that run.json cannot time, being written in it
        files = write_report(report, inp, request.out)
    return RunResult(report, files, dict(inp.manifest), notices)


def _require_folder(request: RunRequest) -> None:
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
    given = [*request.inputs, *([request.customers] if request.customers else [])]
    taken = [Path(match) for name in map(str, given) for match in (glob.glob(name, recursive=True) or [name])]
    lost = next((path for path in taken if path.resolve() in replaced), None)
    if lost is not None:
        raise InputError(
            f"{lost} would be replaced by the report's own {lost.name}; name another folder with --out."
        )


def _last_moment(as_of: str | None, settings: IngestSettings) -> pd.Timestamp | None:
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


def _known_then(ingested: Ingested, as_of: pd.Timestamp | None) -> Ingested:
    """Without the items written after `as_of`; they are listed as rejected, so that the counts still add up."""
    import pandas as pd

    if as_of is None:
        return ingested
    items = ingested.items
    later = (items["created_at"] > as_of).to_numpy()
    if not later.any():
        return ingested
    if later.all():
        raise InputError(
            f"All {len(items)} items were written after --as-of {as_of:%Y-%m-%d}; choose a later day."
        )
    gone = items[later]
    dropped = pd.DataFrame(
        {
            "file": gone["source"],
            "row": gone["row"],
            "column": "created_at",
            "reason": "written after the day of the report",
            "value": gone["created_at"].map(lambda t: t.isoformat()),
        }
    )
    per_file = gone["source"].value_counts()
    files = [
        replace(
            f, kept=f.kept - int(per_file.get(f.name, 0)), rejected=f.rejected + int(per_file.get(f.name, 0))
        )
        for f in ingested.files
    ]
    return replace(
        ingested,
        items=items[~later].reset_index(drop=True),
        rejected=pd.concat([ingested.rejected, dropped], ignore_index=True),
        files=files,
    )


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


def _with_margin(settings: Settings) -> IngestSettings:
    """Excerpts of rejected values longer than wanted, so that no personal data is cut in half before it is masked."""
    ingest = settings.ingest
    return replace(ingest, excerpt_chars=ingest.excerpt_chars + 2 * settings.text.redaction_margin_chars)


def _masked(ingested: Ingested, settings: Settings, redactor: Redactor) -> Ingested:
    """Personal data masked in what is told about the input: ids, rejected values, column names, the files' problems.

    Where an export has no header, its columns are named by its first record.

    An id that is an e-mail address or a telephone number gives way to FILE:ROW, as if the export had none.
    """
    read, shown = _with_margin(settings).excerpt_chars, settings.ingest.excerpt_chars

    def excerpt(value: str) -> str:
        masked = redactor.redact(value)[0]
        if len(value) == read:  # it may go on, and its end hold the first half of a number
            masked = masked[: -settings.text.redaction_margin_chars]
        return masked[:shown]

    def masked(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(redactor.redact(text)[0] for text in texts)

    rejected = ingested.rejected.assign(
        value=[excerpt(str(v)) for v in ingested.rejected["value"]],
        column=list(masked(ingested.rejected["column"])),
    )
    files = [
        replace(
            f,
            problems=masked(f.problems),
            column_map={name: masked(columns) for name, columns in f.column_map.items()},
            unused_columns=masked(f.unused_columns),
        )
        for f in ingested.files
    ]
    items, duplicates = ingested.items, ingested.duplicates
    private = _private_ids(items, redactor)
    return replace(
        ingested,
        items=items.assign(feedback_id=[private.get(i, i) for i in items["feedback_id"]]),
        duplicates=duplicates.assign(
            duplicate_of=[private.get(i, i) for i in duplicates["duplicate_of"]],
        ),
        rejected=rejected,
        files=files,
    )


def _private_ids(items: pd.DataFrame, redactor: Redactor) -> dict[str, str]:
    """Ids that name a person, each with FILE:ROW in its place: e-mail addresses, and telephone numbers where most ids of
    the export are such numbers (single ones among ticket numbers only look like one).
    """

    def is_phone(feedback_id: str) -> bool:
        return [s.kind for s in redactor.find(feedback_id)] == ["PHONE"] and redactor.redact(feedback_id)[
            0
        ] == "[PHONE]"

    found: dict[str, str] = {}
    for source, rows in items.groupby("source", sort=False):
        ids = rows["feedback_id"].tolist()
        phones = [is_phone(i) for i in ids]
        mostly = 2 * sum(phones) > len(ids)
        for feedback_id, row, phone in zip(ids, rows["row"], phones, strict=True):
            if (mostly and phone) or ("@" in feedback_id and redactor.redact(feedback_id)[0] != feedback_id):
                found[feedback_id] = f"{source}:{row}"
    return found


def _not_used(ingested: Ingested) -> pd.DataFrame:
    """Every row that was not used, duplicates too: their value is the id of the item that was kept.

    A reason names no single row, so that rows can be counted by it.
    """
    import pandas as pd

    duplicates = ingested.duplicates
    twice = pd.DataFrame(
        {
            "file": duplicates["file"],
            "row": duplicates["row"],
            "column": "",
            "reason": [f"duplicate ({reason})" for reason in duplicates["reason"]],
            "value": duplicates["duplicate_of"],
        }
    )
    rows = pd.concat([ingested.rejected, twice], ignore_index=True)
    order = {f.name: i for i, f in enumerate(ingested.files)}
    rank = rows["file"].map(lambda name: order.get(name, len(order)))
    return (
        rows.assign(_file=rank)
        .sort_values(["_file", "row"], kind="stable")
        .drop(columns="_file")
        .reset_index(drop=True)
    )


def _manifest(
    request: RunRequest,
    ingested: Ingested,
    segmented: Segmented,
    encoder: Encoder,
    heads: HeadSet,
    journey: Journey,
    notices: Sequence[str],
    redactor: Redactor,
) -> dict[str, Any]:
    """What becomes run.json: all that is needed to run the same again, and to see whether it is the same."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {"painpoints": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    counts = {
        k: sum(getattr(f, k) for f in ingested.files)
        for k in ("read", "kept", "duplicate", "rejected", "repaired")
    }
    return {
        "inputs": [asdict(f) for f in ingested.files],
        "counts": counts | {"segments": len(segmented.segments), "boilerplate": len(segmented.boilerplate)},
        "masked": segmented.masked,
        "languages": segmented.languages,
        "journey": {"brand": journey.brand, "file": Path(request.journey).name, "sha256": journey.sha256},
        "encoder": encoder.name,
        "models": {
            "encoder": {"name": encoder.name, "digest": encoder.digest, "dimension": encoder.dimension},
            "classifiers": {
                "name": heads.name,
                "digest": heads.digest,
                "encoder_digest": heads.encoder_digest,
            },
        },
        "configuration": {
            "map": {name: redactor.redact(column)[0] for name, column in request.column_map.items()},
            "profile": request.profile or "",
            "lang": request.lang,
            "customers": Path(request.customers).name if request.customers else "",
        },
        "settings": asdict(request.settings),
        "seed": request.settings.seed,
        "as_of": request.as_of or "",
        "notes": list(notices),
        "versions": versions,
    }


def _peak_memory_mb() -> int:
    """Peak resident memory of this process in MB, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))
