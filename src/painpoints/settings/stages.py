"""Numbers of the stages from export to report, in their order (docs/methods.md)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "IngestSettings",
    "NamingSettings",
    "RankSettings",
    "ReportSettings",
    "TextSettings",
    "ThemeSettings",
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
    saying_near: float = 0.5
    """cosine of the centred vectors from which a segment is heard to say what another one says"""
    saying_fluency: float = 0.05
    """what a unit of mean log-probability of its words counts for beside share and cosine: slips cost, rare words little"""
    saying_words: float = 1.0
    """what counts beside them where all its words are the theme's own, so that no detail of one customer names it"""
    business_rows: int = 2_000
    """segments of a run by which its kind of business is told"""


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
