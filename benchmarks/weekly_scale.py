"""Seconds and memory of one more week on a workspace that holds many items already.

    python -m benchmarks.weekly_scale [--items 100000] [--weeks 52] [--encoder accurate] [--keep FOLDER]

All weeks of the simulated industry but the last two come in one export; then the last two (some 2,000 items each) go through
`painpoints weekly` one after the other, the second with the vectors of most wordings known. Every step runs in a process of
its own, so that its peak memory is its own. ``--keep`` keeps the workspace, and goes on with the one that lies there.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.simulator import FIRST_DAY, FOLDER, INDUSTRIES, simulate
from benchmarks.weekly import monday_after
from painpoints.weeks.job import WeekRequest, weekly

INDUSTRY = INDUSTRIES[0]


def write_exports(items: int, weeks: int, folder: Path) -> None:
    """``0.csv`` with all weeks but the last two, ``1.csv`` and ``2.csv`` with one each."""
    table = simulate(INDUSTRY, items, weeks).items
    week = (table["created_at"] - FIRST_DAY).dt.days // 7
    for number, (first, last) in enumerate([(0, weeks - 3), (weeks - 2, weeks - 2), (weeks - 1, weeks - 1)]):
        part = table[(week >= first) & (week <= last)]
        part.to_csv(folder / f"{number}.csv", index=False)
        print(f"export {number}: {len(part)} items", flush=True)


def step(number: int, weeks: int, encoder: str, folder: Path) -> None:
    """One export through `weekly`, in this process."""
    began = time.perf_counter()
    journey = FOLDER / INDUSTRY / "journey.yaml"
    request = WeekRequest(
        workspace=folder / "ws", inputs=[folder / f"{number}.csv"], journey=journey, encoder=encoder
    )
    done = weekly(request, now=monday_after(weeks - 3 + number))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(f.stat().st_size for f in (folder / "ws").glob("*.duckdb")) / 1e6
    print(
        f"{done.week}: {time.perf_counter() - began:.1f} s, peak memory {peak:.0f} MB, database {size:.0f} MB",
        flush=True,
    )


def main() -> None:
    """Run what is named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--encoder", default="accurate")
    parser.add_argument("--keep", type=Path, help="folder for the exports and the workspace (default: none)")
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step is not None:
        step(options.step, options.weeks, options.encoder, options.keep)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "2.csv").exists():
            write_exports(options.items, options.weeks, folder)
        for number in range(3):
            same = [f"--weeks={options.weeks}", f"--encoder={options.encoder}", f"--keep={folder}"]
            subprocess.run(
                [sys.executable, "-m", "benchmarks.weekly_scale", *same, f"--step={number}"], check=True
            )


if __name__ == "__main__":
    main()
