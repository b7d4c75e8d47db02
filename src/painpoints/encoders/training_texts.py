"""What the encoder is trained on: the issues of the labelled corpus, and public sets whose licence allows it.

Public sets (read where ``PAINPOINTS_DATASETS`` names them): the training halves of Banking77 (CC BY 4.0) and
CLINC150 (CC BY 3.0) as issues; app reviews of Maalej et al. (CC0), GoEmotions (Apache-2.0), IT tickets (CC0),
airline reviews of Skytrax (CC0), bank app reviews (MIT, without the apps that are kept for measuring) and Hanoi
hotel reviews (CC BY 4.0) as plain text; of the last two and the app reviews also what their stars and labels say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.classify.tasks import TASKS
from painpoints.classify.training_data import HELD_OUT_APPS, load_labelled, load_public
from painpoints.journey import load_journey
from painpoints.resources import data_dir, datasets_dir
from painpoints.schema import FLAGS
from painpoints.text import clean_many
from painpoints.text.fit_accents import restored_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from painpoints.classify.tasks import Task

    Ints = npt.NDArray[np.int64]

__all__ = ["IssueSet", "TrainingTexts", "load_training_texts"]

_MAX_WORDS = 45
_PLAIN = {"en_goemotions": 9_000, "en_it_tickets": 3_000, "en_skytrax": 9_000}
"""how many sentences of the large English sets are taken, so that none outweighs the rest"""
_SEED = 20_241


@dataclass(frozen=True)
class IssueSet:
    """The issues of one industry or intent set: texts of one issue say one thing, the others of the set are its
    neighbours."""

    name: str
    issues: tuple[tuple[int, ...], ...]
    """row numbers of `TrainingTexts.texts`, an issue a tuple"""
    neighbours: tuple[tuple[int, ...], ...]
    """numbers of the issues that are close in words to each issue but differ in substance"""
    touchpoints: tuple[tuple[str, ...], ...] = ()
    """what the industry's journey file says of each touchpoint: names, descriptions, keywords; each cleaned"""
    places: tuple[int, ...] = ()
    """number of the touchpoint of each row of `issues`, flattened; -1 for none of them"""


@dataclass(frozen=True)
class TrainingTexts:
    """Cleaned texts, which of them are Vietnamese, and the sets of issues among them."""

    texts: list[str]
    restored: list[str]
    """the Vietnamese ones as they look once they were typed without diacritics and these were restored, mistakes
    and all"""
    vietnamese: list[bool]
    sets: list[IssueSet]
    labels: dict[str, Ints]
    """task -> the number of each text's label in `TASKS`, -1 where it has none"""
    graded: list[int]
    """rows that have labels and belong to no issue: reactions, reviews with stars"""


def load_training_texts(held_out: Sequence[str] = ()) -> TrainingTexts:
    """All training texts; no text of the industries `held_out` in any form."""
    import pandas as pd

    corpus = load_labelled().assign(whole="")
    corpus = corpus[~corpus["group"].isin(held_out) & ~corpus["industry"].isin(held_out)]
    tasks = [task for task in TASKS if task.name not in FLAGS]
    frames = [corpus, load_public()]
    root = datasets_dir()
    if root is not None:
        frames += [_plain_texts(root)]
        frames += [_intents(root / "en_banking77" / "train.csv", "banking77", "category")]
        frames += [_clinc(root / "en_clinc150" / "train.csv")]
    rows = pd.concat(frames, ignore_index=True).fillna("")
    rows["whole"] = rows["whole"].where(rows["whole"] != "", rows["text"])
    rows["text"] = [_shortened(t) for t in clean_many(rows["text"].tolist())]
    rows = rows[rows["text"].str.len() > 1].drop_duplicates(["text", "issue"]).reset_index(drop=True)
    vietnamese = (rows["lang"] == "vi").to_numpy()
    restored = rows["text"].copy()
    keys = rows["industry"].where(rows["industry"] != "", rows["whole"]).where(vietnamese, "")
    told = (rows.loc[vietnamese, "text"].tolist(), keys[vietnamese].tolist())
    restored[vietnamese] = restored_apart(*told, *told)
    labels = {task.name: _numbers(rows[task.name], task) for task in tasks}
    loose = rows["issue"].isin(["", "none"]).to_numpy()
    graded = np.flatnonzero(loose & (np.stack(list(labels.values())) >= 0).any(axis=0))
    return TrainingTexts(
        rows["text"].tolist(),
        restored.tolist(),
        vietnamese.tolist(),
        _issue_sets(rows),
        labels,
        graded.tolist(),
    )


def _numbers(column: pd.Series, task: Task) -> Ints:
    numbers = {label: i for i, label in enumerate(task.labels)}
    return column.map(lambda label: numbers.get(label, -1)).to_numpy(dtype=np.int64)


