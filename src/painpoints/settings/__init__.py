"""Every number that matters, in one place, each with its unit and its reason.

A stage takes the group that it needs. The whole is written to ``run.json``. `stages` are those of a run, `change` what looks
back over weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from painpoints.settings.change import (
    BacklogSettings,
    CarrySettings,
    DriverSettings,
    ExpectationSettings,
    GroupSettings,
    ImpactSettings,
    MoneySettings,
    TrendSettings,
    WeekSettings,
)
from painpoints.settings.stages import (
    IngestSettings,
    NamingSettings,
    RankSettings,
    ReportSettings,
    TextSettings,
    ThemeSettings,
)

__all__ = [
    "BacklogSettings",
    "CarrySettings",
    "DriverSettings",
    "ExpectationSettings",
    "GroupSettings",
    "ImpactSettings",
    "IngestSettings",
    "MoneySettings",
    "NamingSettings",
    "RankSettings",
    "ReportSettings",
    "Settings",
    "TextSettings",
    "ThemeSettings",
    "TrendSettings",
    "WeekSettings",
]


@dataclass(frozen=True)
class Settings:
    """All groups together, with the seed of the run."""

    seed: int = 20_240
    ingest: IngestSettings = field(default_factory=IngestSettings)
    text: TextSettings = field(default_factory=TextSettings)
    themes: ThemeSettings = field(default_factory=ThemeSettings)
    rank: RankSettings = field(default_factory=RankSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    weeks: WeekSettings = field(default_factory=WeekSettings)
    naming: NamingSettings = field(default_factory=NamingSettings)
    impact: ImpactSettings = field(default_factory=ImpactSettings)
    drivers: DriverSettings = field(default_factory=DriverSettings)
    groups: GroupSettings = field(default_factory=GroupSettings)
    carry: CarrySettings = field(default_factory=CarrySettings)
    money: MoneySettings = field(default_factory=MoneySettings)
    expectations: ExpectationSettings = field(default_factory=ExpectationSettings)
    backlog: BacklogSettings = field(default_factory=BacklogSettings)
    trends: TrendSettings = field(default_factory=TrendSettings)
