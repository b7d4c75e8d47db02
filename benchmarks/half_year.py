"""Half a year of simulated feedback in which known things happen: what `benchmarks.weekly` must find, and what it must not.

Weeks count from 0. Two sale weeks (2.5 times the items, issues of delivery 1.5 times as often besides; no incident), two
spikes (x 4 to 5 for two weeks), two drifts (to x 3 in 6 to 8 weeks, and they stay), an issue that nobody tells before
week 12, and initiatives: two that work (x 0.35), one that does nothing, one that is launched at the end of a spike and
does nothing, and one that harms (x 1.8). Which issue gets what follows from the seed: drifts and initiatives befall issues
of middling size, spikes and the new issue smaller ones; the largest pain and the issues of delivery get none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.simulator import FIRST_DAY, FOLDER, Event, Simulated, issues_by_size, simulate
from painpoints.change.history import weeks_between

LEAST_WEEKS = 26
SALES = (7, 18)
SALE_SURGE = 1.5
NEW_FROM = 12
EFFECTS = {"works": 0.35, "nothing": 1.0, "harms": 1.8}
"""what an initiative makes of the rate, from the Monday after its launch on"""
DELIVERY = {
    "grocery_box": ("doorstep",),
    "credit_card": ("card_delivery", "paying"),
}
"""touchpoints whose issues surge in sale weeks"""
_FIRST_WEEK = "2026-W02"
"""that of `FIRST_DAY`"""
_LAUNCH_DAY = 2
"""Wednesday"""


@dataclass(frozen=True)
class Action:
    """An initiative: what it does to its issue (a key of EFFECTS), the week it is launched in, and how it is told of."""

    issue: str
    effect: str
    week: int
    title: str
    description: str
    touchpoint: str

    @property
    def day(self) -> pd.Timestamp:
        return FIRST_DAY + pd.Timedelta(days=7 * self.week + _LAUNCH_DAY)


@dataclass(frozen=True)
class HalfYear:
    """The feedback with its truth; `simulated.events` holds all that changes a rate, named by kind."""

    simulated: Simulated
    actions: tuple[Action, ...]
    sales: tuple[int, ...]
    week_names: tuple[str, ...]


def half_year(industry: str, items: int, weeks: int, seed: int) -> HalfYear:
    """Everything follows from the arguments. Raises ValueError for fewer than 26 weeks."""
    if weeks < LEAST_WEEKS:
        raise ValueError(f"what happens takes {LEAST_WEEKS} weeks")
    about = pd.read_csv(FOLDER / industry / "issues.csv", dtype=str).fillna("").set_index("issue")
    order = [i for i in issues_by_size(industry, items, weeks, seed) if about.at[i, "kind"] == "pain"]
    surging = [i for i in order if about.at[i, "touchpoint"] in DELIVERY[industry]]
    quiet = [i for i in order if i not in surging]
    random = np.random.default_rng((seed, weeks))
    middling = [str(i) for i in random.permutation(quiet[1:7])]
    small = [str(i) for i in random.permutation(quiet[7:10])]
    happened, launched = _incidents(middling[:2], small, weeks, random)
    when = random.integers(10, 15, size=4)
    chosen = [*zip(middling[2:6], ("works", "works", "nothing", "harms"), when, strict=True)]
    actions = _actions(industry, about, [*chosen, (small[0], "nothing", launched)])
    events = (
        *happened,
        *(Event("sale", issue, week, 1, SALE_SURGE) for week in SALES for issue in surging),
        *(Event(a.effect, a.issue, a.week + 1, weeks - a.week - 1, EFFECTS[a.effect]) for a in actions),
    )
    simulated = simulate(industry, items, weeks, seed, events, sales=SALES)
    last = FIRST_DAY + pd.Timedelta(days=7 * (weeks - 1))
    names = weeks_between(_FIRST_WEEK, f"{last.isocalendar().year}-W{last.isocalendar().week:02d}")
    return HalfYear(simulated, actions, SALES, tuple(names))


def _incidents(
    drifting: list[str], small: list[str], weeks: int, random: np.random.Generator
) -> tuple[list[Event], int]:
    """Spikes, drifts and the new issue, none of which begins in a sale week; and the second week of the first spike."""
    spiking = [int(random.integers(9, 12)), int(random.choice([14, 15, 20, 21]))]
    creeping = [int(random.integers(9, 12)), int(random.integers(14, 17))]
    events = [
        Event("spike", issue, week, 2, float(random.uniform(4, 5)))
        for issue, week in zip(small[:2], spiking, strict=True)
    ]
    events += [
        Event("drift", issue, week, weeks - week, 3.0, ramp=int(random.integers(6, 9)))
        for issue, week in zip(drifting, creeping, strict=True)
    ]
    return [*events, Event("unknown before", small[2], 0, NEW_FROM, 0.0)], spiking[0] + 1


def _actions(industry: str, about: pd.DataFrame, chosen: list[tuple[str, str, int]]) -> tuple[Action, ...]:
    told = pd.read_csv(FOLDER / industry / "initiatives.csv", dtype=str).set_index("issue")
    found = [
        Action(
            issue, effect, int(week), told.at[issue, "title"], told.at[issue, "description"], about.at[issue, "touchpoint"]
        )
        for issue, effect, week in chosen
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda a: (a.week, a.issue)))


def write_export(year: HalfYear, week: int, path: Path, weeks: int = 1) -> Path:
    """The items of one week, or of several up to that one, as a CSV."""
    end = FIRST_DAY + pd.Timedelta(days=7 * (week + 1))
    at = year.simulated.items["created_at"]
    own = year.simulated.items[(at >= end - pd.Timedelta(days=7 * weeks)) & (at < end)]
    own.sort_values(["created_at", "id"]).to_csv(path, index=False)
    return path


def write_initiatives(year: HalfYear, week: int, path: Path) -> Path | None:
    """What had been launched by the end of a week, in Vietnamese; None before the first."""
    known = [action for action in year.actions if action.week <= week]
    rows = [(a.day.strftime("%d/%m/%Y"), a.title, a.description, a.touchpoint) for a in known]
    pd.DataFrame(rows, columns=["ngày", "tên", "mô tả", "điểm chạm"]).to_csv(path, index=False)
    return path if known else None


def write_calendar(year: HalfYear, path: Path) -> Path:
    """The sales: they last from Tuesday to Friday, and everybody knows of them beforehand."""
    days = [FIRST_DAY + pd.Timedelta(days=7 * week + 1) for week in year.sales]
    rows = [(day.strftime("%d/%m/%Y"), f"Ngày hội {n}", 0, 3) for n, day in enumerate(days, 1)]
    pd.DataFrame(rows, columns=["ngày", "tên", "trước", "sau"]).to_csv(path, index=False)
    return path
