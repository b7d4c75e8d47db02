"""Labels for every segment from its vector, its n-grams, the item's rating and the journey file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import hashed_ngrams
from painpoints.classify.heads import NO_ENCODER, HeadSet, load_heads
from painpoints.classify.linker import (
    EVIDENCE,
    TouchpointProfile,
    centred,
    evidence,
    link,
    profiles_of,
    words_of,
)
from painpoints.classify.neighbours import in_company, nearest, with_neighbours
from painpoints.classify.stage import stage_probabilities
from painpoints.errors import ModelError
from painpoints.resources import models_dir
from painpoints.schema import FLAGS, KINDS, SENTIMENTS
from painpoints.themes.words import is_vague, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_matrix

    from painpoints.classify.neighbours import Near
    from painpoints.encoders import Encoder
    from painpoints.journey import Journey
    from painpoints.store import StoredModel

    Floats = npt.NDArray[np.float32]

__all__ = ["choose_heads", "classify", "own_tasks"]

RATING_NATS = 1.2
"""log-odds that the best (worst) rating adds to positive (takes from it) for an item of one segment: about three
to one. A rating is evidence, not truth: four stars often come with a complaint, so a sure text outweighs it;
the value is a judgement, not fitted"""

POOR_RATING_NATS = 2.0
"""log-odds that the worst rating takes from positive on top, in every segment of the item: praise among one-star reviews is
rarer than complaints among five-star ones, and what reads like it is mostly irony or shorthand misread (docs/methods.md)"""

TOUCHPOINT_THRESHOLD = 1 / 3
"""probability from which naming a touchpoint pays, a wrong one costing half of what a right one gains"""

_AGREEMENT = 0.5
"""exponent of how much oftener a kind comes with a sentiment than by chance: both heads read one text, so that
they are not two independent witnesses; the value is a judgement, not fitted"""

_CHUNK = 20_000


def choose_heads(encoder: Encoder, promoted: Sequence[StoredModel] = ()) -> tuple[HeadSet, str]:
    """The bundled heads for `encoder`, and a notice ('' if none): another encoder gets those that look at n-grams
    alone.

    `promoted`, the classifiers of a workspace, take the place of bundled ones. Raises `ModelError` for damaged
    heads (worse ones in their place would spoil a report unseen) and for promoted ones that were made for another
    encoder.
    """
    heads, notice = _bundled_heads(encoder)
    own = {}
    for model in promoted:
        if model.encoder_digest not in (encoder.digest, NO_ENCODER):
            raise ModelError(
                f"The workspace's classifier for {model.task!r} was made for the encoder {model.encoder_name!r} "
                f"({model.encoder_digest[:12]}), not for {encoder.name!r} ({encoder.digest[:12]}). "
                f"Name that encoder with --encoder, or train {model.task!r} again for this one."
            )
        own[model.task] = load_heads(model.folder, encoder.digest)
    return replace(heads, promoted=own), notice


def _bundled_heads(encoder: Encoder) -> tuple[HeadSet, str]:
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
    *,
    company: bool = True,
) -> pd.DataFrame:
    """`segments` with the columns of `schema.LABEL_COLUMNS` added.

    Without ``company`` each is given a sentiment, kind and severity by itself: where weeks are compared, what is told in
    one of them must not be read alike for that reason. `vectors` is ``float32[len(segments), d]`` of the `match_text`.
    Raises `ModelError` when `heads` were made for another encoder.
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
    unit = centred(vectors, heads.arrays["centre"]) if heads.uses_vectors else None
    by_rating = _rating_factors(segments, items)
    parts, felt, places = [], [], []
    for begin in range(0, len(segments), _CHUNK):
        rows = slice(begin, begin + _CHUNK)
        texts = segments["match_text"].iloc[rows].tolist()
        ngrams = hashed_ngrams(texts)
        tasks = ("sentiment", "kind", "severity", "stage", "experience", *FLAGS, *own_tasks(heads))
        found = heads.probabilities(tasks, texts, vectors[rows], ngrams)
        parts.append(pd.DataFrame(_beside(texts, found, heads, journey)))
        felt.append((*_felt(found, by_rating[rows], heads), found["severity"]))
        own_unit = None if unit is None else unit[rows]
        places.append((*_linked(texts, ngrams, own_unit, profiles, heads), found["stage"]))
    if not parts:
        return segments.assign(**_no_labels(own_tasks(heads)))
    near = None if unit is None else nearest(unit)
    sentiment, kind, severity = (np.concatenate(part) for part in zip(*felt, strict=True))
    linked, wordless, by_text = (np.concatenate(part) for part in zip(*places, strict=True))
    columns = [
        pd.DataFrame(_labels(sentiment, kind, severity, near if company else None, heads)),
        pd.concat(parts, ignore_index=True),
        pd.DataFrame(_places(linked, wordless, by_text, near, heads, journey)),
    ]
    return pd.concat([segments, pd.concat(columns, axis=1).set_index(segments.index)], axis=1)


def own_tasks(heads: HeadSet) -> tuple[str, ...]:
    """The tasks that the user added, in the order of their names."""
    return tuple(sorted(task for task in heads.promoted if task not in heads.heads))


def _no_labels(own: Sequence[str]) -> dict[str, Any]:
    import pandas as pd

    text, number = pd.Series(dtype=object), pd.Series(dtype=float)
    columns: dict[str, Any] = dict.fromkeys(
        ("sentiment", "kind", "stage", "touchpoint", "experience", *own), text
    )
    probabilities = ("sentiment_p", "sentiment_score", "kind_p", "stage_p", "touchpoint_p", "experience_p")
    columns |= dict.fromkeys((*probabilities, *(f"{task}_p" for task in own)), number)
    columns |= dict.fromkeys(FLAGS, pd.Series(dtype="int64")) | {f"{flag}_p": number for flag in FLAGS}
    return columns | {"severity": pd.Series(dtype="Int64")}


