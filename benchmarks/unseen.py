"""Classifiers on whole industries that nothing was trained on: neither encoder, nor heads, nor towers.

    python -m benchmarks.unseen [--encoder accurate] [--frozen FOLDER] [--cache WORKSPACE]

Trains the heads without `UNSEEN_INDUSTRIES`, then labels each of those with its own journey file, as a run does
(no ratings). Accuracy / macro-F1, averaged over industries, as written and with every Vietnamese row typed without
diacritics; abstentions count as wrong. Flags: precision / recall of those raised. The linker's nine weights were
fitted on these industries together (its own figures, by leaving one out, are in models/heads/*/meta.json).

Floors in the same run, trained on the same rows: TF-IDF words and characters with a linear SVC; with ``--frozen``
(a folder of multilingual-e5-small) logistic regression on its vectors, and for touchpoints the touchpoint whose
name, description and keywords are nearest. Keyword matching: the touchpoint with most keywords in the text.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score

from painpoints.classify import classify
from painpoints.classify.train import train_set
from painpoints.classify.training_data import UNSEEN_INDUSTRIES, of_unseen
from painpoints.encoders import load_encoder
from painpoints.journey import load_journey
from painpoints.resources import data_dir
from painpoints.schema import FLAGS
from painpoints.store import Workspace
from painpoints.text import clean_many, detect_language, strip_accents

TASKS = ("sentiment", "kind", "severity", "stage", "touchpoint", "experience")
WAYS = ("as written", "unaccented")


def score(truth: np.ndarray, guess: np.ndarray) -> tuple[float, float]:
    """Accuracy and macro-F1 over the labels that occur."""
    macro = f1_score(truth, guess, average="macro", labels=np.unique(truth), zero_division=0)
    return float(accuracy_score(truth, guess)), float(macro)


def as_segments(texts: list[str]) -> pd.DataFrame:
    """Texts as segments of items of their own."""
    return pd.DataFrame(
        {
            "item": range(len(texts)),
            "match_text": clean_many(texts),
            "lang": [detect_language(t) for t in texts],
        }
    )


def table(found: dict[str, list[tuple[float, float]]], title: str) -> None:
    """One line a task: mean over industries."""
    print(title)
    for name, pairs in found.items():
        accuracy, macro = np.mean([p for p in pairs if p is not None], axis=0)
        print(f"  {name:28} {accuracy:.3f} / {macro:.3f}", flush=True)


def floors(frame: pd.DataFrame, rows: dict[str, pd.DataFrame], frozen: str) -> None:
    """TF-IDF + SVC and frozen vectors + logistic regression, trained on the same rows."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_union
    from sklearn.svm import LinearSVC

    seen = frame[~of_unseen(frame) & (frame["twin"] != "careless")]
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, max_features=200_000
    )
    union = make_union(words, characters)
    features = union.fit_transform(seen["match_text"])
    encoder = load_encoder(frozen) if frozen else None
    plain = seen[seen["twin"] == ""]
    known = encoder.encode(plain["match_text"].tolist()) if encoder is not None else None
    for task in ("sentiment", "kind", "severity", "stage", "experience"):
        have = (seen[task] != "").to_numpy()
        svc = LinearSVC(C=0.5, class_weight="balanced").fit(features[have], seen.loc[have, task])
        results: dict[str, list[tuple[float, float]]] = {}
        regression = None
        if encoder is not None and known is not None:
            with_label = (plain[task] != "").to_numpy()
            regression = LogisticRegression(C=10, class_weight="balanced", max_iter=300)
            regression.fit(known[with_label], plain.loc[with_label, task])
        for industry in rows.values():
            asked = industry[industry[task] != ""]
            truth = asked[task].to_numpy()
            for way in WAYS:
                texts = asked[way].tolist()
                results.setdefault(f"{task}, SVC, {way}", []).append(
                    score(truth, svc.predict(union.transform(texts)))
                )
                if regression is not None and encoder is not None:
                    guess = regression.predict(encoder.encode(texts))
                    results.setdefault(f"{task}, frozen + LR, {way}", []).append(score(truth, guess))
        table(results, f"floors: {task}")
    if encoder is not None:
        nearest_touchpoint(rows, encoder)


