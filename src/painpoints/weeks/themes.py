"""The themes of a week: known ones take in what is like them, what fits none may open new ones, idle ones are retired."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from painpoints.change.history import week_start
from painpoints.themes import find_themes
from painpoints.themes.issue_names import load_issue_names

if TYPE_CHECKING:
    import pandas as pd

    from painpoints.encoders import Encoder
    from painpoints.journey import Journey
    from painpoints.settings import Settings
    from painpoints.store import ThemeRegistry
    from painpoints.weeks.memory import WeekMemory

__all__ = ["last_day_of", "update_themes", "weeks_before"]

_NEVER = "9999-W53"


def last_day_of(week: str) -> str:
    """The Sunday of an ISO week, ``2026-02-01``."""
    import pandas as pd

    return (week_start(week) + pd.Timedelta(days=6)).date().isoformat()


def weeks_before(week: str, count: int) -> str:
    """The ISO week `count` weeks before `week`."""
    import pandas as pd

    year, number, _ = (week_start(week) - pd.Timedelta(days=7 * count)).isocalendar()
    return f"{year}-W{number:02d}"


@dataclass(frozen=True)
class _Pool:
    """Segments whose theme is looked for in a week, with the items they are of."""

    items: pd.DataFrame
    segments: pd.DataFrame

    @property
    def digest(self) -> str:
        """The same for the same segments."""
        keys = (
            self.segments["item_key"]
            + ":"
            + self.segments["segment_no"].astype(str)
            + self.segments["match_text"]
        )
        return hashlib.sha256("\n".join(sorted(keys)).encode("utf-8", "surrogatepass")).hexdigest()


def update_themes(
    memory: WeekMemory,
    registry: ThemeRegistry,
    week: str,
    encoder: Encoder,
    journey: Journey,
    settings: Settings,
) -> str:
    """Find the themes of what the week and those before it brought, and keep them; returns what `pool_of` will give.

    Segments that have a theme keep it. Those of the last `pool_weeks` in none are looked at again, since a new theme may
    have been too small before. Nothing is done where nothing has come in since the week was done last, nor where later
    weeks were done already and every segment was looked at.
    """
    pool = _pool(memory, week, settings)
    waiting = pool.segments["decided"] == ""
    replayed = any(done > week for done, _ in memory.reports())
    if pool.segments.empty or (not waiting.any() and (replayed or pool.digest == memory.pool_of(week))):
        return memory.pool_of(week) or pool.digest
    segments = pool.segments.drop(columns=["theme_id", "theme_p"])
    vectors = encoder.encode(segments["match_text"].tolist())
    known = registry.known(encoder, until=last_day_of(week))
    enough = replace(settings.themes, min_items=settings.weeks.new_items)
    issues = load_issue_names(encoder.digest)
    found = find_themes(
        segments, vectors, enough, settings.seed, pool.items, journey=journey, known=known, issues=issues
    )
    decided = segments.join(found.assignment)
    changed = decided[waiting | (decided["theme_id"] != "")]
    with memory.workspace.transaction():
        registry.open_new(found.themes, last_day_of(week))
        memory.decide(changed, week)
    return _pool(memory, week, settings).digest


def _pool(memory: WeekMemory, week: str, settings: Settings) -> _Pool:
    """Segments up to `week` that were never looked at, and those of the last weeks in no theme."""
    items = memory.open_items(week, weeks_before(week, settings.weeks.pool_weeks))
    segments = memory.segments(items, _NEVER)
    recent = items["week"].to_numpy()[segments["item"].to_numpy(dtype=int)] >= weeks_before(
        week, settings.weeks.pool_weeks
    )
    wanted = (segments["decided"] == "") | ((segments["theme_id"] == "") & recent)
    return _Pool(items, segments[wanted].reset_index(drop=True))
