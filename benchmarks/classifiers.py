"""Sentiment, kind, stage and touchpoint on labelled sets that the heads were not trained on.

    python -m benchmarks.classifiers [fast|accurate]

- the sample data's planted truth (data/demo/truth.csv: sentences written apart from the training text; its journey
  file is new to the linker), as written and typed without diacritics;
- the real sets where they are present: UTS2017-Bank test, AIVIVN 2019, Shopee, Hanoi hotels test, the held-out
  bank apps. The sets know no neutral or few, so for those with two classes the sign of P(pos) - P(neg) decides.

No rating is given to the classifier. Abstentions count as wrong. Beside them, in the same run: a linear SVC on TF-IDF
words and characters trained on the same labelled text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score

from painpoints.classify import choose_heads, classify
from painpoints.classify.training_data import HELD_OUT_APPS, load_labelled, load_public, with_twins
from painpoints.encoders import Encoder, load_encoder
from painpoints.journey import load_journey
from painpoints.resources import data_dir, datasets_dir
from painpoints.text import clean_many, detect_language, strip_accents

SEED = 1
SAMPLE = 2000

Labels = Callable[[list[str]], pd.DataFrame]


def as_segments(texts: list[str]) -> pd.DataFrame:
    """Texts as segments of items of their own."""
    return pd.DataFrame(
        {
            "item": range(len(texts)),
            "match_text": clean_many(texts),
            "lang": [detect_language(t) for t in texts],
        }
    )


def labeller(encoder: Encoder, journey: str) -> Labels:
    """texts -> the labels that a run gives them, without ratings."""
    loaded = load_journey(journey)
    heads, _ = choose_heads(encoder)

    def label(texts: list[str]) -> pd.DataFrame:
        segments = as_segments(texts)
        items = pd.DataFrame({"rating_norm": np.full(len(texts), np.nan)})
        return classify(
            segments, items, encoder.encode(segments["match_text"].tolist()), encoder, loaded, heads
        )

    return label


def tfidf_baseline() -> Callable[[list[str]], list[str]]:
    """Linear SVC on TF-IDF word 1-2-grams and character 2-5-grams, trained on the same rows, twins included."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    rows = with_twins(pd.concat([load_labelled(), load_public()], ignore_index=True))
    rows = rows[rows["sentiment"] != ""]
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, max_features=200_000
    )
    model = make_pipeline(make_union(words, characters), LinearSVC(C=0.5, class_weight="balanced"))
    model.fit(rows["match_text"], rows["sentiment"])
    return lambda texts: list(model.predict(clean_many(texts)))


def score(truth: list[str], guess: list[str]) -> str:
    """``accuracy / macro-F1``."""
    labels = sorted(set(truth))
    macro = f1_score(truth, guess, average="macro", labels=labels, zero_division=0)
    return f"{accuracy_score(truth, guess):.3f} / {macro:.3f}"


def real_sentiment_sets() -> dict[str, tuple[list[str], list[str]]]:
    """name -> texts and true sentiment, for the sets that are present."""
    root = datasets_dir()
    if root is None:
        return {}
    bank = pd.read_csv(root / "vi_bank_app_reviews" / "all.csv").drop_duplicates("content")
    bank = bank[bank["app_name"].isin(HELD_OUT_APPS) & bank["score"].isin([1, 2, 5])]
    hotel = pd.read_csv(root / "vi_hanoi_hotel_absa" / "test.csv").drop_duplicates("data")
    hotel = hotel[(hotel["n_neg"] > 0) ^ (hotel["n_pos"] > 0)]
    uts = pd.read_csv(root / "vi_uts2017_bank" / "test.csv")
    aivivn = (
        pd.read_csv(root / "vi_aivivn2019" / "train.csv")
        .dropna(subset=["text"])
        .sample(SAMPLE, random_state=SEED)
    )
    shopee = (
        pd.read_csv(root / "vi_shopee_reviews" / "all.csv")
        .dropna(subset=["content"])
        .drop_duplicates("content")
    )
    shopee = shopee.sample(SAMPLE, random_state=SEED)
    return {
        "bank apps held out (stars)": (
            bank["content"].tolist(),
            ["pos" if s == 5 else "neg" for s in bank["score"]],
        ),
        "hotels test": (hotel["data"].tolist(), ["neg" if n > 0 else "pos" for n in hotel["n_neg"]]),
        "UTS bank test": (uts["text"].tolist(), uts["sentiment"].str[:3].tolist()),
        "AIVIVN 2019": (aivivn["text"].tolist(), ["neg" if label else "pos" for label in aivivn["label"]]),
        "Shopee (stars)": (shopee["content"].tolist(), shopee["label"].str.lower().tolist()),
    }


def sentiment_table(label: Labels) -> None:
    """One line a set: ours and the baseline, as written and without diacritics."""
    baseline = tfidf_baseline()
    print(
        f"{'sentiment: accuracy / macro-F1':34} {'ours':16} {'unaccented':16} {'TF-IDF + SVC':16} {'unaccented':16}"
    )
    for name, (texts, truth) in real_sentiment_sets().items():
        cells = []
        for variant in (texts, [strip_accents(t) for t in texts]):
            labelled = label(variant)
            guess = labelled["sentiment"].tolist()
            if set(truth) == {"neg", "pos"}:
                guess = ["neg" if s < 0 else "pos" for s in labelled["sentiment_score"]]
            cells.append(score(truth, guess))
        for variant in (texts, [strip_accents(t) for t in texts]):
            cells.append(score(truth, baseline(variant)))
        print(f"{name:34} {cells[0]:16} {cells[1]:16} {cells[2]:16} {cells[3]:16}", flush=True)


def planted_truth(label: Labels) -> None:
    """The sample data's sentences against what was planted."""
    truth = pd.read_csv(
        data_dir() / "demo" / "truth.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    truth = truth.drop_duplicates("text").reset_index(drop=True)
    for name, texts in (("as written", truth["text"]), ("unaccented", truth["text"].map(strip_accents))):
        labelled = label(texts.tolist())
        for task in ("sentiment", "kind", "severity", "stage", "touchpoint"):
            rows = (truth[task] != "").to_numpy()
            guess = (
                labelled.loc[rows, task]
                .astype(object)
                .where(labelled.loc[rows, task].notna(), "")
                .astype(str)
            )
            figures, answered = (
                score(truth.loc[rows, task].tolist(), guess.tolist()),
                float((guess != "").mean()),
            )
            print(
                f"sample data {name:10} {task:11} {rows.sum():5} rows  {figures}  answered {answered:.2f}",
                flush=True,
            )


def main() -> None:
    """Print all tables."""
    encoder = load_encoder(sys.argv[1] if len(sys.argv) > 1 else "accurate")
    label = labeller(encoder, str(data_dir() / "demo" / "journey.yaml"))
    planted_truth(label)
    sentiment_table(label)


if __name__ == "__main__":
    main()
