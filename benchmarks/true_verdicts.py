"""Verdicts on the initiatives of simulated half years in which every theme is exactly one issue: the statistics alone.

    python -m benchmarks.true_verdicts [FIRST_SEED] [LAST_SEED]

`benchmarks.half_year` says what happens beside the initiatives: sales, spikes, drifts, a new issue, so that a third of the
themes change while five are judged. Both industries, 6,000 items, 26 weeks a seed; the last report.
"""

from __future__ import annotations

import sys

import pandas as pd

from benchmarks.half_year import LEAST_WEEKS, half_year
from benchmarks.simulator import INDUSTRIES
from benchmarks.weekly_truth import outcome_of, true_verdicts

ITEMS = 6000


def rows_of(first: int, last: int) -> pd.DataFrame:
    """``kind, outcome`` of every initiative of the seeds; one that does nothing at the end of a spike is a kind."""
    rows = []
    for industry in INDUSTRIES:
        for seed in range(first, last + 1):
            year = half_year(industry, ITEMS, LEAST_WEEKS, seed)
            spiking = {event.issue for event in year.simulated.events if event.name == "spike"}
            verdicts = true_verdicts(year)
            for action in year.actions:
                kind = action.effect + (", after a spike" if action.issue in spiking else "")
                rows.append((kind, outcome_of(action.effect, verdicts[action.title])))
    return pd.DataFrame(rows, columns=["kind", "outcome"])


def main() -> None:
    """Print how many verdicts are right, honest (inconclusive) and wrong."""
    first, last = (int(seed) for seed in sys.argv[1:3]) if len(sys.argv) > 2 else (23, 42)
    rows = rows_of(first, last)
    print(pd.crosstab(rows["kind"], rows["outcome"], margins=True).to_string())


if __name__ == "__main__":
    main()
