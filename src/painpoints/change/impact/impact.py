"""Did it work: complaints before and after an initiative, with a verdict that says so only where the counts do.

Methods and sources: docs/methods-weeks.md. How often the verdicts are right: ``python -m benchmarks.impact_power``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.change.history import iso_week, week_start
from painpoints.change.impact.before_after import (
    Comparison,
    Series,
    avoided,
    compare,
    detectable_ratio,
    log_slope,
)
from painpoints.change.impact.effect import Effect
from painpoints.change.impact.impact_windows import Windows, choose_windows
from painpoints.change.impact.theme_counts import (
    Noise,
    WeeklyCounts,
    estimate_noise,
    group_counts,
    weekly_counts,
)
from painpoints.change.impact.verdict import Background, verdict
from painpoints.rank.stats import adjust_p_values
from painpoints.settings import ImpactSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from painpoints.change.history import History
    from painpoints.change.impact.initiative_match import Match
    from painpoints.change.impact.initiatives import Initiative

__all__ = ["initiative_effects"]

_CHANGED = ("resolved", "improved", "worse")


@dataclass(frozen=True)
class _Known:
    """What all comparisons of one call share."""

    initiatives: Sequence[Initiative]
    matches: Sequence[Match]
    at: Sequence[int]
    """week of each initiative, as a position in the history's weeks; may lie outside"""
    history: History
    week: np.ndarray
    """of each item"""
    weekly: WeeklyCounts
    noise: Noise
    settings: ImpactSettings


def initiative_effects(
    initiatives: Sequence[Initiative],
    matches: Sequence[Match],
    history: History,
    settings: ImpactSettings | None = None,
) -> tuple[Effect, ...]:
    """An effect for each match, by date, title and theme. Verdicts hold at a false discovery rate over all of them.

    Raises ValueError where a match names a theme that the history lacks.
    """
    settings = settings or ImpactSettings()
    weekly = weekly_counts(history, settings)
    unknown = sorted({match.theme_id for match in matches} - set(weekly.theme_ids))
    if unknown:
        raise ValueError(f"matched themes are not in the history: {', '.join(unknown[:5])}")
    at = [_week_position(initiative, history) for initiative in initiatives]
    noise = estimate_noise(weekly, _touched(weekly, matches, at), settings)
    known = _Known(initiatives, matches, at, history, history.week_numbers(), weekly, noise, settings)
    ordered = sorted(
        matches, key=lambda m: (initiatives[m.initiative].date, initiatives[m.initiative].title, m.theme_id)
    )
    return _with_verdicts([_measured(match, known) for match in ordered], settings)


def _with_verdicts(
    measured: Sequence[tuple[Effect, Background]], settings: ImpactSettings
) -> tuple[Effect, ...]:
    """What could not be compared has its reason already, and is no test."""
    q_values = iter(adjust_p_values([e.found.p_value for e, _ in measured if e.found is not None]))
    judged = []
    for effect, background in measured:
        if effect.found is not None:
            q_value = next(q_values)
            named = effect.matched_by == "id"
            words, reason = verdict(effect.found, q_value, background, settings, named=named)
            effect = replace(effect, q_value=q_value, verdict=words, reason=reason)
        judged.append(effect)
    changed = {e.initiative for e in judged if e.verdict in _CHANGED}
    return tuple(
        replace(e, verdict="inconclusive", reason=doubt)
        if e.verdict == "no_change" and (doubt := _doubt(e, changed))
        else e
        for e in judged
    )


def _doubt(effect: Effect, changed: Collection[Initiative]) -> str:
    """Why it may be another theme on which the initiative worked: a key of REASONS, '' for no doubt."""
    if effect.initiative in changed:
        return "changed_elsewhere"
    return "other_touchpoint" if effect.matched_by == "meaning" and effect.initiative.touchpoint else ""


