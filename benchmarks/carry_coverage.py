"""Do the intervals of carry-over cover? Simulated customers of different activity, with a planted effect of known ratio.

    python -m benchmarks.carry_coverage [SEEDS]

Each customer writes 1 + a negative binomial number of items at random moments of a year; an item is about one of six
touchpoints and is a complaint with that touchpoint's chance. From a complaint about delivery on, complaints about the
hotline are RATIO times as likely. In two bad weeks both complaints are three times as likely for everybody: the trap of
the season. "Grumblers" complain of everything up to several times as often as others: nothing is planted there, and the
plain ratio is expected to rise above 1 while the specific one should not.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from painpoints.change.carry.carry_over import carry_over
from painpoints.change.history import History, iso_week, weeks_between
from painpoints.settings import CarrySettings

PLACES = ("app", "checkout", "delivery", "hotline", "price", "store")
STAGE = dict(zip(PLACES, ("use", "decision", "use", "retention", "consideration", "use"), strict=True))
SHARE = np.array([0.25, 0.15, 0.2, 0.12, 0.13, 0.15])
"""share of the items about each touchpoint"""
BLAME = np.array([0.3, 0.3, 0.4, 0.35, 0.3, 0.25])
"""share of those that are complaints"""
FIGURES = (
    "ratio", "ci_low", "ci_high", "significant", "plain_ratio", "plain_low", "plain_high",
    "alike_ratio", "alike_low", "alike_high",
)  # fmt: skip
FIRST_DAY = pd.Timestamp("2025-01-06", tz="UTC")


def simulate(seed: int, ratio: float, people: int = 2_000, grumble: float = 0.0) -> History:
    """A year of feedback. `grumble`: standard deviation of the log of each customer's readiness to complain."""
    rng = np.random.default_rng(seed)
    count = 1 + rng.negative_binomial(0.8, 0.8 / (0.8 + 3.0), people)
    customer = np.repeat(np.arange(people), count)
    day = rng.uniform(0, 364, len(customer))
    order = np.lexsort((day, customer))
    day = day[order]
    mood = np.exp(rng.normal(-(grumble**2) / 2, grumble, people))
    place, negative = _tell(rng, customer, day, mood, ratio)
    return history_of(customer, day, place, negative)


def _tell(
    rng: np.random.Generator, customer: np.ndarray, day: np.ndarray, mood: np.ndarray, ratio: float
) -> tuple[np.ndarray, np.ndarray]:
    """Touchpoint and complaint of each item, one after another: the chances depend on what came before."""
    hurt_place, later_place = PLACES.index("delivery"), PLACES.index("hotline")
    place, negative = np.empty(len(customer), dtype=int), np.zeros(len(customer), dtype=bool)
    hurt = -1
    draws = rng.random(len(customer))
    for i, who in enumerate(customer):
        blame = SHARE * BLAME * mood[who]
        if int(day[i]) // 7 in (20, 21):
            blame[[hurt_place, later_place]] *= 3
        if hurt == who:
            blame[later_place] *= ratio
        total = blame.sum()
        blame = blame * min(1.0, 0.9 / total)
        praise = SHARE * (1 - blame.sum())
        drawn = int(np.searchsorted(np.cumsum(np.r_[blame, praise]), draws[i]))
        place[i], negative[i] = min(drawn, 11) % 6, drawn < 6
        if negative[i] and place[i] == hurt_place:
            hurt = who
    return place, negative


def history_of(customer: np.ndarray, day: np.ndarray, place: np.ndarray, negative: np.ndarray) -> History:
    """One mention an item."""
    moment = FIRST_DAY + pd.to_timedelta(day, unit="D")
    items = pd.DataFrame({"created_at": moment, "customer_id": [f"K{c:05d}" for c in customer]})
    items["week"] = iso_week(items["created_at"])
    names = np.array(PLACES)[place]
    mentions = pd.DataFrame(
        {
            "item": np.arange(len(items)),
            "theme_id": "",
            "sentiment": np.where(negative, "neg", "pos"),
            "touchpoint": names,
            "stage": [STAGE[name] for name in names],
            "churn": 0,
        }
    )
    themes = pd.DataFrame(columns=["theme_id", "polarity", "name_vi", "name_en", "touchpoint", "owner"])
    return History(items, mentions, themes, weeks_between("2025-W02", "2025-W52"))


