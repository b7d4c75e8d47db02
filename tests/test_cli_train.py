"""`sample`, `train` and `evaluate` as a user calls them: exit codes, one sentence for a mistake, never a traceback."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from classify_toys import ToyEncoder, toy_heads
from conftest import Call, Called
from painpoints.classify import predict
from painpoints.classify.heads import save_heads
from painpoints.errors import ModelError
from painpoints.store import Workspace
from painpoints.store.connect import DATABASE
from painpoints.train import commands
from train_toys import BUCKETS, bundled, labels_frame, save_run, sentences, small, write_labels

SIDES = ("neg", "pos")
ROWS = [(text, SIDES[kind]) for text, kind in sentences(60)]
TOPICS = [(text, ("chậm", "nhanh")[kind]) for text, kind in sentences(60)]


class OtherEncoder(ToyEncoder):
    name = "other"
    digest = "other-digest"


@pytest.fixture(autouse=True)
def _toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Toy encoders and toy bundled heads in place of the real ones."""
    small(monkeypatch)
    encoders = {"toy": ToyEncoder, "other": OtherEncoder}

    def load(name: str) -> ToyEncoder:
        if name not in encoders:
            raise ModelError(f"No model folder at {name}.")
        return encoders[name]()

    monkeypatch.setattr(commands, "load_encoder", load)
    monkeypatch.setattr(predict, "models_dir", lambda: tmp_path / "models")
    save_heads(tmp_path / "models" / "heads" / "text", toy_heads(buckets=BUCKETS))
    save_heads(tmp_path / "models" / "heads" / "fast", bundled())


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    """A workspace with a run."""
    with Workspace(tmp_path / "ws", create=True) as workspace:
        save_run(workspace, [text for text, _ in sentences(60)])
    return tmp_path / "ws"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_labels(tmp_path / "labels.csv", ROWS)


def mistaken(called: Called, code: int, *words: str) -> None:
    """One line on standard error that names what is wrong, and nothing else."""
    assert called.code == code, called
    lines = called.err.strip().splitlines()
    assert len(lines) == 1, called.err
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
    assert "Traceback" not in called.out + called.err


# train


def test_a_better_classifier_is_promoted(call: Call, labels: Path, tmp_path: Path) -> None:
    done = call("train", "sentiment", labels, "--workspace", tmp_path / "ws", "--encoder", "toy")
    assert (done.code, done.err) == (0, "")
    assert "60 labelled rows in labels.csv: neg 30, pos 30" in done.out
    assert "5-fold cross-validation, 60 rows" in done.out
    assert "the bundled classifier" in done.out
    assert "No label looks wrong." in done.out
    assert "Promoted: sentiment-" in done.out
    with Workspace(tmp_path / "ws") as workspace:
        assert [m.task for m in workspace.models()] == ["sentiment"]


def test_one_that_is_no_better_is_refused_with_exit_code_1_and_its_figures(
    call: Call, labels: Path, tmp_path: Path
) -> None:
    arguments = ("train", "sentiment", labels, "--workspace", tmp_path / "ws", "--encoder", "toy")
    call(*arguments)
    again = call(*arguments)
    mistaken(again, 1, "Not promoted", "--force")
    assert "the classifier that was promoted before" in again.out
    assert "Promoted" not in again.out
    forced = call(*arguments, "--force")
    assert forced.code == 0
    assert "Promoted although it is no better (--force)" in forced.out


def test_labels_that_look_wrong_are_shown_and_all_of_them_lie_in_a_file(call: Call, tmp_path: Path) -> None:
    rows = [(text, SIDES[label == "neg"] if i in (6, 17) else label) for i, (text, label) in enumerate(ROWS)]
    rows[6] = (f"{rows[6][0]} \x1b[31m=1+1", rows[6][1])
    path = write_labels(tmp_path / "labels.csv", rows)
    arguments = ("--workspace", tmp_path / "ws", "--encoder", "toy")
    done = call("train", "sentiment", path, *arguments)
    assert "row 8: pos -> neg" in done.out
    assert "\x1b" not in done.out
    suspects = tmp_path / "ws" / "labels" / "sentiment-suspects.csv"
    assert str(suspects) in done.out
    header, *lines = suspects.read_text(encoding="utf-8-sig").splitlines()
    assert header == "place,text,label,likelier,probability"
    assert {line.split(",")[0] for line in lines} >= {"8", "19"}
    mended = [(text, label) for (text, _), (_, label) in zip(rows, ROWS, strict=True)]
    call("train", "sentiment", write_labels(path, mended), *arguments)
    assert not suspects.exists()  # those of the training before


