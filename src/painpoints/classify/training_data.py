"""What the heads are trained on: the labelled segments written for this project, and sets whose licence allows it.

Only sets marked for shipping are read here. Sets that are for measuring alone never are.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.encoders.noise import vietnamese_noise
from painpoints.resources import data_dir, datasets_dir
from painpoints.schema import FLAGS
from painpoints.text import clean_many, strip_accents

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

__all__ = [
    "CHOOSING_INDUSTRIES",
    "COLUMNS",
    "HELD_OUT_APPS",
    "UNSEEN_INDUSTRIES",
    "data_digest",
    "load_labelled",
    "load_public",
    "of_unseen",
    "with_twins",
]

COLUMNS = (
    "group", "text", "lang", "kind", "sentiment", "severity", "stage", "touchpoint", "issue",
    "neighbour_of", "industry", "experience", *FLAGS,
)  # fmt: skip
"""`group` is what must not be split between training and held-out rows: an industry, or a data set"""

HELD_OUT_APPS = (
    "ACB ONE", "BIDV SmartBanking", "MB Bank", "MSB mBank", "Momo",
    "TNEX", "Techcombank Mobile", "VIB Mobile", "VietinBank iPay",
)  # fmt: skip
"""bank apps whose reviews are never trained on, so that the rest of that set can be measured on"""

UNSEEN_INDUSTRIES = (
    "coworking_cafe", "digital_bank", "electronics_chain", "insurance_credit", "marketplace_buyer",
    "ride_hailing", "supermarket_pharmacy", "tours_booking",
)  # fmt: skip
"""industries of the labelled corpus of which the encoder never sees a text, so that models can be measured on them"""

CHOOSING_INDUSTRIES = ("digital_bank", "ride_hailing", "supermarket_pharmacy", "tours_booking")
"""those of them that choices between recipes are read on, so that the others judge what nothing was chosen on"""

_NOISE_SEED = 20_243

_MAX_CHARS = 400
"""a longer review says too many things for one label"""


def load_labelled(folder: Path | None = None) -> pd.DataFrame:
    """The segments of ``data/labelled``: `COLUMNS`, all strings, `group` the industry."""
    import pandas as pd

    folder = folder or data_dir() / "labelled"
    frames = []
    for path in sorted(folder.glob("corpus/*/segments.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frames.append(frame.assign(group=path.parent.name, industry=path.parent.name))
    for path in sorted(folder.glob("extra/*.csv")):
        frames.append(pd.read_csv(path, dtype=str, keep_default_na=False).assign(group="extra"))
    labelled = pd.concat(frames, ignore_index=True).fillna("")
    raised = labelled["flags"].str.split("|")
    for flag in FLAGS:
        labelled[flag] = ["yes" if flag in flags else "no" for flags in raised]
    return labelled[list(COLUMNS)]


def load_public() -> pd.DataFrame:
    """Reviews with stars or aspect labels from the permissive sets; no rows where the sets are absent.

    Bank app reviews (MIT): 1-2 stars negative, 5 positive. Hotel reviews (CC BY 4.0): all aspects of one sign.
    App reviews of Maalej et al. (CC0): bug reports and feature requests, for `kind` alone.
    """
    import pandas as pd

    root = datasets_dir()
    frames = [pd.DataFrame(columns=list(COLUMNS), dtype=str)]
    if root is not None:
        frames += [_bank_reviews(root), _hotel_reviews(root), _app_reviews(root)]
    public = pd.concat(frames, ignore_index=True).fillna("")[list(COLUMNS)]
    return public[public["text"].str.len().between(1, _MAX_CHARS)].reset_index(drop=True)


def _bank_reviews(root: Path) -> pd.DataFrame:
    import pandas as pd

    reviews = pd.read_csv(root / "vi_bank_app_reviews" / "all.csv").drop_duplicates("content")
    reviews = reviews[~reviews["app_name"].isin(HELD_OUT_APPS)]
    sentiment = reviews["score"].map({1: "neg", 2: "neg", 5: "pos"})
    frame = pd.DataFrame({"text": reviews["content"].astype(str), "sentiment": sentiment}).dropna()
    return frame.assign(group="bank_reviews", lang="vi")


def _hotel_reviews(root: Path) -> pd.DataFrame:
    import pandas as pd

    reviews = pd.read_csv(root / "vi_hanoi_hotel_absa" / "val.csv").drop_duplicates("data")
    negative, positive = reviews["n_neg"] > 0, reviews["n_pos"] > 0
    frame = reviews.loc[negative ^ positive, ["data"]].rename(columns={"data": "text"})
    frame["sentiment"] = negative[negative ^ positive].map({True: "neg", False: "pos"})
    return frame.assign(group="hotel_reviews", lang="vi")


def _app_reviews(root: Path) -> pd.DataFrame:
    import pandas as pd

    reviews = pd.read_csv(root / "en_app_review_maalej" / "all.csv").dropna(subset=["comment"])
    reviews = reviews.drop_duplicates("comment")
    kind = reviews["label"].map({"Bug": "pain", "Feature": "request"})
    return pd.DataFrame(
        {"text": reviews["comment"], "kind": kind, "group": "app_reviews", "lang": "en"}
    ).dropna()


def of_unseen(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows of the unseen industries, those outside the corpus that name one of them included."""
    found: npt.NDArray[np.bool_] = (
        frame["group"].isin(UNSEEN_INDUSTRIES) | frame["industry"].isin(UNSEEN_INDUSTRIES)
    ).to_numpy()
    return found


def with_twins(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with a cleaned `match_text`, and every Vietnamese row once more without diacritics and once more as
    careless customers type it: `twin` is "", "unaccented" or "careless".

    Diacritics come back in cleaning; those of rows that the bundled counts know are restored by counts that do not
    (`restored_apart`), so that the rows hold as many wrong words as a customer's will.
    """
    import pandas as pd

    from painpoints.text.fit_accents import restored_apart

    random = np.random.default_rng(_NOISE_SEED)
    frame = frame.assign(key=frame["industry"].where(frame["industry"] != "", frame["text"]))
    plain = frame[(frame["lang"] == "vi") & frame["text"].map(lambda t: strip_accents(t) != t)]
    bare = plain.assign(text=plain["text"].map(strip_accents), twin="unaccented")
    careless = plain.assign(
        text=[vietnamese_noise(t.lower(), random) for t in plain["text"]], twin="careless"
    )
    both = pd.concat([frame.assign(twin=""), bare, careless], ignore_index=True)
    cleaned = clean_many(both["text"].tolist())
    restored = np.asarray(
        [a.isascii() and not b.isascii() for a, b in zip(both["text"], cleaned, strict=True)]
    )
    known = np.flatnonzero(restored & (both["twin"] != "") & ~of_unseen(both))
    counted = np.flatnonzero((both["twin"] == "") & (both["lang"] == "vi") & ~of_unseen(both))
    keys = both["key"].tolist()
    apart = restored_apart(
        *([values[i] for i in rows] for rows in (known, counted) for values in (cleaned, keys))
    )
    for row, text in zip(known, apart, strict=True):
        cleaned[row] = text
    return both.drop(columns="key").assign(match_text=cleaned)


def data_digest(frame: pd.DataFrame) -> str:
    """SHA-256 over the rows that were trained on."""
    text = frame[list(COLUMNS)].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()
