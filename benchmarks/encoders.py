"""Encoders: grouping, retrieval across wordings, languages and missing diacritics, speed.

    python -m benchmarks.encoders [fast accurate PATH ...]

Grouping (V-measure / adjusted Rand index of k-means with the true k, vectors centred):

- ``banking77``, ``clinc150``: the test splits; encoders that were trained on the training splits know the intents;
- ``uts``, ``hotels``: the aspect of rows that have one aspect only (UTS2017-Bank both splits; Hanoi hotels test);
- ``industries``: the issues of each industry that no encoder saw (`UNSEEN_INDUSTRIES`), mean normalised mutual
  information / ARI.

Retrieval on those industries, each on its own: ``wording``: the nearest neighbour is of the same issue (all other
rows, whatever language); ``unaccented``: the same, asked and answered without diacritics; ``vi-en``: the nearest
English row of a Vietnamese one is of the same issue; ``twin``: a Vietnamese row without diacritics finds its own
accented form first among the industry's Vietnamese rows; ``pairs``: the right translation among 330, mean of both
directions (benchmarks/pairs.csv, never trained on).

``docs/s``: short texts (the rows of those industries). TF-IDF (words, character n-grams; 300 SVD dimensions) runs
beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from painpoints.classify.training_data import UNSEEN_INDUSTRIES, load_labelled
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


def centred(vectors: Vectors) -> Vectors:
    """Around their mean, norm 1."""
    moved = vectors - vectors.mean(axis=0)
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)


def labelled_sets() -> dict[str, tuple[list[str], list[str]]]:
    """name -> cleaned texts and true groups, for the sets that are present."""
    root = datasets_dir()
    if root is None:
        return {}
    banking = pd.read_csv(root / "en_banking77" / "test.csv")
    clinc = pd.read_csv(root / "en_clinc150" / "test.csv")
    uts = pd.concat([pd.read_csv(root / "vi_uts2017_bank" / f"{part}.csv") for part in ("train", "test")])
    uts = uts[uts["n_labels"] == 1].drop_duplicates("text")
    hotels = pd.read_csv(root / "vi_hanoi_hotel_absa" / "test.csv").drop_duplicates("data")
    aspects = list(hotels.columns[5:15])
    one = (hotels[aspects] != 0).sum(axis=1) == 1
    return {
        "banking77": (clean_many(banking["text"].tolist()), banking["category"].tolist()),
        "clinc150": (clean_many(clinc["text"].tolist()), clinc["intent"].tolist()),
        "uts": (clean_many(uts["text"].tolist()), uts["aspects"].tolist()),
        "hotels": (
            clean_many(hotels.loc[one, "data"].tolist()),
            (hotels.loc[one, aspects] != 0).idxmax(axis=1).tolist(),
        ),
    }


def grouping(vectors: Vectors, truth: list[str]) -> tuple[float, float]:
    """V-measure (the same as normalised mutual information) and ARI of k-means with the true k."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    found = KMeans(len(set(truth)), n_init=2, random_state=0).fit_predict(centred(vectors))
    return float(v_measure_score(truth, found)), float(adjusted_rand_score(truth, found))


def retrieval(vectors: Vectors, bare: Vectors, rows: pd.DataFrame) -> dict[str, float]:
    """The shares named above, averaged over industries; `bare` are the vectors of the rows typed without diacritics."""
    shares: dict[str, list[float]] = {n: [] for n in ("wording", "unaccented", "vi-en", "twin", "nmi", "ari")}
    for _, industry in rows.groupby("group"):
        own = industry.index.to_numpy()
        issue, vietnamese = industry["issue"].to_numpy(), (industry["lang"] == "vi").to_numpy()
        written, typed = centred(vectors[own]), centred(bare[own])
        for name, one in (("wording", written), ("unaccented", typed)):
            likeness = one @ one.T
            np.fill_diagonal(likeness, -1)
            asked = np.ones(len(own), dtype=bool) if name == "wording" else vietnamese
            shares[name].append(float((issue[likeness.argmax(1)] == issue)[asked].mean()))
        across = (written[vietnamese] @ written[~vietnamese].T).argmax(1)
        shares["vi-en"].append(float((issue[~vietnamese][across] == issue[vietnamese]).mean()))
        found = (typed[vietnamese] @ written[vietnamese].T).argmax(1)
        shares["twin"].append(float((found == np.arange(len(found))).mean()))
        nmi, ari = grouping(vectors[own], issue.tolist())
        shares["nmi"].append(nmi)
        shares["ari"].append(ari)
    return {name: float(np.mean(values)) for name, values in shares.items()}


def pairs(embed: Embed) -> float:
    """Share of right translations among all, mean of both directions."""
    rows = pd.read_csv(Path(__file__).with_name("pairs.csv"))
    vietnamese, english = (centred(embed(clean_many(rows[c].tolist()))) for c in ("vi", "en"))
    likeness = vietnamese @ english.T
    right = np.arange(len(rows))
    return float(((likeness.argmax(1) == right).mean() + (likeness.argmax(0) == right).mean()) / 2)


def main() -> None:
    """One line an encoder."""
    rows = load_labelled()
    rows = rows[rows["group"].isin(UNSEEN_INDUSTRIES) & (rows["issue"] != "none")].reset_index(drop=True)
    clean = clean_many(rows["text"].tolist())
    bare_texts = clean_many([strip_accents(t) for t in rows["text"]])
    sets = labelled_sets()
    embeds: dict[str, Embed] = {"TF-IDF": tfidf(clean + [t for texts, _ in sets.values() for t in texts])}
    for name in sys.argv[1:] or ["fast", "accurate"]:
        encoder = load_encoder(name)
        embeds[Path(name).name] = lambda some, encoder=encoder: encoder.encode(some)  # type: ignore[misc]
    print(f"{len(rows)} rows of {rows['group'].nunique()} industries, {rows['issue'].nunique()} issues")
    columns = ["wording", "unaccented", "vi-en", "twin", "pairs", "industries", *sets, "docs/s"]
    print(f"{'encoder':14}" + "".join(f"{c:>14}" for c in columns))
    for name, embed in embeds.items():
        began = time.perf_counter()
        vectors = embed(clean)
        speed = len(rows) / (time.perf_counter() - began)
        found = retrieval(vectors, embed(bare_texts), rows)
        cells = [f"{found[c]:.3f}" for c in ("wording", "unaccented", "vi-en", "twin")]
        cells += [f"{pairs(embed):.3f}", f"{found['nmi']:.3f} / {found['ari']:.3f}"]
        for texts, truth in sets.values():
            v_measure, ari = grouping(embed(texts), truth)
            cells.append(f"{v_measure:.3f} / {ari:.3f}")
        print(f"{name:14}" + "".join(f"{c:>14}" for c in [*cells, f"{speed:.0f}"]), flush=True)


if __name__ == "__main__":
    main()
