"""What each step before and within the themes brings, from the exports of the simulated sets.

    python -m benchmarks.theme_ablations [--items 1500] [--seed 0] [--encoder NAME|PATH ...]

Each line changes one thing of a run and leaves the rest as it is. Truth is planted in spans of the text; a true span is in
the theme of the segment that covers most of it (`benchmarks.themes`, ``--whole``); metrics as in `benchmarks.theme_metrics`.
``items``: each item is one segment. ``no boilerplate filter``: greetings, quoted mail and signatures stay. The lines after
these group the same segments with the same labels. ``--encoder`` adds lines of other encoders, with labels by the heads for
words alone where there are none for them.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pandas as pd

from benchmarks.simulator import INDUSTRIES, Simulated, simulate, simulated_options
from benchmarks.theme_metrics import COLUMNS, figures
from benchmarks.themes import pain_spans, theme_of_spans
from painpoints.classify import classify
from painpoints.encoders import Encoder, load_encoder
from painpoints.ingested import read_masked
from painpoints.journey import load_journey
from painpoints.pipeline import RunRequest
from painpoints.settings import Settings, ThemeSettings
from painpoints.text import make_segments
from painpoints.text.redact import default_redactor
from painpoints.themes import find_themes
from painpoints.themes.known import KnownThemes
from painpoints.themes.views import unit_rows

SHOWN = [column for column in COLUMNS if column not in ("NPMI", "names", "apart")]
GROUPING: dict[str, dict[str, object]] = {
    "meaning alone: no words, no touchpoint": {"lexical_weight": 0.0, "touchpoint_weight": 0.0},
    "no words": {"lexical_weight": 0.0},
    "no touchpoint": {"touchpoint_weight": 0.0},
    "centred together, not by language": {"language_prior": 1e9},
    "near copies counted each": {"copy_distance": 0.0},
    "not drawn towards neighbours": {"draw_neighbours": 0},
    "one cut, at 0.5": {"theme_distances": (0.5,)},
    "one cut, at 0.8": {"theme_distances": (0.8,)},
    "cut by modularity alone": {"grouped_share": 0.0, "modularity_share": 1.0},
    "strays not adopted": {"adopt_share": 2.0},
    "no smallest size": {"min_size_root": 0.0},
}


class Prepared:
    """An export read, cut and labelled; `items` and `segments` as in a run."""

    def __init__(self, simulated: Simulated, encoder: Encoder, *, whole_items: bool = False) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "feedback.csv"
            simulated.items.to_csv(path, index=False)
            request = RunRequest([path], out=Path(folder) / "out", journey=simulated.journey)
            self.items = read_masked(request, redactor := default_redactor()).items
        segments = make_segments(self.items, Settings().text, redactor=redactor).segments
        if whole_items:
            segments = joined_again(segments)
        self.journey = load_journey(simulated.journey)
        self.vectors = encoder.encode(segments["match_text"].tolist())
        self.segments = classify(segments, self.items, self.vectors, encoder, self.journey)

    def themed(self, settings: ThemeSettings, known: KnownThemes | None = None) -> pd.DataFrame:
        """``feedback_id, start, end, theme_id`` of every segment."""
        seed, journey = Settings().seed, self.journey
        found = find_themes(
            self.segments, self.vectors, settings, seed, self.items, journey=journey, known=known
        )
        columns = ["feedback_id", "start", "end"]
        return self.segments[columns].assign(theme_id=found.assignment["theme_id"].to_numpy())


def joined_again(segments: pd.DataFrame) -> pd.DataFrame:
    """One segment an item, from the first of its segments to its last."""
    told = segments.groupby("item", sort=False)
    one = segments.drop_duplicates("item").set_index("item", drop=False)
    one = one.assign(end=told["end"].max(), text=told["text"].agg(" ".join))
    return one.assign(match_text=told["match_text"].agg(" ".join)).reset_index(drop=True)


def without_boilerplate_filter() -> contextlib.AbstractContextManager[object]:
    """What is found nowhere is not set aside."""
    return mock.patch("painpoints.text.segment.find_boilerplate", return_value=[])


def without_centring() -> contextlib.AbstractContextManager[object]:
    """Vectors and words as they are."""
    return mock.patch("painpoints.themes.views.centre_by_language", lambda matrix, *_: unit_rows(matrix))


def tell(industry: str, what: str, simulated: Simulated, themed: pd.DataFrame) -> None:
    """One line of the table."""
    spans = pain_spans(simulated)
    cells = figures(spans["issue"].to_numpy(), theme_of_spans(spans, themed))
    values = " | ".join(f"{cells[column]:.3f}" for column in SHOWN)
    print(f"| {industry} | {what} | {values} |", flush=True)


def main() -> None:
    """All lines of both industries."""
    parser = simulated_options(__doc__)
    parser.add_argument("--encoder", nargs="*", default=["fast"])
    options = parser.parse_args()
    print("| set | | " + " | ".join(SHOWN) + " |")
    print("|---" * (len(SHOWN) + 2) + "|")
    base, encoder = Settings().themes, load_encoder("accurate")
    for industry in INDUSTRIES:
        simulated = simulate(industry, options.items, seed=options.seed)
        prepared = Prepared(simulated, encoder)
        tell(industry, "as it is", simulated, prepared.themed(base))
        tell(industry, "items", simulated, Prepared(simulated, encoder, whole_items=True).themed(base))
        with without_boilerplate_filter():
            unfiltered = Prepared(simulated, encoder)
        tell(industry, "no boilerplate filter", simulated, unfiltered.themed(base))
        with without_centring():
            tell(industry, "not centred", simulated, prepared.themed(base))
        for what, changed in GROUPING.items():
            tell(industry, what, simulated, prepared.themed(replace(base, **changed)))  # type: ignore[arg-type]
        for name in options.encoder:
            other = Prepared(simulated, load_encoder(name))
            tell(industry, f"encoder {Path(name).name}", simulated, other.themed(base))


if __name__ == "__main__":
    main()