def _week_position(initiative: Initiative, history: History) -> int:
    """Weeks between the history's first and the initiative's, negative before it."""
    if not history.weeks:
        return -1
    week = week_start(str(iso_week(pd.Series([pd.Timestamp(initiative.date)])).iat[0]))
    return int((week - week_start(history.weeks[0])).days // 7)


def _touched(weekly: WeeklyCounts, matches: Sequence[Match], at: Sequence[int]) -> np.ndarray:
    """``bool[n themes, n weeks]``: where an initiative for the theme began."""
    weeks = weekly.counts.shape[1]
    touched = np.zeros((len(weekly.theme_ids), weeks), dtype=bool)
    place = {theme: i for i, theme in enumerate(weekly.theme_ids)}
    for match in matches:
        if 0 <= at[match.initiative] < weeks:
            touched[place[match.theme_id], at[match.initiative]] = True
    return touched


def _measured(match: Match, known: _Known) -> tuple[Effect, Background]:
    """The comparison without a verdict; with a reason and without figures where there is none."""
    week = known.at[match.initiative]
    beside = [
        m.initiative
        for m in known.matches
        if m.theme_id == match.theme_id and m.initiative != match.initiative
    ]
    together = tuple(sorted(known.initiatives[other].title for other in beside if known.at[other] == week))
    initiative = known.initiatives[match.initiative]
    effect = Effect(initiative, match.theme_id, match.matched_by, together_with=together)
    if not 0 <= week < len(known.history.weeks):
        return replace(effect, reason="outside"), Background()
    series, windows = _series(match.theme_id, initiative, week, [known.at[other] for other in beside], known)
    parts = (windows.before, windows.after, windows.spike)
    before, after, spike = (tuple(known.history.weeks[i] for i in part) for part in parts)
    controlled = series.groups is not None
    effect = replace(effect, before_weeks=before, after_weeks=after, spike_weeks=spike, controlled=controlled)
    if min(len(before), len(after)) < known.settings.min_weeks:
        return replace(effect, reason="few_weeks"), Background()
    found = compare(series, windows.before, windows.after, known.noise, known.settings.prior_weeks)
    if found is None or found.before + found.after < known.settings.min_items:
        return replace(effect, reason="few_items"), Background()
    background = _background(series, windows, found, known)
    effect = replace(effect, slope=background.slope, slope_error=background.slope_error)
    return _with_figures(effect, found, known.settings), background


def _series(
    theme_id: str, initiative: Initiative, week: int, neighbours: Sequence[int], known: _Known
) -> tuple[Series, Windows]:
    """What is compared, and when: against the control group where enough is known from there, else over time alone."""
    settings, row = known.settings, known.weekly.theme_ids.index(theme_id)
    series = Series(known.weekly.counts[row], known.weekly.exposures[row])
    if initiative.controls:
        groups = group_counts(known.history, known.week, theme_id, initiative.controls)
        controlled = Series(groups.treated, groups.treated_other, groups)
        windows = choose_windows(controlled, week, neighbours, known.noise, settings)
        enough = min(len(windows.before), len(windows.after)) >= settings.min_weeks
        compared = np.concatenate([windows.before, windows.after])
        if enough and groups.control[compared].sum() >= settings.min_items:
            return controlled, windows
        volume = np.bincount(known.week[known.week >= 0], minlength=len(known.history.weeks))
        share = (groups.treated + groups.treated_other) / np.maximum(volume, 1)
        series = Series(groups.treated, known.weekly.exposures[row] * share)
    return series, choose_windows(series, week, neighbours, known.noise, settings)


def _background(series: Series, windows: Windows, found: Comparison, known: _Known) -> Background:
    spike = None
    if len(windows.spike):
        spike = compare(series, windows.spike, windows.after, known.noise, known.settings.prior_weeks)
    slope = log_slope(series, windows.earlier, found.dispersion)
    if slope is None:
        return Background(spike)
    middles = [float(np.average(w, weights=series.exposures[w])) for w in (windows.before, windows.after)]
    return Background(spike, *slope, middles[1] - middles[0])


def _with_figures(effect: Effect, found: Comparison, settings: ImpactSettings) -> Effect:
    """With what could have been seen, and complaints avoided a week."""
    middle, low, high = (value / len(effect.after_weeks) for value in avoided(found))
    return replace(
        effect,
        found=found,
        detectable=detectable_ratio(found, settings.power),
        avoided=middle,
        avoided_low=low,
        avoided_high=high,
    )
