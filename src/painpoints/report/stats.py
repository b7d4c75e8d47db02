"""The intervals that the report prints beside its figures. NaN stands for what cannot be known."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from painpoints.rank.stats import Z_95, wilson_interval

__all__ = ["mean_interval", "share_interval"]


def share_interval(count: int, total: int) -> dict[str, float | int]:
    """``count`` of ``total`` as a share with its 95 % interval (Wilson), as plain data."""
    if total <= 0:
        return {"count": count, "total": total, "share": math.nan, "low": math.nan, "high": math.nan}
    low, high = wilson_interval(count, total)
    return {"count": count, "total": total, "share": count / total, "low": low, "high": high}


def mean_interval(values: NDArray[np.float64], low: float, high: float) -> tuple[float, float, float]:
    """Mean and its 95 % normal interval, cut at the ends of the scale ``low`` … ``high``."""
    known = values[~np.isnan(values)]
    if not len(known):
        return (math.nan, math.nan, math.nan)
    mean = float(known.mean())
    if len(known) == 1:
        return mean, math.nan, math.nan
    half = Z_95 * float(known.std(ddof=1)) / math.sqrt(len(known))
    return mean, max(low, mean - half), min(high, mean + half)
