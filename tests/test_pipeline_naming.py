"""A whole run with a naming service: names in every file, the key in none, nothing unmasked sent, and only once."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naming_server import asked, naming_server
from painpoints.pipeline import RunRequest, run
from painpoints.store import ThemeRegistry, Workspace
from small_exports import SECRETS, write_export


class WordEncoder:
    """Hashed bags of words: texts that share words are near."""

    name, digest, dimension = "words", "words-digest", 256

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % self.dimension] += 1
        unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture
def request_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("painpoints.encoders.load_encoder", lambda _: WordEncoder())
    monkeypatch.setenv("PAINPOINTS_NAMING_KEY", "sk-secret")
    export = write_export(tmp_path / "reviews.csv")

    def made(out: str, url: str | None) -> RunRequest:
        model = "toy-model" if url else None
        return RunRequest(
            [export], tmp_path / out, encoder="words", naming_service=url, naming_model=model,
            workspace=tmp_path / "ws",
        )  # fmt: skip

    return made


def test_a_run_takes_names_once_and_remembers_them(request_for: Any) -> None:
    with naming_server(lambda q: {"vi": f"Tên mới: {q['name']['vi']}"[:60]}) as served:
        first = run(request_for("first", served.url))
        sent = len(served.bodies)
        again = run(request_for("again", served.url))
        assert len(served.bodies) == sent  # every theme is known by now
    assert 0 < first.manifest["naming"]["named"] <= first.manifest["naming"]["asked"] == sent
    kept = json.loads(first.files[-1].read_text(encoding="utf-8"))
    assert kept["naming"]["service"] == served.url.removeprefix("http://").removesuffix("/v1")
    assert kept["naming"]["model"] == "toy-model"
    assert first.notices[-1] in kept["notes"]
    assert first.notices[-1] in first.report["quality"]["manifest"]["notes"]
    assert any(pain["name_vi"].startswith("Tên mới: ") for pain in first.report["pains"])
    assert [p["name_vi"] for p in again.report["pains"]] == [p["name_vi"] for p in first.report["pains"]]
    for path in (*first.files, *again.files):
        assert b"sk-secret" not in path.read_bytes()
    told = json.dumps([asked(body) for body in served.bodies], ensure_ascii=False)
    assert not any(secret in told for secret in SECRETS)


def test_a_service_that_fails_changes_nothing_but_the_notice(request_for: Any) -> None:
    with naming_server(lambda _: 500) as served:
        found = run(request_for("failed", served.url))
    assert found.manifest["naming"]["named"] == 0
    assert "HTTP 500" in found.notices[-1]
    assert all(pain["name_vi"] for pain in found.report["pains"])


def test_a_name_that_people_gave_stays(request_for: Any, tmp_path: Path) -> None:
    import datetime as dt

    offline = run(request_for("offline", None))
    assert "naming" not in offline.manifest
    theme_id = offline.report["pains"][0]["theme_id"]
    with Workspace(tmp_path / "ws") as workspace:
        ThemeRegistry(workspace).rename(theme_id, "Tên của chúng tôi", "Our name", dt.date(2026, 11, 1))
    with naming_server(lambda _: {"vi": "Tên của máy", "en": "A machine's name"}) as served:
        named = run(request_for("named", served.url))
        assert served.bodies == []
    names = {pain["theme_id"]: (pain["name_vi"], pain["name_en"]) for pain in named.report["pains"]}
    assert names[theme_id] == ("Tên của chúng tôi", "Our name")