def test_a_task_of_the_users_own_from_training_to_figures(call: Call, tmp_path: Path) -> None:
    path = write_labels(tmp_path / "labels.csv", TOPICS)
    options = ("--workspace", tmp_path / "ws", "--encoder", "toy")
    assert call("train", "topic", path, *options).code == 0
    more = write_labels(tmp_path / "more.csv", [(t, ("chậm", "nhanh")[k]) for t, k in sentences(100)[50:]])
    measured = call("evaluate", "topic", more, *options)
    assert (measured.code, measured.err) == (0, "")
    assert "topic: the classifier that is promoted in the workspace, on 40 rows" in measured.out
    assert "left out: 10 rows that it was trained on" in measured.out


def test_after_a_change_of_encoder_the_advice_can_be_followed(
    call: Call, labels: Path, tmp_path: Path
) -> None:
    """A classifier of another encoder is refused by name, and training for this one, as told, puts it right."""
    workspace = ("--workspace", tmp_path / "ws")
    call("train", "sentiment", labels, *workspace, "--encoder", "toy")
    refused = call("evaluate", "sentiment", labels, *workspace, "--encoder", "other")
    mistaken(refused, 2, "'sentiment' was made for the encoder 'toy'", "train 'sentiment' again")
    trained = call("train", "sentiment", labels, *workspace, "--encoder", "other")
    assert trained.code == 0
    assert "the bundled classifier" in trained.out
    assert call("evaluate", "sentiment", labels, *workspace, "--encoder", "other").code == 0


def test_a_classifier_of_another_task_does_not_stand_in_the_way(
    call: Call, labels: Path, tmp_path: Path
) -> None:
    workspace = ("--workspace", tmp_path / "ws")
    topics = write_labels(tmp_path / "topics.csv", TOPICS)
    call("train", "topic", topics, *workspace, "--encoder", "toy")
    assert call("evaluate", "sentiment", labels, *workspace, "--encoder", "other").code == 0
    assert call("train", "sentiment", labels, *workspace, "--encoder", "other").code == 0


def test_mistakes_with_labels(call: Call, tmp_path: Path) -> None:
    ws = tmp_path / "ws"
    cases = {
        "nowhere.csv": (None, "nowhere.csv"),
        "few.csv": (ROWS[:5], "at least 10 are needed"),
        "one.csv": ([(text, "neg") for text, _ in ROWS], "at least two classes"),
        "odd.csv": ([*ROWS, ("a", "\x1b]0;owned\x07")], "unknown label"),
    }
    for name, (rows, word) in cases.items():
        if rows is not None:
            write_labels(tmp_path / name, rows)
        for command in ("train", "evaluate"):
            called = call(command, "sentiment", tmp_path / name, "--workspace", ws, "--encoder", "toy")
            mistaken(called, 2, word)
            assert "\x1b" not in called.err
    assert not ws.exists()  # a mistake makes no workspace


@pytest.mark.parametrize("task", ["touchpoint", "segment_no", "Sentiment", "../../up", "\x1b[31m"])
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_names_that_are_no_task(call: Call, labels: Path, tmp_path: Path, command: str, task: str) -> None:
    mistaken(call(command, task, labels, "--workspace", tmp_path / "ws", "--encoder", "toy"), 2)


def test_an_encoder_that_is_not_there(call: Call, labels: Path, tmp_path: Path) -> None:
    for command in ("train", "evaluate"):
        mistaken(
            call(command, "sentiment", labels, "--encoder", "nowhere", "--workspace", _empty(tmp_path)),
            2,
            "nowhere",
        )


def _empty(folder: Path) -> Path:
    Workspace(folder / "ws", create=True).close()
    return folder / "ws"


def test_a_workspace_that_cannot_be_used(call: Call, labels: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / DATABASE).write_bytes(b"no database" * 1000)
    for command in (("train", "sentiment", labels), ("evaluate", "sentiment", labels), ("sample",)):
        encoder = () if command == ("sample",) else ("--encoder", "toy")
        mistaken(call(*command, *encoder, "--workspace", tmp_path / "file"), 2, "is a file")
        mistaken(call(*command, *encoder, "--workspace", tmp_path / "damaged"), 1, "cannot be read")


def test_a_folder_that_cannot_be_written_while_training(call: Call, labels: Path, tmp_path: Path) -> None:
    (_empty(tmp_path) / "models").write_text("a file in place of the folder")
    done = call("train", "sentiment", labels, "--workspace", tmp_path / "ws", "--encoder", "toy")
    mistaken(done, 1, str(tmp_path / "ws"))
    with Workspace(tmp_path / "ws") as workspace:
        assert workspace.models() == []


