"""Counts for `accents`: ``python -m painpoints.text.fit_accents [--measure]``.

From the labelled segments of our own that carry diacritics (without the unseen industries), and, where
``PAINPOINTS_DATASETS`` names them, bank app reviews (MIT, without the apps kept for measuring) and Hanoi hotel
reviews (CC BY 4.0). ``--measure`` says how many syllables of the unseen industries come out right.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from painpoints.resources import models_dir
from painpoints.text import clean_many, strip_accents
from painpoints.text.accents import ARRAYS, FILE, AccentModel, respelt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["count", "main", "restored_apart"]

_WORD = re.compile(r"[^\W\d_]+")
_FOLDS = 4
_LEAST_TRIPLE = 2
"""times a triple must occur to be kept; single ones double the file and gain nothing"""


def _accented(texts: list[str]) -> list[str]:
    return [t for t in texts if strip_accents(t) != t]


def count(texts: list[str]) -> dict[str, np.ndarray]:
    """The arrays of the model from accented texts (cleaned)."""
    single: Counter[str] = Counter()
    pair: Counter[tuple[str, str]] = Counter()
    triple: Counter[tuple[str, str, str]] = Counter()
    for text in texts:
        words = ["<s>", "<s>", *_WORD.findall(text), "</s>"]
        single.update(words[2:])
        pair.update(pairwise(words[1:]))
        triple.update(zip(words, words[1:], words[2:], strict=False))
    names = ["<s>", "</s>", *sorted(w for w in single if w != "</s>")]
    number = {name: i for i, name in enumerate(names)}
    kept = {k: n for k, n in sorted(triple.items()) if n >= _LEAST_TRIPLE}
    pairs = sorted(pair.items())
    return {
        "words": np.asarray("\n".join(names)),
        "counts": np.asarray([single[n] for n in names], dtype=np.int32),
        "pairs": np.asarray([[number[w] for w in k] for k, _ in pairs], dtype=np.uint16),
        "pair_counts": np.asarray([n for _, n in pairs], dtype=np.uint16),
        "triples": np.asarray([[number[w] for w in k] for k in kept], dtype=np.uint16),
        "triple_counts": np.asarray(list(kept.values()), dtype=np.uint16),
    }


def restored_apart(
    bare: Sequence[str], bare_keys: Sequence[str], texts: Sequence[str], keys: Sequence[str]
) -> list[str]:
    """Each of `bare` (its diacritics, if it has any, taken off) restored by counts over `texts` of other keys.

    What is counted is remembered word for word, so that the bundled counts would restore their own texts far better
    than a customer's. A key is what must not be on both sides: an industry, a review. There are `_FOLDS` models.
    """
    folds, bare_folds = (np.asarray([crc32(k.encode()) % _FOLDS for k in ks]) for ks in (keys, bare_keys))
    restored = list(bare)
    for fold in range(_FOLDS):
        model = _model(count(_accented([texts[i] for i in np.flatnonzero(folds != fold).tolist()])))
        for i in np.flatnonzero(bare_folds == fold).tolist():
            restored[i] = respelt(strip_accents(bare[i]), model.restore)
    return restored


def _texts() -> tuple[list[str], list[str]]:
    """Texts to count, and those of the unseen industries."""
    from painpoints.classify.training_data import load_labelled, load_public, of_unseen

    labelled = load_labelled()
    labelled = labelled[labelled["lang"] == "vi"]
    unseen = of_unseen(labelled)
    public = load_public()
    counted = [*labelled.loc[~unseen, "text"], *public.loc[public["lang"] == "vi", "text"]]
    return clean_many(_accented(counted)), clean_many(_accented(labelled.loc[unseen, "text"].tolist()))


def _model(arrays: dict[str, np.ndarray]) -> AccentModel:
    return AccentModel(str(arrays["words"]).split("\n"), *(arrays[k] for k in ARRAYS[1:]))


def measure() -> str:
    """Share of syllables right on the unseen industries, and of the commonest form of each, for comparison."""
    counted, judged = _texts()
    model = _model(count(counted))
    forms: dict[str, Counter[str]] = {}
    for text in counted:
        for word in _WORD.findall(text):
            forms.setdefault(strip_accents(word), Counter())[word] += 1
    right = commonest = total = 0
    for text in judged:
        words = _WORD.findall(text)
        bare = [strip_accents(w) for w in words]
        right += sum(a == b for a, b in zip(words, model.restore(bare), strict=True))
        commonest += sum(
            w == (forms[b].most_common(1)[0][0] if b in forms else b)
            for w, b in zip(words, bare, strict=True)
        )
        total += len(words)
    texts = f"{len(judged)} texts of unseen industries, {total} syllables"
    return f"{texts}: {right / total:.3f} right, commonest form {commonest / total:.3f}"


def main() -> None:
    """Write the counts into the models folder, or measure."""
    parser = argparse.ArgumentParser(prog="python -m painpoints.text.fit_accents")
    parser.add_argument("--measure", action="store_true", help="measure on unseen industries, write nothing")
    parser.add_argument(
        "--out", type=Path, default=None, help="folder of the model (default: models/accents)"
    )
    options = parser.parse_args()
    if options.measure:
        print(measure())
        return
    folder = options.out or models_dir() / "accents"
    folder.mkdir(parents=True, exist_ok=True)
    arrays = count(_texts()[0])
    np.savez_compressed(folder / FILE, **{name: arrays[name] for name in ARRAYS})  # type: ignore[arg-type]
    sizes = ", ".join(f"{len(arrays[name])} {name}" for name in ("counts", "pairs", "triples"))
    print(f"{sizes} in {folder / FILE}")


if __name__ == "__main__":
    main()
