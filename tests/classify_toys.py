"""Toy heads, journeys and segments whose labels can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from painpoints.classify.features import NGRAM_BUCKETS
from painpoints.classify.heads import NO_ENCODER, Head, HeadSet
from painpoints.classify.linker import EVIDENCE
from painpoints.classify.tasks import TASKS
from painpoints.journey import Journey, Stage, Touchpoint
from painpoints.schema import DEFAULT_STAGES, KINDS, SENTIMENTS


class ToyEncoder:
    """Vectors of two numbers: 1 at the first for a text with an x in it, at the second for any other."""

    name = "toy"
    digest = "toy-digest"
    dimension = 2

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        return np.asarray([[1, 0] if "x" in t else [0, 1] for t in texts], dtype=np.float32).reshape(-1, 2)


def biased_head(
    task: str,
    labels: Sequence[str],
    probabilities: Sequence[float],
    threshold: float = 0.0,
    width: int = NGRAM_BUCKETS,
) -> Head:
    """A head that answers `probabilities` whatever it is shown."""
    weights = np.zeros((len(labels), width), dtype=np.float32)
    return Head(
        task, tuple(labels), weights, np.log(np.asarray(probabilities, dtype=np.float32)), threshold=threshold
    )


def toy_heads(
    *,
    sentiment: Sequence[float] = (0.6, 0.2, 0.2),
    kind: Sequence[float] = (0.6, 0.1, 0.1, 0.1, 0.1),
    severity: Sequence[float] = (0.1, 0.7, 0.1, 0.1),
    stage: Sequence[float] = (0.2,) * 5,
    experience: Sequence[float] = (0.2,) * 5,
    flags: dict[str, float] | None = None,
    thresholds: dict[str, float] | None = None,
    lift: dict[str, dict[str, float]] | None = None,
    weights: dict[str, float] | None = None,
    none_bias: float = 0.0,
    encoder_digest: str = NO_ENCODER,
    buckets: int = NGRAM_BUCKETS,
) -> HeadSet:
    """A head a task of `TASKS`.

    `flags`: probability that a flag is up, 0.1 where none is given. Flags alone have a threshold (0.5) of their own accord.
    """
    with_vectors = encoder_digest != NO_ENCODER
    width = buckets + (2 if with_vectors else 0)
    limit = {t.name: 0.5 for t in TASKS if t.is_flag} | (thresholds or {})
    wanted = {
        "sentiment": sentiment, "kind": kind, "severity": severity, "stage": stage, "experience": experience,
        **{t.name: (1 - up, up) for t in TASKS if t.is_flag for up in [(flags or {}).get(t.name, 0.1)]},
    }  # fmt: skip
    heads = {
        t.name: biased_head(t.name, t.labels, wanted[t.name], limit.get(t.name, 0.0), width) for t in TASKS
    }
    arrays = {"centre": np.zeros(2, dtype=np.float32)} if with_vectors else {}
    weights = {"keyword_hits": 4.0} if weights is None else weights
    meta: dict[str, Any] = {
        "kind_given_sentiment": lift or {s: dict.fromkeys(KINDS, 1.0) for s in SENTIMENTS},
        "linker": {
            "weights": [weights.get(e, 0.0) for e in EVIDENCE],
            "none_bias": none_bias,
            "sharpness": 1.0,
        },
    }
    return HeadSet("toy", encoder_digest, "", heads, arrays, meta)


def toy_journey(
    stages: Sequence[str] = DEFAULT_STAGES, touchpoints: Sequence[tuple[str, str, str]] = ()
) -> Journey:
    """`touchpoints`: id, stage, keyword."""
    touchpoints = touchpoints or [("delivery", stages[-2], "giao hàng"), ("app", stages[-1], "app")]
    return Journey(
        brand="Gạo Xanh",
        languages=("vi",),
        stages=tuple(Stage(s, {"vi": s}, {}) for s in stages),
        touchpoints=tuple(
            Touchpoint(i, {"vi": i}, stage, keywords=(word,)) for i, stage, word in touchpoints
        ),
    )


def frames(
    texts: Sequence[Sequence[str]], ratings: Sequence[float] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(segments, items): `texts` holds the segments of each item, `ratings` its rating on [-1, 1]."""
    rows = [(i, text) for i, item in enumerate(texts) for text in item]
    segments = pd.DataFrame({"item": [i for i, _ in rows], "match_text": [t for _, t in rows]})
    items = pd.DataFrame(
        {"rating_norm": ratings if ratings is not None else [np.nan] * len(texts)}, dtype=float
    )
    return segments.astype({"item": int, "match_text": object}), items
