"""Labels for every segment from its vector, its n-grams, the item's rating and the journey file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import hashed_ngrams
from painpoints.classify.heads import HeadSet, load_heads
from painpoints.classify.linker import EVIDENCE, centred, evidence, link, profiles_of
from painpoints.classify.stage import stage_probabilities
from painpoints.errors import ModelError
from painpoints.resources import models_dir
from painpoints.schema import KINDS, SENTIMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_matrix

    from painpoints.encoders import Encoder
    from painpoints.journey import Journey

    Floats = npt.NDArray[np.float32]

__all__ = ["choose_heads", "classify"]

RATING_NATS = 1.2
"""log-odds that the best (worst) rating adds to positive (takes from it) for an item of one segment: about three to one.
A rating is evidence, not truth: four stars often come with a complaint, so a sure text outweighs it;
the value is a judgement, not fitted"""

TOUCHPOINT_THRESHOLD = 1 / 3
"""probability from which naming a touchpoint pays, a wrong one costing half of what a right one gains"""

_AGREEMENT = 0.5
"""exponent of how much oftener a kind comes with a sentiment than by chance: both heads read one text, so that they are not
two independent witnesses; the value is a judgement, not fitted"""

_CHUNK = 20_000


def choose_heads(encoder: Encoder) -> tuple[HeadSet, str]:
    """The bundled heads for `encoder`, and a notice ('' if none): another encoder gets those that look at n-grams alone.

    Raises `ModelError` for damaged heads: worse ones in their place would spoil a report unseen.
    """
    folder = models_dir() / "heads"
    for name in ("accurate", "fast"):
        if not (folder / name / "meta.json").is_file():
            continue
        heads = load_heads(folder / name)
        if heads.encoder_digest == encoder.digest:
            return heads, ""
    notice = (
        f"There are no classifiers for the encoder {encoder.name!r}; those that look at words alone are used. "
        "Themes come from the encoder's vectors all the same."
    )
    return load_heads(folder / "text"), notice


def classify(
    segments: pd.DataFrame,
    items: pd.DataFrame,
    vectors: Floats,
    encoder: Encoder,
    journey: Journey,
    heads: HeadSet | None = None,
) -> pd.DataFrame:
    """`segments` with the columns of `schema.LABEL_COLUMNS` added.

    `vectors` is ``float32[len(segments), d]`` of the `match_text`. Raises `ModelError` when `heads` were made for another
    encoder.
    """
    import pandas as pd

    if len(vectors) != len(segments):
        raise ValueError(f"{len(vectors)} vectors for {len(segments)} segments")
    heads = heads or choose_heads(encoder)[0]
    if heads.uses_vectors and heads.encoder_digest != encoder.digest:
        raise ModelError(
            f"The classifiers {heads.name!r} were made for another encoder than {encoder.name!r}; "
            "train them again for it."
        )
    own = encoder if heads.uses_vectors else None
    profiles = profiles_of(journey.touchpoints, own, heads.arrays.get("centre"))
    rating = _rating_evidence(segments, items)
    parts = []
    for begin in range(0, len(segments), _CHUNK):
        rows = slice(begin, begin + _CHUNK)
        texts = segments["match_text"].iloc[rows].tolist()
        ngrams = hashed_ngrams(texts)
        labels = _labels(ngrams, vectors[rows], rating[rows], heads)
        places = _places(texts, ngrams, vectors[rows], profiles, heads, journey)
        parts.append(pd.DataFrame(labels | places))
    if not parts:
        return segments.assign(**_no_labels())
    added = pd.concat(parts, ignore_index=True).set_index(segments.index)
    return pd.concat([segments, added], axis=1)


def _no_labels() -> dict[str, Any]:
    import pandas as pd

    text, number = pd.Series(dtype=object), pd.Series(dtype=float)
    columns: dict[str, Any] = dict.fromkeys(("sentiment", "kind", "stage", "touchpoint"), text)
    columns |= dict.fromkeys(("sentiment_p", "sentiment_score", "kind_p", "stage_p", "touchpoint_p"), number)
    return columns | {"severity": pd.Series(dtype="Int64")}


def _rating_evidence(segments: pd.DataFrame, items: pd.DataFrame) -> Floats:
    """Log-odds a segment: the item's rating speaks for the whole item, so its word is shared among its segments."""
    rating = items["rating_norm"].to_numpy(dtype=np.float32)[segments["item"].to_numpy()]
    siblings = segments.groupby("item")["item"].transform("size").to_numpy(dtype=np.float32)
    shared: Floats = np.nan_to_num(rating) * np.float32(RATING_NATS) / np.sqrt(siblings)
    return shared