def measure(name: str, seeds: int, ratio: float, grumble: float = 0.0) -> None:
    """Coverage, bias and power of the planted pair, and of all others, in which nothing was planted."""
    own: list[tuple[float, ...]] = []
    others: list[tuple[float, ...]] = []
    for seed in range(seeds):
        details = carry_over(simulate(seed, ratio, grumble=grumble), CarrySettings()).details
        outcome = details["outcome"].str.startswith("touchpoint:")
        figures = details[outcome][list(FIGURES)]
        planted = (details["cause_touchpoint"] == "delivery") & (details["outcome"] == "touchpoint:hotline")
        own += list(figures[planted[outcome]].itertuples(index=False, name=None))
        others += list(figures[~planted[outcome]].itertuples(index=False, name=None))
    _tell_figures(f"{name}: planted pair", own, ratio)
    _tell_figures(f"{name}: other pairs", others, 1.0)


def leavers(history: History, seed: int, ratio: float, *, early: bool) -> tuple[History, pd.DataFrame]:
    """Who left: 8 in 100, `ratio` times as many of those who ever complained about delivery.

    They leave the day after their last item; or (`early`) somewhere in their time, and what comes later is not written.
    """
    rng = np.random.default_rng(seed)
    told = history.mentions
    bad = told.loc[(told["sentiment"] == "neg") & (told["touchpoint"] == "delivery"), "item"]
    hurt = set(history.items["customer_id"].iloc[bad])
    span = history.items.groupby("customer_id")["created_at"].agg(["min", "max"])
    chance = 0.08 * np.where(span.index.isin(hurt), ratio, 1.0)
    left = rng.random(len(span)) < chance
    day = span["max"] + pd.Timedelta(days=1)
    if early:
        day = span["min"] + (FIRST_DAY + pd.Timedelta(days=364) - span["min"]) * rng.random(len(span))
    day = day.where(left).dt.normalize() + pd.Timedelta(days=1)
    file = pd.DataFrame({"customer_id": span.index, "value": 1.0, "left": left, "left_on": day.to_numpy()})
    file["left_on"] = pd.to_datetime(file["left_on"], utc=True)
    gone = file.set_index("customer_id")["left_on"].reindex(history.items["customer_id"])
    kept = ~(history.items["created_at"].to_numpy() >= gone.to_numpy())
    items = history.items[kept].reset_index(drop=True)
    mentions = told[kept].assign(item=np.arange(int(kept.sum()))).reset_index(drop=True)
    return History(items, mentions, history.themes, history.weeks), file


def measure_leaving(name: str, seeds: int, ratio: float, *, early: bool, grumble: float = 0.0) -> None:
    """Coverage for ``churn``: of delivery, where it is planted, and of the other touchpoints (grumblers leave no more)."""
    found: dict[bool, list[tuple[float, ...]]] = {True: [], False: []}
    for seed in range(seeds):
        history, file = leavers(simulate(seed, 1.0, grumble=grumble), seed, ratio, early=early)
        details = carry_over(history, CarrySettings(), file).details
        for planted, own in found.items():
            chosen = (details["outcome"] == "churn") & (
                (details["cause_touchpoint"] == "delivery") == planted
            )
            own += list(details.loc[chosen, list(FIGURES)].itertuples(index=False, name=None))
    _tell_figures(f"{name}: delivery", found[True], ratio)
    _tell_figures(f"{name}: others", found[False], 1.0)


def _tell_figures(name: str, found: list[tuple[float, ...]], truth: float) -> None:
    values = np.array(found, dtype=float)
    told = [f"{name:40s} n {len(values):5d} truth {truth:.1f} flagged {values[:, 3].mean():.3f}"]
    for title, at in (("shown", 0), ("plain", 4), ("alike", 7)):
        ratio, low, high = (
            (values[~np.isnan(values[:, at])][:, at + k] for k in range(3)) if len(values) else ((),) * 3
        )
        covers = np.mean((low <= truth) & (truth <= high))
        told.append(
            f"{title}: covers {covers:.3f} mean {np.exp(np.log(ratio).mean()):.3f} width x{np.median(high / low):.2f}"
        )
    print(" | ".join(told), flush=True)


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    began = time.perf_counter()
    for ratio in (1.0, 1.5, 2.0, 3.0):
        measure(f"activity differs, ratio {ratio}", seeds, ratio)
    measure("grumblers, nothing planted", seeds, 1.0, grumble=0.5)
    measure("grumblers, ratio 2", seeds, 2.0, grumble=0.5)
    measure_leaving("leaving, ratio 2", seeds, 2.0, early=False)
    measure_leaving("leaving early, nothing planted", seeds, 1.0, early=True)
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
