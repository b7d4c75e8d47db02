"""How well themes match known issues, beside other ways to group the same vectors.

    python -m benchmarks.themes [--encoder accurate] [--sets NAME,NAME] [--whole] [--seeds 10] [--scale 5000,15000]

Sets: ``grocery_box`` and ``credit_card`` (simulated; both were looked at while the cut was chosen);
``unseen``: negative segments of each industry that no encoder was trained on, mean; where the public sets are present
the intents of Banking77 and CLINC150, the aspects of UTS2017-Bank and of Hanoi hotel reviews, the topics of IT tickets.

Each method is given the same segments and vectors. Ours also sees a touchpoint where the set has them, found by the
linker from the journey file, as in a run. ``k-means`` is told the true number of groups. ``BERTopic`` (its defaults, our
vectors) and ``EVoC`` run where they are installed (``pip install bertopic evoc umap-learn``). Columns:
`benchmarks.theme_metrics`; `cover90` is coverage at a purity of 0.90, `NPMI` coherence, `names` and `apart` the share of
different names and how far apart their words are. With ``--seeds`` the mean ARI of every two of ten runs with other seeds,
and of ten samples of nine tenths. ``--whole``: from the export of the simulated sets to segments.csv by `painpoints run`;
a true segment is in the theme of the segment that covers most of it.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.simulator import INDUSTRIES, Simulated, simulate
from benchmarks.theme_metrics import COLUMNS, agreement, coherence, distinct_names, figures, names_apart
from painpoints.classify import classify
from painpoints.classify.training_data import UNSEEN_INDUSTRIES
from painpoints.encoders import Encoder, load_encoder
from painpoints.journey import Journey, load_journey
from painpoints.pipeline import RunRequest, run
from painpoints.resources import data_dir, datasets_dir
from painpoints.settings import Settings
from painpoints.text import clean_many
from painpoints.themes import find_themes
from painpoints.themes.glossary import content_words
from painpoints.themes.views import centre_by_language
from painpoints.themes.words import tokens

SEED = Settings().seed


class Found(NamedTuple):
    """A name of a group a segment ('' for none), and what the groups are called, where they are called anything."""

    labels: np.ndarray
    names: tuple[str, ...] = ()


Group = Callable[[pd.DataFrame, np.ndarray, int], Found]


def from_simulation(simulated: Simulated) -> pd.DataFrame:
    """The negative spans of a simulation: text, lang, gold."""
    truth = pain_spans(simulated).merge(simulated.items[["id", "text"]], on="id")
    told = [t[a:b] for t, a, b in zip(truth["text"], truth["start"], truth["end"], strict=True)]
    return pd.DataFrame({"text": told, "lang": truth["lang"].to_numpy(), "gold": truth["issue"].to_numpy()})


def negatives(name: str) -> pd.DataFrame:
    """The negative segments of one industry of the labelled corpus."""
    table = pd.read_csv(data_dir() / "labelled" / "corpus" / name / "segments.csv", dtype=str).fillna("")
    table = table[(table["sentiment"] == "neg") & (table["issue"] != "none")]
    return table[["text", "lang"]].assign(gold=table["issue"]).reset_index(drop=True)


def public_sets() -> Iterator[tuple[str, pd.DataFrame]]:
    """Single-label public sets, where they are present."""
    root = datasets_dir()
    if root is None:
        return
    for folder, file, text, label, lang in (
        ("en_banking77", "test.csv", "text", "category", "en"),
        ("en_clinc150", "test.csv", "text", "intent", "en"),
        ("en_it_tickets", "all.csv", "Document", "Topic_group", "en"),
    ):
        table = pd.read_csv(root / folder / file, dtype=str).dropna(subset=[text, label])
        table = table.sample(min(len(table), 5000), random_state=SEED)
        yield (
            folder,
            pd.DataFrame({"text": table[text], "lang": lang, "gold": table[label]}).reset_index(drop=True),
        )
    uts = pd.read_csv(root / "vi_uts2017_bank" / "train.csv", dtype=str).fillna("")
    uts = uts[(uts["n_labels"] == "1") & (uts["sentiment"] == "negative")]
    yield (
        "vi_uts2017_bank",
        pd.DataFrame({"text": uts["text"], "lang": "vi", "gold": uts["aspects"]}).reset_index(drop=True),
    )
    hotels = pd.read_csv(root / "vi_hanoi_hotel_absa" / "test.csv").drop_duplicates("data")
    aspects = list(hotels.columns[5:15])
    one = (hotels[aspects] != 0).sum(axis=1) == 1
    gold = (hotels.loc[one, aspects] != 0).idxmax(axis=1)
    yield (
        "vi_hanoi_hotels",
        pd.DataFrame({"text": hotels.loc[one, "data"], "lang": "vi", "gold": gold}).reset_index(drop=True),
    )


def as_segments(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that `find_themes` needs, every segment a pain of its own item."""
    count = len(table)
    return pd.DataFrame(
        {
            "item": np.arange(count),
            "feedback_id": [f"f{n}" for n in range(count)],
            "segment_no": 1,
            "text": table["text"],
            "match_text": clean_many(table["text"].tolist()),
            "lang": table["lang"],
            "created_at": pd.Series(pd.NaT, index=range(count), dtype="datetime64[ns, UTC]"),
            "sentiment": "neg",
            "kind": "pain",
            "touchpoint": "",
            "touchpoint_p": 0.0,
        }
    )


