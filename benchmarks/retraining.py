"""Retraining on public labelled sets: what `painpoints train` reaches, beside the usual floors, in one run.

    python -m benchmarks.retraining [--frozen FOLDER] [--finetune] [--rows 11000] [SET ...]

Each set is split as published, else four fifths at random for training (at most ``--rows``), the rest (at most
3,000) for measuring; texts that occur in both halves are taken out of the training half. All see the same cleaned text:

- ``TF-IDF + SVC``: words 1-2, characters 2-5, linear SVC;
- ``TF-IDF + twins``: the same, trained with a copy of every Vietnamese row without diacritics;
- ``frozen e5 + LR``: multilingual-e5-small as published (``--frozen`` names its folder), logistic regression;
- ``heads``: a head over the bundled encoder's vectors and n-grams, started from the bundled head (`painpoints train`);
- ``finetuned``: `painpoints train --finetune`.

Accuracy / macro-F1, as written and typed without diacritics. Sets that may only be measured on are trained on here
alone and nothing of it is kept.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.metrics import accuracy_score, f1_score

from painpoints.classify import choose_heads
from painpoints.classify.features import Blocks, hashed_ngrams
from painpoints.classify.fit import fit_head, temperature_of
from painpoints.classify.heads import Head, HeadSet
from painpoints.classify.tasks import Task, task_named
from painpoints.encoders import load_encoder
from painpoints.resources import datasets_dir, models_dir
from painpoints.text import clean_many, detect_language, strip_accents
from painpoints.train.finetune import LabelledTexts, Split, finetune
from painpoints.train.folds import cross_validated, folds
from painpoints.train.retrain import output_layer

SEED = 3
MEASURED = 3000

Frame = pd.DataFrame


def read_sets(root: Path) -> dict[str, tuple[Task, Frame, Frame | None]]:
    """name -> task, rows with ``text`` and ``label``, and the published test rows where there are some."""
    sentiment = task_named("sentiment")
    if sentiment is None:
        raise LookupError("the task sentiment")
    two = Task("sentiment", ("neg", "pos"), 1.0)

    def rows(path: str, text: str, label: str, names: dict[object, str] | None = None) -> Frame:
        frame = pd.read_csv(root / path).dropna(subset=[text, label])
        labels = frame[label].map(names) if names else frame[label].astype(str)
        return pd.DataFrame({"text": frame[text].astype(str), "label": labels}).dropna()

    three = {"POS": "pos", "NEG": "neg", "NEU": "neu", "positive": "pos", "negative": "neg", "neutral": "neu"}
    shop = pd.read_csv(root / "en_hint3_curekart" / "train.csv")
    text, label = shop.columns[:2]
    intents = rows("en_hint3_curekart/train.csv", text, label)
    return {
        "shopee": (sentiment, rows("vi_shopee_reviews/all.csv", "content", "label", three), None),
        "aivivn": (two, rows("vi_aivivn2019/train.csv", "text", "label", {0: "pos", 1: "neg"}), None),
        "uts": (
            sentiment,
            rows("vi_uts2017_bank/train.csv", "text", "sentiment", three),
            rows("vi_uts2017_bank/test.csv", "text", "sentiment", three),
        ),
        "curekart": (Task("topic", tuple(sorted(intents["label"].unique())), 1.0), intents, None),
    }


def split(rows: Frame, test: Frame | None, limit: int) -> tuple[Frame, Frame]:
    """Training and measured rows, no cleaned text in both."""
    rows = rows.assign(clean=clean_many(rows["text"].tolist())).drop_duplicates("clean")
    rows = rows.sample(frac=1, random_state=SEED)
    if test is None:
        test, rows = rows.iloc[: min(MEASURED, len(rows) // 5)], rows.iloc[min(MEASURED, len(rows) // 5) :]
    rows = rows[~rows["clean"].isin(set(clean_many(test["text"].tolist())))].iloc[:limit]
    return rows.reset_index(drop=True), test.reset_index(drop=True)


def score(truth: list[str], guess: list[str]) -> str:
    """``accuracy / macro-F1``."""
    macro = f1_score(truth, guess, average="macro", labels=sorted(set(truth)), zero_division=0)
    return f"{accuracy_score(truth, guess):.3f} / {macro:.3f}"


def svc(train: Frame, tests: list[list[str]], twins: bool) -> list[list[str]]:
    """Linear SVC on TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    texts, labels = clean_many(train["text"].tolist()), train["label"].tolist()
    if twins:
        texts, labels = texts + [strip_accents(t) for t in texts], labels * 2
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, max_features=200_000
    )
    model = make_pipeline(make_union(words, characters), LinearSVC(C=0.5, class_weight="balanced"))
    model.fit(texts, labels)
    return [list(model.predict(t)) for t in tests]


