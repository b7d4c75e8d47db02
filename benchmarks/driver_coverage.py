"""Do the intervals of KPI drivers hold effects of known size? Simulated ratings whose truth is known exactly.

    python -m benchmarks.driver_coverage [--seeds 50] [--items 2000]

Items tell themes that like to come together and depend on the channel, which has an effect of its own; customers
write one to six items and share a mood. The mean of every rating is a sum of known effects, so the true adjusted
difference is the planted one.

- coverage: share of planted effects inside their 95 % interval, a KPI and size of theme; likewise for the penalty,
  reward and asymmetry of touchpoints, and, from draws of few answers, for the KPIs themselves;
- Kano: planted classes found, and touchpoints given a wrong one;
- importance: largest distance between relative weights and exact Shapley shares (LMG), 8 correlated themes;
- seconds for 20,000 items and 40 themes.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from painpoints.change.drivers.drivers import kpi_drivers
from painpoints.change.drivers.importance import relative_weights
from painpoints.change.drivers.kpis import mean_interval, net_interval
from painpoints.change.history import History
from painpoints.settings import DriverSettings

TOUCHPOINTS = ("app", "delivery", "hotline", "price", "shop", "billing")
PENALTY = (0.24, 0.06, 0.16, 0.20, 0.0, 0.12)
REWARD = (0.04, 0.20, 0.16, 0.05, 0.0, 0.12)
KANO = ("hygiene", "delighter", "performance", "hygiene", "", "performance")
SIZES = (0.02, 0.05, 0.12)
"""share of items that tell a theme"""
CHANNELS = ("review", "survey", "ticket")
CHANNEL_EFFECT = (0.0, 0.1, -0.15)
SCALES = {"nps": ("nps", 100.0), "csat": ("csat5", 50.0), "ces": ("ces7", 3.0), "stars": ("stars5", 2.0)}
"""KPI -> its scale, and what an effect of 1 (half of the scale) is in the KPI's unit"""


@dataclass(frozen=True)
class Truth:
    """``history`` with the planted ``effect`` a theme, on half of the scale, and the rank of its size."""

    history: History
    effect: dict[str, float]
    size: dict[str, float]


def simulate(seed: int, items: int, *, by_side: bool) -> Truth:
    """As many ratings on each scale. `by_side`: complaints about a touchpoint cost its penalty once, however many
    themes they are in; else every theme has an effect of its own.
    """
    rng = np.random.default_rng([seed, by_side])
    voice = np.repeat(np.arange(items), rng.choice([1, 1, 1, 2, 3, 6], size=items))[:items]
    channel = rng.choice(3, size=items, p=[0.6, 0.25, 0.15])
    bunch = rng.integers(0, len(TOUCHPOINTS), size=items)
    mean = rng.uniform(-0.2, 0.2, size=items)[voice] + np.array(CHANNEL_EFFECT)[channel]
    told: dict[tuple[str, str, str], np.ndarray] = {}
    effect, size = {}, {}
    for place, touchpoint in enumerate(TOUCHPOINTS):
        for polarity, planted in (("pain", -PENALTY[place]), ("praise", REWARD[place])):
            side = np.zeros(items, dtype=bool)
            for number in range(2):
                theme = f"{touchpoint}-{polarity}-{number}"
                size[theme] = SIZES[(place + number) % 3]
                rate = size[theme] * np.where(bunch == place, 2.5, 0.7)
                rate = rate * np.where((channel == 2) == (polarity == "pain"), 1.3, 0.8)
                one = told[theme, polarity, touchpoint] = rng.random(items) < rate
                effect[theme] = planted if number == 0 else planted / 2
                side |= one
                mean = mean + (0 if by_side else effect[theme]) * one
            mean = mean + (planted if by_side else 0) * side
    return Truth(_history(rng, voice, channel, told, np.clip(mean, -0.99, 0.99)), effect, size)


