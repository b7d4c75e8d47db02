"""Run by test_weeks_killed: takes in an export again and again, and is killed at fifty moments of it.

    python weeks_killed.py WORKSPACE EXPORT SCRATCH

Forks after everything is loaded, so that each try costs a second. Prints how many tries were killed before their end.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from painpoints.encoders import load_encoder
from painpoints.errors import PainpointsError
from painpoints.store import Workspace
from painpoints.weeks.job import WeekRequest, weekly

TRIES = 50
AGAIN = 4
"""times that a moment is tried until it falls into the run"""


def agrees(folder: Path) -> str:
    """What is wrong with the workspace; '' where it agrees with itself."""
    with Workspace(folder) as workspace:
        items = workspace.frame("SELECT * FROM items")
        segments = workspace.frame("SELECT * FROM segments WHERE run_id = 'weekly'")
        themes = workspace.frame("SELECT * FROM themes")
        counted = workspace.frame("SELECT sum(CAST(counts ->> '$.new' AS INTEGER)) AS n FROM imports")[
            "n"
        ].iat[0]
        reports = workspace.frame("SELECT week FROM week_reports")["week"].tolist()
    alive = set(themes.loc[themes["merged_into"] == "", "theme_id"]) | {""}
    if len(items) != counted:
        return f"{len(items)} items, but {counted} were taken in"
    if set(segments["item_key"]) - set(items["item_key"]):
        return "segments without an item"
    if set(segments["theme_id"]) - alive:
        return "segments in a theme that does not exist"
    missing = [w for w in reports if not (folder / "reports" / w / "run.json").is_file()]
    return f"reports that are not there: {missing}" if missing else ""


def tried(folder: Path, export: Path, seconds: float | None) -> float:
    """Run weekly in a child, killed after `seconds`; how long it took."""
    began = time.perf_counter()
    child = os.fork()
    if not child:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            weekly(WeekRequest(folder, [export], encoder="fast"))
        except PainpointsError:
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if seconds is None and status:
        sys.exit("the run that was not killed failed")
    return time.perf_counter() - began if not os.WIFSIGNALED(status) else 0.0


def main() -> None:
    """Fifty moments at even distances over the time of a whole run, which is shorter once a busy machine is busy no more."""
    source, export, scratch = (Path(a) for a in sys.argv[1:])
    load_encoder("fast").encode(["warm"])
    shutil.copytree(source, scratch / "whole")
    whole = tried(scratch / "whole", export, None)
    killed = 0
    for number in range(TRIES):
        folder = scratch / f"try{number}"
        for _ in range(AGAIN):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder)
            took = tried(folder, export, whole * (number + 0.5) / TRIES)
            if not took:
                killed += 1
                break
            whole = min(whole, took)
        if wrong := agrees(folder):
            sys.exit(f"killed at {number} of {TRIES}: {wrong}")
        if number % 10 == 9:  # and it can go on from there
            tried(folder, export, None)
            if wrong := agrees(folder):
                sys.exit(f"run again after {number} of {TRIES}: {wrong}")
        shutil.rmtree(folder)
    print(killed)


if __name__ == "__main__":
    main()
