"""Label files, workspaces and classifiers small enough that training takes a tenth of a second."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from classify_toys import ToyEncoder, toy_heads
from painpoints.classify.features import fold_ngrams, hashed_ngrams
from painpoints.classify.heads import HeadSet
from painpoints.schema import FLAGS
from painpoints.store import Workspace, text_hash
from painpoints.train import compare, evaluate, retrain

BUCKETS = 1024

_PLACES = (
    "Hà Nội",
    "Huế",
    "Đà Nẵng",
    "Cần Thơ",
    "Vinh",
    "Đà Lạt",
    "Hội An",
    "Nha Trang",
    "Sa Pa",
    "Phú Quốc",
)
_BAD = ("giao hàng quá chậm", "thái độ rất tệ", "hàng bị vỡ hết", "chờ mãi không thấy")
_GOOD = ("giao hàng rất nhanh", "phục vụ tận tình", "hàng đẹp lắm", "rất hài lòng")


def sentences(count: int, kinds: Sequence[Sequence[str]] = (_BAD, _GOOD)) -> list[tuple[str, int]]:
    """`count` different sentences, with the number of the kind they belong to in turn."""
    found = []
    for i in range(count):
        kind, nth = i % len(kinds), i // len(kinds)
        stem, place = kinds[kind][nth % 4], _PLACES[nth // 4 % 10]
        found.append((f"{stem} ở {place}" + (f" lần thứ {nth // 40 + 2}" if nth >= 40 else ""), kind))
    return found


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer n-gram buckets where classifiers are trained and measured, and fewer rounds of the tests that compare them."""
    monkeypatch.setattr(compare, "_ROUNDS", 499)
    for module in (retrain, evaluate):
        monkeypatch.setattr(module, "hashed_ngrams", lambda texts: fold_ngrams(hashed_ngrams(texts), BUCKETS))


def bundled(**options: Any) -> HeadSet:
    """A toy set for the toy encoder whose heads answer alike whatever they are shown."""
    return toy_heads(**({"encoder_digest": ToyEncoder.digest, "buckets": BUCKETS} | options))


def write_labels(
    path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = ("text", "label")
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def stored_segments(texts: Sequence[str], certainty: Sequence[float] | None = None) -> pd.DataFrame:
    """What a run would keep: every segment a pain, as sure of its sentiment as `certainty` says."""
    n = len(texts)
    sure = list(certainty) if certainty is not None else [0.9] * n
    columns: dict[str, Any] = {
        "item": range(n), "feedback_id": [f"r{i}" for i in range(n)], "source": "reviews.csv", "row": range(1, n + 1),
        "segment_no": 1, "start": 0, "end": [len(t) for t in texts], "text": list(texts), "match_text": list(texts),
        "lang": "vi", "created_at": pd.Timestamp("2026-09-01", tz="UTC"), "sentiment": "neg", "sentiment_p": sure,
        "kind": "pain", "kind_p": 0.9, "severity": pd.array([2] * n, dtype="Int64"), "stage": "use", "stage_p": 0.9,
        "touchpoint": "", "touchpoint_p": 0.2, "experience": "", "experience_p": 0.2, "theme_id": "",
    }  # fmt: skip
    for flag in FLAGS:
        columns |= {flag: 0, f"{flag}_p": 0.1}
    return pd.DataFrame(columns, index=range(n))


def save_run(
    workspace: Workspace,
    texts: Sequence[str],
    certainty: Sequence[float] | None = None,
    run_id: str = "run-1",
) -> None:
    """A run with vectors on a circle, one a text."""
    manifest = {"as_of": "2026-09-30", "models": {"encoder": {"digest": ToyEncoder.digest}}}
    workspace.save_run(run_id, manifest, stored_segments(texts, certainty), ("experience", *FLAGS))
    angles = np.linspace(0, 2 * np.pi, len(texts), endpoint=False)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    workspace.add_vectors(ToyEncoder.digest, [text_hash(t) for t in texts], vectors)


def labels_frame(labels: dict[str, str], source: str = "labels.csv") -> pd.DataFrame:
    """Text -> label as the workspace keeps them."""
    rows = [(text_hash(t), t, label, "vi", "", source) for t, label in labels.items()]
    return pd.DataFrame(rows, columns=["text_hash", "text", "label", "lang", "drawn", "source"], dtype=object)


NOON = dt.datetime(2026, 9, 30, 12)