def _rating_factors(segments: pd.DataFrame, items: pd.DataFrame) -> Floats:
    """float32[n, 3]: by how much the item's rating multiplies the odds of negative, neutral and positive.

    It speaks for the whole item, so that its word is shared among its segments.
    """
    rating = np.nan_to_num(items["rating_norm"].to_numpy(dtype=np.float32)[segments["item"].to_numpy()])
    siblings = segments.groupby("item")["item"].transform("size").to_numpy(dtype=np.float32)
    shared = rating * np.float32(RATING_NATS) / np.sqrt(siblings)
    poor = np.minimum(rating, 0.0) * np.float32(POOR_RATING_NATS)
    factors: Floats = np.exp(np.stack([-shared, np.zeros_like(shared), shared + poor], axis=1))
    return factors


def _felt(found: dict[str, Floats], by_rating: Floats, heads: HeadSet) -> tuple[Floats, Floats]:
    """Probabilities of sentiment and kind of each segment by itself. They inform each other: praise is rarely negative."""
    sentiment = found["sentiment"] * by_rating
    kind = found["kind"]
    lift = heads.meta["kind_given_sentiment"]
    together = np.asarray([[lift[s][k] for k in KINDS] for s in SENTIMENTS]) ** _AGREEMENT
    joint = sentiment[:, :, None] * kind[:, None, :] * together
    return _normalised(joint.sum(axis=2)), _normalised(joint.sum(axis=1))


def _labels(
    sentiment: Floats, kind: Floats, severity: Floats, near: Near | None, heads: HeadSet
) -> dict[str, object]:
    """Sentiment, kind and severity of all segments of a run."""
    import pandas as pd

    if near is not None:
        sentiment, kind, severity = (in_company(own, near) for own in (sentiment, kind, severity))
    kinds, kind_p = _answers(kind, KINDS, heads.head("kind").threshold)
    sentiments, sentiment_p = _answers(sentiment, SENTIMENTS, heads.head("sentiment").threshold)
    levels = severity.argmax(axis=1) + 1
    unknown = (kinds != "pain") | (severity.max(axis=1) < heads.head("severity").threshold)
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


def _linked(
    texts: Sequence[str],
    ngrams: csr_matrix,
    unit: Floats | None,
    profiles: Sequence[TouchpointProfile],
    heads: HeadSet,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Probability of each touchpoint and of none, from each segment alone, and which segments say too little."""
    found = evidence(texts, unit, ngrams, profiles, heads.arrays)
    learnt = heads.meta["linker"]
    probability = link(found, np.asarray(learnt["weights"], dtype=np.float32), learnt["none_bias"])
    return probability, _wordless(texts, found)


def _places(
    linked: Floats,
    wordless: npt.NDArray[np.bool_],
    by_text: Floats,
    near: Near | None,
    heads: HeadSet,
    journey: Journey,
) -> dict[str, object]:
    """Touchpoint and stage of all segments of a run."""
    touchpoint = linked
    if near is not None:
        power = heads.meta["linker"].get("neighbour_power", 1.0)  # not learnt for heads made before it was
        touchpoint = with_neighbours(linked, near, power, wordless)
    touchpoint[wordless] = np.eye(touchpoint.shape[1], dtype=np.float32)[-1]
    ids = (*tuple(t.id for t in journey.touchpoints), "")
    names, touchpoint_p = _answers(touchpoint, ids, TOUCHPOINT_THRESHOLD)
    stage = stage_probabilities(by_text, heads.head("stage").labels, touchpoint, journey)
    stages, stage_p = _answers(stage, tuple(s.id for s in journey.stages), heads.head("stage").threshold)
    return {"stage": stages, "stage_p": stage_p, "touchpoint": names, "touchpoint_p": touchpoint_p}


def _beside(
    texts: Sequence[str], found: dict[str, Floats], heads: HeadSet, journey: Journey
) -> dict[str, object]:
    """Experience, the flags, and the user's own tasks."""
    columns: dict[str, object] = {}
    for task in ("experience", *own_tasks(heads)):
        head = heads.head(task)
        columns[task], columns[f"{task}_p"] = _answers(found[task], head.labels, head.threshold)
    for flag in FLAGS:
        raised = found[flag][:, 1].astype(np.float64).round(4)
        if flag == "competitor":
            raised = np.maximum(raised, competitors_named(texts, journey))
        columns[flag] = (raised >= heads.head(flag).threshold).astype(np.int64)
        columns[f"{flag}_p"] = raised
    return columns


def competitors_named(texts: Sequence[str], journey: Journey) -> npt.NDArray[np.float64]:
    """1 where a text holds the name or an alias of a competitor of the journey file as whole words, else 0."""
    names = [words_of(name) for c in journey.competitors for name in (c.name, *c.aliases)]
    patterns = tuple(f" {name} " for name in names if name)
    return np.asarray([float(any(p in f" {words_of(text)} " for p in patterns)) for text in texts])


def _wordless(texts: Sequence[str], found: Floats) -> npt.NDArray[np.bool_]:
    """Segments of one word at most ("ok"), or of mere judgement ("rất tốt"), without anybody's keyword: their likeness to a
    touchpoint is chance."""
    short = np.asarray([len(text.split()) <= 1 or _only_judges(text) for text in texts], dtype=bool)
    silent: npt.NDArray[np.bool_] = found[:, :, EVIDENCE.index("keyword_hits")].max(axis=1) == 0
    return short & silent


def _only_judges(text: str) -> bool:
    return is_vague(tokens(text), "vi_unaccented" if text.isascii() else "vi")


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
