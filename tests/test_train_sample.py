"""Rows worth labelling: the mix, nothing twice, every row with the same chance, and a workbook that people can fill in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.classify.tasks import TASKS
from painpoints.errors import InputError, JobError
from painpoints.store import Workspace
from painpoints.train.commands import run_sample
from painpoints.train.labels import read_labels
from painpoints.train.sample import MIX, Sample, draw, draw_sample
from painpoints.train.workbook import write_workbook
from train_toys import labels_frame, save_run, sentences, stored_segments

TEXTS = [text for text, _ in sentences(60)]


def circle(n: int) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with Workspace(tmp_path / "ws", create=True) as opened:
        save_run(opened, TEXTS, np.linspace(0.3, 1, 60).tolist())
    return tmp_path / "ws"


# drawing


def test_the_mix() -> None:
    drawn = draw(np.linspace(0, 1, 1000, dtype=np.float32), circle(1000), 100, 1)
    assert Counter(drawn.values()) == {"random": 30, "uncertain": 40, "diverse": 30}
    assert sum(MIX.values()) == pytest.approx(1)


def test_uncertain_rows_are_those_the_classifier_was_least_sure_of() -> None:
    drawn = draw(np.linspace(1, 0, 1000, dtype=np.float32), circle(1000), 100, 1)
    unsure = [row for row, how in drawn.items() if how == "uncertain"]
    by_chance = {row for row, how in drawn.items() if how == "random"}
    assert sorted(unsure) == sorted(r for r in range(999, 0, -1) if r not in by_chance)[-40:]


def test_diverse_rows_lie_apart() -> None:
    """99 alike and one unlike any: whatever chance took before, the odd one is among the diverse."""
    vectors = np.tile(np.asarray([[1, 0]], dtype=np.float32), (100, 1))
    vectors[57] = [0, 1]
    for seed in range(5):
        certainty = np.ones(100, dtype=np.float32)
        assert 57 in draw(certainty, vectors, 10, seed)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 60), st.integers(1, 90), st.integers(0, 5))
def test_as_many_rows_as_wanted_or_there_are_each_once(total: int, count: int, seed: int) -> None:
    drawn = draw(np.full(total, 0.5, dtype=np.float32), circle(total), count, seed)
    assert len(drawn) == min(count, total)
    assert set(drawn) <= set(range(total))


def test_random_rows_are_drawn_from_all_rows_alike() -> None:
    """Sure or unsure, alike or not: each of 40 rows is among the 6 random ones of 20 in 6 of 40 draws."""
    counts = np.zeros(40)
    certainty = np.linspace(0, 1, 40, dtype=np.float32)
    for seed in range(2000):
        drawn = draw(certainty, circle(40), 20, seed)
        counts[[row for row, how in drawn.items() if how == "random"]] += 1
    expected, spread = 2000 * 6 / 40, (2000 * 0.15 * 0.85) ** 0.5
    assert np.abs(counts - expected).max() < 4 * spread


def test_the_order_does_not_tell_how_a_row_was_drawn() -> None:
    drawn = list(draw(np.linspace(0, 1, 500, dtype=np.float32), circle(500), 100, 1).values())
    assert len(set(drawn[:10])) > 1
    assert drawn != sorted(drawn)


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    certainty = np.linspace(0, 1, 200, dtype=np.float32)
    one, same, other = (draw(certainty, circle(200), 50, seed) for seed in (1, 1, 2))
    assert list(one.items()) == list(same.items())
    assert one != other


# from a workspace


def sampled(folder: Path, count: int = 20, tasks: tuple[str, ...] = ("sentiment",), seed: int = 1) -> Sample:
    with Workspace(folder) as opened:
        return draw_sample(opened, tasks, count, seed)


def test_the_least_sure_segments_of_the_task_are_drawn(workspace: Path) -> None:
    rows = sampled(workspace).rows
    unsure = rows.loc[rows["drawn"] == "uncertain", "text"]
    assert {TEXTS.index(t) for t in unsure} <= set(
        range(14)
    )  # 8 of them, 6 more may have been drawn by chance


def test_one_answer_among_many_classes_is_unsure_below_a_half_too(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as opened:
        save_run(opened, TEXTS, [0.5] * 59 + [0.25])
    assert TEXTS[59] in sampled(tmp_path, 4).rows["text"].tolist()
    rows = sampled(tmp_path, 4).rows
    assert rows.loc[rows["text"] == TEXTS[59], "drawn"].item() in ("uncertain", "random")


def test_nothing_that_has_a_label_is_drawn_again(workspace: Path) -> None:
    with Workspace(workspace) as opened:
        opened.add_labels("sentiment", labels_frame(dict.fromkeys(TEXTS[:50], "neg")))
    found = sampled(workspace)
    assert sorted(found.rows["text"]) == sorted(TEXTS[50:])
    assert found.population == 10
    assert sampled(workspace, 60, ("kind",)).population == 60


def test_a_text_whose_cleaned_form_came_out_otherwise_is_known_by_its_words(workspace: Path) -> None:
    labels = labels_frame({TEXTS[0]: "neg"}).assign(text_hash="of another cleaned form")
    with Workspace(workspace) as opened:
        opened.add_labels("sentiment", labels)
    assert TEXTS[0] not in sampled(workspace, 60).rows["text"].tolist()


def test_a_text_that_occurs_twice_is_drawn_once(tmp_path: Path) -> None:
    with Workspace(tmp_path, create=True) as opened:
        save_run(opened, [*TEXTS[:5], *TEXTS[:5]])
    assert sorted(sampled(tmp_path).rows["text"]) == sorted(TEXTS[:5])


def test_rows_come_from_the_last_run(workspace: Path) -> None:
    with Workspace(workspace) as opened:
        save_run(opened, ["câu của lần chạy sau"], run_id="run-2")
    assert sampled(workspace).rows["text"].tolist() == ["câu của lần chạy sau"]


def test_segments_without_vectors_can_be_drawn(tmp_path: Path) -> None:
    manifest = {"models": {"encoder": {"digest": "unknown"}}}
    with Workspace(tmp_path, create=True) as opened:
        opened.save_run("a", manifest, stored_segments(TEXTS), ())
    assert len(sampled(tmp_path).rows) == 20


def test_without_a_run_or_without_rows_left_the_user_is_told(tmp_path: Path, workspace: Path) -> None:
    Workspace(tmp_path / "empty", create=True).close()
    with pytest.raises(InputError, match=r"holds no run to sample from.*painpoints run EXPORT"):
        sampled(tmp_path / "empty")
    with Workspace(workspace) as opened:
        opened.add_labels("sentiment", labels_frame(dict.fromkeys(TEXTS, "neg")))
    with pytest.raises(InputError, match="labelled already for sentiment"):
        sampled(workspace)


# the workbook


def written(folder: Path, lang: str = "vi", tasks: tuple[str, ...] = ("sentiment", "kind")) -> Path:
    out = folder.parent / f"labels-{lang}.xlsx"
    run_sample(folder, out, tasks, 20, 1, lang)
    return out


def drop_downs(path: Path) -> dict[str, list[str]]:
    """Column title -> what its drop-down offers, over all rows of the first sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    found = {}
    for rule in sheet.data_validations.dataValidation:
        assert rule.type == "list"
        [cells] = rule.sqref.ranges
        assert (cells.min_row, cells.max_row) == (2, sheet.max_row)
        if rule.formula1.startswith('"'):
            offered = rule.formula1.strip('"').split(",")
        else:
            title, area = rule.formula1.lstrip("=").rsplit("!", 1)
            offered = [str(c.value) for (c,) in book[title.strip("'")][area.replace("$", "")]]
        found[str(sheet.cell(1, cells.min_col).value)] = offered
    return found