def with_touchpoints(
    segments: pd.DataFrame, vectors: np.ndarray, encoder: Encoder, journey: Journey
) -> pd.DataFrame:
    """Touchpoints as a run finds them."""
    bare = segments.drop(columns=["sentiment", "kind", "touchpoint", "touchpoint_p"])
    ratings = pd.DataFrame({"rating_norm": np.full(len(segments), np.nan)})
    found = classify(bare, ratings, vectors, encoder, journey)
    return segments.assign(touchpoint=found["touchpoint"], touchpoint_p=found["touchpoint_p"])


def ours(segments: pd.DataFrame, vectors: np.ndarray, seed: int) -> Found:
    """The product, with its names in the language that most segments are written in."""
    themes = find_themes(segments, vectors, Settings().themes, seed)
    lang = "en" if (segments["lang"] == "en").mean() > 0.5 else "vi"
    return Found(themes.assignment["theme_id"].to_numpy(), tuple(themes.themes[f"name_{lang}"]))


def _named(labels: np.ndarray) -> Found:
    return Found(np.asarray(["" if label < 0 else str(label) for label in labels], dtype=object))


def plain_hdbscan(segments: pd.DataFrame, vectors: np.ndarray, _: int) -> Found:
    """HDBSCAN on the centred vectors, smallest group 10."""
    import hdbscan

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        view = centre_by_language(vectors, segments["lang"].to_numpy(), 0.0)
        return _named(hdbscan.HDBSCAN(min_cluster_size=10, core_dist_n_jobs=1).fit_predict(view))


def bertopic(segments: pd.DataFrame, vectors: np.ndarray, seed: int) -> Found:
    """BERTopic with its defaults on our vectors."""
    from bertopic import BERTopic
    from umap import UMAP

    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    return _named(
        np.asarray(BERTopic(umap_model=reduce).fit_transform(segments["match_text"].tolist(), vectors)[0])
    )


def evoc(_: pd.DataFrame, vectors: np.ndarray, seed: int) -> Found:
    """EVoC with its defaults."""
    from evoc import EVoC

    return _named(np.asarray(EVoC(random_state=seed).fit_predict(vectors)))


def k_means(groups: int) -> Group:
    """k-means on the centred vectors with the number of groups given."""

    def grouped(segments: pd.DataFrame, vectors: np.ndarray, seed: int) -> Found:
        from sklearn.cluster import KMeans

        view = centre_by_language(vectors, segments["lang"].to_numpy(), 0.0)
        return _named(KMeans(groups, n_init=3, random_state=seed).fit_predict(view))

    return grouped


def stability(segments: pd.DataFrame, vectors: np.ndarray, runs: int) -> tuple[float, float]:
    """Agreement of ours over seeds, and over samples of nine tenths (on the segments that two samples share)."""
    seeds = agreement([ours(segments, vectors, SEED + n).labels for n in range(runs)])
    found = []
    for n in range(runs):
        rows = np.flatnonzero(np.random.default_rng(n).random(len(segments)) < 0.9)
        part = segments.iloc[rows].reset_index(drop=True).assign(item=np.arange(len(rows)))
        whole = np.full(len(segments), None, dtype=object)
        whole[rows] = ours(part, vectors[rows], SEED).labels
        found.append(whole)
    shared = [
        agreement([a[both], b[both]])
        for i, a in enumerate(found)
        for b in found[i + 1 :]
        if (both := np.asarray([x is not None and y is not None for x, y in zip(a, b, strict=True)])).any()
    ]
    return seeds, float(np.mean(shared))


