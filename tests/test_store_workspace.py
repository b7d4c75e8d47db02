"""The workspace: what it remembers, how it grows, and what is said when it cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify_toys import ToyEncoder
from painpoints import store
from painpoints.errors import InputError, JobError, PainpointsError
from painpoints.store import RememberingEncoder, StoredModel, Workspace, connect, text_hash
from painpoints.store.connect import DATABASE, migrations
from train_toys import NOON, labels_frame, save_run, stored_segments


def applied(folder: Path) -> list[tuple[int, str]]:
    with duckdb.connect(str(folder / DATABASE)) as connection:
        return connection.execute("SELECT number, name FROM migrations ORDER BY rowid").fetchall()


def refused(folder: Path, *, create: bool = True) -> PainpointsError:
    with pytest.raises(PainpointsError) as caught:
        Workspace(folder, create=create)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    return caught.value


# migrations


def test_migrations_are_numbered_without_gaps_and_in_order() -> None:
    assert [number for number, _, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_every_migration_is_applied_once_however_often_a_workspace_is_opened(tmp_path: Path) -> None:
    for _ in range(3):
        Workspace(tmp_path / "ws", create=True).close()
    assert applied(tmp_path / "ws") == [(number, name) for number, name, _ in migrations()]


def test_only_what_is_missing_is_applied_in_order_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, ["giao chậm"])
    known = migrations()
    more = [
        *known,
        (90, "a_table", "CREATE TABLE later (n INTEGER)"),
        (91, "a_row", "INSERT INTO later VALUES (7)"),
    ]
    monkeypatch.setattr(connect, "migrations", lambda: more)
    with Workspace(tmp_path) as workspace:
        assert len(workspace.runs()) == 1
    assert applied(tmp_path) == [(number, name) for number, name, _ in more]
    with duckdb.connect(str(tmp_path / DATABASE)) as connection:
        assert connection.execute("SELECT n FROM later").fetchall() == [(7,)]


def test_a_migration_that_fails_leaves_the_version_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path, create=True).close()
    known = migrations()
    broken = [*known, (90, "broken", "CREATE TABLE later (n INTEGER); INSERT INTO nowhere VALUES (1)")]
    monkeypatch.setattr(connect, "migrations", lambda: broken)
    with pytest.raises(duckdb.CatalogException):  # our mistake, not the user's: no sentence hides it
        Workspace(tmp_path)
    monkeypatch.setattr(connect, "migrations", lambda: known)
    with Workspace(tmp_path) as workspace:
        assert workspace.runs().empty
    assert applied(tmp_path) == [(number, name) for number, name, _ in known]
    with duckdb.connect(str(tmp_path / DATABASE)) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM later")


def test_a_workspace_of_a_newer_version_is_left_alone_and_says_so(tmp_path: Path) -> None:
    Workspace(tmp_path, create=True).close()
    with duckdb.connect(str(tmp_path / DATABASE)) as connection:
        connection.execute("INSERT INTO migrations VALUES (999, 'future', '9.0')")
    error = refused(tmp_path)
    assert error.exit_code == 2
    assert "newer painpoints (its format is 999" in str(error)
    assert "Install the newer version" in str(error)


# what cannot be opened


def test_a_folder_without_a_database_is_no_workspace_and_nothing_is_made(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere", create=False)
    assert error.exit_code == 2
    assert "is no workspace" in str(error)
    assert "painpoints run EXPORT --workspace" in str(error)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_in_place_of_the_folder(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "export.csv"
    path.write_text("a,b")
    error = refused(path, create=create)
    assert isinstance(error, InputError)
    assert "is a file, and a workspace is a folder" in str(error)
    assert path.read_text() == "a,b"


def test_a_file_above_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "ws").exit_code == 1


@pytest.mark.parametrize("content", [b"", b"no database" * 1000, b"\x00" * 20_000])
def test_a_damaged_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(content)
    error = refused(tmp_path)
    assert error.exit_code == 1
    assert "cannot be read or written" in str(error)
    assert "backup" in str(error)


def test_a_database_cut_short(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, [f"câu {i}" for i in range(50)])
    whole = (tmp_path / DATABASE).read_bytes()
    (tmp_path / DATABASE).write_bytes(whole[:5_000])
    assert refused(tmp_path).exit_code == 1


def test_damage_that_shows_only_on_reading_is_one_sentence_too(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, [f"câu số {i} rất dài và không giống câu nào" for i in range(5_000)])
    damaged = bytearray((tmp_path / DATABASE).read_bytes())
    for at in range(16_384, len(damaged), 4_096):
        damaged[at] ^= 0xFF
    (tmp_path / DATABASE).write_bytes(bytes(damaged))
    with pytest.raises(JobError, match="cannot be read or written"), Workspace(tmp_path) as workspace:
        workspace.segments("run-1")


def test_a_folder_in_place_of_the_database(tmp_path: Path) -> None:
    (tmp_path / DATABASE).mkdir()
    assert refused(tmp_path).exit_code == 1


@pytest.mark.parametrize("name", ["blocked", "permission denied", "conflicting lock"])
def test_the_name_of_the_folder_is_not_taken_for_the_reason(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / DATABASE).write_bytes(b"no database" * 1000)
    assert "cannot be read or written" in str(refused(tmp_path / name))


def test_only_one_process_at_a_time(tmp_path: Path) -> None:
    Workspace(tmp_path, create=True).close()
    hold = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path / DATABASE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        error = refused(tmp_path)
        assert error.exit_code == 1
        assert "in use by another painpoints" in str(error)
        other.communicate("")
    Workspace(tmp_path).close()


# runs


def test_segments_come_back_with_labels_and_probabilities(tmp_path: Path) -> None:
    frame = stored_segments(["giao chậm", "tốt \x00 =cmd|' 🚚"], [0.123456, 0.9])
    with Workspace(tmp_path, create=True) as workspace:
        workspace.save_run("a", {}, frame, ("experience", "churn"))
        found = workspace.segments("a")
    assert found["text"].tolist() == frame["text"].tolist()
    assert found["sentiment"].tolist() == ["neg", "neg"]
    assert found["severity"].tolist() == ["2", "2"]
    assert found["sentiment_p"].tolist() == [0.1235, 0.9]
    assert found["text_hash"].tolist() == [text_hash(t) for t in frame["match_text"]]
    assert "churn_p" in found


def test_what_is_not_known_is_empty(tmp_path: Path) -> None:
    frame = stored_segments(["a"]).assign(created_at=pd.NaT, theme_id=None, kind_p=float("nan"))
    frame["severity"] = pd.array([pd.NA], dtype="Int64")
    with Workspace(tmp_path, create=True) as workspace:
        workspace.save_run("a", {}, frame, ())
        found = workspace.segments("a").iloc[0]
    assert pd.isna(found["created_at"])
    assert (found["severity"], found["theme_id"], found["kind_p"]) == ("", "", 0.0)


def test_the_same_run_again_replaces_the_one_before(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, ["a", "b", "c"])
        save_run(workspace, ["d"])
        save_run(workspace, ["e"], run_id="run-2")
        assert workspace.runs()["run_id"].tolist() == ["run-1", "run-2"]
        assert workspace.segments("run-1")["text"].tolist() == ["d"]
        assert workspace.encoder_of("run-2") == ToyEncoder.digest


def test_a_run_without_segments_and_a_run_that_is_not_there(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, [])
        assert len(workspace.segments("run-1")) == 0
        assert len(workspace.segments("nowhere")) == 0
        assert workspace.encoder_of("nowhere") == ""


def test_a_write_that_fails_half_way_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        save_run(workspace, ["trước"])
        monkeypatch.setattr(workspace, "insert", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workspace.save_run("run-1", {}, stored_segments(["sau"]), ())
    with Workspace(tmp_path) as workspace:
        assert workspace.segments("run-1")["text"].tolist() == ["trước"]
        save_run(workspace, ["sau"])
        assert workspace.segments("run-1")["text"].tolist() == ["sau"]


# vectors


class CountingEncoder(ToyEncoder):
    """Remembers what it was asked; vectors that half precision cannot hold exactly."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        self.asked += texts
        angles = np.asarray([int(text_hash(t)[:6], 16) for t in texts], dtype=np.float64)
        if callable(progress):
            progress(len(texts))
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).reshape(-1, 2)


