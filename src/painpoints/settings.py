"""Every number that matters, in one place, each with its unit and its reason.

A stage takes the group that it needs. The whole is written to ``run.json``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
    redaction_margin_chars: int = 200
    """characters beyond the limit that are still searched for personal data, so that none is cut in half there"""
    max_segment_words: int = 40
    """words of a segment; the corpus of labelled segments ends there, and longer ones hold more than one point"""
    title_min_words: int = 3
    """words from which a repeated first line is a label: shorter ones ("Rất tốt") are what people write alike"""
    title_shared_share: float = 0.5
    """share of an export's items whose first line others have too, from which first lines are labels"""
    template_customers: int = 5
    """customers who must have sent the same sentence in a company's voice before it counts as a template"""
    template_min_chars: int = 40
    """characters (about eight words) of such a sentence; shorter ones are things that many people say"""
    batch_size: int = 512
    """documents that spaCy takes at a time; larger batches are no faster"""


@dataclass(frozen=True)
class ThemeSettings:
    """Clustering and naming. Methods and what was measured: docs/methods.md, benchmarks/themes.py."""

    lexical_weight: float = 0.4
    """weight of the TF-IDF view beside the vectors (1); more pulls apart what is said in different words"""
    lexical_dims: int = 150
    """SVD dimensions of that view; beyond, only noise was added"""
    touchpoint_weight: float = 0.5
    """weight of the predicted touchpoint (times its probability): a soft prior that a clear text overrules"""
    language_prior: float = 20.0
    """segments; a language with fewer has a mean too noisy to be subtracted as it is"""
    min_segments: int = 3
    """segments; two may be chance, three that agree are a theme"""
    min_items: int = 2
    """items; one customer who repeats himself is no theme"""
    min_size_root: float = 0.2
    """distinct texts a theme needs = this x square root of their number (5,000 → 14): a list of dozens, not hundreds"""
    repeat_share: float = 0.005
    """share of the segments that must repeat a stray text word for word for it to be a theme: one in two hundred"""
    linked_rows: int = 6_000
    """distinct texts that average linkage takes at once (0.3 GB of distances); of more, a sample"""
    copy_distance: float = 0.08
    """mean distance (1 - cosine of the joint views) up to which texts are one wording, slips and shorthand aside"""
    draw_neighbours: int = 15
    """nearest wordings at most that a wording is drawn towards: as many as make a theme of some thousands"""
    draw_from: int = 400
    """wordings up to which none is drawn anywhere: issues with a dozen wordings each ran into one another"""
    draw_rows: int = 100
    """wordings, beyond those, for each neighbour that it is drawn towards; 50 to 200 measured alike"""
    theme_distances: tuple[float, ...] = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
    """mean distances between two groups up to which they are one, tried from the finest"""
    graph_neighbours: int = 15
    """neighbours a wording in the graph that bears the groups out: about as many as the smallest themes hold"""
    modularity_share: float = 0.9
    """share of the best modularity among them that the one taken must have: 77 sharp intents are not lumped into 20"""
    grouped_share: float = 0.92
    """share of the wordings grouped by the cut that groups most that the one taken must group: the rest is not heard"""
    small_rows: int = 60
    """distinct texts up to which average linkage is used: a graph of 10 neighbours says nothing about so few"""
    small_distance: float = 0.7
    """distance (1 - likeness in meaning and words) at which average linkage stops, for those few"""
    spectral_neighbours: int = 10
    """neighbours a row in the eigenmap's graph; 8 to 15 measured alike"""
    spectral_dims: int = 30
    """eigenvectors; 10 lose themes, 40 gain nothing"""
    density_neighbours: int = 1
    """HDBSCAN min_samples; lowest, since every unassigned segment is a complaint not heard, and it measured best"""
    cluster_rows: int = 15_000
    """distinct texts, left over by that sample, that are searched for dense groups"""
    merge_meaning: float = 0.6
    """cosine of two groups' centroids from which they may be one theme"""
    merge_vocabulary: float = 0.15
    """cosine of two groups' words (class-based TF-IDF) from which they may be one theme"""
    vote_neighbours: int = 10
    """nearest assigned segments that vote on where a stray belongs"""
    vote_rows: int = 10_000
    """assigned segments that are compared with; bounds time and memory"""
    guided_near: float = 0.55
    """cosine to the mean of a codebook theme's examples from which a segment, drawn towards its neighbours, is of it"""
    inherit_share: float = 0.5
    """share of a known theme's texts in a new group from which the group is of that theme: most of them"""
    adopt_share: float = 0.35
    """share of the votes that a stray needs; votes are spread over several groups, half would leave too many out"""
    adopt_quantile: float = 0.05
    """a stray must be as close to its neighbours in the theme as the loosest twentieth of the theme's own members"""
    sub_theme_distance: float = 0.6
    """mean distance (1 - cosine of the centred vectors) up to which segments of a theme are one finer group"""
    sub_theme_share: float = 0.08
    """share of a theme's segments that a finer group holds at least: a dozen at most, each worth a task"""
    sub_theme_rows: int = 1_500
    """segments of a theme that its own tree is made of; of more, evenly chosen ones, and the others join"""
    issue_near: float = 0.5
    """cosine to the mean of an issue's wordings from which a segment may tell it: 95 % of its own wordings do"""
    issue_told: float = 0.5
    """share of a theme's segments that must lie so near to an issue for the theme to be called by its name"""
    issue_told_part: float = 0.65
    """the same for a sub-theme, which is meant to say one thing"""
    issue_part_share: float = 0.25
    """share of a theme from which the issue of a sub-theme names it, where no trouble of its own does: one in four"""
    issue_middle: float = 0.75
    """cosine of the theme's mean vector to that of the issue, likewise"""
    issue_words: float = 0.08
    """share of its segments in which every word of the name must be"""
    issue_words_part: float = 0.05
    """the same for a sub-theme, more of which must tell the issue"""
    issue_heard: float = 0.1
    """and share from which a word speaks for the name as much as a word can"""
    business_rows: int = 2_000
    """segments of a run by which its kind of business is told"""


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
    max_sub_themes: int = 5
    """sub-themes of one theme in report.html: as many as a team can take on; all of them are in report.xlsx"""
    max_chart_bars: int = 80
    """bars that a chart of report.html holds before weeks are summed into months"""
    max_quote_chars: int = 400
    """characters of a quote in report.html; the whole segment is in segments.csv"""


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
class NamingSettings:
    """Asking a naming service, where the user names one."""

    quotes: int = 8
    """quotes a theme that are sent; more were not needed to see what they share, and fewer words leave the machine"""
    quote_chars: int = 200
    """characters of a quote that are sent"""
    name_chars: int = 60
    """characters of a name that are accepted: what fits a line of the report"""
    name_digits: int = 4
    """digits of a name that are accepted: a year or an error code, no telephone number"""
    answer_bytes: int = 65_536
    """bytes of an answer that are read; a pair of names needs a few hundred"""
    timeout_seconds: float = 20.0
    """seconds that one theme may take; a name is worth no more, the offline one is there"""
    total_seconds: float = 120.0
    """seconds that all themes may take together; the rest keep their offline names"""
    at_once: int = 4
    """requests at the same time; small servers answer more of them no faster"""


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
    around_neighbours: int = 10
    """segments nearest to each of a rising theme's that say whether more is told around it, in whatever theme"""
    around_share: float = 0.25
    """of the logarithm of the rise, what its surroundings must show: many neighbours of a small rise tell something else"""
    around_most: float = 3.0
    """rate ratio that larger ones count as: a ratio to next to nothing has no size"""
    around_weeks: int = 8
    """latest weeks whose alerts are asked: an alert of before matters only to what follows it within ``quiet_weeks``"""
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
