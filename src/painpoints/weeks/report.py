"""The report of one week: all files of a run limited to that week, those that look back, and the page of all weeks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from painpoints.change.history import make_history, week_start
from painpoints.weeks.side_files import backlog_before, keep_backlog, merged_pains
from painpoints.weeks.themes import last_day_of, weeks_before

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from painpoints.change.impact.narrowed_themes import Meanings
    from painpoints.change.look_back import Beside, LookBack
    from painpoints.journey import Journey
    from painpoints.loading import Models
    from painpoints.rank.score import Ranking
    from painpoints.report import ReportInput
    from painpoints.store import ThemeRegistry
    from painpoints.themes import ThemeSet
    from painpoints.themes.known import KnownThemes
    from painpoints.weeks.memory import WeekMemory
    from painpoints.weeks.request import WeekRequest

__all__ = ["WeekReport", "make_week_report"]

_EVENTS = ("new", "split", "merge", "retire", "rename", "pin")


@dataclass(frozen=True)
class WeekReport:
    """A week's report, computed and not yet written."""

    week: str
    report: dict[str, Any]
    inp: ReportInput
    look_back: LookBack
    notices: tuple[str, ...]

    def write(self, folder: Path, memory: WeekMemory, pool: str) -> Path:
        """Write ``folder/YYYY-Www`` and the page of all weeks; the workspace remembers the report once it is there."""
        from painpoints.report import write_report
        from painpoints.weeks.index_page import write_index

        out = folder / self.week
        write_report(self.report, self.inp, out)
        with memory.workspace.transaction():
            memory.keep_report(self.week, pool, _summary(self.report))
            if (
                memory.reports()[-1][0] == self.week
            ):  # a week that is replayed does not change what was done since
                keep_backlog(memory.workspace, self.look_back.backlog.rows)
        write_index(folder, memory.reports())
        return out


def make_week_report(
    memory: WeekMemory,
    registry: ThemeRegistry,
    week: str,
    models: Models,
    journey: Journey,
    request: WeekRequest,
    beside: Beside,
    notices: tuple[str, ...],
) -> WeekReport:
    """Everything of the week's report, with what was known in that week."""
    from painpoints.change.look_back import look_back
    from painpoints.rank import rank_pains
    from painpoints.rank.evidence import build_mentions
    from painpoints.report import build_report

    settings = request.settings
    job = _Job(memory, registry, week, models, journey, request)
    items = memory.items(weeks_before(week, settings.weeks.look_back_weeks - 1), week)
    mentions = _at_touchpoints(memory.mentions(items, week), journey)
    known = registry.known(models.encoder, until=last_day_of(week))
    own = _own_week(job, items, known)
    ranking = rank_pains(
        own.segments,
        own.items,
        own.themes,
        journey,
        settings.rank,
        customers=beside.customers,
        as_of=_last_midnight(week),
        earlier=build_mentions(mentions, items, mentions["theme_id"]),
    )
    history = make_history(items, mentions, mentions["theme_id"].tolist(), _theme_table(known), journey, week)
    found = look_back(
        history,
        ranking.pains,
        journey,
        _beside_then(beside, job),
        settings,
        request.lang,
        _meanings(job, items, known),
    )
    notices = (*notices, *found.notices)
    inp = _report_input(job, own, ranking, found, notices)
    return WeekReport(week, build_report(inp), inp, found, notices)


@dataclass(frozen=True)
class _Job:
    """What is reported on, from which memory, how."""

    memory: WeekMemory
    registry: ThemeRegistry
    week: str
    models: Models
    journey: Journey
    request: WeekRequest


@dataclass(frozen=True)
class _OwnWeek:
    """Items of the week, their segments with labels, and the themes that these are in."""

    items: pd.DataFrame
    segments: pd.DataFrame
    themes: ThemeSet


def _own_week(job: _Job, items: pd.DataFrame, known: KnownThemes) -> _OwnWeek:
    from painpoints.classify import own_tasks
    from painpoints.themes.present import present_themes

    own = items[items["week"] == job.week].reset_index(drop=True)
    kept = job.memory.segments(own, job.week, own_tasks(job.models.heads))
    segments = _at_touchpoints(kept, job.journey)
    vectors = job.models.encoder.encode(segments["match_text"].tolist())
    themes = present_themes(segments, vectors, known.themes, own, job.journey)
    of_memory = ["theme_id", "theme_p", "decided", "item_key", "text_hash"]
    return _OwnWeek(own, segments.drop(columns=of_memory), themes)


def _last_midnight(week: str) -> pd.Timestamp:
    """The beginning of the week's last day."""
    import pandas as pd

    return week_start(week) + pd.Timedelta(days=6)


def _theme_table(known: KnownThemes) -> pd.DataFrame:
    import pandas as pd

    columns = ["theme_id", "polarity", "name_vi", "name_en"]
    return pd.DataFrame([vars(theme) for theme in known.themes], columns=columns)