def ratings(rng: np.random.Generator, mean: np.ndarray, scale: str) -> np.ndarray:
    """Ratings whose score has exactly the mean asked for (on half of the scale)."""
    if scale == "nps":
        drawn, apart = rng.random(len(mean)), 0.5 + np.abs(mean) / 2
        return np.where(drawn < (apart + mean) / 2, 10, np.where(drawn < apart, 3, 8)).astype(float)
    if scale == "csat5":
        return np.where(rng.random(len(mean)) < (1 + mean) / 2, 5, 2).astype(float)
    steps = {"ces7": 6, "stars5": 4}[scale]
    return 1.0 + rng.binomial(steps, (1 + mean) / 2)


def _history(rng, voice, channel, told, mean) -> History:  # type: ignore[no-untyped-def]
    frames, mentions = [], []
    for place, (scale, _) in enumerate(SCALES.values()):
        frame = {"rating": ratings(rng, mean, scale), "rating_scale": scale, "week": "2026-W02"}
        names = {"voice": [f"{scale}:{v}" for v in voice], "channel": np.array(CHANNELS)[channel]}
        frames.append(pd.DataFrame(frame | names))
        for theme, one in told.items():
            own = np.flatnonzero(one) + place * len(mean)
            mentions.append(pd.DataFrame({"item": own, "theme_id": theme[0]}))
    themes = pd.DataFrame(list(told), columns=["theme_id", "polarity", "touchpoint"])
    items = pd.concat(frames, ignore_index=True)
    return History(items, pd.concat(mentions, ignore_index=True), themes, ("2026-W02",))


def effects_covered(seeds: int, items: int) -> pd.DataFrame:
    """A row a planted effect: kpi, size of the theme, whether its interval holds it, and its error."""
    rows = []
    for seed in range(seeds):
        truth = simulate(seed, items, by_side=False)
        for row in kpi_drivers(truth.history, DriverSettings(), seed).table.to_dict("records"):
            planted = truth.effect[row["theme_id"]] * SCALES[row["kpi"]][1]
            held = row["ci_low"] <= planted <= row["ci_high"]
            error = (row["effect"] - planted) / SCALES[row["kpi"]][1]
            rows.append((row["kpi"], truth.size[row["theme_id"]], held, error))
    return pd.DataFrame(rows, columns=["kpi", "size", "held", "error"])


def kano_found(seeds: int, items: int) -> pd.DataFrame:
    """A row a KPI and touchpoint: planted and found class, and whether the three intervals hold."""
    rows = []
    for seed in range(seeds):
        found = kpi_drivers(simulate(seed, items, by_side=True).history, DriverSettings(), seed).touchpoints
        for row in found.to_dict("records"):
            place, unit = TOUCHPOINTS.index(row["touchpoint"]), SCALES[row["kpi"]][1]
            planted = {"penalty": PENALTY[place] * unit, "reward": REWARD[place] * unit}
            planted["asymmetry"] = planted["penalty"] - planted["reward"]
            held = [row[f"{name}_low"] <= value <= row[f"{name}_high"] for name, value in planted.items()]
            rows.append((KANO[place], row["kano"], *held))
    return pd.DataFrame(rows, columns=["planted", "found", "penalty", "reward", "asymmetry"])


def kpis_covered(draws: int = 20_000) -> pd.DataFrame:
    """Coverage of the intervals of NPS and of mean stars, for few and many answers of happy and mixed customers."""
    rng, rows = np.random.default_rng(0), []
    for n, name in itertools.product((10, 30, 100, 400), ("mixed", "happy")):
        net = [0.3, 0.3, 0.4] if name == "mixed" else [0.02, 0.08, 0.9]
        counts, size = rng.multinomial(n, net, size=draws), np.full(draws, n)
        low, high = net_interval(counts[:, 2], counts[:, 0], size)
        stars = [0.3, 0.1, 0.1, 0.2, 0.3] if name == "mixed" else [0.02, 0.01, 0.02, 0.05, 0.9]
        drawn = rng.choice([1.0, 2, 3, 4, 5], p=stars, size=(draws, n))
        below, above = mean_interval(drawn.mean(1), (drawn**2).sum(1), size, 1, 5)
        mean, gap = float(np.dot([1, 2, 3, 4, 5], stars)), net[2] - net[0]
        held = ((low <= gap) & (gap <= high)).mean(), ((below <= mean) & (mean <= above)).mean()
        rows.append((name, n, *held))
    return pd.DataFrame(rows, columns=["customers", "n", "nps", "stars"])


