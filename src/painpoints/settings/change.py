"""Numbers of what looks back over weeks, and of the list of themes from week to week (docs/methods-weeks.md)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BacklogSettings",
    "CarrySettings",
    "DriverSettings",
    "ExpectationSettings",
    "GroupSettings",
    "ImpactSettings",
    "MoneySettings",
    "TrendSettings",
    "WeekSettings",
]


@dataclass(frozen=True)
class WeekSettings:
    """Week after week. Methods: docs/methods-weeks.md."""

    new_items: int = 4
    """items in no theme that make a new one: fewer are an accident, and a list that grows every week is read by nobody"""
    pool_weeks: int = 8
    """weeks for which a segment in no theme is looked at again: a new theme is rarely large in its first week"""
    retire_weeks: int = 12
    """weeks without an item after which a theme is retired: a quarter"""
    merge_share: float = 0.67
    """share of the texts of each of two themes that, clustered anew, must lie in one group for the two to be merged"""
    split_share: float = 0.15
    """share of a theme's texts that, clustered anew, must lie in a group of their own for the theme to be split"""
    risen_weeks: tuple[int, ...] = (1, 2, 4)
    """latest weeks in which something may have risen within a theme: a sudden rise is seen in one, a slow one in a month"""
    risen_before: int = 12
    """weeks before them that they are compared with: a quarter"""
    risen_least_before: int = 6
    """weeks with items that there must have been before: fewer tell little of what is usual"""
    risen_near: tuple[float, ...] = (0.35, 0.45)
    """cosines (of centred vectors) from which texts count as telling the same: about where sub-themes are cut, and nearer"""
    risen_least: int = 8
    """segments, and items, that tell it lately: twice what opens a theme"""
    risen_ratio: float = 1.8
    """how many times as often as before; a smaller rise of a part hardly matters beside its theme"""
    risen_p: float = 0.01
    """chance, over all comparisons of a week, that anything seems to rise so though nothing does"""
    risen_alone: float = 0.5
    """share of a theme's latest segments that tell it, from which it is taken to be the theme of it"""
    risen_centres: int = 2_000
    """texts of the week around which is looked; of more, evenly chosen ones"""
    most_texts: int = 2_000
    """different texts of a theme that a split moves at most, the latest; bounds memory"""
    merged_share: float = 0.02
    """share of the segments in themes that mergers and splits may move in one week: a theme must stay what it was"""
    look_back_weeks: int = 52
    """weeks that trends and drivers are counted over: a year holds every season once, and memory does not grow"""
    min_weeks: int = 6
    """weeks from which anything is said about change"""
    max_weeks: int = 520
    """weeks up to which a run looks back: more is a stray date of 1970"""


@dataclass(frozen=True)
class ImpactSettings:
    """Whether an initiative worked. Formulas and how well they hold: docs/methods-weeks.md, benchmarks/impact_power.py."""

    window_weeks: int = 8
    """weeks compared on either side: long enough for small themes, short enough that little else has changed"""
    lookback_weeks: int = 16
    """weeks before the initiative that are searched for a spike and a trend: twice the window, since a drift of 3 % a week
    is not seen in eight weeks but moves the ratio by a quarter"""
    min_weeks: int = 3
    """weeks with feedback that either side needs; with two, the scatter between weeks cannot be told from an effect"""
    min_items: int = 10
    """items with the theme before and after together; fewer never exclude a ratio of one half"""
    raised_weeks: int = 8
    """longest run of raised weeks directly before the initiative that is looked for: the whole window"""
    raised_p: float = 0.025
    """one-sided p from which the last weeks before the initiative count as raised: a false alarm only costs power"""
    level_weeks: int = 4
    """weeks that a rise must have lasted to be a level that the initiative met; a shorter one may end alone"""
    level_p: float = 0.001
    """one-sided p that such a level needs besides, as a run picked for being high is higher than what it stands for"""
    trend_p: float = 0.40
    """two-sided p from which a change must stand up to the slope before it: lenient, as a slope missed flatters the fix"""
    q: float = 0.05
    """false discovery rate over all initiatives and themes at which a change counts"""
    resolved_ratio: float = 0.35
    """upper bound of the ratio below which a pain counts as resolved: at least two of three complaints are gone"""
    no_change_low: float = 2 / 3
    """lower end of what counts as no change: a fix should take away a third of the complaints at least"""
    no_change_high: float = 1.5
    """upper end of the same, on the log scale as far from 1"""
    no_change_meant: float = 0.7
    """share of that room (log scale) for themes the user did not name: what else they tell draws their ratio towards 1"""
    power: float = 0.80
    """chance to find an effect that makes it detectable (Cohen's convention)"""
    prior_weeks: float = 10.0
    """weeks of scatter that the dispersion pooled over themes weighs as much as: about what one comparison has itself"""
    stable_themes: int = 8
    """themes told once a week or more that are needed before the steadier of them say how much was told in a week"""
    stable_share: float = 0.5
    """of those themes, the share that is taken for steady: half may change without moving the others"""
    stable_items: float = 30.0
    """items a week that the steady themes need together: with fewer, their luck moves the ratios of all others"""
    stable_prior_items: float = 5.0
    """items by which a week's factor is drawn towards 1: a week without feedback has the factor 1"""
    placebo_items: int = 20
    """items of a theme in two neighbouring windows from which its ratio tells something about drift"""
    placebo_themes: int = 5
    """themes needed to estimate the drift that is usual between two windows; with fewer it is taken as none"""
    match_p: float = 0.05
    """chance that the likeness of an initiative to an unrelated theme stands out, over all themes that are tried"""
    foreign_share: float = 0.03
    """share of the texts of other themes that may be as near to an initiative as what is counted for it"""
    same_likeness: float = 0.65
    """centred cosine from which the texts of two initiatives tell the same fix, told again or gone on with"""
    match_themes: int = 3
    """themes that one initiative is matched to by meaning; who lists more names them by id"""