def _labels(ngrams: csr_matrix, vectors: Floats, rating: Floats, heads: HeadSet) -> dict[str, object]:
    """Sentiment, kind and severity. Kind and sentiment inform each other: praise is rarely negative."""
    import pandas as pd

    features = heads.features(vectors, ngrams)
    sentiment = heads.heads["sentiment"].probabilities(features)
    sentiment = sentiment * np.exp(np.outer(rating, [-1.0, 0.0, 1.0]))
    kind = heads.heads["kind"].probabilities(features)
    lift = heads.meta["kind_given_sentiment"]
    together = np.asarray([[lift[s][k] for k in KINDS] for s in SENTIMENTS]) ** _AGREEMENT
    joint = sentiment[:, :, None] * kind[:, None, :] * together
    sentiment, kind = _normalised(joint.sum(axis=2)), _normalised(joint.sum(axis=1))
    kinds, kind_p = _answers(kind, KINDS, heads.heads["kind"].threshold)
    sentiments, sentiment_p = _answers(sentiment, SENTIMENTS, heads.heads["sentiment"].threshold)
    severity = heads.heads["severity"].probabilities(features)
    levels = severity.argmax(axis=1) + 1
    unknown = (kinds != "pain") | (severity.max(axis=1) < heads.heads["severity"].threshold)
    return {
        "sentiment": sentiments,
        "sentiment_p": sentiment_p,
        "sentiment_score": (sentiment[:, 2] - sentiment[:, 0]).round(4),
        "kind": kinds,
        "kind_p": kind_p,
        "severity": pd.array(np.where(unknown, 0, levels), dtype="Int64").map(
            lambda v: pd.NA if v == 0 else v
        ),
    }


def _places(
    texts: Sequence[str],
    ngrams: csr_matrix,
    vectors: Floats,
    profiles: Sequence[object],
    heads: HeadSet,
    journey: Journey,
) -> dict[str, object]:
    """Touchpoint and stage."""
    unit = centred(vectors, heads.arrays["centre"]) if heads.uses_vectors else None
    found = evidence(texts, unit, ngrams, profiles, heads.arrays)  # type: ignore[arg-type]
    learnt = heads.meta["linker"]
    touchpoint = link(found, np.asarray(learnt["weights"], dtype=np.float32), learnt["none_bias"])
    touchpoint[_wordless(texts, found)] = np.eye(touchpoint.shape[1], dtype=np.float32)[-1]
    ids = (*tuple(t.id for t in journey.touchpoints), "")
    names, touchpoint_p = _answers(touchpoint, ids, TOUCHPOINT_THRESHOLD)
    by_text = heads.heads["stage"].probabilities(heads.features(vectors, ngrams))
    stage = stage_probabilities(by_text, heads.heads["stage"].labels, touchpoint, journey)
    stages, stage_p = _answers(stage, tuple(s.id for s in journey.stages), heads.heads["stage"].threshold)
    return {"stage": stages, "stage_p": stage_p, "touchpoint": names, "touchpoint_p": touchpoint_p}


def _wordless(texts: Sequence[str], found: Floats) -> npt.NDArray[np.bool_]:
    """Segments of one word at most that is nobody's keyword ("ok", "tốt"): the likeness of so little text is chance."""
    short = np.asarray([len(text.split()) <= 1 for text in texts], dtype=bool)
    silent: npt.NDArray[np.bool_] = found[:, :, EVIDENCE.index("keyword_hits")].max(axis=1) == 0
    return short & silent


def _normalised(odds: npt.NDArray[Any]) -> Floats:
    shares: Floats = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _answers(
    probability: Floats, labels: Sequence[str], threshold: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """The likeliest label, '' below the threshold; its probability either way, to four digits."""
    best = probability.max(axis=1)
    names: npt.NDArray[np.object_] = np.asarray(labels, dtype=object)[probability.argmax(axis=1)]
    names[best < threshold] = ""
    return names, best.astype(np.float64).round(4)
