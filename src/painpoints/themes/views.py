"""Two views of a segment joined into one vector: what it means (the encoder) and which words it uses (TF-
IDF).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from painpoints.themes.words import plain, tokens

if TYPE_CHECKING:
    from painpoints.settings import ThemeSettings

__all__ = ["centre_by_language", "joint_view", "thinned", "unit_rows"]


def unit_rows(matrix: np.ndarray) -> np.ndarray:
    """Rows scaled to length one; a zero row stays zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    scaled: np.ndarray = matrix / np.where(lengths > 1e-12, lengths, 1.0)
    return scaled


def thinned(rows: np.ndarray, most: int) -> np.ndarray:
    """The rows, or ``most`` of them at even distances."""
    if len(rows) <= most:
        return rows
    picked: np.ndarray = rows[np.linspace(0, len(rows) - 1, most).astype(int)]
    return picked


def centre_by_language(matrix: np.ndarray, langs: np.ndarray, prior: float) -> np.ndarray:
    """Subtract each language's own mean, then scale to unit rows.

    Multilingual encoders keep a component that says which language it is, in which two complaints about one
    thing differ; and their vectors lie in a narrow cone around a common mean. A language with few segments
    borrows from the mean of all, as if ``prior`` segments lay there.
    """
    centred = matrix.astype(np.float32, copy=True)
    everyone = matrix.mean(axis=0)
    for lang in np.unique(langs):
        own = langs == lang
        centred[own] -= (matrix[own].sum(axis=0) + prior * everyone) / (own.sum() + prior)
    return unit_rows(centred)


def _lexical_view(texts: list[str], sample: np.ndarray, dims: int, seed: int) -> np.ndarray | None:
    """Accent-stripped TF-IDF of words and word pairs, reduced by SVD; None where no word occurs twice.

    Words are counted over all texts, the directions are found on the ``sample`` rows.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from threadpoolctl import threadpool_limits

    words = [[plain(word) for word in tokens(text)] for text in texts]
    most = 0.4 if len(texts) >= 20 else 1.0
    vectorizer = TfidfVectorizer(
        analyzer=_words_and_pairs,
        min_df=2,
        max_df=most,
        max_features=50_000,
        sublinear_tf=True,
        dtype=np.float32,
    )
    try:
        weights = vectorizer.fit_transform(words)
    except ValueError:  # scikit-learn's way to say that no term is left
        return None
    dims = min(dims, weights.shape[1] - 1, len(sample) - 1)
    if dims < 2:
        return None
    # rows without any spread leave only the explained variance undefined; and the small products of this SVD take ten
    # times as long where threads of the linear algebra wait for one another on a busy machine
    with np.errstate(invalid="ignore", divide="ignore"), threadpool_limits(1, user_api="blas"):
        svd = TruncatedSVD(dims, random_state=seed).fit(weights[sample])
    reduced: np.ndarray = svd.transform(weights).astype(np.float32)
    return reduced


def _words_and_pairs(words: list[str]) -> list[str]:
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def joint_view(
    vectors: np.ndarray,
    texts: list[str],
    langs: np.ndarray,
    places: np.ndarray,
    sample: np.ndarray,
    settings: ThemeSettings,
    seed: int,
) -> np.ndarray:
    """float32[n, d] with unit rows: centred vectors, centred TF-IDF and the touchpoint, each with its weight.

    ``places`` is float32[n, touchpoints], the probability of the segment's own touchpoint (see `place_rows`).
    """
    prior = settings.language_prior
    blocks = [centre_by_language(vectors, langs, prior)]
    lexical = _lexical_view(texts, sample, settings.lexical_dims, seed)
    if lexical is not None:
        blocks.append(settings.lexical_weight * centre_by_language(lexical, langs, prior))
    if places.shape[1]:
        blocks.append(settings.touchpoint_weight * places)
    return unit_rows(np.hstack(blocks)).astype(np.float32)
