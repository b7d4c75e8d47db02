"""Rank the pain themes by a score whose parts add up to it. Formulas and sources: docs/methods.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.rank.evidence import (
    Mentions,
    Window,
    build_mentions,
    iso_day,
    leading_label,
    recent_window,
)
from painpoints.rank.parts import (
    PARTS,
    effective_weights,
    kpi_part,
    reach_part,
    severity_part,
    trend_parts,
    value_part,
    value_shares,
)
from painpoints.schema import PAIN_COLUMNS

if TYPE_CHECKING:
    from painpoints.journey import Journey
    from painpoints.settings import RankSettings
    from painpoints.themes import ThemeSet

__all__ = ["PRAISE_COLUMNS", "Ranking", "rank_pains"]

PRAISE_COLUMNS = (
    "rank", "theme_id", "name_vi", "name_en", "touchpoint", "stage", "owner", "segments", "items",
    "customers", "share", "kpi_effect", "first_seen", "last_seen", "quote_1", "quote_2", "quote_3",
)  # fmt: skip


@dataclass(frozen=True)
class Ranking:
    """``pains`` (PAIN_COLUMNS) and ``praises`` (PRAISE_COLUMNS), ranked; ``parts`` a pain; ``weights`` of
    the run.

    Cells without evidence are ''. ``parts[pain_id]`` holds every number behind the score and goes into JSON
    as it is.
    """

    pains: pd.DataFrame
    praises: pd.DataFrame
    parts: dict[str, dict[str, Any]]
    weights: dict[str, float]


@dataclass(frozen=True)
class _Context:
    """What all themes are measured against."""

    mentions: Mentions
    window: Window
    journey: Journey
    settings: RankSettings
    weights: dict[str, float]
    recent: np.ndarray
    voices: int
    mean_severity: float
    negative_share: dict[str, float]
    values: pd.Series
    value_total: float
    value_of: dict[str, float]


def rank_pains(
    segments: pd.DataFrame,
    items: pd.DataFrame,
    themes: ThemeSet,
    journey: Journey,
    settings: RankSettings,
    *,
    customers: pd.DataFrame | None = None,
    as_of: pd.Timestamp | None = None,
    earlier: Mentions | None = None,
) -> Ranking:
    """Score and order the pain themes; list the praise themes by reach.

    ``segments`` has SEGMENT_COLUMNS and LABEL_COLUMNS, ``items`` ITEM_COLUMNS, ``customers`` what
    `load_customers` gives. ``as_of`` is the last day looked at (default: the last date in the items). Themes that
    people hid are left out. ``earlier``: mentions of a longer time, these among them, that trends are counted in.
    """
    mentions = build_mentions(segments, items, themes.assignment["theme_id"])
    over_time = earlier or mentions
    context = _context(mentions, over_time, themes, journey, settings, customers, as_of)
    positions = mentions.segments.groupby("theme_id").indices
    shown = themes.themes[~themes.themes["theme_id"].isin(themes.hidden)]
    pains = shown[shown["polarity"] == "pain"]
    trends = trend_parts(
        over_time, list(pains["theme_id"]), context.window, context.weights["trend"], settings
    )
    rows, parts = [], {}
    for theme in _records(pains):
        own = mentions.segments.iloc[positions.get(theme["theme_id"], [])]
        pain_parts = _score_theme(own, trends[theme["theme_id"]], context)
        row = _pain_row(theme, own, pain_parts, segments, context)
        rows.append(row)
        parts[row["pain_id"]] = pain_parts
    rows.sort(key=lambda row: (-row["score"], row["pain_id"]))
    for rank, row in enumerate(rows, start=1):
        row["rank"] = rank
    _set_quadrants(rows, settings)
    praises = _praise_rows(shown, positions, segments, context)
    return Ranking(
        pd.DataFrame(rows, columns=list(PAIN_COLUMNS), dtype=object),
        pd.DataFrame(praises, columns=list(PRAISE_COLUMNS), dtype=object),
        {row["pain_id"]: parts[row["pain_id"]] for row in rows},
        context.weights,
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def _context(
    mentions: Mentions,
    over_time: Mentions,
    themes: ThemeSet,
    journey: Journey,
    settings: RankSettings,
    customers: pd.DataFrame | None,
    as_of: pd.Timestamp | None,
) -> _Context:
    window = recent_window(mentions.items, settings, as_of)
    recent = window.holds(mentions.segments["created_at"])
    recent_items = mentions.items[window.holds(mentions.items["created_at"])]
    pain_ids = set(themes.themes.loc[themes.themes["polarity"] == "pain", "theme_id"])
    said = mentions.segments[recent & mentions.segments["theme_id"].isin(pain_ids).to_numpy()]
    values = _values_heard(customers, recent_items)
    value_of = value_shares(said, values)
    rated = int(mentions.items["rating"].notna().sum())
    severities = mentions.segments["severity"].dropna()
    return _Context(
        mentions=mentions,
        window=window,
        journey=journey,
        settings=settings,
        weights=effective_weights(
            settings,
            dates=_spans_baseline(over_time.items, window, settings),
            ratings=rated >= 2,
            values=bool(value_of),
        ),
        recent=recent,
        voices=int(recent_items["voice"].nunique()),
        mean_severity=float(severities.mean()) if len(severities) else 1.0,
        negative_share=_negative_shares(mentions.segments),
        values=values,
        value_total=float(values.sum()),
        value_of=value_of,
    )


def _values_heard(customers: pd.DataFrame | None, recent_items: pd.DataFrame) -> pd.Series:
    """Value by customer id of those who wrote in the window; a negative value (refunds) counts as none."""
    if customers is None or customers.empty:
        return pd.Series(dtype=float)
    values = customers.groupby("customer_id")["value"].sum().clip(lower=0.0)
    return values[values.index.isin(set(recent_items["customer_id"]) - {""})].astype(float)


def _spans_baseline(items: pd.DataFrame, window: Window, settings: RankSettings) -> bool:
    """Is there as long a history before the recent weeks as the recent weeks are themselves?"""
    first = items["created_at"].min()
    if window.end is None or pd.isna(first):
        return False
    return bool(first <= window.end - pd.Timedelta(days=2 * settings.trend_days))


def _negative_shares(segments: pd.DataFrame) -> dict[str, float]:
    """By touchpoint ('' is one of them): share of the segments with a sentiment that are negative."""
    judged = segments[segments["sentiment"] != ""]
    negative = (judged["sentiment"] == "neg").groupby(judged["touchpoint"]).mean()
    return {str(touchpoint): float(share) for touchpoint, share in negative.items()}


def _score_theme(own: pd.DataFrame, trend: dict[str, Any], context: _Context) -> dict[str, Any]:
    """All parts of one theme with their inputs, and the score that they add up to."""
    settings, weights = context.settings, context.weights
    recent = own[context.window.holds(own["created_at"])]
    ratings = context.mentions.items["rating"]
    says_it = np.isin(np.arange(len(ratings)), own["item"].to_numpy(dtype=int))
    theme_id = str(own["theme_id"].iloc[0]) if len(own) else ""
    heard = recent.loc[recent["customer_id"].isin(context.values.index), "customer_id"].nunique()
    parts: dict[str, Any] = {
        "reach": reach_part(int(recent["voice"].nunique()), context.voices, weights["reach"], settings),
        "severity": severity_part(
            recent["severity"].dropna().to_numpy(), context.mean_severity, weights["severity"], settings
        ),
        "trend": trend,
        "kpi": kpi_part(
            ratings[says_it].dropna().to_numpy(),
            ratings[~says_it].dropna().to_numpy(),
            weights["kpi"],
            settings,
        ),
        "value": value_part(
            context.value_of.get(theme_id, 0.0), context.value_total, int(heard), weights["value"], settings
        ),
    }
    parts["score"] = round(sum(parts[name]["points"] for name in PARTS), 2)
    parts["window"] = _window_shown(context)
    return parts


def _window_shown(context: _Context) -> dict[str, Any]:
    """The recent days, from the first item on where that is later."""
    window = context.window
    if window.start is None or window.end is None:
        return {"start": "", "end": "", "days": None}
    start = max(iso_day(window.start), iso_day(context.mentions.items["created_at"].min()))
    end = iso_day(window.end - pd.Timedelta(days=1))
    return {"start": start, "end": end, "days": (pd.Timestamp(end) - pd.Timestamp(start)).days + 1}


def _place(own: pd.DataFrame, context: _Context) -> tuple[str, str, str, Any]:
    """Touchpoint, stage, accountable owner and effort. An owner of '' is an orphan; effort is never
    guessed.
    """
    majority = context.settings.touchpoint_majority
    touchpoint, _ = leading_label(own["touchpoint"], own["touchpoint_p"], majority)
    by_id = {place.id: place for place in context.journey.touchpoints}
    if touchpoint not in by_id:
        stage, _ = leading_label(own["stage"], own["stage_p"], majority)
        return "", stage, "", ""
    place = by_id[touchpoint]
    effort = getattr(place, "effort", None)
    return touchpoint, place.stage, place.owner or "", "" if effort is None else effort


def _quotes(theme: dict[str, Any], segments: pd.DataFrame) -> dict[str, str]:
    texts = [str(segments["text"].iat[position]) for position in theme["quotes"]]
    return {f"quote_{n}": texts[n - 1] if len(texts) >= n else "" for n in (1, 2, 3)}


def _counts(theme: dict[str, Any], own: pd.DataFrame) -> dict[str, Any]:
    """The columns that pains and praises share."""
    return {
        "theme_id": theme["theme_id"],
        "name_vi": theme["name_vi"],
        "name_en": theme["name_en"],
        "segments": len(own),
        "items": int(own["item"].nunique()),
        "customers": int(own.loc[own["customer_id"] != "", "customer_id"].nunique()),
        "first_seen": iso_day(own["created_at"].min()),
        "last_seen": iso_day(own["created_at"].max()),
    }


def _pain_row(
    theme: dict[str, Any],
    own: pd.DataFrame,
    parts: dict[str, Any],
    segments: pd.DataFrame,
    context: _Context,
) -> dict[str, Any]:
    touchpoint, stage, owner, effort = _place(own, context)
    severities = own["severity"].dropna()
    kinds = own.loc[own["kind"].isin(["pain", "request"]), "kind"]
    parts["kind"] = str(kinds.mode().iat[0]) if len(kinds) else "pain"
    negative_share = context.negative_share.get(touchpoint)
    return {
        **_counts(theme, own),
        "pain_id": "P" + str(theme["theme_id"]).removeprefix("T"),
        "touchpoint": touchpoint,
        "stage": stage,
        "owner": owner,
        "negative_share": "" if negative_share is None else round(negative_share, 3),
        "severity": round(float(severities.mean()), 2) if len(severities) else "",
        "kpi_effect": round(parts["kpi"]["effect"], 3) if parts["kpi"].get("known") else "",
        "trend": round(parts["trend"]["ratio"], 2) if parts["trend"].get("known") else "",
        "score": parts["score"],
        **{f"score_{name}": parts[name]["points"] for name in PARTS},
        "effort": effort,
        **_quotes(theme, segments),
    }


def _set_quadrants(rows: list[dict[str, Any]], settings: RankSettings) -> None:
    """Impact x effort, only where people gave an effort; high impact is a score of at least the median
    pain's.
    """
    if not rows:
        return
    middle = float(np.median([row["score"] for row in rows]))
    names = {
        (True, False): "quick_win",
        (True, True): "major_project",
        (False, False): "fill_in",
        (False, True): "thankless_task",
    }
    for row in rows:
        known = row["effort"] != ""
        row["quadrant"] = (
            names[row["score"] >= middle, row["effort"] >= settings.high_effort] if known else ""
        )


def _praise_rows(
    themes: pd.DataFrame, positions: dict[Any, Any], segments: pd.DataFrame, context: _Context
) -> list[dict[str, Any]]:
    """Moments of excellence, by the number of recent voices; ``kpi_effect`` is the shrunk lift in rating."""
    ratings = context.mentions.items["rating"]
    rows = []
    for theme in _records(themes[themes["polarity"] == "praise"]):
        own = context.mentions.segments.iloc[positions.get(theme["theme_id"], [])]
        touchpoint, stage, owner, _ = _place(own, context)
        says_it = np.isin(np.arange(len(ratings)), own["item"].to_numpy(dtype=int))
        lift = kpi_part(
            ratings[says_it].dropna().to_numpy(), ratings[~says_it].dropna().to_numpy(), 1.0, context.settings
        )
        voices = int(own.loc[context.window.holds(own["created_at"]), "voice"].nunique())
        rows.append(
            {
                **_counts(theme, own),
                "touchpoint": touchpoint,
                "stage": stage,
                "owner": owner,
                "share": round(voices / context.voices, 4) if context.voices else 0.0,
                "kpi_effect": round(lift["effect"], 3) if lift.get("known") else "",
                **_quotes(theme, segments),
            }
        )
    rows.sort(key=lambda row: (-row["share"], -row["segments"], row["theme_id"]))
    for rank, row in enumerate(rows, start=1):
        row["rank"] = rank
    return rows
