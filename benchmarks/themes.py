"""How well themes match known issues, and how long they take.

    python benchmarks/themes.py [--encoder fast|accurate] [--industries N] [--scale 5000,15000]

Gold: the issue keys of the labelled corpus (negative segments of one industry, of those that no encoder was trained
on), the same with Zipf sizes and near-copies, a mix of three industries, and the intents of Banking77, CLINC150 and the
aspects of UTS2017-Bank where those data sets are present.
Touchpoints are left empty, or (column ``places``) right six times in ten. Unassigned segments count as themes of
their own in ARI and NMI.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from painpoints.classify.training_data import UNSEEN_INDUSTRIES
from painpoints.encoders import load_encoder
from painpoints.resources import data_dir, datasets_dir
from painpoints.settings import Settings, ThemeSettings
from painpoints.text import clean_many
from painpoints.themes import find_themes

SEED = Settings().seed


def negatives(name: str) -> pd.DataFrame:
    """The negative segments of one industry: text, lang, gold, place."""
    table = pd.read_csv(data_dir() / "labelled" / "corpus" / name / "segments.csv", dtype=str).fillna("")
    table = table[table["sentiment"] == "neg"].reset_index(drop=True)
    return pd.DataFrame(
        {
            "text": table["text"],
            "lang": table["lang"],
            "gold": name + "/" + table["issue"],
            "place": table["touchpoint"],
        }
    )


def skewed(table: pd.DataFrame, rng: np.random.Generator, size: int = 1000) -> pd.DataFrame:
    """Issue sizes by Zipf's law, copies with two words dropped."""
    issues = rng.permutation(sorted(table["gold"].unique()))
    shares = 1 / np.arange(1, len(issues) + 1)
    wanted = np.maximum(3, (shares / shares.sum() * size).astype(int))
    rows = [rng.choice(np.flatnonzero(table["gold"] == i), n) for i, n in zip(issues, wanted, strict=True)]
    copies = table.iloc[np.concatenate(rows)].reset_index(drop=True)
    return copies.assign(text=[_drop_words(text, rng) for text in copies["text"]])


def _drop_words(text: str, rng: np.random.Generator) -> str:
    words = text.split()
    for _ in range(2 if len(words) > 5 else 0):
        words.pop(int(rng.integers(len(words))))
    return " ".join(words)


def public_sets() -> Iterator[tuple[str, pd.DataFrame]]:
    """Single-label public sets, where they are present."""
    root = datasets_dir()
    if root is None:
        return
    for folder, file, label, lang in (
        ("en_banking77", "test.csv", "category", "en"),
        ("en_clinc150", "test.csv", "intent", "en"),
        ("vi_uts2017_bank", "train.csv", "aspects", "vi"),
    ):
        table = pd.read_csv(root / folder / file, dtype=str).fillna("")
        if "n_labels" in table:
            table = table[(table["n_labels"] == "1") & (table["sentiment"] == "negative")]
        yield (
            folder,
            pd.DataFrame(
                {"text": table["text"], "lang": lang, "gold": table[label], "place": ""}
            ).reset_index(drop=True),
        )


def as_segments(table: pd.DataFrame, places: float, rng: np.random.Generator) -> pd.DataFrame:
    """The columns that `find_themes` needs; the touchpoint is right with probability ``places`` (0: left empty)."""
    count = len(table)
    guessed = table["place"].to_numpy().copy()
    wrong = rng.random(count) >= places
    guessed[wrong] = rng.choice(guessed, int(wrong.sum()))
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
            "touchpoint": guessed if places else "",
            "touchpoint_p": 0.7,
        }
    )


def figures(gold: np.ndarray, assigned: np.ndarray) -> dict[str, float]:
    """ARI and NMI over all segments, coverage, purity of what is assigned, found themes over true issues."""
    inside = assigned != ""
    alone = np.where(inside, assigned, [f"alone {n}" for n in range(len(gold))])
    table = pd.crosstab(gold[inside], assigned[inside])
    return {
        "ari": adjusted_rand_score(gold, alone),
        "nmi": normalized_mutual_info_score(gold, alone),
        "coverage": float(inside.mean()),
        "purity": float(table.max().sum() / max(1, inside.sum())),
        "themes/issues": len(table.columns) / len(set(gold)),
    }


def measure(
    name: str, tables: list[pd.DataFrame], encoder: object, settings: ThemeSettings, places: float
) -> None:
    """Print one line: the mean over the tables."""
    rng = np.random.default_rng(SEED)
    found, seconds = [], 0.0
    for table in tables:
        segments = as_segments(table, places, rng)
        vectors = encoder.encode(list(segments["match_text"]))  # type: ignore[attr-defined]
        started = time.perf_counter()
        themes = find_themes(segments, vectors, settings, SEED)
        seconds += time.perf_counter() - started
        found.append(figures(table["gold"].to_numpy(), themes.assignment["theme_id"].to_numpy()))
    means = pd.DataFrame(found).mean()
    cells = " | ".join(f"{means[column]:.3f}" for column in means.index)
    print(f"| {name} | {places:g} | {sum(map(len, tables))} | {cells} | {seconds:.1f} |", flush=True)


def measure_scale(sizes: list[int], encoder: object, settings: ThemeSettings) -> None:
    """Seconds for many negative segments: the whole corpus with words dropped at random, until there are enough."""
    rng = np.random.default_rng(SEED)
    corpus = pd.concat([negatives(name) for name in UNSEEN_INDUSTRIES], ignore_index=True)
    for size in sizes:
        rows = corpus.iloc[rng.integers(0, len(corpus), size)].reset_index(drop=True)
        rows = rows.assign(text=[_drop_words(text, rng) for text in rows["text"]])
        measure(f"scale {size}", [rows], encoder, settings, 0.6)


def main() -> None:
    """Run everything named on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="fast")
    parser.add_argument("--industries", type=int, default=10, help="how many industries")
    parser.add_argument("--scale", default="", help="numbers of segments to time, with commas")
    options = parser.parse_args()
    encoder, settings = load_encoder(options.encoder), Settings().themes
    print("| set | places | segments | ARI | NMI | coverage | purity | themes/issues | seconds |")
    print("|---|---|---|---|---|---|---|---|---|")
    tables = [negatives(name) for name in UNSEEN_INDUSTRIES[: options.industries]]
    for places in (0.0, 0.6):
        measure("unseen industry", tables, encoder, settings, places)
    rng = np.random.default_rng(SEED)
    measure("unseen industry, Zipf", [skewed(table, rng) for table in tables], encoder, settings, 0.6)
    mix = pd.concat([negatives(name) for name in UNSEEN_INDUSTRIES[:3]], ignore_index=True)
    measure("three unseen industries", [mix], encoder, settings, 0.6)
    for name, table in public_sets():
        measure(name, [table], encoder, settings, 0.0)
    if options.scale:
        measure_scale([int(size) for size in options.scale.split(",")], encoder, settings)


if __name__ == "__main__":
    main()
