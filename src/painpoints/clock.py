"""Days and weeks as the customers' clocks show them; moments themselves are kept in UTC."""

from __future__ import annotations

import pandas as pd

from painpoints.settings import IngestSettings

__all__ = ["local_times"]


def local_times(moments: pd.Series, zone: str = IngestSettings().time_zone) -> pd.Series:
    """The wall-clock times of moments in UTC, without a zone; NaT stays."""
    times: pd.Series = pd.to_datetime(moments, utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    return times