@dataclass(frozen=True)
class DriverSettings:
    """KPIs and what goes with them. Formulas: docs/methods-weeks.md, coverage: benchmarks/driver_coverage.py."""

    kpi_min_items: int = 10
    """rated items of a week; below that the interval of an NPS covers half of the scale: no figure is shown"""
    min_items: int = 100
    """rated items that a KPI needs: fewer do not carry even three themes"""
    min_voices: int = 20
    """rated customers who tell a theme, and who do not; with fewer the interval is wider than ±0.6 stars of five, and says
    nothing (it would still hold: measured down to 8)"""
    items_per_theme: int = 10
    """rated items for each theme in the regression (Harrell 2015); beyond that the smallest themes are left out"""
    resamples: int = 1_000
    """bootstrap resamples; the ends of a 95 % interval then move by a fortieth of its width from seed to seed"""
    chunk_cells: int = 4_000_000
    """numbers held at a time while resampling (32 MB each)"""
    max_vif: float = 100.0
    """variance inflation above which two themes cannot be told apart: they get no effect of their own"""
    explained_p: float = 0.05
    """p-value of all themes together (F test) above which nothing is explained that could be shared out"""
    kano_margin: float = 1 / 3
    """asymmetry (penalty - reward) / (penalty + reward) of a touchpoint where one is twice the other"""


@dataclass(frozen=True)
class GroupSettings:
    """Themes over-represented in groups of customers. Formulas: docs/methods-weeks.md."""

    max_values: int = 50
    """distinct values of a column; with more it describes single customers, not groups"""
    numeric_values: int = 10
    """distinct numbers from which a column is a quantity and is cut at its quartiles"""
    id_share: float = 0.9
    """distinct values over customers from which a column is a key, not a group"""
    min_expected: float = 5.0
    """items expected of a theme in a group; decided by the margins, so that the choice says nothing of the outcome"""
    min_voices: int = 5
    """customers of the group who tell the theme, before it is reported"""
    q: float = 0.05
    """false discovery rate"""
    prior_items: float = 1.0
    """items; a ratio is shrunk to 1 as if that many had been expected and had come"""
    candidates: int = 40
    """combinations of two columns that one half of the customers proposes and the other half tests"""
    chunk_cells: int = 4_000_000
    """counts held at a time while combinations are searched (32 MB each)"""


@dataclass(frozen=True)
class CarrySettings:
    """What one bad experience does to the next ones. Formulas: docs/methods-weeks.md."""

    min_customers: int = 20
    """customers on either side; fewer can be one shop's regulars"""
    min_expected: float = 5.0
    """events expected without any effect, on either side: below that the interval spans a factor of six and more"""
    activity_steps: tuple[int, ...] = (3, 4, 6, 10, 20)
    """items of a customer from which he is compared with the next busier group"""
    place_steps: tuple[int, ...] = (2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 25)
    """earlier items from which an item is compared with the next later ones: exact as long as most customers last"""
    block_weeks: int = 13
    """weeks that are compared with each other: a quarter, so that a bad season is not taken for an effect"""
    earlier_steps: tuple[int, ...] = (1, 2)
    """earlier complaints about other things from which a customer is compared with other grumblers"""
    complaint_steps: tuple[int, ...] = (2, 3, 4)
    """earlier complaints in all, by which customers who complained are matched for the specific ratio"""
    q: float = 0.05
    """false discovery rate at which an association is marked"""


@dataclass(frozen=True)
class MoneySettings:
    """The customers' value that stands behind each pain."""

    weeks: int = 9
    """last weeks whose complaints count: the 60 days that the score looks at, in whole weeks"""
    min_customers: int = 5
    """customers; below that a sum of money would show what single customers are worth"""


