"""Training on labels: what is better is promoted, what is not is refused, and earlier labels are not forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classify_toys import ToyEncoder, toy_heads
from painpoints.classify import HeadSet, choose_heads
from painpoints.classify import predict as predict_module
from painpoints.classify.features import fold_ngrams, hashed_ngrams
from painpoints.classify.heads import NO_ENCODER, load_heads, save_heads
from painpoints.errors import InputError, ModelError
from painpoints.store import Workspace, text_hash
from painpoints.train.evaluate import Evaluation, evaluate, evaluation_text
from painpoints.train.labels import LabelFile, read_labels
from painpoints.train.retrain import Retrained, promote, retrain
from train_toys import BUCKETS, bundled, sentences, small, write_labels

SIDES = ("neg", "pos")
ROWS = [(text, SIDES[kind]) for text, kind in sentences(60)]
MORE = [(text, SIDES[kind]) for text, kind in sentences(100)[60:]]
TOPICS = (
    ("vải mỏng quá", "chất vải thô", "vải nhăn nhiều", "vải phai màu"),
    ("áo chật vai", "cỡ nhỏ hơn bảng", "quần dài lê thê", "size không chuẩn"),
    ("phí ship cao", "giá đắt hơn chỗ khác", "tiền cọc vô lý", "giá tăng liên tục"),
)
NAMES = ("vải", "cỡ", "giá")


def topics(count: int, kinds: Sequence[int] = (0, 1, 2)) -> list[tuple[str, str]]:
    found = sentences(count, [TOPICS[k] for k in kinds])
    return [(text, NAMES[kinds[kind]]) for text, kind in found]


class OtherEncoder(ToyEncoder):
    name = "other"
    digest = "other-digest"


Train = Callable[..., Retrained]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ws"


def read(folder: Path, rows: Sequence[Sequence[str]], task: str = "sentiment") -> LabelFile:
    folder.mkdir(exist_ok=True)
    return read_labels(write_labels(folder.parent / "labels.csv", rows), task)


def current(workspace: Workspace, heads: HeadSet) -> HeadSet:
    return replace(heads, promoted={m.task: load_heads(m.folder) for m in workspace.models()})


def train(
    folder: Path,
    rows: Sequence[Sequence[str]],
    task: str = "sentiment",
    heads: HeadSet | None = None,
    force: bool = False,
) -> Retrained:
    """As `painpoints train` does: promoted where it is better, or by force."""
    with Workspace(folder, create=True) as workspace:
        labels = read(folder, rows, task)
        result = retrain(labels, ToyEncoder(), current(workspace, heads or bundled()), workspace)
        if result.comparison.better or force:
            promote(result, workspace, forced=not result.comparison.better)
    return result


def measured(
    folder: Path, rows: Sequence[Sequence[str]], task: str = "sentiment", heads: HeadSet | None = None
) -> Evaluation:
    with Workspace(folder) as workspace:
        trained_on = set(workspace.labels(task)["text_hash"])
        return evaluate(
            read(folder, rows, task), ToyEncoder(), current(workspace, heads or bundled()), trained_on
        )


def shuffled(rows: Sequence[tuple[str, str]], seed: int = 7) -> list[tuple[str, str]]:
    """The same texts and labels, having nothing to do with each other."""
    labels = np.random.default_rng(seed).permutation([label for _, label in rows]).tolist()
    return [(text, label) for (text, _), label in zip(rows, labels, strict=True)]


# better, or not


def test_what_can_be_learnt_is_promoted_and_used(folder: Path) -> None:
    found = train(folder, ROWS)
    assert found.comparison.better
    assert found.comparison.after > 0.9
    assert found.compared_with == "the bundled classifier"
    assert measured(folder, MORE).figures["accuracy"] > 0.9
    with Workspace(folder) as workspace:
        [model] = workspace.models()
        assert (model.task, model.encoder_digest, model.forced) == ("sentiment", ToyEncoder.digest, False)
        assert model.figures["comparison"]["compared_with"] == "the bundled classifier"
        assert len(workspace.labels("sentiment")) == 60


def test_labels_without_sense_are_refused_and_nothing_is_written(folder: Path) -> None:
    train(folder, topics(60), "topic")
    before = sorted(p.relative_to(folder) for p in folder.rglob("*"))
    found = train(folder, shuffled(ROWS))
    assert not found.comparison.better
    assert sorted(p.relative_to(folder) for p in folder.rglob("*")) == before
    with Workspace(folder) as workspace:
        assert [m.task for m in workspace.models()] == ["topic"]
        assert workspace.labels("sentiment").empty


@pytest.mark.parametrize("task", ["sentiment", "topic"])
def test_labels_without_sense_pass_once_in_twenty_times_at_most(tmp_path: Path, task: str) -> None:
    """Against a classifier that always answers alike and against none: guessing has the higher macro-F1 every time."""
    passed = [
        train(tmp_path / str(seed), shuffled(ROWS[:40], seed), task).comparison.better for seed in range(12)
    ]
    assert sum(passed) <= 1


def test_what_is_forced_is_recorded_as_such(folder: Path) -> None:
    found = train(folder, ROWS)
    again = train(folder, ROWS, force=True)
    assert not again.comparison.better
    with Workspace(folder) as workspace:
        assert [m.forced for m in workspace.models()] == [True]
    assert (
        again.heads.heads["sentiment"].weights.tobytes() == found.heads.heads["sentiment"].weights.tobytes()
    )


def test_a_classifier_is_compared_with_the_one_promoted_before(folder: Path) -> None:
    train(folder, ROWS)
    again = train(folder, ROWS)
    assert again.compared_with == "the classifier that was promoted before"
    assert again.comparison.before == again.comparison.after  # the same labels teach the same
    assert not again.comparison.better


def test_the_one_before_is_judged_on_its_own_rows_by_copies_that_did_not_see_them(folder: Path) -> None:
    """Forty rows learnt by heart: without copies the one in use would look perfect on them."""
    rows = shuffled(ROWS[:40])
    train(folder, rows, force=True)
    assert train(folder, rows).comparison.accuracy_before < 0.9


def test_corrected_labels_count_against_what_was_learnt_from_the_wrong_ones(folder: Path) -> None:
    wrong = [(text, label if i % 5 < 2 else SIDES[label == "neg"]) for i, (text, label) in enumerate(ROWS)]
    train(folder, wrong, force=True)
    found = train(folder, ROWS)
    assert found.compared_with == "the classifier that was promoted before"
    assert found.comparison.better
    with Workspace(folder) as workspace:
        kept = workspace.labels("sentiment").set_index("text")["label"]
    assert kept.to_dict() == dict(ROWS)


def test_training_is_deterministic(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        train(tmp_path / name, ROWS)
        files.append(
            {
                p.relative_to(tmp_path / name): p.read_bytes()
                for p in (tmp_path / name / "models").rglob("*.*")
            }
        )
    assert len(files[0]) == 2
    assert files[0] == files[1]


# what is remembered


def test_a_second_training_remembers_earlier_labels(folder: Path) -> None:
    train(folder, ROWS)
    found = train(folder, [*MORE, ROWS[0]], force=True)
    assert found.remembered == 59
    assert len(found.labels) == 100
    assert found.comparison.rows == 100
    with Workspace(folder) as workspace:
        assert len(workspace.labels("sentiment")) == 100


def test_a_label_in_the_file_goes_before_an_earlier_one_of_the_same_text(folder: Path) -> None:
    train(folder, ROWS)
    text = ROWS[0][0]
    found = train(folder, [*MORE, (text, "neu")], force=True)
    assert found.labels.set_index("text").loc[text, "label"] == "neu"


def test_a_refused_training_leaves_the_one_in_use(folder: Path) -> None:
    train(folder, ROWS)
    with Workspace(folder) as workspace:
        before = workspace.models()
    train(folder, shuffled(ROWS))
    with Workspace(folder) as workspace:
        assert workspace.models() == before
        assert len(workspace.labels("sentiment")) == 60
    assert measured(folder, MORE).figures["accuracy"] > 0.9


# tasks of the user's own


def test_a_task_of_the_users_own_with_its_own_classes(folder: Path) -> None:
    found = train(folder, topics(60), "topic")
    assert found.compared_with == "always answering the commonest label"
    assert found.comparison.better
    assert found.task.labels == tuple(sorted(NAMES))
    later = measured(folder, topics(90)[60:], "topic")
    assert later.figures["accuracy"] > 0.9
    assert later.model == "promoted in the workspace"


def test_classes_that_a_later_file_lacks_are_not_forgotten(folder: Path) -> None:
    train(folder, topics(60), "topic")
    found = train(folder, topics(60, kinds=(0, 1))[20:], "topic", force=True)
    assert found.task.labels == tuple(sorted(NAMES))
    assert found.compared_with == "the classifier that was promoted before"
    assert measured(folder, topics(120)[90:], "topic").figures["accuracy"] > 0.9


def test_a_class_that_comes_later_is_learnt_and_compared_with_the_classifier_that_lacked_it(
    folder: Path,
) -> None:
    train(folder, topics(40, kinds=(0, 1)), "topic")
    found = train(folder, topics(60), "topic")
    assert found.compared_with == "the classifier that was promoted before"
    assert found.comparison.better
    assert found.task.labels == tuple(sorted(NAMES))


def test_a_class_that_was_relabelled_away_is_gone(folder: Path) -> None:
    train(folder, topics(60), "topic")
    merged = [(text, "khác" if label == "giá" else label) for text, label in topics(60)]
    found = train(folder, merged, "topic", force=True)
    assert found.task.labels == tuple(sorted(("vải", "cỡ", "khác")))
    assert found.comparison.accuracy_before < 0.75  # what it calls "giá" is no label any more


# encoders


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(predict_module, "models_dir", lambda: tmp_path / "models")
    heads = tmp_path / "models" / "heads"
    save_heads(heads / "text", toy_heads(buckets=BUCKETS))
    save_heads(heads / "fast", bundled())
    return heads


def test_an_encoder_without_heads_of_its_own_learns_from_those_that_look_at_words(
    models: Path, folder: Path
) -> None:
    encoder = OtherEncoder()
    with Workspace(folder, create=True) as workspace:
        heads, notice = choose_heads(encoder)
        assert not heads.uses_vectors
        assert notice
        for _ in range(2):  # the second time compared with its own
            result = retrain(read(folder, ROWS), encoder, heads, workspace)
            promote(result, workspace, forced=False)
            heads, _ = choose_heads(encoder, workspace.models())
        assert result.compared_with == "the classifier that was promoted before"
        assert workspace.models()[0].encoder_name == "other"
        found = evaluate(read(folder, MORE), encoder, heads, set())
    assert found.figures["accuracy"] > 0.9


def test_a_promoted_head_of_another_encoder_is_refused_by_name(models: Path, folder: Path) -> None:
    train(folder, ROWS)
    with Workspace(folder) as workspace:
        assert choose_heads(ToyEncoder(), workspace.models())[0].promoted["sentiment"]
        with pytest.raises(
            ModelError,
            match=r"classifier for 'sentiment' was made for the encoder 'toy' \(toy-digest\), not for 'other'",
        ) as caught:
            choose_heads(OtherEncoder(), workspace.models())
    assert "train 'sentiment' again" in str(caught.value)


def test_a_promoted_model_whose_files_are_gone_is_one_sentence(models: Path, folder: Path) -> None:
    train(folder, ROWS)
    with Workspace(folder) as workspace:
        (workspace.models()[0].folder / "heads.safetensors").unlink()
        with pytest.raises(ModelError, match="cannot be read"):
            choose_heads(ToyEncoder(), workspace.models())


def test_the_stored_head_answers_as_the_trained_one(folder: Path) -> None:
    found = train(folder, ROWS)
    texts = [text for text, _ in MORE]
    vectors, ngrams = ToyEncoder().encode(texts), fold_ngrams(hashed_ngrams(texts), BUCKETS)
    with Workspace(folder) as workspace:
        stored = load_heads(workspace.models()[0].folder, ToyEncoder.digest)
    assert stored.encoder_digest != NO_ENCODER
    one, other = (
        h.heads["sentiment"].probabilities(h.features(vectors, ngrams)) for h in (found.heads, stored)
    )
    assert one == pytest.approx(other, abs=5e-3)  # half precision


# labels that look wrong


def test_planted_wrong_labels_are_found_first(folder: Path) -> None:
    rows, planted = [*ROWS, *MORE], (6, 17, 42, 45)  # each of another wording
    wrong = [(text, SIDES[label == "neg"] if i in planted else label) for i, (text, label) in enumerate(rows)]
    found = train(folder, wrong).suspects
    assert {s.place for s in found[: len(planted)]} == {i + 2 for i in planted}  # the header is row 1
    for s in found[: len(planted)]:
        assert (s.text, s.label) == (wrong[s.place - 2][0], wrong[s.place - 2][1])
        assert s.likelier == rows[s.place - 2][1]
        assert 0.5 < s.probability <= 1


def test_sound_labels_are_left_in_peace(folder: Path) -> None:
    assert train(folder, ROWS).suspects == ()


def test_of_a_class_with_a_single_row_nothing_can_be_said(folder: Path) -> None:
    rows = [*ROWS, ("giao hàng lúc ba giờ", "neu")]
    assert "neu" not in {s.label for s in train(folder, rows).suspects}


# figures


def test_figures_leave_out_the_rows_trained_on_and_say_how_many(folder: Path) -> None:
    train(folder, ROWS)
    found = measured(folder, [*ROWS[:25], *MORE])
    assert (found.figures["rows"], found.trained_on, found.flattered) == (40, 25, False)
    assert "left out: 25 rows that it was trained on" in evaluation_text(found)


def test_where_only_rows_trained_on_remain_they_are_measured_with_a_warning(folder: Path) -> None:
    train(folder, ROWS)
    found = measured(folder, ROWS)
    assert (found.figures["rows"], found.flattered) == (60, True)
    assert "flatters it" in evaluation_text(found)


def test_figures_worked_out_on_paper(folder: Path) -> None:
    """The bundled toy always says neg with 0.6: half of the rows right, calibration error 0.1."""
    Workspace(folder, create=True).close()
    found = measured(folder, ROWS)
    assert found.figures["accuracy"] == 0.5
    assert found.figures["macro_f1"] == pytest.approx(1 / 3, abs=1e-4)
    assert found.figures["calibration_error"] == pytest.approx(0.1, abs=1e-4)
    assert found.confusion.tolist() == [[30, 0, 0], [0, 0, 0], [30, 0, 0]]
    assert [(c["label"], c["rows"], c["f1"]) for c in found.by_class if c["rows"]] == [
        ("neg", 30, pytest.approx(2 / 3)),
        ("pos", 30, 0.0),
    ]
    assert {lang: f["rows"] for lang, f in found.by_language.items()} == {"Vietnamese": 60}
    assert found.model == "bundled"
    said = evaluation_text(found)
    assert "accuracy 0.500" in said
    assert "nan" not in said


def test_rows_drawn_at_random_have_figures_of_their_own(folder: Path) -> None:
    Workspace(folder, create=True).close()
    drawn = [
        (text, label, "random" if i < 20 and label == "neg" else "uncertain")
        for i, (text, label) in enumerate(ROWS)
    ]
    write_labels(folder.parent / "drawn.csv", drawn, ("text", "label", "drawn"))
    found = evaluate(read_labels(folder.parent / "drawn.csv", "sentiment"), ToyEncoder(), bundled(), set())
    assert found.by_language["random rows"]["rows"] == 10
    assert found.by_language["random rows"]["accuracy"] == 1.0
    assert "random rows" in evaluation_text(found)
    assert "random rows" not in evaluation_text(measured(folder, ROWS))


def test_rows_with_labels_that_the_classifier_does_not_know_are_left_out_and_counted(folder: Path) -> None:
    train(folder, topics(60, kinds=(0, 1)), "topic")
    found = measured(folder, topics(90)[60:], "topic")
    assert found.figures["rows"] == 20
    assert "left out: 10 rows with labels that the classifier does not know" in evaluation_text(found)


def test_without_a_classifier_for_the_task_the_user_is_told_to_train_one(folder: Path) -> None:
    Workspace(folder, create=True).close()
    with pytest.raises(InputError, match=r"There is no classifier for 'topic'.*painpoints train topic"):
        measured(folder, topics(30), "topic")
    train(folder, topics(60), "topic")
    strange = [(text, f"lạ {label}") for text, label in topics(30)]
    with pytest.raises(InputError, match="none of its labels is known"):
        measured(folder, strange, "topic")


def test_the_hash_of_a_text_is_that_of_what_the_classifiers_see() -> None:
    assert text_hash("giao chậm") == text_hash("giao chậm")
    assert len({text_hash(t) for t in ("giao chậm", "giao cham", "Giao chậm")}) == 3
