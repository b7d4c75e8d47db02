"""Reading labelled rows: CSV or XLSX, as `painpoints sample` writes them or as a user made them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.classify.tasks import Task, task_named
from painpoints.errors import InputError
from painpoints.ingest.names import fold
from painpoints.ingest.small_table import read_small_table
from painpoints.train.words import DRAWN_COLUMN, LABEL_COLUMN_NAMES, TEXT_COLUMN_NAMES, label_of, task_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_ROWS", "LabelFile", "read_labels"]

LEAST_ROWS = 10
"""labelled rows below which no figure means anything"""
LEAST_A_CLASS = 2
"""rows that a class of the user's own needs, so that one can be held out"""
MOST_CLASSES = 50
"""classes of the user's own; a column with more is free text, not labels"""
_LONGEST_CLASS = 100


@dataclass(frozen=True)
class LabelFile:
    """Labelled texts and what was left out.

    `rows`: ``text`` (personal data masked), ``match_text``, ``text_hash``, ``label``, ``lang``, ``drawn``,
    ``place`` (the number of the row in the file, from 1, header counted), one row a distinct text.
    """

    path: Path
    task: Task
    rows: pd.DataFrame
    left_out: tuple[str, ...]
    """sentences about rows that were not used"""


def read_labels(path: Path, task_name: str) -> LabelFile:
    """The labels of one task. Raises `InputError` for a file that is no table, lacks a column, or has unknown labels.

    Blank cells are rows that nobody labelled. A text that comes with two labels is left out. A task that no
    installation has takes its classes from the file.
    """
    import pandas as pd

    needed = f"a column with the text (text, nội dung) and one with the labels ({task_name}, label, nhãn) are needed"
    header, records, first = read_small_table(path, lambda h: _columns(h, task_name) is not None, needed)
    text_at, label_at = _columns(header, task_name) or (0, 0)
    drawn_at = next((i for i, name in enumerate(header) if fold(name) == DRAWN_COLUMN), None)
    task = task_named(task_name)
    found: list[tuple[int, str, str, str]] = []
    unknown: dict[str, list[int]] = {}
    blank = 0
    for place, record in enumerate(records, first):
        text, given = record[text_at].strip(), record[label_at].strip()
        if not text or not given:
            blank += bool(text) or bool(given)
            continue
        label = (
            " ".join(unicodedata.normalize("NFC", given).split()) if task is None else label_of(task, given)
        )
        if label is None:
            unknown.setdefault(given, []).append(place)
            continue
        found.append((place, text, label, record[drawn_at].strip() if drawn_at is not None else ""))
    if unknown and task is not None:
        raise InputError(_unknown(path, task, unknown))
    frame = pd.DataFrame(found, columns=["place", "text", "label", "drawn"])
    if task is None:
        frame["label"] = _own_classes(path, task_name, frame["label"].tolist())
    left_out = [f"{blank} rows without a text or without a label"] if blank else []
    return _checked(path, task_name, task, _cleaned(frame), left_out)


def _columns(header: list[str], task_name: str) -> tuple[int, int] | None:
    """Places of the text and of the label column, None where one is missing."""
    folded = [fold(name) for name in header]
    text_at = next((folded.index(name) for name in TEXT_COLUMN_NAMES if name in folded), None)
    if text_at is None:
        return None
    folded[text_at] = ""  # a task may be called feedback: its column is another one than the text's
    wanted = filter(None, (*task_names(task_name), *LABEL_COLUMN_NAMES))
    label_at = next((folded.index(name) for name in wanted if name in folded), None)
    return None if label_at is None else (text_at, label_at)


def _own_classes(path: Path, task_name: str, given: list[str]) -> list[str]:
    """The classes of a task of the user's own: those that differ by case alone are one, spelt as most often."""
    often = Counter(given)
    spelling: dict[str, str] = {}
    for label in sorted(often, key=lambda v: (-often[v], v)):
        spelling.setdefault(label.casefold(), label)
    longest = max(spelling.values(), key=len, default="")
    if len(spelling) > MOST_CLASSES or len(longest) > _LONGEST_CLASS:
        raise InputError(
            f"{path.name}: the column for {task_name} holds {len(spelling)} different values, the longest of {len(longest)} "
            f"characters; labels are at most {MOST_CLASSES} classes of at most {_LONGEST_CLASS} characters. "
            "Is it the right column? Nothing was trained."
        )
    return [spelling[label.casefold()] for label in given]


def _unknown(path: Path, task: Task, unknown: dict[str, list[int]]) -> str:
    listed = "; ".join(
        f"{value[:40]!r} in row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:5]))}{' …' if len(rows) > 5 else ''}"
        for value, rows in list(unknown.items())[:10]
    )
    return (
        f"{path.name}: {len(unknown)} unknown label{'s' if len(unknown) > 1 else ''} for {task.name}: {listed}. "
        f"Allowed are {', '.join(task.labels)}. Nothing was trained."
    )


def _cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """With personal data masked, and what the classifiers see of each text."""
    from painpoints.store import text_hash
    from painpoints.text import clean_many, detect_language
    from painpoints.text.redact import default_redactor

    redactor = default_redactor()
    masked = [redactor.redact(text)[0] for text in frame["text"]]
    clean = clean_many(masked)
    return frame.assign(
        text=masked,
        match_text=clean,
        text_hash=[text_hash(t) for t in clean],
        lang=[detect_language(t) for t in masked],
    )


def _checked(path: Path, name: str, task: Task | None, frame: pd.DataFrame, left_out: list[str]) -> LabelFile:
    """Distinct texts with one label each, enough of them, in at least two classes."""
    by_text = frame.groupby("text_hash")["label"]
    conflict = by_text.transform("nunique") > 1
    if conflict.any():
        places = ", ".join(map(str, frame.loc[conflict, "place"].tolist()[:10]))
        left_out.append(
            f"{int(conflict.sum())} rows whose text comes with two different labels (rows {places})"
        )
    frame = frame[~conflict]
    repeated = int(frame["text_hash"].duplicated().sum())
    if repeated:
        left_out.append(f"{repeated} rows that repeat an earlier text")
    frame = frame.drop_duplicates("text_hash").reset_index(drop=True)
    counts = Counter(frame["label"])
    if task is None:
        rare = sorted(label for label, n in counts.items() if n < LEAST_A_CLASS)
        if rare and len(counts) - len(rare) >= 2:
            left_out.append(
                f"{len(rare)} rows of classes with a single row ({', '.join(r[:30] for r in rare[:10])})"
            )
            frame = frame[~frame["label"].isin(rare)].reset_index(drop=True)
            counts = Counter(frame["label"])
    if len(frame) < LEAST_ROWS:
        raise InputError(
            f"{path.name}: {len(frame)} labelled rows for {name}{_because(left_out)}; at least {LEAST_ROWS} are needed, "
            "and some hundred make a difference. Nothing was trained."
        )
    if len(counts) < 2:
        raise InputError(
            f"{path.name}: every row is labelled {next(iter(counts))!r}; a classifier needs rows of at least two classes. "
            "Nothing was trained."
        )
    return LabelFile(path, task or Task(name, tuple(sorted(counts)), 1.0), frame, tuple(left_out))


def _because(left_out: list[str]) -> str:
    return f" (left out: {'; '.join(left_out)})" if left_out else ""