def _beside_then(beside: Beside, job: _Job) -> Beside:
    """What is known beside the feedback, with the backlog and the themes as they were in that week."""
    names = _names(job.registry, job.request.lang)
    return replace(
        beside,
        backlog=backlog_before(job.request, job.memory.workspace, job.week, names),
        opened=job.registry.opened_on(last_day_of(job.week)),
        merged=merged_pains(job.registry),
    )


def _meanings(job: _Job, items: pd.DataFrame, known: KnownThemes) -> Meanings:
    """Vectors of texts, of the themes' members, and of `items`."""
    from painpoints.change.impact.narrowed_themes import Meanings

    encode = job.models.encoder.encode
    members = known.members.groupby("theme_id").indices
    return Meanings(
        encode,
        {str(theme): known.vectors[rows] for theme, rows in members.items()},
        lambda rows: encode(job.memory.match_texts(items.iloc[rows])),
    )


def _report_input(
    job: _Job, own: _OwnWeek, ranking: Ranking, found: LookBack, notices: tuple[str, ...]
) -> ReportInput:
    from painpoints.ingest import FileReport
    from painpoints.report import ReportInput

    imports = job.memory.imports(job.week)
    return ReportInput(
        journey=job.journey,
        items=own.items,
        segments=own.segments.join(own.themes.assignment),
        themes=own.themes,
        ranking=ranking,
        rejected=job.memory.rejects(job.week),
        files=[FileReport(**_as_file(entry)) for files in imports["files"] for entry in files],
        boilerplate_counts=_added(imports["boilerplate"]),
        masked=_added(imports["masked"]),
        languages=dict(sorted(Counter(own.segments["lang"]).items())),
        manifest=_manifest(job, imports, notices),
        lang=job.request.lang,
        as_of=_last_midnight(job.week),
        title=f"{job.journey.brand} · {job.week}",
        table_notes=found.beside,
        tables=found.tables | {"theme_log": _log(job.registry, job.week)},
    )


def _log(registry: ThemeRegistry, week: str) -> pd.DataFrame:
    """What happened to themes up to `week`, and what people did to them whenever that was."""
    log = registry.log()
    by_hand = log["reason"].eq("by hand") | log["event"].eq("rename")
    told = log[(by_hand | (log["week"] <= week)) & log["event"].isin(_EVENTS)]
    return told.sort_values("week", kind="stable", ignore_index=True)


def _names(registry: ThemeRegistry, lang: str) -> dict[str, str]:
    """Pain id -> what its theme is called today."""
    table = registry.table()
    return {
        "P" + theme_id.removeprefix("T"): name
        for theme_id, name in zip(table["theme_id"].astype(str), table[f"name_{lang}"], strict=True)
    }


def _at_touchpoints(segments: pd.DataFrame, journey: Journey) -> pd.DataFrame:
    """Touchpoints and stages that the journey file no longer has are none."""
    touchpoints, stages = {t.id for t in journey.touchpoints}, {s.id for s in journey.stages}
    return segments.assign(
        touchpoint=segments["touchpoint"].where(segments["touchpoint"].isin(touchpoints), ""),
        stage=segments["stage"].where(segments["stage"].isin(stages), ""),
    )


def _as_file(entry: dict[str, Any]) -> dict[str, Any]:
    """A file's report as it was kept: JSON knows no tuples."""
    columns = {name: tuple(parts) for name, parts in entry["column_map"].items()}
    lists = {name: tuple(entry[name]) for name in ("unused_columns", "problems")}
    return entry | lists | {"column_map": columns}


def _added(counts: pd.Series) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _manifest(job: _Job, imports: pd.DataFrame, notices: tuple[str, ...]) -> dict[str, Any]:
    from painpoints.manifest import describe_job

    counts = _added(imports["counts"])
    counts["kept"] = counts.get("new", 0) + counts.get("corrected", 0)
    inputs = [entry for files in imports["files"] for entry in files]
    models, settings = job.models, job.request.settings
    about = describe_job(models.encoder, models.heads, job.journey, "journey.yaml", settings)
    return about | {
        "week": job.week,
        "as_of": last_day_of(job.week),
        "inputs": inputs,
        "counts": counts,
        "notes": list(notices),
        "weeks_known": len([w for w in job.memory.weeks() if w <= job.week]),
    }


def _summary(report: dict[str, Any]) -> dict[str, Any]:
    """What the page of all weeks tells of this one."""
    summary = report["summary"]
    top = [
        {"name": report["pain_details"][row["pain_id"]]["name"], "owner": row["owner"]}
        for row in report["pains"][:3]
    ]
    return {
        "title": report["brand"],
        "lang": report["lang"],
        "items": summary["items"],
        "negative_share": summary["negative_items"]["share"],
        "pains": summary["pains"],
        "praises": summary["praises"],
        "top": top,
        "alerts": [
            {key: row[key] for key in ("name_vi", "name_en", "status")} for row in report["tables"]["alerts"]
        ],
    }
