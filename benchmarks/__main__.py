"""Run every benchmark: ``python -m benchmarks [NAME ...]``. Figures go into benchmarks/RESULTS.md with the command."""

import runpy
import sys

NAMES = ("segmentation", "classifiers", "encoders", "themes", "real_exports", "trend_power", "weekly")

wanted = sys.argv[1:] or NAMES
for name in wanted:
    if name not in NAMES:
        sys.exit(f"unknown benchmark {name!r}; there are: {', '.join(NAMES)}")
    print(f"== {name}", flush=True)
    sys.argv = [f"benchmarks/{name}.py"]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
