"""Every number that matters, in one place, each with its unit and its reason.

A stage takes the group that it needs. The whole is written to ``run.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["IngestSettings", "RankSettings", "ReportSettings", "Settings", "TextSettings", "ThemeSettings"]


@dataclass(frozen=True)
class IngestSettings:
    """Reading of exports."""

    max_file_bytes: int = 2_000_000_000
    """bytes of one file after unpacking; larger ones do not fit in memory next to the models"""
    max_unpack_ratio: int = 100
    """unpacked to packed size of an archive; text packs 3- to 20-fold, a zip bomb 1,000-fold"""
    free_unpacked_bytes: int = 100_000_000
    """bytes below which the ratio is not looked at: small repetitive exports pack very well and do no harm"""
    max_record_lines: int = 10_000
    """lines of one CSV record; beyond that a quote was never closed"""
    excerpt_chars: int = 200
    """characters of a rejected value that are kept"""
    duplicate_text_chars: int = 40
    """characters from which equal rows without id, customer and time of day are one: people write "tốt" alike by
    chance, but not a sentence of that length"""
    id_conflict_share: float = 0.10
    """share of rows that repeat an id with another text, above which the column is no id of the row"""
    out_of_scale_share: float = 0.05
    """share of ratings above 5 that a five-point scale may have by mistake before it is taken for a longer one"""
    first_year: int = 1995
    """dates before that year are mistakes (unset clocks, 1970-01-01, 1900-01-00)"""
    last_year: int = 2049
    """dates after that year are mistakes; a fixed year, as reading must not depend on the day it happens"""
    time_zone: str = "Asia/Ho_Chi_Minh"
    """zone of times that name none"""


@dataclass(frozen=True)
class TextSettings:
    """Cleaning and segmentation."""

    max_item_chars: int = 20_000
    """characters of one item that are analysed; a longer one is a pasted log, and what is cut is counted"""


@dataclass(frozen=True)
class ThemeSettings:
    """Clustering and naming."""


@dataclass(frozen=True)
class RankSettings:
    """The score of a pain point. Formulas: docs/methods.md."""

    weight_reach: float = 35.0
    """points; how many people are hit leads, as a department fixes the widespread first"""
    weight_severity: float = 25.0
    """points; second, so that a rarer pain that costs money or trust can pass a common annoyance"""
    weight_trend: float = 10.0
    """points; smallest, as weekly counts are noisy"""
    weight_kpi: float = 15.0
    """points; ratings confirm a pain, but people who write at all are mostly unhappy about something else as well"""
    weight_value: float = 15.0
    """points; revenue at stake, only where a customer file says so"""
    recent_days: int = 60
    """days before the last date that reach, severity and value look at, so that a solved incident sinks"""
    recent_min_items: int = 200
    """items; the window grows until it holds that many: at a share of 10 % the interval is then ±4 points"""
    trend_days: int = 28
    """days; four whole weeks, so that weekday effects cancel"""
    trend_baseline_days: int = 84
    """days before those; three times as long, which narrows the interval without reaching into last year"""
    trend_q: float = 0.05
    """false discovery rate at which a rise counts"""
    trend_full_ratio: float = 4.0
    """rate ratio that earns all trend points; a doubling earns half of them"""
    trend_min_themes: int = 8
    """themes needed before the median of their ratios, rather than the number of items, says what was expected"""
    reach_full_share: float = 0.25
    """share of people that earns all reach points (square-root scale): one in four is as bad as it gets"""
    value_full_share: float = 0.25
    """share of the customers' value that earns all value points (square-root scale)"""
    kpi_full_effect: float = 1.0
    """difference in rating on [-1, 1] that earns all KPI points: half of the scale, two stars of five"""
    kpi_prior_items: float = 10.0
    """items; a theme's rating effect is shrunk to nothing as if that many items had shown none"""
    severity_prior: float = 5.0
    """segments; mean severity is shrunk to the run's mean as if that many had it: one outcry is not a disaster"""
    touchpoint_majority: float = 0.4
    """share of the touchpoint probability that a theme's leading touchpoint must hold, else the theme has none"""
    high_effort: int = 3
    """effort (1-5) from which a fix counts as a large one: the middle of the scale"""


@dataclass(frozen=True)
class ReportSettings:
    """What the report shows, and from how many items on."""

    min_cell_items: int = 10
    """items; below that the 95 % interval of a mean feeling is wider than half of the scale: shown hollow"""
    moment_emotion: float = 0.35
    """mean feeling on [-1, 1] from which a cell counts as strong emotion: two complaints for each praise"""
    moment_kpi_effect: float = 0.25
    """difference in rating on [-1, 1] from which a cell counts as strong for the KPI: half a star of five"""
    top_pains: int = 3
    """pains that the headline names: as many as one management meeting can take on"""
    max_cards: int = 40
    """pains with a card of their own in report.html; all of them are in report.xlsx and painpoints.csv"""
    max_theme_rows: int = 100
    """rows of the theme table in report.html"""
    max_chart_bars: int = 80
    """bars that a chart of report.html holds before weeks are summed into months"""
    max_quote_chars: int = 400
    """characters of a quote in report.html; the whole segment is in segments.csv"""


@dataclass(frozen=True)
class Settings:
    """All groups together, with the seed of the run."""

    seed: int = 20_240
    ingest: IngestSettings = field(default_factory=IngestSettings)
    text: TextSettings = field(default_factory=TextSettings)
    themes: ThemeSettings = field(default_factory=ThemeSettings)
    rank: RankSettings = field(default_factory=RankSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