def nearest_touchpoint(rows: dict[str, pd.DataFrame], encoder: object) -> None:
    """The touchpoint whose texts are nearest; and keyword matching."""
    results: dict[str, list[tuple[float, float]]] = {}
    for name, industry in rows.items():
        places = load_journey(data_dir() / "labelled" / "corpus" / name / "journey.yaml").touchpoints
        asked = industry[industry["touchpoint"].isin([p.id for p in places])]
        truth = asked["touchpoint"].to_numpy()
        told = [[*p.name.values(), *p.description.values(), *p.keywords] for p in places]
        blocks = [encoder.encode([t.lower() for t in texts]) for texts in told]  # type: ignore[attr-defined]
        keywords = [[f" {strip_accents(k).lower()} " for k in p.keywords] for p in places]
        ids = np.asarray([p.id for p in places])
        for way in WAYS:
            vectors = encoder.encode(asked[way].tolist())  # type: ignore[attr-defined]
            likeness = np.stack([(vectors @ b.T).max(axis=1) for b in blocks], axis=1)
            results.setdefault(f"nearest, {way}", []).append(score(truth, ids[likeness.argmax(1)]))
            padded = [f" {strip_accents(t)} " for t in asked[way]]
            hits = np.asarray([[sum(k in t for k in ks) for ks in keywords] for t in padded])
            guess = np.where(hits.max(1) > 0, ids[hits.argmax(1)], "")
            results.setdefault(f"keywords, {way}", []).append(score(truth, guess))
    table(results, "floors: touchpoint")


def main() -> None:
    """Train, label, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unseen")
    parser.add_argument("--encoder", default="accurate")
    parser.add_argument("--frozen", default="")
    parser.add_argument("--cache", type=Path, default=None)
    options = parser.parse_args()
    with ExitStack() as stack:
        cache = stack.enter_context(Workspace(options.cache, create=True)) if options.cache else None
        heads, frame = train_set(options.encoder, say=lambda _: None, cache=cache, final=False)
    encoder = load_encoder(options.encoder)
    rows: dict[str, pd.DataFrame] = {}
    results: dict[str, list[tuple[float, float]]] = {}
    flags: dict[str, np.ndarray] = {f"{flag}, {way}": np.zeros(3) for flag in FLAGS for way in WAYS}
    answered: dict[str, list[float]] = {}
    for name in UNSEEN_INDUSTRIES:
        industry = frame[(frame["group"] == name) & (frame["twin"] == "")].reset_index(drop=True)
        journey = load_journey(data_dir() / "labelled" / "corpus" / name / "journey.yaml")
        items = pd.DataFrame({"rating_norm": np.full(len(industry), np.nan)})
        bare = [
            strip_accents(t) if v == "vi" else t
            for t, v in zip(industry["text"], industry["lang"], strict=True)
        ]
        for way, texts in zip(WAYS, (industry["text"].tolist(), bare), strict=True):
            segments = as_segments(texts)
            industry[way] = segments["match_text"]
            labelled = classify(
                segments, items, encoder.encode(segments["match_text"].tolist()), encoder, journey, heads
            )
            for task in TASKS:
                asked = (industry[task] != "").to_numpy()
                guess = labelled[task].astype(object).where(labelled[task].notna(), "").astype(str)
                if task == "touchpoint":
                    guess = guess.replace("", "none")
                truth = industry.loc[asked, task].to_numpy()
                results.setdefault(f"{task}, {way}", []).append(score(truth, guess[asked].to_numpy()))
                answered.setdefault(f"{task}, {way}", []).append(float((guess[asked] != "").mean()))
            for flag in FLAGS:
                raised, there = labelled[flag].to_numpy() == 1, (industry[flag] == "yes").to_numpy()
                flags[f"{flag}, {way}"] += [(raised & there).sum(), raised.sum(), there.sum()]
        rows[name] = industry
    print(
        f"{sum(map(len, rows.values()))} segments of {len(rows)} unseen industries, encoder {options.encoder}"
    )
    table(results, "ours, as in a run")
    for name, (both, raised, there) in flags.items():
        print(
            f"  {name:28} precision {both / max(raised, 1):.3f} recall {both / max(there, 1):.3f} of {there:.0f}"
        )
    floors(frame, rows, options.frozen)


if __name__ == "__main__":
    main()
