"""What rises unseen: many tell lately what few told before, in words that lie together, within the theme of a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.change.history import weeks_between
from painpoints.themes.find import polarity_of
from painpoints.themes.views import centre_by_language, thinned, unit_rows
from painpoints.weeks.themes import weeks_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set

    import pandas as pd

    from painpoints.encoders import Encoder
    from painpoints.settings import Settings, WeekSettings
    from painpoints.weeks.memory import WeekMemory

__all__ = ["Leaving", "risen_within"]


@dataclass(frozen=True)
class Leaving:
    """Texts (hashes) that should leave a theme, the others that were looked at, and why; with them go the ``loose`` texts,
    which are in no theme. They go ``into`` another theme, or where that is '' into one of their own."""

    theme_id: str
    leave: frozenset[str]
    stay: frozenset[str]
    reason: str
    loose: frozenset[str] = frozenset()
    into: str = ""


def risen_within(
    memory: WeekMemory, week: str, encoder: Encoder, kept: Set[str], busy: Set[str], settings: Settings
) -> list[Leaving]:
    """What rises within a theme by the end of `week`, at most one a theme, the surest first. Nothing leaves ``kept``
    themes, nor those of which the rest rises as well; ``busy`` ones are left alone.

    A scan statistic (Kulldorff 1997) over the space of meanings: around every text of a complaint told in the week, within
    each of ``risen_near`` cosines, the segments of the last ``risen_weeks`` weeks are compared with those of the weeks
    before, by an exact Poisson test at a level divided by all comparisons (Bonferroni).
    """
    longest = max(settings.weeks.risen_weeks) + settings.weeks.risen_before
    first = weeks_before(week, longest - 1)
    items = memory.items(first, week)
    if items["week"].nunique() < settings.weeks.risen_least_before + 1:
        return []
    segments = memory.segments(items, week)
    told = _Told(
        segments[polarity_of(segments) == "pain"], items, weeks_between(first, week), encoder, settings
    )
    found: dict[str, Leaving] = {}
    for rise in _rises(told, settings.weeks):
        risen = told.within(rise, settings.weeks)
        if risen is not None and risen.theme_id not in kept and busy.isdisjoint((risen.theme_id, risen.into)):
            found.setdefault(risen.theme_id, risen)
    return list(found.values())


@dataclass(frozen=True)
class _Rise:
    """One centre, how near, and how many weeks."""

    centre: int
    near: float
    weeks: int


class _Told:
    """The distinct texts of complaints, by position: where they lie, and how often each was told in which week."""

    def __init__(
        self,
        pains: pd.DataFrame,
        items: pd.DataFrame,
        weeks: Sequence[str],
        encoder: Encoder,
        settings: Settings,
    ) -> None:
        import pandas as pd

        place = {week: number for number, week in enumerate(weeks)}
        week_of = items["week"].map(place).to_numpy()
        self.volume = np.bincount(week_of, minlength=len(weeks)).astype(float)
        codes, hashes = pd.factorize(pains["text_hash"])
        first = np.unique(codes, return_index=True)[1]
        self.pains = pains
        self.themes = pains["theme_id"].to_numpy()
        self.codes, self.hashes = codes, np.asarray(hashes, dtype=object)
        self.week = week_of[pains["item"].to_numpy(dtype=int)]
        langs = pains["lang"].astype(str).to_numpy()[first]
        vectors = encoder.encode(pains["match_text"].iloc[first].tolist())
        self.vectors = centre_by_language(vectors, langs, settings.themes.language_prior)
        self.counts = np.zeros((len(first), len(weeks)), dtype=np.float32)
        np.add.at(self.counts, (codes, self.week), 1)

    def near(self, rise: _Rise) -> np.ndarray:
        """bool[texts]: those that lie as near to the centre as asked."""
        found: np.ndarray = self.vectors @ self.vectors[rise.centre] >= rise.near
        return found

    def within(self, rise: _Rise, settings: WeekSettings) -> Leaving | None:
        """What leaves the theme where most of its latest segments are; None where they are few items, in no theme, or where
        the rest of the theme rises as well."""
        latest = self.week >= self.counts.shape[1] - rise.weeks
        near = self.near(rise)
        rising = latest & near[self.codes]
        homes = self.pains.loc[rising & (self.themes != ""), "theme_id"].value_counts()
        if homes.empty or self.pains.loc[rising, "item"].nunique() < settings.risen_least:
            return None
        theme_id = str(homes.index[0])
        own = self.themes == theme_id
        inside = near[self.codes] & own
        if not _rises_alone(inside, own & ~inside, latest, settings):
            return None
        part = (
            self._nearer(np.unique(self.codes[inside & latest]), np.unique(self.codes[own & ~inside])) & near
        )
        told = {name: set(self.codes[self.themes == name]) for name in (theme_id, "")}
        leave = [code for code in told[theme_id] if part[code]]
        loose = [code for code in told[""] - told[theme_id] if part[code]]
        return Leaving(
            theme_id,
            frozenset(self.hashes[leave]),
            frozenset(self.hashes[sorted(told[theme_id] - set(leave))]),
            f"{int(rising.sum())} segments in {rise.weeks} weeks lie together, far more than before",
            frozenset(self.hashes[loose]),
            self._alike(homes.index[1:], rising, latest, settings),
        )

    def _nearer(self, part: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """bool[texts]: those nearer to the mean of the texts ``part`` than to that of the ``rest``."""
        to_part, to_rest = (
            self.vectors @ unit_rows(self.vectors[r].mean(axis=0)[None])[0] for r in (part, rest)
        )
        found: np.ndarray = to_part > to_rest
        return found

    def _alike(
        self, themes: Iterable[str], rising: np.ndarray, latest: np.ndarray, settings: WeekSettings
    ) -> str:
        """Another theme that tells of little else lately; '' where there is none."""
        for theme_id in themes:
            own = latest & (self.themes == theme_id)
            if (own & rising).sum() >= max(settings.new_items, settings.risen_alone * own.sum()):
                return str(theme_id)
        return ""


def _rises_alone(inside: np.ndarray, rest: np.ndarray, latest: np.ndarray, settings: WeekSettings) -> bool:
    """Whether a part of a theme rises and the rest of it does not, or not nearly so: Fisher's exact test (1935)."""
    from scipy.stats import fisher_exact

    counts = np.array([[(part & when).sum() for when in (latest, ~latest)] for part in (inside, rest)])
    if counts[1].sum() == 0:
        return False
    (now, before), (rest_now, rest_before) = counts + 0.5
    many = now / before >= settings.risen_ratio * rest_now / rest_before
    return bool(many and fisher_exact(counts, alternative="greater")[1] <= settings.risen_p)


