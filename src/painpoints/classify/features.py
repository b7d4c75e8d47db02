"""What the heads look at: the encoder's vector, and hashed word and character n-grams of the cleaned text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.text import strip_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy.sparse import csr_matrix

    Floats = npt.NDArray[np.float32]

__all__ = ["NGRAM_BUCKETS", "VECTOR_WEIGHT", "Blocks", "fold_ngrams", "hashed_ngrams"]

NGRAM_BUCKETS = 2**16
"""width of the hashed n-grams: keeps a set of heads at 5 MB in git; what collisions cost was not measured"""

_NEGATION = re.compile(
    r"\b(không|khong|chưa|chua|chẳng|chang|chả|đừng|not|never|no|cannot|can't|don't|doesn't|didn't|isn't|wasn't|won't)"
    r"((?:\s+\w+){1,3})"
)
_WORD = re.compile(r"\w+")

_WORDS = r"(?u)\w+|[^\w\s]"

VECTOR_WEIGHT = 2.0
"""length of the vector block against the n-gram block's 1, before regularisation: a judgement; 5 in
its place changed nothing in a trial with the fast encoder"""


@cache
def _vectorizers() -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import HashingVectorizer

    options = {
        "n_features": NGRAM_BUCKETS // 2,
        "alternate_sign": False,
        "norm": "l2",
        "lowercase": False,
        "dtype": np.float32,
    }
    words = HashingVectorizer(ngram_range=(1, 2), token_pattern=_WORDS, **options)
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), **options)
    return words, characters


def _mark_negated(text: str) -> str:
    """``không hài lòng`` as ``không hài_not lòng_not``: the word that a negation turns round is another word."""
    return _NEGATION.sub(lambda found: found[1] + _WORD.sub(r"\g<0>_not", found[2]), text)


def hashed_ngrams(texts: Sequence[str]) -> csr_matrix:
    """``float32[len(texts), NGRAM_BUCKETS]``: word 1-2-grams with accents (negated words marked), character
    2-4-grams without.

    The two views fail differently: words keep the tones that tell *bán* from *bận*, characters survive when the tones
    are not typed. Each half has L2 norm 1.
    """
    from scipy.sparse import hstack

    words, characters = _vectorizers()
    plain = [strip_accents(text) for text in texts]
    return hstack(
        [words.transform([_mark_negated(t) for t in texts]), characters.transform(plain)], format="csr"
    )


@dataclass(frozen=True)
class Blocks:
    """What heads look at, as two blocks: centred vectors ``float32[n, d]`` (or None) and n-grams ``[n,
    NGRAM_BUCKETS]``."""

    vectors: Floats | None
    ngrams: csr_matrix

    def __post_init__(self) -> None:
        if self.vectors is not None and len(self.vectors) != self.ngrams.shape[0]:
            raise ValueError(f"{len(self.vectors)} vectors for {self.ngrams.shape[0]} texts")

    def __len__(self) -> int:
        return int(self.ngrams.shape[0])

    @property
    def width(self) -> int:
        """Features a row."""
        return int(self.ngrams.shape[1]) + (0 if self.vectors is None else self.vectors.shape[1])

    def take(self, rows: npt.NDArray[np.integer]) -> Blocks:
        """Some of the rows."""
        return Blocks(None if self.vectors is None else self.vectors[rows], self.ngrams[rows])

    def logits(self, weights: Floats, bias: Floats) -> Floats:
        """``float32[n, k]`` for weights ``[k, width]``, those of the vectors first."""
        at = 0 if self.vectors is None else self.vectors.shape[1]
        result = self.ngrams @ weights[:, at:].T + bias
        if self.vectors is not None:
            result = result + (self.vectors * np.float32(VECTOR_WEIGHT)) @ weights[:, :at].T
        return np.asarray(result, dtype=np.float32)


def fold_ngrams(ngrams: csr_matrix, buckets: int) -> csr_matrix:
    """The same n-grams hashed into fewer buckets (a divisor of `NGRAM_BUCKETS`): ``float32[n, buckets]``."""
    from scipy.sparse import csr_matrix as to_csr

    shape = (ngrams.shape[0], buckets)
    # copies, since sum_duplicates works in place and would sum up the caller's values
    folded = to_csr((ngrams.data.copy(), ngrams.indices % buckets, ngrams.indptr.copy()), shape=shape)
    folded.sum_duplicates()
    return folded
