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

    from painpoints.change.look_back import Beside, LookBack
    from painpoints.journey import Journey
    from painpoints.loading import Models
    from painpoints.report import ReportInput
    from painpoints.store import ThemeRegistry
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
    import pandas as pd

    from painpoints.change.impact.narrowed_themes import Meanings
    from painpoints.change.look_back import look_back
    from painpoints.classify import own_tasks
    from painpoints.ingest import FileReport
    from painpoints.rank import rank_pains
    from painpoints.rank.evidence import build_mentions
    from painpoints.report import ReportInput, build_report
    from painpoints.themes.present import present_themes

    settings = request.settings
    first = weeks_before(week, settings.weeks.look_back_weeks - 1)
    items = memory.items(first, week)
    mentions = _at_touchpoints(memory.mentions(items, week), journey)
    known = registry.known(models.encoder, until=last_day_of(week))
    own_items = items[items["week"] == week].reset_index(drop=True)
    own_segments = _at_touchpoints(memory.segments(own_items, week, own_tasks(models.heads)), journey)
    vectors = models.encoder.encode(own_segments["match_text"].tolist())
    themes = present_themes(own_segments, vectors, known.themes, own_items, journey)
    labels = own_segments.drop(columns=["theme_id", "theme_p", "decided", "item_key", "text_hash"])
    ranking = rank_pains(
        labels,
        own_items,
        themes,
        journey,
        settings.rank,
        customers=beside.customers,
        as_of=week_start(week) + pd.Timedelta(days=6),
        earlier=build_mentions(mentions, items, mentions["theme_id"]),
    )
    table = pd.DataFrame(
        [vars(theme) for theme in known.themes], columns=["theme_id", "polarity", "name_vi", "name_en"]
    )
    history = make_history(items, mentions, mentions["theme_id"].tolist(), table, journey, week)
    beside = replace(
        beside,
        backlog=backlog_before(request, memory.workspace, week, _names(registry, request.lang)),
        opened=registry.opened_on(last_day_of(week)),
        merged=merged_pains(registry),
    )
    meanings = Meanings(
        models.encoder.encode,
        {
            str(theme): known.vectors[rows]
            for theme, rows in known.members.groupby("theme_id").indices.items()
        },
        lambda rows: models.encoder.encode(memory.match_texts(items.iloc[rows])),
    )
    found = look_back(history, ranking.pains, journey, beside, settings, request.lang, meanings)
    notices = (*notices, *found.notices)
    imports = memory.imports(week)
    files = [FileReport(**_as_file(entry)) for files in imports["files"] for entry in files]
    inp = ReportInput(
        journey=journey,
        items=own_items,
        segments=labels.join(themes.assignment),
        themes=themes,
        ranking=ranking,
        rejected=memory.rejects(week),
        files=files,
        boilerplate_counts=_added(imports["boilerplate"]),
        masked=_added(imports["masked"]),
        languages=dict(sorted(Counter(own_segments["lang"]).items())),
        manifest=_manifest(memory, week, request, models, journey, imports, notices),
        lang=request.lang,
        as_of=week_start(week) + pd.Timedelta(days=6),
        title=f"{journey.brand} · {week}",
        table_notes=found.beside,
        tables=found.tables | {"theme_log": _log(registry, week)},
    )
    return WeekReport(week, build_report(inp), inp, found, notices)


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


def _manifest(
    memory: WeekMemory,
    week: str,
    request: WeekRequest,
    models: Models,
    journey: Journey,
    imports: pd.DataFrame,
    notices: tuple[str, ...],
) -> dict[str, Any]:
    from painpoints.manifest import describe_job

    counts = _added(imports["counts"])
    counts["kept"] = counts.get("new", 0) + counts.get("corrected", 0)
    inputs = [entry for files in imports["files"] for entry in files]
    about = describe_job(models.encoder, models.heads, journey, "journey.yaml", request.settings)
    return about | {
        "week": week,
        "as_of": last_day_of(week),
        "inputs": inputs,
        "counts": counts,
        "notes": list(notices),
        "weeks_known": len([w for w in memory.weeks() if w <= week]),
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