def test_every_task_has_a_drop_down_in_the_language_of_the_user(workspace: Path) -> None:
    assert drop_downs(written(workspace)) == {
        "Cảm xúc": ["tiêu cực", "trung tính", "tích cực"],
        "Loại ý kiến": ["phàn nàn", "đề nghị", "câu hỏi", "khen", "khác"],
    }
    assert drop_downs(written(workspace, "en"))["Sentiment"] == ["neg", "neu", "pos"]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_drop_down_for_every_task_whose_answers_are_understood(workspace: Path, lang: str) -> None:
    path = written(workspace, lang, tuple(t.name for t in TASKS))
    offered = drop_downs(path)
    assert len(offered) == len(TASKS)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for column, (title, words) in enumerate(offered.items(), 4):
        assert sheet.cell(1, column).value == title
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, column).value = words[row % len(words)]
    book.save(path)
    for task in TASKS:
        found = read_labels(path, task.name)
        assert len(found.rows) == 20
        assert set(found.rows["drawn"]) == {"random", "uncertain", "diverse"}


def test_a_task_of_the_users_own_offers_its_classes_commas_and_all(workspace: Path) -> None:
    classes = ["Vải, màu", '"ngoặc"', "=1+1", *(f"lớp số {i} với một tên dài" for i in range(20))]
    labels = {f"câu {i}": c for i, c in enumerate(classes)}
    with Workspace(workspace) as opened:
        opened.add_labels("topic", labels_frame(labels))
    assert drop_downs(written(workspace, tasks=("topic",)))["topic"] == sorted(classes)


def test_a_task_that_nobody_has_labelled_yet_is_filled_in_freely(workspace: Path) -> None:
    assert drop_downs(written(workspace, tasks=("topic", "topic"))) == {}


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    hostile = ["=cmd|'/c calc'!A1", "+1", "http://x.example", "\x1b[31mđỏ\x00", "{=1}", "a" * 40_000]
    with Workspace(tmp_path / "ws", create=True) as opened:
        save_run(opened, hostile)
    sheet = openpyxl.load_workbook(written(tmp_path / "ws")).worksheets[0]
    cells = [sheet.cell(row, 3) for row in range(2, 8)]
    assert {c.data_type for c in cells} == {"s"}
    assert all(c.hyperlink is None for c in cells)
    assert "=cmd|'/c calc'!A1" in {c.value for c in cells}


def test_the_same_draw_is_the_same_file_byte_for_byte(workspace: Path) -> None:
    first = written(workspace).read_bytes()
    assert written(workspace).read_bytes() == first


def test_a_place_that_cannot_be_written_is_one_sentence(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.xlsx"):
        run_sample(workspace, tmp_path / "labels.csv", ("sentiment",), 5, 1, "vi")
    sample = Sample(
        pd.DataFrame({c: [] for c in ("feedback_id", "segment_no", "text", "lang", "drawn")}), 0, "r"
    )
    (tmp_path / "taken.xlsx").mkdir()
    for out in (tmp_path / "nowhere" / "labels.xlsx", tmp_path / "taken.xlsx"):
        with pytest.raises(JobError, match="cannot be written"):
            write_workbook(sample, ("sentiment",), {}, out, "vi")