def shapley_distance(seed: int, themes: int = 8, items: int = 5000) -> float:
    """Largest absolute difference between relative weights and LMG shares of the explained variance."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(items, 2))
    pull = rng.uniform(0, 1.5, size=(2, themes))
    told = (common @ pull + rng.normal(size=(items, themes)) > 1.2).astype(float)
    score = told @ rng.uniform(-0.5, 0.2, size=themes) + rng.normal(size=items)
    both = np.column_stack([told, score]) - np.append(told.mean(0), score.mean())
    gram = both.T @ both
    weights = relative_weights(gram, items, 1).weights

    def r2(of: tuple[int, ...]) -> float:
        own, cross = gram[np.ix_(of, of)], gram[list(of), -1]
        return float(cross @ np.linalg.solve(own, cross) / gram[-1, -1]) if of else 0.0

    explained = {s: r2(s) for k in range(themes + 1) for s in itertools.combinations(range(themes), k)}
    shares = np.zeros(themes)
    for subset, value in explained.items():
        for theme in set(range(themes)) - set(subset):
            gain = explained[tuple(sorted((*subset, theme)))] - value
            shares[theme] += gain / (themes * math.comb(themes - 1, len(subset)))
    return float(np.abs(weights - shares).max() / shares.sum())


def seconds(items: int = 20_000, themes: int = 40) -> float:
    """Wall time for one KPI with ``items`` ratings and ``themes`` themes."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"rating": rng.integers(1, 6, items), "rating_scale": "stars5", "week": "2026-W02"})
    frame = frame.assign(voice=rng.integers(0, items, items).astype(str), channel=rng.choice(CHANNELS, items))
    item = np.repeat(np.arange(items), rng.integers(1, 4, items))
    mentions = pd.DataFrame(
        {"item": item, "theme_id": [f"T{n:04}" for n in rng.integers(0, themes, len(item))]}
    )
    names = pd.DataFrame({"theme_id": [f"T{n:04}" for n in range(themes)]})
    names["polarity"] = np.where(np.arange(themes) % 3 == 0, "praise", "pain")
    names["touchpoint"] = [TOUCHPOINTS[n % 6] for n in range(themes)]
    start = time.perf_counter()
    kpi_drivers(History(frame, mentions, names, ("2026-W02",)), DriverSettings(), 0)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage of the intervals of KPI drivers.")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--items", type=int, default=2000, help="ratings a KPI")
    given = parser.parse_args()
    effects = effects_covered(given.seeds, given.items)
    print(
        f"effects: {len(effects):,} intervals, coverage {effects['held'].mean():.3f}, bias {effects['error'].mean():+.4f}"
    )
    print(effects.pivot_table(index="kpi", columns="size", values="held").round(3).to_string())
    kano = kano_found(given.seeds, 3 * given.items)
    print(
        "\nsides of touchpoints, coverage:",
        kano[["penalty", "reward", "asymmetry"]].mean().round(3).to_dict(),
    )
    print(pd.crosstab(kano["planted"].replace("", "none"), kano["found"].replace("", "none")).to_string())
    print("\nKPIs, coverage\n", kpis_covered().round(3).to_string(index=False))
    print(
        f"\nrelative weights and LMG differ by at most {max(map(shapley_distance, range(10))):.3f} of the whole"
    )
    for items, themes in ((20_000, 40), (200_000, 300)):
        print(f"{items:,} items, {themes} themes: {seconds(items, themes):.1f} s")


if __name__ == "__main__":
    main()
