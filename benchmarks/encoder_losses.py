"""What each part of the encoder's training brings: the same short training with one part left out or added at a time.

    python -m benchmarks.encoder_losses --work DIR [--steps 120] [VARIANT ...]

`DIR` holds ``base`` and ``teacher`` (``python -m painpoints.encoders.build base --work DIR``). Every variant starts from
the base encoder and sees the same batches of 12 issues. Measured on `CHOOSING_INDUSTRIES`, which no encoder was
trained on (columns as in `benchmarks.encoders`), and on Banking77's test texts where the public sets are present.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

from benchmarks.encoders import grouping, labelled_sets, pairs, retrieval
from painpoints.classify.training_data import CHOOSING_INDUSTRIES, UNSEEN_INDUSTRIES, load_labelled
from painpoints.encoders import load_encoder
from painpoints.encoders.recipe import Recipe
from painpoints.encoders.train import train_encoder
from painpoints.encoders.training_texts import load_training_texts
from painpoints.text import clean_many, strip_accents

VARIANTS: dict[str, dict[str, float]] = {
    "all": {},
    "no noise": {"noisy": 0.0, "twins": 0},
    "no twins": {"twins": 0},
    "no restored": {"restored": 0.0},
    "teacher": {"teacher_weight": 1.0, "plain": 10},
    "no touchpoints": {"touchpoint_weight": 0.0},
    "no labels": {"label_weight": 0.0, "graded": 0},
    "no public": {"public_share": 0.0},
    "no dropout": {"dropout": 0.0},
}


def main() -> None:
    """One line a variant."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encoder_losses")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("variants", nargs="*", default=list(VARIANTS))
    options = parser.parse_args()
    rows = load_labelled()
    rows = rows[rows["group"].isin(CHOOSING_INDUSTRIES) & (rows["issue"] != "none")].reset_index(drop=True)
    clean, bare = (
        clean_many(texts) for texts in (rows["text"].tolist(), [strip_accents(t) for t in rows["text"]])
    )
    banking = labelled_sets().get("banking77")
    texts = load_training_texts(UNSEEN_INDUSTRIES)
    columns = ["wording", "unaccented", "vi-en", "nmi", "pairs", "banking77"]
    print(f"{'':16}" + "".join(f"{c:>12}" for c in columns), flush=True)
    for name in ["base", *options.variants]:
        folder = options.work / "base"
        if name != "base":
            recipe = replace(
                Recipe(steps=options.steps, issues=12, average=0.0, base_share=0.0), **VARIANTS[name]
            )  # type: ignore[arg-type]
            work = options.work / "losses"
            folder = train_encoder(texts, options.work / "base", options.work / "teacher", work, recipe)
            (work / "state.pt").unlink()
        encoder = load_encoder(str(folder))
        found = retrieval(encoder.encode(clean), encoder.encode(bare), rows)
        cells = [found[c] for c in ("wording", "unaccented", "vi-en", "nmi")] + [pairs(encoder.encode)]
        if banking is not None:
            cells.append(grouping(encoder.encode(banking[0]), banking[1])[0])
        print(f"{name:16}" + "".join(f"{c:12.3f}" for c in cells), flush=True)
        if name != "base":
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
