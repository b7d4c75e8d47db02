"""How often the verdicts on initiatives are right, on counts with planted truth.

    python -m benchmarks.impact_power [SEEDS]

Each seed is a history of 26 weeks and 25 themes of 3 to 30 items a week, negative binomial around a volume that moves. 17
themes get an initiative each, the other eight say what is usual. A verdict is right where it names the truth, honest where
it is inconclusive, and confidently wrong where it claims what is not so: improved or resolved where nothing changed or
it got worse, worse where nothing changed or it got better, no_change where there was an effect.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from painpoints.change.history import History, week_start, weeks_between
from painpoints.change.impact.effect import Effect
from painpoints.change.impact.impact import initiative_effects
from painpoints.change.impact.initiative_match import Match
from painpoints.change.impact.initiatives import ControlGroup, Initiative

WEEKS = 26
QUIET_THEMES = 8
RIGHT = {"works": {"improved", "resolved"}, "nothing": {"no_change"}, "harms": {"worse"}}


@dataclass(frozen=True)
class Kind:
    """A sort of initiative. `truth` is a key of RIGHT."""

    name: str
    truth: str
    ratios: tuple[float, float] = (1.0, 1.0)
    spike: float = 1.0
    """factor on the weeks before the initiative, its own included: it is launched at the top"""
    spike_weeks: int = 0
    picked: bool = False
    """launched in the week after the highest count of the middle of the history: regression to the mean"""
    slope: float = 0.0
    """log change a week over the whole history"""
    shared: float = 1.0
    """factor on everybody after the initiative, treated or not"""
    control: float = 0.0
    """share of customers who did not get it"""
    size: float = 0.0
    """items a week; 0: drawn between 3 and 30"""
    stationary: bool = True
    """whether the planted ratio is what the interval estimates"""


KINDS = (
    Kind("works", "works", (0.3, 0.6)),
    Kind("works", "works", (0.3, 0.6)),
    Kind("almost gone", "works", (0.02, 0.15)),
    Kind("nothing", "nothing"),
    Kind("nothing", "nothing"),
    Kind("nothing", "nothing"),
    Kind("nothing, 100 a week", "nothing", size=100.0),
    Kind("harms", "harms", (1.8, 1.8)),
    Kind("works, new level of 6 weeks", "works", (0.3, 0.5), spike=2.0, spike_weeks=6, stationary=False),
    Kind("works, after spike", "works", (0.3, 0.6), spike=2.5, spike_weeks=2),
    Kind("nothing, after spike of 1", "nothing", spike=2.5, spike_weeks=1),
    Kind("nothing, after spike of 3", "nothing", spike=2.0, spike_weeks=3),
    Kind("nothing, at the highest week", "nothing", picked=True),
    Kind("nothing, falling 4 % a week", "nothing", slope=-0.04, stationary=False),
    Kind("works, control", "works", (0.3, 0.6), control=0.4),
    Kind("nothing, all fell, control", "nothing", shared=0.5, control=0.4),
    Kind("works, all rose, control", "works", (0.3, 0.6), shared=1.8, control=0.4),
)


@dataclass(frozen=True)
class Planted:
    """A theme: counts by week, of those in the control group, and the truth."""

    kind: Kind | None
    ratio: float
    at: int
    size: float
    treated: np.ndarray
    control: np.ndarray
    avoided: np.ndarray
    """expected without the initiative minus expected with it, a week, among the treated"""


def plant(kind: Kind | None, volume: np.ndarray, wander: float, random: np.random.Generator) -> Planted:
    """Counts of one theme, negative binomial with overdispersion 0.02 to 0.08 (3 to 12 % of the square of the mean)."""
    size = (kind.size if kind else 0.0) or float(np.exp(random.uniform(np.log(3), np.log(30))))
    overdispersion = float(random.uniform(0.02, 0.08))
    at = int(random.integers(11, 17))
    kind_of = kind or Kind("", "nothing")
    ratio = float(random.uniform(*kind_of.ratios))
    weeks = np.arange(WEEKS)
    base = size * volume * np.exp(kind_of.slope * (weeks - at))
    base = base * np.where(
        (weeks > at - kind_of.spike_weeks) & (weeks <= at) & (kind_of.spike_weeks > 0), kind_of.spike, 1.0
    )
    if kind_of.spike_weeks >= 4:  # a level that stays until somebody mends it
        base = base * np.where(weeks > at, kind_of.spike, 1.0)
    base = base * np.where(weeks > at, kind_of.shared, 1.0)
    base = base * np.exp(np.cumsum(random.normal(0, wander, WEEKS)) if wander else 0.0)
    shape = 1 / overdispersion
    luck = random.gamma(shape, 1 / shape, WEEKS)
    if kind_of.picked:
        drawn = random.poisson(base * luck)
        at = 9 + int(np.argmax(drawn[8:16] / volume[8:16]))
        return Planted(kind, 1.0, at, size, drawn, np.zeros(WEEKS, dtype=int), np.zeros(WEEKS))
    effect = np.where(weeks > at, ratio, np.where(weeks == at, (1 + ratio) / 2, 1.0))
    treated = random.poisson(base * (1 - kind_of.control) * luck * effect)
    control = random.poisson(base * kind_of.control * luck)
    return Planted(kind, ratio, at, size, treated, control, base * (1 - kind_of.control) * (1 - effect))


def history_of(planted: list[Planted], volume: np.ndarray, random: np.random.Generator) -> History:
    """Items that tell one theme each, and five times as many that tell none, 40 % of them in the control group."""
    names = weeks_between("2026-W01", f"2026-W{WEEKS:02d}")
    parts = []
    for number, theme in enumerate(planted):
        parts += [(f"T{number:02d}", "rest", theme.treated), (f"T{number:02d}", "hanoi", theme.control)]
    rest = 5 * sum(p.size for p in planted) * volume
    parts += [("", "rest", random.poisson(rest * 0.6)), ("", "hanoi", random.poisson(rest * 0.4))]
    week = np.concatenate([np.repeat(np.arange(WEEKS), counts) for _, _, counts in parts])
    sizes = [int(counts.sum()) for _, _, counts in parts]
    items = pd.DataFrame({
        "week": np.array(names, dtype=object)[week], "channel": "app",
        "segment": np.repeat([group for _, group, _ in parts], sizes),
    })  # fmt: skip
    mentions = pd.DataFrame(
        {"item": np.arange(len(items)), "theme_id": np.repeat([t for t, _, _ in parts], sizes)}
    )
    themes = pd.DataFrame(
        {
            "theme_id": [f"T{i:02d}" for i in range(len(planted))],
            "polarity": "pain",
            "name_vi": "",
            "name_en": "",
        }
    )
    return History(items, mentions, themes.assign(touchpoint="", owner=""), names)


def one_seed(seed: int, wander: float = 0.0) -> list[tuple[Planted, Effect]]:
    """Every initiative of one history with what was found."""
    random = np.random.default_rng(seed)
    volume = np.exp(random.normal(0, 0.15, WEEKS))
    planted = [plant(kind, volume, wander, random) for kind in (*KINDS, *[None] * QUIET_THEMES)]
    history = history_of(planted, volume, random)
    initiatives, matches = [], []
    for number, theme in enumerate(planted):
        if theme.kind is None:
            continue
        day = (week_start(history.weeks[theme.at]) + pd.Timedelta(days=2)).date()
        controls = (ControlGroup("segment", "Hanoi"),) if theme.kind.control else ()
        matches.append(Match(len(initiatives), f"T{number:02d}", "id"))
        initiatives.append(
            Initiative(dt.date(day.year, day.month, day.day), f"T{number:02d}", controls=controls)
        )
    by_title = {e.theme_id: e for e in initiative_effects(initiatives, matches, history)}
    return [
        (theme, by_title[f"T{number:02d}"]) for number, theme in enumerate(planted) if theme.kind is not None
    ]


def outcome(planted: Planted, effect: Effect) -> str:
    """right, honest or wrong."""
    assert planted.kind is not None
    if effect.verdict == "inconclusive":
        return "honest"
    return "right" if effect.verdict in RIGHT[planted.kind.truth] else "wrong"


def flatters(planted: Planted, effect: Effect) -> bool:
    """The mistake that matters most: success is claimed where there was none."""
    assert planted.kind is not None
    return planted.kind.truth != "works" and effect.verdict in {"improved", "resolved"}


def covered(low: float, truth: float, high: float) -> bool:
    return low <= truth <= high


def rows_of(seeds: int, wander: float = 0.0) -> pd.DataFrame:
    """One row an initiative."""
    rows = []
    for seed in range(seeds):
        for planted, effect in one_seed(seed, wander):
            assert planted.kind is not None
            found = effect.found
            if found is None:
                rows.append(
                    {
                        "kind": planted.kind.name,
                        "outcome": "honest",
                        "flatters": False,
                        "verdict": effect.verdict,
                    }
                )
                continue
            after = [int(week[-2:]) - 1 for week in effect.after_weeks]
            rows.append({
                "kind": planted.kind.name, "truth": planted.kind.truth, "size": planted.size, "verdict": effect.verdict,
                "reason": effect.reason, "outcome": outcome(planted, effect), "flatters": flatters(planted, effect),
                "powered": enough(planted, effect), "ratio": found.ratio,
                "covered": covered(found.low, planted.ratio, found.high) if planted.kind.stationary else np.nan,
                "avoided_covered": covered(effect.avoided_low, planted.avoided[after].mean(), effect.avoided_high)
                if planted.kind.stationary and not planted.kind.control else np.nan,
            })  # fmt: skip
    return pd.DataFrame(rows)


def enough(planted: Planted, effect: Effect) -> bool:
    """Whether the counts suffice: the planted ratio is at least as far from 1 as what is found with a chance of 80 %."""
    if planted.kind is None or planted.kind.truth == "nothing":
        return effect.detectable >= 0.75
    distance = abs(np.log(planted.ratio))
    return bool(effect.detectable > 0 and distance >= -np.log(effect.detectable))


def report(seeds: int, wander: float) -> None:
    """Print the figures. With `wander` every theme's log rate walks at random with that step a week."""
    started = time.perf_counter()
    rows = rows_of(seeds, wander)
    tests = len(rows)
    print(f"\n== {seeds} seeds, wander {wander}, {tests} initiatives, {time.perf_counter() - started:.0f} s")
    table = rows.groupby("kind", sort=False).agg(
        n=("outcome", "size"),
        right=("outcome", lambda o: (o == "right").mean()),
        honest=("outcome", lambda o: (o == "honest").mean()),
        wrong=("outcome", lambda o: (o == "wrong").mean()),
        flatters=("flatters", "mean"),
        coverage=("covered", "mean"),
        avoided=("avoided_covered", "mean"),
    )
    print(table.round(3).to_string())
    given = rows[rows["verdict"] != "inconclusive"]
    print(f"\nwrong among the {len(given)} verdicts given: {(given['outcome'] == 'wrong').mean():.2%}")
    suffice = rows[rows["powered"].fillna(False).astype(bool)]
    print(
        f"confidently wrong: {(rows['outcome'] == 'wrong').mean():.2%}; success claimed where there was none: "
        f"{rows['flatters'].mean():.2%} of all, {rows.loc[rows['truth'] != 'works', 'flatters'].mean():.2%} of those without"
    )
    print(
        f"where the counts suffice ({len(suffice)}): right {(suffice['outcome'] == 'right').mean():.1%}, "
        f"right or honest {(suffice['outcome'] != 'wrong').mean():.1%}"
    )
    print(
        f"coverage of the 95 % interval: ratio {rows['covered'].mean():.1%}, avoided {rows['avoided_covered'].mean():.1%}"
    )
    by_size = rows.assign(size=pd.cut(rows["size"], [0, 6, 12, 40], labels=["3-6", "6-12", "12-30"]))
    print(
        by_size.groupby(["truth", "size"], observed=True)["outcome"]
        .value_counts(normalize=True)
        .unstack()
        .round(3)
        .to_string()
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    report(wanted, wander=0.0)
    report(max(wanted // 4, 1), wander=0.06)