def test_no_text_is_embedded_twice_even_after_the_workspace_was_closed(tmp_path: Path) -> None:
    inner = CountingEncoder()
    with Workspace(tmp_path, create=True) as workspace:
        RememberingEncoder(inner, workspace).encode(["a", "b", "a"])
    with Workspace(tmp_path) as workspace:
        RememberingEncoder(inner, workspace).encode(["c", "b", "c"])
    assert inner.asked == ["a", "b", "c"]


def test_a_text_has_one_vector_whether_it_was_known_or_not(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        encoder = RememberingEncoder(CountingEncoder(), workspace)
        texts = [f"câu {i}" for i in range(20)]
        first = encoder.encode(texts)
        again = encoder.encode(texts[::-1])[::-1]
    assert first.tobytes() == again.tobytes()
    assert first.dtype == np.float32
    assert np.linalg.norm(first, axis=1) == pytest.approx(np.ones(20), abs=1e-6)
    assert first == pytest.approx(CountingEncoder().encode(texts), abs=1e-3)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(st.text(max_size=4), max_size=6), max_size=4))
def test_whatever_was_asked_before_the_answers_are_those_of_one_call(
    tmp_path_factory: pytest.TempPathFactory, calls: list[list[str]]
) -> None:
    with Workspace(tmp_path_factory.mktemp("ws"), create=True) as workspace:
        encoder = RememberingEncoder(CountingEncoder(), workspace)
        parts = [encoder.encode(texts) for texts in calls]
        with Workspace(tmp_path_factory.mktemp("ws"), create=True) as fresh:
            whole = RememberingEncoder(CountingEncoder(), fresh).encode([t for texts in calls for t in texts])
    assert all(part.shape == (len(texts), 2) for part, texts in zip(parts, calls, strict=True))
    assert np.concatenate([*parts, np.zeros((0, 2), np.float32)]).tobytes() == whole.tobytes()


