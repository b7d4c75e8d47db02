"""Encoders: grouping, retrieval across wordings, languages and missing diacritics, speed.

    python -m benchmarks.encoders [fast accurate PATH ...]

- ``banking77``: V-measure of k-means (the true k) on the test split, where the set is present;
- ``wording``: share of segments of the labelled corpus whose nearest differently worded neighbour, within their
  industry, is of the same issue; ``vi-en``: the same from Vietnamese to English segments; ``unaccented``: share of
  Vietnamese segments that, typed without diacritics, find their own accented form first;
- ``docs/s``: over all segments of the corpus.

TF-IDF (words, character n-grams; 300 SVD dimensions) runs beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from painpoints.classify.training_data import load_labelled
from painpoints.encoders import load_encoder
from painpoints.resources import datasets_dir
from painpoints.text import clean_many, strip_accents

Vectors = npt.NDArray[np.float32]
Embed = Callable[[list[str]], Vectors]


def tfidf(texts: list[str]) -> Embed:
    """A TF-IDF embedding fitted on all texts of the benchmark."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import Normalizer

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=5, max_features=50_000
    )
    model = make_pipeline(make_union(words, characters), TruncatedSVD(300, random_state=0), Normalizer())
    model.fit(texts)
    return lambda some: np.asarray(model.transform(some), dtype=np.float32)


def banking77(embed: Embed) -> float:
    """V-measure, or NaN where the set is absent."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import v_measure_score

    root = datasets_dir()
    if root is None:
        return float("nan")
    rows = pd.read_csv(root / "en_banking77" / "test.csv")
    found = KMeans(77, n_init=3, random_state=0).fit_predict(embed(clean_many(rows["text"].tolist())))
    return float(v_measure_score(rows["category"], found))


def retrieval(vectors: Vectors, bare: Vectors, rows: pd.DataFrame) -> dict[str, float]:
    """The three shares, averaged over industries; `bare` are the vectors of the rows typed without diacritics."""
    shares: dict[str, list[float]] = {"wording": [], "vi-en": [], "unaccented": []}
    for _, industry in rows.groupby("group"):
        own = industry.index.to_numpy()
        issue, vietnamese = industry["issue"].to_numpy(), (industry["lang"] == "vi").to_numpy()
        likeness = vectors[own] @ vectors[own].T
        np.fill_diagonal(likeness, -1)
        shares["wording"].append(float((issue[likeness.argmax(1)] == issue).mean()))
        across = likeness[np.ix_(vietnamese, ~vietnamese)].argmax(1)
        shares["vi-en"].append(float((issue[~vietnamese][across] == issue[vietnamese]).mean()))
        found = (bare[own[vietnamese]] @ vectors[own[vietnamese]].T).argmax(1)
        shares["unaccented"].append(float((found == np.arange(len(found))).mean()))
    return {name: float(np.mean(values)) for name, values in shares.items()}


def main() -> None:
    """One line an encoder."""
    rows = load_labelled()
    rows = rows[rows["group"] != "extra"].reset_index(drop=True)
    clean = clean_many(rows["text"].tolist())
    bare_texts = clean_many([strip_accents(t) for t in rows["text"]])
    print(f"{'encoder':12} {'banking77':>10} {'wording':>9} {'vi-en':>7} {'unaccented':>11} {'docs/s':>8}")
    embeds: dict[str, Embed] = {"TF-IDF": tfidf(clean)}
    for name in sys.argv[1:] or ["fast", "accurate"]:
        encoder = load_encoder(name)
        embeds[name] = lambda some, encoder=encoder: encoder.encode(some)  # type: ignore[misc]
    for name, embed in embeds.items():
        began = time.perf_counter()
        vectors = embed(clean)
        speed = len(rows) / (time.perf_counter() - began)
        found = retrieval(vectors, embed(bare_texts), rows)
        print(
            f"{name:12} {banking77(embed):10.3f} {found['wording']:9.3f} {found['vi-en']:7.3f}"
            f" {found['unaccented']:11.3f} {speed:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