def whole_run(simulated: Simulated, encoder: str) -> dict[str, float]:
    """From the export to segments.csv."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulated.items.to_csv(folder / "feedback.csv", index=False)
        out = folder / "out"
        run(RunRequest([folder / "feedback.csv"], out=out, journey=simulated.journey, encoder=encoder))
        segments = pd.read_csv(out / "segments.csv", dtype={"feedback_id": str}).fillna({"theme_id": ""})
    spans = pain_spans(simulated)
    return figures(spans["issue"].to_numpy(), theme_of_spans(spans, segments))


def pain_spans(simulated: Simulated) -> pd.DataFrame:
    """The spans that tell a pain or a request: ``id, start, end, issue`` and more."""
    truth = simulated.truth
    return truth[truth["kind"].isin(["pain", "request"]) & (truth["sentiment"] != "pos")]


def theme_of_spans(spans: pd.DataFrame, segments: pd.DataFrame) -> np.ndarray:
    """The theme of the segment that covers most of each span, '' where none does."""
    by_item = {
        key: part[["start", "end", "theme_id"]].to_numpy() for key, part in segments.groupby("feedback_id")
    }
    found = []
    for key, start, end in spans[["id", "start", "end"]].itertuples(index=False):
        best = max(
            by_item.get(key, []),
            key=lambda s, a=start, b=end: min(s[1], b) - max(s[0], a),
            default=(0, 0, ""),
        )
        found.append(str(best[2]) if min(best[1], end) > max(best[0], start) else "")
    return np.asarray(found, dtype=object)


def line(name: str, method: str, count: int, cells: dict[str, float], seconds: float) -> None:
    """One row of the table; a figure that a method does not have is a dash."""
    values = [cells.get(column, math.nan) for column in COLUMNS]
    told = " | ".join("–" if math.isnan(value) else f"{value:.3f}" for value in values)
    print(f"| {name} | {method} | {count} | {told} | {seconds:.1f} |", flush=True)


def all_figures(gold: np.ndarray, found: Found, words: list[set[str]]) -> dict[str, float]:
    """Every column of the table. ``words``: content words of each segment."""
    return figures(gold, found.labels) | {
        "NPMI": coherence(words, found.labels),
        "names": distinct_names(found.names),
        "apart": names_apart(found.names),
    }


def content(segments: pd.DataFrame) -> list[set[str]]:
    """Content words of every segment without accents; the glossary's concepts would tie the two languages together."""
    pairs = zip(segments["match_text"], segments["lang"], strict=True)
    return [{w for w in content_words(tokens(text), lang) if not w.startswith("#")} for text, lang in pairs]


def measure(
    name: str, tables: list[pd.DataFrame], encoder: Encoder, journeys: list[Journey | None], seeds: int
) -> None:
    """All methods on one set: means over its tables."""
    prepared = []
    for table, journey in zip(tables, journeys, strict=True):
        segments = as_segments(table)
        vectors = encoder.encode(segments["match_text"].tolist())
        if journey is not None:
            segments = with_touchpoints(segments, vectors, encoder, journey)
        prepared.append((segments, vectors, table["gold"].to_numpy(), content(segments)))
    methods: dict[str, Group | None] = {
        "ours": ours,
        "k-means": None,
        "HDBSCAN": plain_hdbscan,
        "BERTopic": bertopic,
        "EVoC": evoc,
    }
    for method, group in methods.items():
        found, began = [], time.perf_counter()
        try:
            for segments, vectors, gold, words in prepared:
                grouped = (group or k_means(len(set(gold))))(segments, vectors, SEED)
                found.append(all_figures(gold, grouped, words))
        except ImportError:
            continue
        means = pd.DataFrame(found).mean().to_dict()
        line(name, method, sum(map(len, tables)), means, time.perf_counter() - began)
    if seeds:
        both = np.mean([stability(s, v, seeds) for s, v, _, _ in prepared[:2]], axis=0)
        print(
            f"{name}: ours over {seeds} seeds {both[0]:.3f}, over samples of nine tenths {both[1]:.3f}",
            flush=True,
        )


def measure_scale(sizes: list[int], encoder: Encoder) -> None:
    """Seconds for many segments: more items of a simulated industry."""
    for size in sizes:
        table = from_simulation(simulate(INDUSTRIES[0], items=size)).iloc[:size]
        segments = as_segments(table.reset_index(drop=True))
        vectors = encoder.encode(segments["match_text"].tolist())
        began = time.perf_counter()
        found = ours(segments, vectors, SEED)
        line(
            f"scale {size}",
            "ours",
            len(segments),
            all_figures(table["gold"].to_numpy(), found, content(segments)),
            time.perf_counter() - began,
        )


def main() -> None:
    """Run everything named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="accurate")
    parser.add_argument("--sets", default="", help="names of sets, with commas (default: all)")
    parser.add_argument("--whole", action="store_true", help="from export to segments.csv as well")
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds and samples to compare")
    parser.add_argument("--items", type=int, default=3000, help="items of a simulated set")
    parser.add_argument("--scale", default="", help="numbers of segments to time, with commas")
    options = parser.parse_args()
    print("| set | method | segments | " + " | ".join(COLUMNS) + " | seconds |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    encoder = load_encoder(options.encoder)
    wanted = set(filter(None, options.sets.split(",")))
    for industry in INDUSTRIES:
        if wanted and industry not in wanted:
            continue
        simulated = simulate(industry, options.items)
        journey = load_journey(simulated.journey)
        measure(industry, [from_simulation(simulated)], encoder, [journey], options.seeds)
        if options.whole:
            began = time.perf_counter()
            cells = whole_run(simulated, options.encoder)
            line(industry, "ours, from the export", len(simulated.truth), cells, time.perf_counter() - began)
    if not wanted or "unseen" in wanted:
        journeys = [
            load_journey(data_dir() / "labelled" / "corpus" / n / "journey.yaml") for n in UNSEEN_INDUSTRIES
        ]
        measure("unseen", [negatives(n) for n in UNSEEN_INDUSTRIES], encoder, journeys, options.seeds)
    for name, table in public_sets():
        if not wanted or name in wanted:
            measure(name, [table], encoder, [None], 0)
    if options.scale:
        measure_scale([int(size) for size in options.scale.split(",")], encoder)


if __name__ == "__main__":
    main()
