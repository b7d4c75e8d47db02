"""Rebuild the bundled heads: ``python -m painpoints.classify.train [accurate|fast|text ...]``.

Trains on `training_data`. Temperature and figures come from rows of `UNSEEN_INDUSTRIES`, which neither the encoder
nor the measured heads saw; the heads that are saved are trained on everything. The real sets are used where
``PAINPOINTS_DATASETS`` names them.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints import __version__
from painpoints.classify.features import Blocks, hashed_ngrams
from painpoints.classify.fit import fit_head, measure, temperature_of
from painpoints.classify.heads import NO_ENCODER, Head, HeadSet, save_heads
from painpoints.classify.tasks import TASKS, Task
from painpoints.classify.train_linker import train_linker
from painpoints.classify.training_data import (
    UNSEEN_INDUSTRIES,
    data_digest,
    load_labelled,
    load_public,
    of_unseen,
    with_twins,
)
from painpoints.encoders import load_encoder
from painpoints.errors import exit_code_of
from painpoints.resources import models_dir
from painpoints.store import RememberingEncoder, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from painpoints.encoders import Encoder

    Floats = npt.NDArray[np.float32]

__all__ = ["main", "train_head", "train_set"]


def train_head(task: Task, blocks: Blocks, frame: pd.DataFrame, *, final: bool = True) -> Head:
    """Fit without the unseen industries, calibrate and measure on them; with `final` fit again on all rows."""
    from scipy.special import softmax

    rows = np.flatnonzero(frame[task.name].isin(task.labels))
    blocks, frame = blocks.take(rows), frame.iloc[rows].reset_index(drop=True)
    labels = frame[task.name].to_numpy()
    at, other = np.flatnonzero(~of_unseen(frame)), np.flatnonzero(frame["group"].isin(UNSEEN_INDUSTRIES))
    measured = fit_head(task, blocks.take(at), labels[at].tolist())
    logits = blocks.take(other).logits(measured.weights, measured.bias)
    truth = np.asarray([task.labels.index(v) for v in labels[other]])
    temperature = temperature_of(logits, truth)
    probability = softmax(logits / temperature, axis=1)
    twin = frame["twin"].to_numpy()[other]
    figures = {
        name: measure(task, probability[twin == kind], truth[twin == kind])
        for name, kind in (("as_written", ""), ("without_diacritics", "unaccented"), ("careless", "careless"))
    }
    head = fit_head(task, blocks, labels.tolist()) if final else measured
    return replace(head, temperature=temperature, figures=figures)


def train_set(
    name: str, say: Any = print, *, cache: Workspace | None = None, final: bool = True
) -> tuple[HeadSet, pd.DataFrame]:
    """All heads and the linker for the encoder `name` (``text``: the set that needs no encoder), and the rows they
    come from.

    Without `final` no head has seen a text of the unseen industries. `cache` remembers vectors.
    """
    import pandas as pd

    frame = with_twins(pd.concat([load_labelled(), load_public()], ignore_index=True))
    texts = frame["match_text"].tolist()
    ngrams = hashed_ngrams(texts)
    encoder = None if name == "text" else load_encoder(name)
    if encoder is not None and cache is not None:
        encoder = RememberingEncoder(encoder, cache)
    arrays: dict[str, Floats] = {}
    vectors = None
    if encoder is not None:
        vectors = encoder.encode(texts)
        centre = vectors[(frame["twin"] == "").to_numpy()].mean(axis=0)
        arrays["centre"] = centre.astype(np.float16).astype(np.float32)
        vectors = vectors - arrays["centre"]
    blocks = Blocks(vectors, ngrams)
    heads = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # sparse products let go of the interpreter's lock
        for head in pool.map(lambda task: train_head(task, blocks, frame, final=final), TASKS):
            heads[head.task] = head
            say(f"{name} {head.task}: {head.figures}")
    linker = train_linker(frame, vectors, ngrams, encoder, arrays.get("centre"), say)
    return _as_set(name, encoder, heads, arrays | linker.arrays, linker.meta, frame), frame


def _as_set(
    name: str,
    encoder: Encoder | None,
    heads: dict[str, Head],
    arrays: dict[str, Floats],
    linker: dict[str, Any],
    frame: pd.DataFrame,
) -> HeadSet:
    return HeadSet(
        name,
        encoder.digest if encoder else NO_ENCODER,
        "",
        heads,
        arrays,
        {
            "encoder": name,
            "data_digest": data_digest(frame),
            "rows": {group: int(n) for group, n in frame["group"].value_counts().sort_index().items()},
            "kind_given_sentiment": _kind_given_sentiment(frame),
            "linker": linker,
            "painpoints": __version__,
        },
    )


def _kind_given_sentiment(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """P(kind | sentiment) / P(kind) over labelled segments, smoothed: which kinds go with which sentiment."""
    both = frame[(frame["kind"] != "") & (frame["sentiment"] != "") & (frame["twin"] == "")]
    counts = both.groupby(["sentiment", "kind"]).size().unstack(fill_value=0) + 5
    lift = counts.div(counts.sum(axis=1), axis=0).div(counts.sum() / counts.to_numpy().sum(), axis=1)
    return {
        str(s): {str(k): round(float(v), 4) for k, v in row.items()}
        for s, row in lift.to_dict("index").items()
    }


@exit_code_of
def main(arguments: Sequence[str] | None = None) -> None:
    """Train the sets named on the command line into the models folder."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.classify.train", description="Rebuild the bundled heads."
    )
    parser.add_argument("sets", nargs="*", default=["accurate", "fast", "text"], help="accurate, fast, text")
    parser.add_argument(
        "--cache", type=Path, default=None, help="workspace that remembers vectors between two calls"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of the sets (default: models/heads)")
    options = parser.parse_args(arguments)
    folder = options.out or models_dir() / "heads"
    with ExitStack() as stack:
        cache = stack.enter_context(Workspace(options.cache, create=True)) if options.cache else None
        for name in options.sets:
            save_heads(folder / name, train_set(name, cache=cache)[0])
            print(f"{name}: saved in {folder / name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