def test_progress_counts_every_text_once(tmp_path: Path) -> None:
    steps: list[int] = []
    with Workspace(tmp_path, create=True) as workspace:
        encoder = RememberingEncoder(CountingEncoder(), workspace)
        encoder.encode(["a", "b"])
        encoder.encode(["a", "b", "c", "d", "d"], steps.append)
    assert sum(steps) == 5


def test_vectors_of_another_encoder_are_not_used(tmp_path: Path) -> None:
    other = CountingEncoder()
    other.digest = "another"
    with Workspace(tmp_path, create=True) as workspace:
        RememberingEncoder(CountingEncoder(), workspace).encode(["a"])
        RememberingEncoder(other, workspace).encode(["a"])
    assert other.asked == ["a"]


# labels and models


def test_a_newer_label_of_a_text_replaces_the_older_one(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        workspace.add_labels("sentiment", labels_frame({"a": "neg", "b": "neg"}, "first.csv"))
        workspace.add_labels("sentiment", labels_frame({"b": "pos", "c": "neu"}, "second.csv"))
        workspace.add_labels("kind", labels_frame({"b": "praise"}))
        found = workspace.labels("sentiment").set_index("text")
    assert found["label"].to_dict() == {"a": "neg", "b": "pos", "c": "neu"}
    assert found["source"].to_dict() == {"a": "first.csv", "b": "second.csv", "c": "second.csv"}


def model(folder: Path, model_id: str, task: str = "sentiment") -> StoredModel:
    return StoredModel(
        model_id, task, "toy", "digest", folder / "models" / model_id, NOON, False, {"accuracy": 0.9}
    )


def test_a_promoted_model_takes_the_place_of_the_one_before_of_its_task_alone(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as workspace:
        for model_id, task in (("s1", "sentiment"), ("k1", "kind"), ("s2", "sentiment")):
            workspace.promote(model(tmp_path, model_id, task), labels_frame({model_id: "neg"}))
        assert [m.model_id for m in workspace.models()] == ["k1", "s2"]
        assert workspace.models()[1] == model(tmp_path, "s2")
        assert workspace.labels("sentiment")["text"].tolist() == sorted(["s1", "s2"], key=text_hash)


def test_a_workspace_that_was_moved_still_finds_its_models(tmp_path: Path) -> None:
    with Workspace(tmp_path / "old", create=True) as workspace:
        workspace.promote(model(tmp_path / "old", "s1"), labels_frame({"a": "neg"}))
    (tmp_path / "old").rename(tmp_path / "new")
    with Workspace(tmp_path / "new") as workspace:
        assert workspace.models()[0].folder == tmp_path / "new" / "models" / "s1"


def test_a_promotion_that_fails_keeps_neither_its_model_nor_its_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = model(tmp_path / "elsewhere", "s2")
    with Workspace(tmp_path / "ws", create=True) as workspace:
        workspace.promote(model(tmp_path / "ws", "s1"), labels_frame({"a": "neg"}))
        with pytest.raises(ValueError, match="elsewhere"):
            workspace.promote(outside, labels_frame({"a": "pos"}))
        assert [m.model_id for m in workspace.models()] == ["s1"]
        assert workspace.labels("sentiment")["label"].tolist() == ["neg"]


def test_the_package_offers_what_others_use() -> None:
    assert set(store.__all__) == {
        "RememberingEncoder",
        "StoredModel",
        "ThemeRegistry",
        "Workspace",
        "text_hash",
    }
