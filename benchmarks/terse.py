"""Segments of two to five words: sentiment and kind.

    python -m benchmarks.terse [--encoder accurate]

``terse.csv``: 339 segments written for this by an author (a language model) who saw no other file, those that equal a
training row (accents, case and signs aside) taken out; no choice was read on them. No ratings; abstentions count as wrong.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.unseen import as_segments, score
from painpoints.classify import classify
from painpoints.encoders import load_encoder
from painpoints.journey import load_journey


def main() -> None:
    """One line a task and language."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="accurate")
    options = parser.parse_args()
    table = pd.read_csv(Path(__file__).with_name("terse.csv"), dtype=str)
    encoder = load_encoder(options.encoder)
    segments = as_segments(table["text"].tolist()).assign(lang=table["lang"])
    items = pd.DataFrame({"rating_norm": np.full(len(table), np.nan)})
    vectors = encoder.encode(segments["match_text"].tolist())
    found = classify(segments, items, vectors, encoder, load_journey("default"))
    for task in ("sentiment", "kind"):
        for name, rows in (
            ("all", table["lang"] != ""),
            ("vi", table["lang"] == "vi"),
            ("en", table["lang"] == "en"),
        ):
            accuracy, macro = score(table.loc[rows, task].to_numpy(), found.loc[rows, task].to_numpy())
            print(f"{task} {name}: {rows.sum()} rows, {accuracy:.3f} / {macro:.3f}")


if __name__ == "__main__":
    main()