def _shortened(text: str) -> str:
    return " ".join(text.split(" ")[:_MAX_WORDS])


def _issue_sets(rows: pd.DataFrame) -> list[IssueSet]:
    sets = []
    for name, group in rows[~rows["issue"].isin(["", "none"])].groupby("group", sort=True):
        by_issue = {str(issue): tuple(int(i) for i in part.index) for issue, part in group.groupby("issue")}
        number = {issue: i for i, issue in enumerate(by_issue)}
        near: list[set[int]] = [set() for _ in by_issue]
        for issue, other in group[["issue", "neighbour_of"]].drop_duplicates().itertuples(index=False):
            if other in number and other != issue:
                near[number[issue]].add(number[other])
                near[number[other]].add(number[issue])
        ids, touchpoints = _touchpoints(str(name))
        places = tuple(ids.get(group["touchpoint"][row], -1) for rows_ in by_issue.values() for row in rows_)
        neighbours = tuple(tuple(sorted(n)) for n in near)
        sets.append(IssueSet(str(name), tuple(by_issue.values()), neighbours, touchpoints, places))
    return sets


def _touchpoints(industry: str) -> tuple[dict[str, int], tuple[tuple[str, ...], ...]]:
    """Numbers of the touchpoints of an industry's journey file and what it says of each; nothing for intent sets."""
    path = data_dir() / "labelled" / "corpus" / industry / "journey.yaml"
    if not path.is_file():
        return {}, ()
    places = load_journey(path).touchpoints
    told = tuple(
        tuple(clean_many([*p.name.values(), *p.description.values(), ", ".join(p.keywords)])) for p in places
    )
    return {p.id: i for i, p in enumerate(places)}, told


def _intents(path: Path, name: str, column: str) -> pd.DataFrame:
    import pandas as pd

    rows = pd.read_csv(path)
    return pd.DataFrame(
        {"group": name, "issue": rows[column], "lang": "en", "text": rows["text"].astype(str)}
    )


def _clinc(path: Path) -> pd.DataFrame:
    """CLINC150: a set a domain, so that an intent's negatives are its neighbours."""
    import pandas as pd

    rows = pd.read_csv(path)
    return pd.DataFrame(
        {
            "group": "clinc_" + rows["domain"],
            "issue": rows["intent"],
            "lang": "en",
            "text": rows["text"].astype(str),
        }
    )


def _plain_texts(root: Path) -> pd.DataFrame:
    import pandas as pd

    random = np.random.default_rng(_SEED)

    def read(folder: str, file: str, column: str) -> list[str]:
        texts = pd.read_csv(root / folder / file)[column].dropna().drop_duplicates().astype(str)
        return list(texts)

    def some(texts: list[str], name: str) -> list[str]:
        return list(
            random.choice(np.asarray(texts, dtype=object), min(len(texts), _PLAIN[name]), replace=False)
        )

    bank = pd.read_csv(root / "vi_bank_app_reviews" / "all.csv").drop_duplicates("content")
    bank = bank[~bank["app_name"].isin(HELD_OUT_APPS)]
    flights = read("en_skytrax_lounge", "all.csv", "content") + read("en_skytrax_seat", "all.csv", "content")
    english = [
        *_sentences(read("en_app_review_maalej", "all.csv", "comment")),
        *some(read("en_goemotions_group", "train.csv", "text"), "en_goemotions"),
        *some(read("en_it_tickets", "all.csv", "Document"), "en_it_tickets"),
        *some(_sentences(flights), "en_skytrax"),
    ]
    vietnamese = [(s, text) for text in bank["content"].astype(str) for s in _sentences([text])]
    hotels = read("vi_hanoi_hotel_absa", "val.csv", "data")
    vietnamese += [(piece, text) for text in hotels for piece in _pieces([text])]
    return pd.DataFrame(
        {
            "group": "plain",
            "lang": ["en"] * len(english) + ["vi"] * len(vietnamese),
            "text": english + [part for part, _ in vietnamese],
            "whole": [""] * len(english) + [whole for _, whole in vietnamese],
        }
    )


def _sentences(texts: Sequence[str]) -> list[str]:
    """Texts cut at sentence ends and line breaks."""
    return [s.strip() for t in texts for s in re.split(r"(?<=[.!?])\s+|\n+", t) if len(s.strip()) > 3]


def _pieces(texts: Sequence[str], words: int = 18) -> list[str]:
    """Unpunctuated texts cut into runs of some words."""
    return [
        " ".join(split[at : at + words])
        for split in (t.split() for t in texts)
        for at in range(0, max(1, len(split) - words // 2), words)
    ]
