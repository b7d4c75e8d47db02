"""The CSV files: exact columns, UTF-8 with BOM, times in ISO 8601 UTC, an empty cell for what is not known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from painpoints.clock import local_times
from painpoints.report.clean import csv_safe
from painpoints.schema import (
    LABEL_COLUMNS,
    PAIN_COLUMNS,
    REJECTED_COLUMNS,
    SEGMENT_COLUMNS,
    SEGMENT_CSV_COLUMNS,
    THEME_COLUMNS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from painpoints.report.model import ReportInput
    from painpoints.themes.sub_themes import SubTheme

__all__ = ["THEME_CSV_COLUMNS", "pain_table", "segment_table", "theme_table", "write_csv", "write_tables"]

THEME_CSV_COLUMNS = (
    "theme_id", "polarity", "name_vi", "name_en", "touchpoint", "stage", "owner", "segments", "items", "customers",
    "keyphrases", "causes", "subtitle", "quote_1", "quote_2", "quote_3", "first_seen", "last_seen", "sub_themes",
)  # fmt: skip

_PROBABILITY_DIGITS = 4
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\ud800-\udfff]|(?:^|[;\t\r\n])[ \u00a0]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]"
)


def segment_table(segments: pd.DataFrame) -> pd.DataFrame:
    """`SEGMENT_CSV_COLUMNS` and the columns of the user's own tasks, in the order of the segments."""
    known = {*SEGMENT_COLUMNS, *LABEL_COLUMNS, *THEME_COLUMNS}
    own = sorted(column for column in segments.columns if column not in known)
    table = segments.reindex(columns=[*SEGMENT_CSV_COLUMNS, *own]).copy()
    moments = pd.to_datetime(table["created_at"], utc=True)
    table["created_at"] = moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    for column in ("sentiment_p", "stage_p", "touchpoint_p", "theme_p"):
        table[column] = pd.to_numeric(table[column], errors="coerce").round(_PROBABILITY_DIGITS)
    table["theme_p"] = table["theme_p"].where(table["theme_id"] != "")
    return table


def pain_table(pains: pd.DataFrame) -> pd.DataFrame:
    """`PAIN_COLUMNS`, one row a pain point in the order of rank."""
    return pains.reindex(columns=list(PAIN_COLUMNS))


def theme_table(inp: ReportInput) -> pd.DataFrame:
    """`THEME_CSV_COLUMNS`: pains in the order of rank, then praises, then themes that were not ranked."""
    themes = inp.themes.themes
    placed = _placed(inp)
    order = {theme_id: position for position, theme_id in enumerate(placed.index)}
    texts = inp.segments["text"]
    seen = local_times(inp.segments["created_at"]).groupby(inp.segments["theme_id"]).agg(["min", "max"])
    rows = []
    for theme in themes.to_dict("records"):
        place = placed.loc[theme["theme_id"]] if theme["theme_id"] in order else {}
        quotes = [str(texts.iat[position]) for position in theme["quotes"][:3]]
        rows.append(
            {name: theme[name] for name in ("theme_id", "polarity", "name_vi", "name_en", "subtitle")}
            | {name: theme[name] for name in ("segments", "items", "customers")}
            | {name: place.get(name, "") for name in ("touchpoint", "stage", "owner")}
            | {f"quote_{n + 1}": quotes[n] if n < len(quotes) else "" for n in range(3)}
            | {"keyphrases": "; ".join(theme["keyphrases"])}
            | {"causes": "; ".join(f"{text} ({count})" for text, count in theme["causes"])}
            | {"sub_themes": _sub_themes_line(theme["sub_themes"], inp.lang)}
            | {
                "first_seen": _day(seen, theme["theme_id"], "min"),
                "last_seen": _day(seen, theme["theme_id"], "max"),
            }
        )
    rows.sort(key=lambda row: (order.get(row["theme_id"], len(order)), row["theme_id"]))
    return pd.DataFrame(rows, columns=list(THEME_CSV_COLUMNS), dtype=object)


def _sub_themes_line(own: Iterable[SubTheme], lang: str) -> str:
    """``S1A2B3C Shipper không gọi (12); …``: id, name and items, the largest first."""
    return "; ".join(
        f"{sub.sub_theme_id} {sub.name_en if lang == 'en' else sub.name_vi} ({sub.items})" for sub in own
    )


def _placed(inp: ReportInput) -> pd.DataFrame:
    """Touchpoint, stage and owner by theme id, in the order of the ranking."""
    columns = ["theme_id", "touchpoint", "stage", "owner"]
    frames = [frame[columns] for frame in (inp.ranking.pains, inp.ranking.praises) if len(frame)]
    if not frames:
        return pd.DataFrame(columns=columns).set_index("theme_id")
    return pd.concat(frames, ignore_index=True).set_index("theme_id")


def _day(seen: pd.DataFrame, theme_id: str, end: str) -> str:
    moment = seen[end].get(theme_id)
    return "" if moment is None or pd.isna(moment) else str(moment.date().isoformat())


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write with every text made safe for spreadsheets (`clean.csv_safe`)."""
    safe = table.copy()
    for column in safe.columns:
        if safe[column].dtype == object or isinstance(safe[column].dtype, pd.StringDtype):
            safe[column] = [
                csv_safe(value) if isinstance(value, str) and _SUSPECT.search(value) else value
                for value in safe[column]
            ]
    safe.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_tables(inp: ReportInput, folder: Path) -> None:
    """painpoints.csv, themes.csv, segments.csv, rejected.csv, and a file for each of the tables that look back."""
    write_csv(pain_table(inp.ranking.pains), folder / "painpoints.csv")
    write_csv(theme_table(inp), folder / "themes.csv")
    write_csv(segment_table(inp.segments), folder / "segments.csv")
    write_csv(inp.rejected.reindex(columns=list(REJECTED_COLUMNS)), folder / "rejected.csv")
    for name in inp.table_files():
        write_csv(inp.tables[name], folder / f"{name}.csv")