@dataclass(frozen=True)
class ExpectationSettings:
    """What the company believes of its touchpoints against what customers say."""

    min_voices: int = 20
    """customers who speak of a touchpoint; below that the interval is wider than ±22 points at a half"""
    weeks: int = 0
    """last weeks that count, 0 for the whole history: beliefs are asked for once a quarter or a year"""


@dataclass(frozen=True)
class BacklogSettings:
    """The list of pains to be worked on."""

    reopen_weeks: int = 3
    """weeks after a pain was marked as done from which a report of it reopens it: feedback on what happened before
    the fix keeps coming in for a while"""


@dataclass(frozen=True)
class TrendSettings:
    """Weekly trends and alerts. Formulas: docs/methods-weeks.md; what they find and miss: benchmarks/trend_power.py."""

    scan_weeks: tuple[int, ...] = (1, 2, 4)
    """weeks; lengths of the recent window that are tried: one for a spike, four for what creeps up; more only cost power"""
    baseline_weeks: int = 16
    """weeks before the recent window; with 12, noise of the baseline hides more drifts, with 26 half a year is one thing"""
    min_baseline_weeks: int = 4
    """weeks; before that many nothing is compared: a month says what is usual, a fortnight does not"""
    reach_weeks: int = 26
    """weeks that the baseline may reach back where sale weeks are left out of it; before that the product was another"""
    min_items: int = 5
    """items of a theme in recent and baseline weeks together; fewer cannot reach any p below 0.05 and only cost power"""
    status_q: float = 0.1
    """false discovery rate, among the themes of a week, at which a theme counts as rising or falling: one word in ten"""
    status_ratio: float = 1.2
    """rate ratio from which a change is worth a word; a rise must still show that much in its last week alone"""
    alert_q: float = 0.075
    """q-value up to which a rise is an alert; q is two-sided and only rises alert: 26 weeks x 0.0375 = one false alarm"""
    alert_low: float = 1.2
    """lower end of the 95 % interval of the rate ratio above which a rise is an alert: surely a fifth more"""
    alert_items: int = 5
    """items in the recent window that an alert needs; nobody should be called for fewer"""
    quiet_weeks: int = 4
    """weeks without a rise after which the next one is a new alert; until then it is the same story"""
    around_neighbours: int = 30
    """segments nearest to each of a rising theme's that say whether more is told around it, in any theme; 0: not asked"""
    around_rows: int = 50
    """pains for each neighbour, where there are fewer than that times `around_neighbours`: 30 of 100 are no neighbours"""
    around_fewest: int = 5
    """neighbours looked at however few pains there are: as many as a theme that can be tested has items"""
    around_texts: int = 200
    """segments of a theme whose neighbours are looked at; more would not change a mean"""
    around_share: float = 0.25
    """of the logarithm of the rise, what its surroundings must show: many neighbours of a small rise tell something else"""
    around_most: float = 3.0
    """rate ratio that larger ones count as: a ratio to next to nothing has no size"""
    around_weeks: int = 8
    """latest weeks in which a rise is asked for: what rose before and rises still is asked then"""
    median_themes: int = 8
    """themes needed before the median of their ratios, rather than the number of items, says what was expected"""
    median_items: float = 2.0
    """items expected of a theme in a week for its ratio to count in the median; below, it is mostly 0 or a jump"""
    channel_prior_items: float = 5.0
    """items; a theme's share of each channel is shrunk to its share of all as if that many had been spread evenly"""
    max_channels: int = 12
    """channels told apart, in order of appearance; the rest is one, which bounds memory"""
    dispersion_weeks: float = 24.0
    """weeks that the dispersion of all themes weighs beside a theme's own: 12 own weeks alone are off by 40 %"""
    sale_volume: float = 1.25
    """items of a marked week over the median of ordinary ones, or the inverse, from which it counts as a sale week"""
    sale_days: int = 2
    """affected days of a week from which the calendar marks it; one day at its edge does not make the week"""
    sale_dispersion: float = 0.09
    """squared coefficient of variation of a theme's share in its first sale week: up to half as large again is no news"""
    sale_event_dispersion: float = 0.03
    """the same from sale to sale once the theme's own surge is known; no two sales are alike"""
    new_weeks: int = 2
    """weeks, this one included, in which a theme first told is new"""
    new_known_items: int = 2
    """items before those weeks that do not make a theme known: a stray mention or two"""
    new_items: int = 3
    """items in those weeks that make such a theme new: as many as a theme needs to be one"""
    emerging_weeks: int = 6
    """weeks from a theme's first one in which a significant rise is called emerging: nobody can call it a relapse"""
    resolved_weeks: int = 4
    """weeks that a pain must have been gone for: four whole weeks, so that a quiet week is no success"""
    resolved_ratio: float = 0.2
    """rate ratio up to which a pain counts as gone: four complaints of five"""
    resolved_high: float = 0.5
    """upper end of its interval; at least halved for sure, which zero items show from about seven expected ones on"""
    reopened_ratio: float = 0.5
    """share of the old rate at which a resolved pain is no longer resolved"""
