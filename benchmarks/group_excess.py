"""How often groups without any excess are reported, how often planted ones are found, and do the ratios' intervals hold?

    python -m benchmarks.group_excess [--seeds 40] [--items 12000]

Customers write one to six items and repeat themselves; what they tell depends on the channel, which depends on the
group, so that groups differ for no reason of their own. Planted: one group tells one theme twice as often, and one
combination of two columns another theme three times as often.

Prints the share of runs with any false report where nothing is planted, the share of false reports among all where
something is, how often the planted excesses are found, coverage of the 95 % interval of their ratio, and seconds for
200,000 items.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from painpoints.change.drivers.segments_over import find_over_represented
from painpoints.change.history import History
from painpoints.settings import GroupSettings

SIZES = {"segment": 4, "product": 6, "region": 12, "plan": 3}


def simulate(
    seed: int, items: int, themes: int, *, group: float = 1.0, both: float = 1.0
) -> tuple[History, pd.DataFrame, float]:
    """History, columns, and the true ratio of the planted group's rate to the one expected of it.

    `group` is how often segment 2 tells theme 0 beside the others, `both` how often segment 1 with product 3 tells theme 1.
    """
    rng = np.random.default_rng(seed)
    voice = np.repeat(np.arange(items), rng.choice([1, 1, 1, 2, 3, 6], size=items))[:items]
    values = {name: rng.integers(0, size, items)[voice] for name, size in SIZES.items()}
    channel = (rng.random(items) < np.where(values["segment"] == 0, 0.6, 0.2)).astype(int)
    base = 0.6 * rng.dirichlet(np.full(themes, 1.5)) + 0.4 / themes
    shape = np.where(channel[:, None] == 1, rng.permutation(base), base)
    habit = rng.gamma(2.0, 0.5, size=(items, themes))[voice]
    inside = values["segment"] == 2
    pair = (values["segment"] == 1) & (values["product"] == 3)
    rate = shape * habit
    rate[:, 0] *= np.where(inside, group, 1.0)
    rate[:, 1] *= np.where(pair, both, 1.0)
    told = rng.random((items, themes)) < np.minimum(rate, 1.0)
    # what segment 2 would tell if everybody of its channel, itself included, told alike
    weight = [np.mean(inside[channel == c]) for c in (0, 1)]
    pooled = shape[:, 0] * np.array([1 + w * (group - 1) for w in weight])[channel]
    true = float((shape[inside, 0] * group).sum() / pooled[inside].sum())
    item, theme = np.nonzero(told)
    frame = pd.DataFrame({"week": "2026-W02", "voice": voice.astype(str), "channel": channel.astype(str)})
    mentions = pd.DataFrame({"item": item, "theme_id": [f"T{t:04}" for t in theme]})
    listed = pd.DataFrame({"theme_id": [f"T{t:04}" for t in range(themes)]})
    columns = pd.DataFrame({name: [f"{name}{v}" for v in own] for name, own in values.items()})
    return History(frame, mentions, listed, ("2026-W02",)), columns.assign(channel=frame["channel"]), true


def one_run(seed: int, items: int, **planted: float) -> dict[str, float]:
    """Counts of one simulated run: false reports, whether the planted excesses are found, whether the interval holds."""
    history, columns, true = simulate(seed, items, 25, **planted)
    if not planted:
        columns = columns.drop(columns="channel")  # channels really differ
    found = find_over_represented(history, columns, GroupSettings(), seed)
    keys = list(zip(found.table["column"], found.table["value"], found.table["theme_id"], strict=True))
    group, both = ("segment", "segment2", "T0000"), ("segment & product", "segment1 & product3", "T0001")
    # parts of the planted combination are in excess too, and the channels really differ
    due = (
        {both, ("segment", "segment1", "T0001"), ("product", "product3", "T0001")}
        if "both" in planted
        else set()
    )
    due |= {group} if "group" in planted else set()
    wrong = [k for k in keys if k not in due and k[0] != "channel"]
    row = {
        "reports": len(keys),
        "false": len(wrong),
        "group": float(group in keys),
        "both": float(both in keys),
        "held": np.nan,
    }
    if group in keys:
        own = found.details.iloc[keys.index(group)]
        row["held"] = float(own["ratio_low"] <= true <= own["ratio_high"])
    return row | {"pairs_false": sum(" & " in k[0] for k in wrong)}


def main() -> None:
    parser = argparse.ArgumentParser(description="False and true reports of over-represented themes.")
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--items", type=int, default=12_000)
    given = parser.parse_args()
    for title, planted in (("nothing planted", {}), ("planted", {"group": 2.0, "both": 3.0})):
        runs = pd.DataFrame([one_run(seed, given.items, **planted) for seed in range(given.seeds)])
        share = (runs["false"] / runs["reports"].clip(lower=1)).mean()
        print(f"{title}: runs with a false report {(runs['false'] > 0).mean():.3f}, false share of reports {share:.3f}, "
              f"false combinations a run {runs['pairs_false'].mean():.2f}")  # fmt: skip
        if planted:
            print(f"found: group {runs['group'].mean():.2f}, combination {runs['both'].mean():.2f}; "
                  f"ratio's interval holds {runs['held'].mean():.3f}")  # fmt: skip
    history, columns, _ = simulate(0, 200_000, 300)
    start = time.perf_counter()
    find_over_represented(history, columns, GroupSettings(), 0)
    print(f"200,000 items, 300 themes, {len(columns.columns)} columns: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