def frozen(folder: str, train: Frame, tests: list[list[str]]) -> list[list[str]]:
    """Logistic regression on the vectors of an encoder."""
    from sklearn.linear_model import LogisticRegression

    encoder = load_encoder(folder)
    model = LogisticRegression(C=10, class_weight="balanced", max_iter=500)
    model.fit(encoder.encode(clean_many(train["text"].tolist())), train["label"])
    return [list(model.predict(encoder.encode(t))) for t in tests]


@dataclass(frozen=True)
class Heads:
    """What `painpoints train` fits, on rows already embedded."""

    task: Task
    prior: Head | None

    @classmethod
    def for_task(cls, task: Task, bundled: HeadSet) -> Heads:
        """Starting from the bundled head where the labels are the same."""
        prior = bundled.heads.get(task.name)
        return cls(task, prior if prior is not None and prior.labels == task.labels else None)

    def shares(self, train: Blocks, labels: list[str], tests: list[Blocks]) -> list[np.ndarray]:
        """Probabilities of the rows of `train`, each from heads that did not see it, and of each of `tests`."""
        truth = np.asarray([self.task.labels.index(v) for v in labels])
        logits, balance = cross_validated(
            self.task, train, np.asarray(labels, dtype=object), folds(truth), self.prior
        )
        temperature = temperature_of(logits, truth)
        head = fit_head(self.task, train, labels, prior=self.prior, balance=balance)
        print(f"  classes balanced by the power {balance}")
        found = [test.logits(head.weights, head.bias) for test in tests]
        return [softmax(f / temperature, axis=1) for f in [logits, *found]]


def ours(task: Task, train: Frame, tests: list[list[str]], tuned: bool) -> dict[str, list[list[str]]]:
    """Guesses of the heads (``painpoints train``) and, if `tuned`, of the fine-tuned encoder with them."""
    encoder = load_encoder("accurate")
    bundled, _ = choose_heads(encoder)

    def blocks(texts: list[str]) -> Blocks:
        return Blocks(encoder.encode(texts) - bundled.arrays["centre"], hashed_ngrams(texts))

    texts, labels = clean_many(train["text"].tolist()), train["label"].tolist()
    known = blocks(texts)
    heads = Heads.for_task(task, bundled)
    own, *shares = heads.shares(known, labels, [blocks(t) for t in tests])
    guesses = {"heads": [[task.labels[i] for i in s.argmax(axis=1)] for s in shares]}
    if tuned:
        truth = np.asarray([task.labels.index(v) for v in labels])
        order = np.random.default_rng(SEED).permutation(len(truth))
        stop, rest = np.sort(order[: len(order) // 10]), np.sort(order[len(order) // 10 :])
        split = Split(rest, stop, np.asarray([], dtype=int))
        start = output_layer(task, encoder.encode(texts), truth, rest)
        rows = LabelledTexts(texts, [detect_language(t) != "en" for t in texts], truth)
        with tempfile.TemporaryDirectory() as folder:
            network = finetune(task, rows, split, start, own, models_dir() / "accurate", Path(folder), print)
            found = [network.joined(t, s) for t, s in zip(tests, shares, strict=True)]
        guesses["finetuned"] = [[task.labels[i] for i in f.argmax(axis=1)] for f in found]
    return guesses


def main() -> None:
    """One block a set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retraining")
    parser.add_argument("--frozen", default="", help="folder of multilingual-e5-small")
    parser.add_argument("--finetune", action="store_true")
    parser.add_argument("--rows", type=int, default=11_000)
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    root = datasets_dir()
    if root is None:
        raise SystemExit("the data sets are absent; name their folder with PAINPOINTS_DATASETS")
    for name, (task, rows, test) in read_sets(root).items():
        if options.sets and name not in options.sets:
            continue
        train, measured = split(rows, test, options.rows)
        truth = measured["label"].tolist()
        written = clean_many(measured["text"].tolist())
        bare = clean_many([strip_accents(t) for t in measured["text"]])
        print(f"{name}: {len(train)} rows to train on, {len(measured)} to measure on, {task.labels[:5]}")

        def told(what: str, guesses: list[list[str]], began: float, truth: list[str] = truth) -> None:
            cells = "".join(f"{score(truth, g):>18}" for g in guesses)
            print(f"  {what:16}{cells}   {time.perf_counter() - began:.0f} s", flush=True)

        for what, twins in (("TF-IDF + SVC", False), ("TF-IDF + twins", True)):
            began = time.perf_counter()
            told(what, svc(train, [written, bare], twins), began)
        if options.frozen:
            began = time.perf_counter()
            told("frozen e5 + LR", frozen(options.frozen, train, [written, bare]), began)
        began = time.perf_counter()
        for what, guesses in ours(task, train, [written, bare], options.finetune).items():
            told(what, guesses, began)


if __name__ == "__main__":
    main()
