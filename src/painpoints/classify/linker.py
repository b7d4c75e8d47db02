"""Which touchpoint of a journey file a segment is about: a scorer of (segment, touchpoint) pairs.

Nothing in it belongs to one journey. What a touchpoint is comes from its names, descriptions, keywords and
examples; how much each kind of likeness counts was learnt across the journeys of the labelled corpus (conditional
logit, McFadden 1974: a softmax over the touchpoints of one journey and "none of them").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.classify.features import fold_ngrams, hashed_ngrams
from painpoints.text import clean_many, strip_accents

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_matrix

    from painpoints.encoders import Encoder
    from painpoints.journey import Touchpoint

    Floats = npt.NDArray[np.float32]

__all__ = [
    "EVIDENCE",
    "TouchpointProfile",
    "centred",
    "evidence",
    "link",
    "profiles_of",
    "tower",
    "words_of",
]

EVIDENCE = ("told", "about", "keyword", "example", "ngrams", "keyword_hits", "towers")
"""the kinds of likeness between a segment and a touchpoint, in the order of the learnt weights"""


@dataclass(frozen=True)
class TouchpointProfile:
    """All that is known of one touchpoint, ready to be compared. Vector blocks are ``float32[m, d]``, centred,
    norm 1."""

    told: Floats
    """names, descriptions and keywords put together in several ways, in one vector: what the encoder was trained
    to meet"""
    about: Floats
    """its names and descriptions, one by one"""
    keywords: Floats
    examples: Floats
    words: csr_matrix
    """``[1, NGRAM_BUCKETS]``: n-grams of all of it together"""
    patterns: tuple[str, ...]
    """keywords without accents, each padded with blanks, for whole-word matching"""


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors of norm 1 around `centre`: the cone of most encoders is narrow, the differences are what counts."""
    moved: Floats = vectors - centre
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    moved /= np.where(norms == 0, 1, norms)
    return moved


def profiles_of(
    touchpoints: Sequence[Touchpoint], encoder: Encoder | None, centre: Floats | None
) -> list[TouchpointProfile]:
    """A profile a touchpoint; without an encoder the vector blocks are empty. All texts are encoded in one call."""
    texts = [
        [
            clean_many([*place.name.values(), *place.description.values()]),
            clean_many(list(place.keywords)),
            clean_many(list(place.examples)),
        ]
        for place in touchpoints
    ]
    together = [_told(place) for place in touchpoints]
    all_texts = [text for blocks in texts for block in blocks for text in block] + [
        t for told in together for t in told
    ]
    known = _vectors_of(all_texts, encoder, centre)
    width = 0 if encoder is None else encoder.dimension
    empty = np.zeros((0, width), dtype=np.float32)

    def stacked(block: Sequence[str]) -> Floats:
        return np.stack([known[text] for text in _both_ways(block)]) if block and known else empty

    def mean(block: Sequence[str]) -> Floats:
        middle: Floats = stacked(block).mean(axis=0, keepdims=True) if known else empty
        middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-6)
        return middle

    return [
        TouchpointProfile(
            mean(told),
            stacked(about),
            stacked(keywords),
            stacked(examples),
            hashed_ngrams([" . ".join(_both_ways([*about, *keywords, *examples]))]),
            tuple(dict.fromkeys(f" {words_of(keyword)} " for keyword in keywords if words_of(keyword))),
        )
        for (about, keywords, examples), told in zip(texts, together, strict=True)
    ]


def _told(place: Touchpoint) -> list[str]:
    """What a journey file says of a touchpoint, a text a language and one with the keywords."""
    languages = dict.fromkeys([*place.name, *place.description])
    parts = [
        ". ".join(filter(None, (place.name.get(x, ""), place.description.get(x, "")))) for x in languages
    ]
    names = ". ".join([*place.name.values(), ", ".join(place.keywords)])
    return clean_many(list(dict.fromkeys([*parts, names])))


def _both_ways(texts: Sequence[str]) -> list[str]:
    """Every text with and without its diacritics, as segments come both ways; no text twice."""
    return list(dict.fromkeys([*texts, *map(strip_accents, texts)]))


def _vectors_of(texts: Sequence[str], encoder: Encoder | None, centre: Floats | None) -> dict[str, Floats]:
    if encoder is None or centre is None:
        return {}
    both = _both_ways(texts)
    return dict(zip(both, centred(encoder.encode(both), centre), strict=True))


def words_of(text: str) -> str:
    """The words of a text without accents and signs, one blank between them, for whole-word matching."""
    return " ".join("".join(c if c.isalnum() else " " for c in strip_accents(text)).split())