def test_a_damaged_classifier_of_the_workspace_is_put_right_by_training_again(
    call: Call, labels: Path, tmp_path: Path
) -> None:
    arguments = ("train", "sentiment", labels, "--workspace", _empty(tmp_path), "--encoder", "toy")
    assert call(*arguments).code == 0
    for weights in (tmp_path / "ws" / "models").glob("*/heads.safetensors"):
        weights.write_bytes(b"damaged")
    mistaken(call("evaluate", *arguments[1:]), 2, "cannot be read")
    again = call(*arguments)
    assert again.code == 0
    assert "cannot be read" in again.out + again.err
    assert call("evaluate", *arguments[1:]).code == 0


# evaluate


def test_without_a_workspace_the_bundled_classifier_is_measured(call: Call, labels: Path) -> None:
    done = call("evaluate", "sentiment", labels, "--encoder", "toy")
    assert (done.code, done.err) == (0, "")
    assert "sentiment: the classifier that is bundled, on 60 rows" in done.out
    for part in ("accuracy 0.500", "macro-F1 0.333", "calibration error 0.100", "confusion", "Vietnamese"):
        assert part in done.out


def test_a_task_without_a_classifier_and_a_folder_without_a_workspace(
    call: Call, tmp_path: Path, labels: Path
) -> None:
    path = write_labels(tmp_path / "topics.csv", TOPICS)
    mistaken(call("evaluate", "topic", path, "--encoder", "toy"), 2, "painpoints train topic topics.csv")
    missing = call("evaluate", "sentiment", labels, "--encoder", "toy", "--workspace", tmp_path / "nowhere")
    mistaken(missing, 2, "is no workspace")


# sample


def test_a_sample_is_written_and_the_next_step_told(call: Call, ws: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.xlsx"
    done = call("sample", "--workspace", ws, "--out", out, "--rows", "20", "--task", "churn")
    assert (done.code, done.err) == (0, "")
    assert "20 of 60 segments without a label (6 random, 8 uncertain, 6 diverse)" in done.out
    assert f"painpoints train churn {out} --workspace {ws}" in done.out
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 21


def test_a_sample_that_was_filled_in_is_trained_on_and_not_drawn_again(
    call: Call, ws: Path, tmp_path: Path
) -> None:
    out, kinds = tmp_path / "labels.xlsx", dict(ROWS)
    call("sample", "--workspace", ws, "--out", out, "--rows", "40", "--task", "sentiment")
    book = openpyxl.load_workbook(out)
    sheet = book.worksheets[0]
    for row in range(2, 42):
        sheet.cell(row, 4).value = {"neg": "tiêu cực", "pos": "tích cực"}[kinds[sheet.cell(row, 3).value]]
    book.save(out)
    trained = call("train", "sentiment", out, "--workspace", ws, "--encoder", "toy")
    assert trained.code == 0, trained
    again = call("sample", "--workspace", ws, "--out", out, "--rows", "40", "--task", "sentiment")
    assert "20 of 20 segments without a label" in again.out


def test_mistakes_with_a_sample(call: Call, ws: Path, tmp_path: Path) -> None:
    xlsx = tmp_path / "labels.xlsx"
    mistaken(call("sample", "--workspace", tmp_path / "nowhere"), 2, "is no workspace")
    mistaken(call("sample", "--workspace", ws, "--out", tmp_path / "labels.csv"), 2, ".xlsx")
    mistaken(
        call("sample", "--workspace", ws, "--out", tmp_path / "no" / "labels.xlsx"), 1, "cannot be written"
    )
    mistaken(call("sample", "--workspace", ws, "--out", xlsx, "--task", "touchpoint"), 2, "journey file")
    Workspace(tmp_path / "fresh", create=True).close()
    mistaken(call("sample", "--workspace", tmp_path / "fresh", "--out", xlsx), 2, "holds no run")
    with Workspace(ws) as workspace:
        workspace.add_labels("sentiment", labels_frame(dict(ROWS)))
    mistaken(call("sample", "--workspace", ws, "--out", xlsx, "--task", "sentiment"), 2, "labelled already")
    assert not xlsx.exists()


def test_a_call_that_is_wrong_ends_with_exit_code_2(call: Call, ws: Path, labels: Path) -> None:
    for arguments in (
        ("train", "sentiment"),
        ("evaluate",),
        ("sample",),
        ("sample", "--workspace", ws, "--rows", "0"),
        ("train", "sentiment", labels, "--rows", "3"),
    ):
        called = call(*arguments)
        assert called.code == 2
        assert "Usage" in called.err
        assert "Traceback" not in called.err