def _rises(told: _Told, settings: WeekSettings) -> list[_Rise]:
    """Everything that rises at the level, the surest first."""
    centres = thinned(np.flatnonzero(told.counts[:, -1] > 0), settings.risen_centres)
    compared = list(_compared(told, centres, settings))
    tests = sum(len(p_values) for p_values, _, _, _ in compared)
    found = [
        (float(p_values[n]), near, weeks, int(centre))
        for p_values, rising, near, weeks in compared
        for n, centre in enumerate(centres)
        if rising[n] and p_values[n] * tests <= settings.risen_p
    ]
    return [_Rise(centre, near, weeks) for _, near, weeks, centre in sorted(found)]


def _compared(
    told: _Told, centres: np.ndarray, settings: WeekSettings
) -> Iterator[tuple[np.ndarray, np.ndarray, float, int]]:
    """For each distance and number of weeks: the chance of as many segments, and whether they are many more, a centre."""
    from scipy.stats import poisson

    around = _counts_around(told, centres, settings.risen_near)
    for weeks in settings.risen_weeks:
        before = told.volume[:-weeks][-settings.risen_before :]
        if (before > 0).sum() < settings.risen_least_before:
            continue
        share = told.volume[-weeks:].sum() / before.sum()
        for near, counts in around.items():
            now = counts[:, -weeks:].sum(axis=1)
            expected = (counts[:, :-weeks][:, -settings.risen_before :].sum(axis=1) + 0.5) * share
            many = (now >= settings.risen_least) & (now >= settings.risen_ratio * expected)
            yield poisson.sf(now - 1, expected), many, near, weeks


def _counts_around(
    told: _Told, centres: np.ndarray, distances: Sequence[float], rows: int = 256
) -> dict[float, np.ndarray]:
    """``float[centres, weeks]`` for each cosine: segments whose text lies so near to each centre; in blocks, to bound
    memory."""
    found = {near: np.zeros((len(centres), told.counts.shape[1]), dtype=np.float32) for near in distances}
    for start in range(0, len(centres), rows):
        likeness = told.vectors[centres[start : start + rows]] @ told.vectors.T
        for near, counts in found.items():
            counts[start : start + rows] = (likeness >= near).astype(np.float32) @ told.counts
    return found