def _best_cosine(segments: Floats, blocks: Sequence[Floats]) -> Floats:
    """``[n, t]``: the cosine with the nearest of each touchpoint's vectors, 0 where it has none."""
    best = np.zeros((len(segments), len(blocks)), dtype=np.float32)
    for t, block in enumerate(blocks):
        if block.size:
            best[:, t] = (segments @ block.T).max(axis=1)
    return best


def _keyword_hits(texts: Sequence[str], profiles: Sequence[TouchpointProfile]) -> Floats:
    """``[n, t]``: log(1 + sum over found keywords of sqrt(words) / touchpoints that share it)."""
    owners: dict[str, list[int]] = {}
    for t, profile in enumerate(profiles):
        for pattern in profile.patterns:
            owners.setdefault(pattern, []).append(t)
    hits = np.zeros((len(texts), len(profiles)), dtype=np.float32)
    for row, text in enumerate(texts):
        padded = f" {words_of(text)} "
        for pattern, touchpoints in owners.items():
            if pattern in padded:
                hits[row, touchpoints] += (pattern.count(" ") - 1) ** 0.5 / len(touchpoints)
    return np.log1p(hits)


def _ngram_cosine(ngrams: csr_matrix, profiles: Sequence[TouchpointProfile]) -> Floats:
    """``[n, t]``: cosine of TF-IDF weighted n-grams, the document frequency counted over the touchpoints."""
    from scipy.sparse import vstack
    from sklearn.preprocessing import normalize

    words = vstack([p.words for p in profiles], format="csr")
    frequency = np.asarray((words > 0).sum(axis=0)).ravel()
    inverse = np.log((1 + len(profiles)) / (1 + frequency)).astype(np.float32)
    left, right = normalize(ngrams.multiply(inverse).tocsr()), normalize(words.multiply(inverse).tocsr())
    return np.asarray((left @ right.T).todense(), dtype=np.float32)


def tower(arrays: dict[str, Floats], side: str, vectors: Floats | None, ngrams: csr_matrix) -> Floats:
    """One side of the learnt map into the common space: ``[n, k]``, norm 1."""
    common = fold_ngrams(ngrams, arrays[f"{side}_ngrams"].shape[0]) @ arrays[f"{side}_ngrams"]
    if vectors is not None and f"{side}_vectors" in arrays:
        common = common + vectors @ arrays[f"{side}_vectors"]
    return common / np.maximum(np.linalg.norm(common, axis=1, keepdims=True), 1e-6)  # type: ignore[no-any-return]


def evidence(
    texts: Sequence[str],
    vectors: Floats | None,
    ngrams: csr_matrix,
    profiles: Sequence[TouchpointProfile],
    arrays: dict[str, Floats],
) -> Floats:
    """``float32[n, t, len(EVIDENCE)]`` for cleaned `texts`, their centred `vectors` and n-grams."""
    n, t = len(texts), len(profiles)
    blank = np.zeros((n, t), dtype=np.float32)
    if vectors is None:
        told = about = keyword = example = blank
    else:
        told = _best_cosine(vectors, [p.told for p in profiles])
        about = _best_cosine(vectors, [p.about for p in profiles])
        keyword = _best_cosine(vectors, [p.keywords for p in profiles])
        example = _best_cosine(vectors, [p.examples for p in profiles])
    ngram = _ngram_cosine(ngrams, profiles)
    hits = _keyword_hits(texts, profiles)
    towers = blank
    if "segment_ngrams" in arrays:
        towers = tower(arrays, "segment", vectors, ngrams) @ _touchpoint_towers(profiles, arrays).T
    return np.stack([told, about, keyword, example, ngram, hits, towers], axis=2)


def _touchpoint_towers(profiles: Sequence[TouchpointProfile], arrays: dict[str, Floats]) -> Floats:
    from scipy.sparse import vstack

    words = vstack([p.words for p in profiles], format="csr")
    vectors = None
    if all(p.about.size for p in profiles):
        vectors = np.stack([np.concatenate([p.about, p.keywords, p.examples]).mean(axis=0) for p in profiles])
    return tower(arrays, "touchpoint", vectors, words)


def link(found: Floats, weights: Floats, none_bias: float) -> Floats:
    """``float32[n, t + 1]``: probability of each touchpoint and, last, of none, from `evidence` and learnt weights."""
    logits = found @ weights
    logits = np.concatenate([logits, np.full((len(logits), 1), none_bias, dtype=np.float32)], axis=1)
    logits -= logits.max(axis=1, keepdims=True)
    odds = np.exp(logits)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)  # type: ignore[no-any-return]
