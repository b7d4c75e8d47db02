"""Weekly trends of themes, and the alerts of the last week. Formulas and sources: docs/methods-weeks.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from painpoints.change.trends.sale_days import marked_weeks, sale_weeks
from painpoints.change.trends.statuses import State, best, next_state, recently_new
from painpoints.change.trends.surroundings import Surroundings
from painpoints.change.trends.week_evidence import Evidence, SaleMemory, remember_sale, week_evidence
from painpoints.change.trends.weekly_counts import weekly_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from painpoints.change.history import History
    from painpoints.change.trends.sale_days import Calendar
    from painpoints.change.trends.surroundings import VectorsOfItems
    from painpoints.change.trends.weekly_counts import WeeklyCounts
    from painpoints.settings import TrendSettings

__all__ = [
    "ALERT_COLUMNS",
    "TREND_COLUMNS",
    "Trends",
    "trends_of_counts",
    "weekly_trends",
    "with_missed_alerts",
]

TREND_COLUMNS = (
    "theme_id", "week", "segments", "rate", "baseline_rate", "rate_ratio", "ci_low", "ci_high", "q_value", "status",
)  # fmt: skip
ALERT_COLUMNS = (
    "theme_id", "name_vi", "name_en", "status", "since_week", "rate_ratio", "ci_low", "ci_high", "q_value", "touchpoint",
    "owner",
)  # fmt: skip


@dataclass(frozen=True)
class Trends:
    """``trends`` (TREND_COLUMNS), ``alerts`` of the last week and ``alert_log`` of all weeks, ``weeks``.

    ``trends`` is ordered by theme and week, from the week of the theme's first item on: what a theme to come will
    be called is not known before. ``segments`` counts segments, all rates items: ``rate`` is items that tell the
    theme per 1,000 items of the week, ``baseline_rate`` what the baseline predicts for that week's channels and
    volume, ``rate_ratio`` this week over the baseline with its 95 % interval, ``q_value`` for any change over the
    last one to four weeks. NaN where nothing can be said; ``ci_high`` alone is NaN where it has no bound. ``alerts``
    has ALERT_COLUMNS, strongest evidence first: ratio and interval there are of the weeks from ``since_week`` on,
    the estimated beginning. ``alert_log``: the same after ``week``. ``weeks``: what every week was compared by:
    ``week, items, factor`` (median of the themes' ratios), ``sale`` (bool), ``events``. ``withheld``: ids of the themes that
    would alert in the last week if what is told around them rose as well.
    """

    trends: pd.DataFrame
    alerts: pd.DataFrame
    alert_log: pd.DataFrame
    weeks: pd.DataFrame
    withheld: tuple[str, ...] = ()


def weekly_trends(
    history: History, settings: TrendSettings, calendar: Calendar, vectors_of: VectorsOfItems | None = None
) -> Trends:
    """Trends of every theme and week of a history. The rows of a week follow from that week and earlier ones only.

    With ``vectors_of``, the vectors of items' mentions, a rise alerts where it is one of its `Surroundings` too, which are
    asked in the latest weeks alone: ``alert_log`` has no others then.

    A sale week is one that the calendar marks and whose number of items is unusual. Its general surge falls out
    with the median of ratios; themes that always surge then (delivery) are compared with their own earlier sale
    weeks, and in the first one with what a sale may do to any theme (a coefficient of variation of 30 %); no sale
    week is ever part of a baseline.
    """
    counts = weekly_counts(history, settings.max_channels)
    events = marked_weeks(calendar, counts.weeks, settings.sale_days)
    marked = np.array([week in events for week in counts.weeks], dtype=bool)
    sale = sale_weeks(counts.volume.sum(axis=0), marked, settings)
    around = None
    if vectors_of is not None and settings.around_neighbours:
        around = Surroundings(history, vectors_of, settings)
    found = trends_of_counts(counts, history.themes, sale, settings, around)
    named = [", ".join(event.id for event in events.get(week, ())) for week in counts.weeks]
    return replace(found, weeks=found.weeks.assign(events=named))


def with_missed_alerts(
    trends: Trends, opened: Collection[str], weeks: Sequence[str], settings: TrendSettings
) -> pd.DataFrame:
    """The alerts of the last week, and those of the ``quiet_weeks`` before it on themes that opened in the last week.

    A theme that was found late rose when nobody could know of it; its first report is the first that can say so.
    """
    log = trends.alert_log
    before = set(weeks[-1 - settings.quiet_weeks : -1])
    missed = log[log["week"].isin(before) & log["theme_id"].isin(opened)].drop_duplicates(
        "theme_id", keep="last"
    )
    missed = missed[~missed["theme_id"].isin(trends.alerts["theme_id"])]
    if missed.empty:
        return trends.alerts
    return pd.concat([trends.alerts, missed[list(ALERT_COLUMNS)]], ignore_index=True)


def trends_of_counts(
    counts: WeeklyCounts,
    themes: pd.DataFrame,
    sale: np.ndarray,
    settings: TrendSettings,
    around: Surroundings | None = None,
) -> Trends:
    """The same from counts alone. ``themes`` is aligned with them; ``sale`` bool[W] are the sale weeks."""
    own = counts.items.sum(axis=1)
    new = recently_new(own, settings)
    pains = (themes["polarity"] == "pain").to_numpy(dtype=bool)
    state, memory = State.start(len(own)), SaleMemory(np.zeros(len(own)), np.zeros(len(own)))
    rows, alerts, factors = [], [], []
    for week in range(len(counts.weeks)):
        evidence = week_evidence(counts, week, sale, memory, settings) if len(own) else None
        lately = new[:, max(0, week - settings.emerging_weeks + 1) : week + 1]
        confirm = None if around is None or evidence is None else _confirm(around, counts, evidence)
        state = next_state(state, evidence, lately, pains, settings, confirm)
        if evidence is not None and sale[week]:
            memory = remember_sale(memory, evidence, settings)
        rows.append(_trend_rows(counts, own, week, evidence, state))
        if evidence is not None and state.alert.any():
            alerts.append(_alert_rows(counts, own, themes, evidence, state))
        factors.append(1.0 if evidence is None else evidence.factor)
    log = _joined(alerts, ("week", *ALERT_COLUMNS))
    last = log[log["week"] == counts.weeks[-1]] if len(log) else log
    table = _joined(rows, TREND_COLUMNS).sort_values(["theme_id", "week"], ignore_index=True)
    total = counts.volume.sum(axis=0)
    weeks = {"week": list(counts.weeks), "items": total, "factor": np.round(factors, 4), "sale": sale}
    withheld = tuple(counts.theme_ids[theme] for theme in np.flatnonzero(state.withheld))
    return Trends(table, last[list(ALERT_COLUMNS)].reset_index(drop=True), log, pd.DataFrame(weeks), withheld)


def _confirm(around: Surroundings, counts: WeeklyCounts, evidence: Evidence) -> Callable[[int], bool]:
    """Whether the strongest rise of a theme, by its position, is one of its surroundings too."""
    ratio = best(evidence, "ratio")

    def confirm(theme: int) -> bool:
        window = evidence.scan.best[theme]
        found = evidence.scan.comparisons[window]
        baseline, expected = float(found.baseline[theme]), float(found.expected[theme])
        usual = expected / baseline if baseline > 0 else 0.0
        return around.confirm(counts.theme_ids[theme], float(ratio[theme]), evidence.windows[window], usual)

    return confirm


def _trend_rows(
    counts: WeeklyCounts, own: np.ndarray, week: int, evidence: Evidence | None, state: State
) -> pd.DataFrame:
    known = np.flatnonzero(own[:, : week + 1].sum(axis=1))
    total = counts.volume[:, week].sum()
    per_item = 1000.0 / total if total else np.nan
    columns: dict[str, Any] = {
        "theme_id": np.array(counts.theme_ids, dtype=object),
        "week": counts.weeks[week],
        "segments": counts.segments[:, week],
        "rate": np.round(own[:, week] * per_item, 3),
        **_compared(evidence, len(own), per_item),
        "status": state.status,
    }
    return pd.DataFrame(columns, columns=list(TREND_COLUMNS)).iloc[known]


def _compared(evidence: Evidence | None, themes: int, per_item: float) -> dict[str, np.ndarray]:
    if evidence is None:
        names = ("baseline_rate", "rate_ratio", "ci_low", "ci_high", "q_value")
        return {name: np.full(themes, np.nan) for name in names}
    test = evidence.last.test
    return {
        "baseline_rate": np.round(evidence.last.expected * per_item, 3),
        "rate_ratio": _shown(test.ratio, evidence.tested),
        "ci_low": _shown(test.low, evidence.tested),
        "ci_high": _shown(test.high, evidence.tested),
        "q_value": _shown(evidence.q_value, evidence.tested, 6),
    }


def _shown(values: np.ndarray, tested: np.ndarray, digits: int = 3) -> np.ndarray:
    return np.where(tested & np.isfinite(values), np.round(values, digits), np.nan)


def _alert_rows(
    counts: WeeklyCounts, own: np.ndarray, themes: pd.DataFrame, evidence: Evidence, state: State
) -> pd.DataFrame:
    at = np.flatnonzero(state.alert)
    order = np.array(
        sorted(at, key=lambda i: (evidence.scan.p_value[i], counts.theme_ids[i])), dtype=np.int64
    )
    starts = [(i, evidence.windows[evidence.scan.best[i]][0][0]) for i in order]
    since = [start + int(np.argmax(own[i, start:] > 0)) for i, start in starts]
    tested = evidence.tested
    rows = themes.iloc[order][["theme_id", "name_vi", "name_en", "touchpoint", "owner"]].assign(
        week=counts.weeks[evidence.week],
        status=state.status[order],
        since_week=[counts.weeks[week] for week in since],
        rate_ratio=_shown(best(evidence, "ratio"), tested)[order],
        ci_low=_shown(best(evidence, "low"), tested)[order],
        ci_high=_shown(best(evidence, "high"), tested)[order],
        q_value=_shown(evidence.q_value, tested, 6)[order],
    )
    return rows[["week", *ALERT_COLUMNS]]


def _joined(tables: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return pd.concat(filled, ignore_index=True)
