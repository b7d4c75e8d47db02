"""What is said about change, from a history of weeks: trends, alerts, initiatives, drivers, the journey over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from painpoints.change.backlog import Backlog, assign_owners, merge_backlog
from painpoints.change.carry.carry_over import carry_over
from painpoints.change.carry.flow import stage_flow
from painpoints.change.drivers.drivers import kpi_drivers
from painpoints.change.drivers.group_columns import customer_columns
from painpoints.change.drivers.kpis import kpi_table
from painpoints.change.drivers.segments_over import over_represented
from painpoints.change.expectations import inside_view
from painpoints.change.impact.effect import effect_notes, effects_table
from painpoints.change.impact.impact import initiative_effects
from painpoints.change.impact.initiative_match import match_initiatives, mean_vectors
from painpoints.change.impact.narrowed_themes import Meanings, narrow_themes
from painpoints.change.money import money_at_risk
from painpoints.change.trends.trends import weekly_trends, with_missed_alerts

if TYPE_CHECKING:
    from painpoints.change.beliefs import Beliefs
    from painpoints.change.history import History
    from painpoints.change.impact.effect import Effect
    from painpoints.change.impact.initiatives import Initiative
    from painpoints.change.trends.sale_days import Calendar
    from painpoints.journey import Journey
    from painpoints.settings import Settings

__all__ = ["FILES", "Beside", "LookBack", "Meanings", "look_back"]

FILES = ("trends", "alerts", "theme_log", "initiatives", "drivers", "carry_over", "segments_over", "backlog")
"""tables that are a file of their own; the others are shown in the report"""
_LOG_COLUMNS = ("week", "event", "theme_id", "related_ids", "reason")
_RISING = ("new", "emerging", "rising")
_WITHHELD = {
    "vi": "Không báo động dù số đếm tăng, vì những lời phàn nàn gần giống ở các chủ đề khác không tăng theo: {names}.",
    "en": "No alert although the counts rise, since what is told around these themes does not rise with them: {names}.",
}


@dataclass(frozen=True)
class Beside:
    """What is known beside the feedback: customers (ids as in the history), initiatives, sale days, beliefs, backlog."""

    calendar: Calendar
    customers: pd.DataFrame | None = None
    initiatives: tuple[Initiative, ...] = ()
    beliefs: Beliefs | None = None
    backlog: pd.DataFrame | None = None
    """`Backlog.rows` of the week before"""
    opened: frozenset[str] = frozenset()
    """themes that opened in the last week, with what earlier weeks told of them"""
    merged: Mapping[str, str] = field(default_factory=dict)
    """pain id -> the one that it became a part of"""


@dataclass(frozen=True)
class LookBack:
    """Tables by name, those of `FILES` and others; alerts of the last week; the backlog to keep; what was left out."""

    tables: dict[str, pd.DataFrame]
    alerts: pd.DataFrame
    backlog: Backlog
    notices: tuple[str, ...]
    beside: dict[str, tuple[str, ...]]
    """table -> sentences to print with it: what its figures assume"""


def look_back(
    history: History,
    pains: pd.DataFrame,
    journey: Journey,
    beside: Beside,
    settings: Settings,
    lang: Literal["vi", "en"],
    meanings: Meanings,
) -> LookBack:
    """Every table that looks back over the weeks of `history`. `pains` (PAIN_COLUMNS) are those of the last week."""
    trends = weekly_trends(history, settings.trends, beside.calendar, meanings.of_items)
    alerts = with_missed_alerts(trends, beside.opened, history.weeks, settings.trends)
    effects, said_of_initiatives = _what_helped(history, journey, beside.initiatives, settings, meanings)
    carried = carry_over(history, settings.carry, beside.customers)
    money = money_at_risk(history, beside.customers, settings.money)
    view = inside_view(history, journey, settings.expectations, beside.beliefs)
    groups = customer_columns(history, beside.customers)
    backlog = merge_backlog(
        beside.backlog,
        assign_owners(pains, journey, lang),
        history.weeks[-1],
        settings.backlog,
        rising=["P" + t.removeprefix("T") for t in alerts.loc[alerts["status"].isin(_RISING), "theme_id"]],
        merged=beside.merged,
    )
    tables = {
        "trends": trends.trends,
        "alerts": alerts,
        "theme_log": pd.DataFrame(columns=list(_LOG_COLUMNS)),  # a workspace has one, a single run has not
        "initiatives": effects_table(effects),
        "drivers": kpi_drivers(history, settings.drivers, settings.seed).table,
        "carry_over": carried.rows.round(4),
        "segments_over": over_represented(history, groups, settings.groups, settings.seed).round(6),
        "backlog": backlog.listed,
        "initiative_notes": effect_notes(effects),
        "kpis": kpi_table(history, settings.drivers),
        "money": money.rows,
        "inside_view": view.rows,
        "stage_flow": stage_flow(history, [stage.id for stage in journey.stages]),
        "theme_names": history.themes[["theme_id", "name_vi", "name_en"]],
    }
    withheld = _withheld(trends.withheld, history)
    said = (withheld, carried.notice, money.notice if beside.customers is not None else {})
    notices = (*said_of_initiatives, *(words[lang] for words in said if words))
    assumed = {
        "money": money.assumptions.get(lang, ()) if len(money.rows) else (),
        "inside_view": view.formulas.get(lang, ()) if len(view.rows) else (),
    }
    sentences = {name: words for name, words in assumed.items() if words}
    return LookBack(tables, alerts, backlog, notices, sentences)


def _withheld(theme_ids: Sequence[str], history: History) -> dict[str, str]:
    """A sentence in each language on themes whose rise was no alert; nothing where there is none."""
    if not theme_ids:
        return {}
    named = history.themes.set_index("theme_id").loc[list(theme_ids)]
    return {lang: words.format(names="; ".join(named[f"name_{lang}"])) for lang, words in _WITHHELD.items()}


def _what_helped(
    history: History,
    journey: Journey,
    initiatives: Sequence[Initiative],
    settings: Settings,
    meanings: Meanings,
) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    """What became of the themes that initiatives are about, and what was left out."""
    impact, centres = settings.impact, mean_vectors(meanings.texts)
    matches = match_initiatives(initiatives, history, centres, meanings.encode, journey, impact)
    narrowed = narrow_themes(matches, history, meanings, impact)
    effects = initiative_effects(initiatives, narrowed.matches, narrowed.history, settings=impact)
    of_themes = tuple(
        replace(
            effect,
            theme_id=narrowed.theme_of.get(effect.theme_id, effect.theme_id),
            counted=narrowed.share_of.get(effect.theme_id, 1.0),
        )
        for effect in effects
    )
    return of_themes, matches.notices
