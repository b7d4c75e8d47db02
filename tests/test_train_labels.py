"""Label files as analysts make them: CSV and workbooks, Vietnamese words, gaps, contradictions, mistakes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from painpoints.classify.tasks import TASKS, task_named
from painpoints.errors import InputError
from painpoints.store import text_hash
from painpoints.text import clean_many
from painpoints.train.labels import LEAST_ROWS, MOST_CLASSES, LabelFile, read_labels
from painpoints.train.retrain import require_task_name
from painpoints.train.words import LABEL_WORDS, label_of, label_word
from train_toys import sentences, write_labels

WORDS = ("tiêu cực", "tích cực")
TEN = [(text, WORDS[kind]) for text, kind in sentences(10)]


def write_xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def write_text(
    path: Path, rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    path.write_text("\r\n".join(delimiter.join(r) for r in rows) + "\r\n", encoding=encoding, newline="")
    return path


def refused(path: Path, task: str = "sentiment") -> str:
    with pytest.raises(InputError) as caught:
        read_labels(path, task)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def labels_of(found: LabelFile) -> list[str]:
    return found.rows["label"].tolist()


# the same rows in every shape

HALF = ["neg", "pos"] * 5


@pytest.mark.parametrize(
    "header",
    [
        ("text", "label"), ("Text", "Sentiment"), ("Nội dung", "Nhãn"), ("NOI DUNG", "nhan"),
        ("Câu nói của khách", "Cảm xúc"), ("bình luận", "phân loại"), ("comment", "category"), ("review", "class"),
    ],
)  # fmt: skip
def test_columns_are_known_by_names_in_both_languages(tmp_path: Path, header: tuple[str, str]) -> None:
    found = read_labels(write_labels(tmp_path / "a.csv", TEN, header), "sentiment")
    assert labels_of(found) == HALF
    assert found.rows["text"].tolist() == [text for text, _ in TEN]
    assert found.rows["place"].tolist() == list(range(2, 12))
    assert found.left_out == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters_of_excel(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [("text", "label"), *TEN]
    found = read_labels(write_text(tmp_path / "a.csv", rows, delimiter, encoding), "sentiment")
    assert labels_of(found) == HALF
    assert found.rows["text"][0] == TEN[0][0]


def test_a_workbook(tmp_path: Path) -> None:
    found = read_labels(write_xlsx(tmp_path / "a.xlsx", [("Nội dung", "Nhãn"), *TEN]), "sentiment")
    assert labels_of(found) == HALF


def test_the_sheet_with_the_labels_is_found_behind_others_and_below_a_title(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Ghi chú"])
    sheet = book.create_sheet("Nhãn")
    for row in [["Khảo sát tháng 9"], ["Nội dung", "Nhãn"], *TEN]:
        sheet.append(list(row))
    book.save(tmp_path / "a.xlsx")
    found = read_labels(tmp_path / "a.xlsx", "sentiment")
    assert labels_of(found) == HALF
    assert found.rows["place"].tolist() == list(range(3, 13))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice(tmp_path: Path) -> None:
    source = write_xlsx(
        tmp_path / "a.xlsx", [("Nội dung", "severity"), *((t, 1 + i % 4) for i, (t, _) in enumerate(TEN))]
    )
    (tmp_path / "out").mkdir()
    command = [
        "soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to",
        "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert labels_of(read_labels(tmp_path / "out" / "a.xlsx", "severity")) == [
        str(1 + i % 4) for i in range(10)
    ]


def test_numbers_and_ticks_of_a_workbook_are_labels_too(tmp_path: Path) -> None:
    rows = [
        ("text", "severity", "churn"),
        *((t, float(1 + i % 4), i % 2 == 0) for i, (t, _) in enumerate(TEN)),
    ]
    path = write_xlsx(tmp_path / "a.xlsx", rows)
    assert labels_of(read_labels(path, "severity")) == ["1", "2", "3", "4", "1", "2", "3", "4", "1", "2"]
    assert labels_of(read_labels(path, "churn")) == ["yes", "no"] * 5


def test_the_column_of_the_task_goes_before_one_that_is_merely_called_label(tmp_path: Path) -> None:
    rows = [("rác", text, "rác", label) for text, label in TEN]
    path = write_labels(tmp_path / "a.csv", rows, ("id", "text", "label", "sentiment"))
    assert labels_of(read_labels(path, "sentiment")) == HALF


def test_a_task_may_be_called_like_a_text_column(tmp_path: Path) -> None:
    rows = [(text, "giao hàng" if i % 2 else "khác") for i, (text, _) in enumerate(TEN)]
    path = write_labels(tmp_path / "a.csv", rows, ("content", "feedback"))
    assert set(labels_of(read_labels(path, "feedback"))) == {"giao hàng", "khác"}
    alone = write_labels(tmp_path / "b.csv", rows, ("feedback", "note"))
    assert "are needed" in refused(alone, "feedback")


# words


def test_every_word_of_a_label_is_understood_with_and_without_accents_and_none_means_two() -> None:
    for name, words in LABEL_WORDS.items():
        task = task_named(name)
        assert task is not None
        assert set(words) <= set(task.labels)
        for label, meanings in words.items():
            for word in (label, *meanings, *(m.upper() for m in meanings)):
                assert label_of(task, word) == label
                assert label_of(task, f"  {word} ") == label


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_the_drop_down_offers_is_understood(task, lang: str) -> None:  # type: ignore[no-untyped-def]
    offered = [label_word(task, label, lang) for label in task.labels]
    assert [label_of(task, word) for word in offered] == list(task.labels)


@pytest.mark.parametrize(
    ("word", "label"), [("x", "yes"), ("có", "yes"), ("1", "yes"), ("không", "no"), ("0", "no")]
)
def test_flags_are_ticked_as_people_tick(word: str, label: str) -> None:
    churn = task_named("churn")
    assert churn is not None
    assert label_of(churn, word) == label


# what is left out, and what is refused


def test_blank_cells_are_rows_that_nobody_labelled(tmp_path: Path) -> None:
    rows = [*TEN, ("chưa gán nhãn", ""), ("", "neg"), ("  ", " "), ("", "")]
    found = read_labels(write_labels(tmp_path / "a.csv", rows), "sentiment")
    assert labels_of(found) == HALF
    assert found.left_out == ("2 rows without a text or without a label",)


def test_a_text_with_two_labels_is_left_out_with_its_rows(tmp_path: Path) -> None:
    rows = [*TEN, ("app lỗi", "neg"), ("app lỗi", "pos"), ("App  lỗi", "neg")]
    found = read_labels(write_labels(tmp_path / "a.csv", rows), "sentiment")
    assert labels_of(found) == HALF
    assert found.left_out == ("3 rows whose text comes with two different labels (rows 12, 13, 14)",)


def test_a_text_that_is_repeated_with_its_label_counts_once(tmp_path: Path) -> None:
    found = read_labels(write_labels(tmp_path / "a.csv", [*TEN, TEN[0], TEN[1]]), "sentiment")
    assert labels_of(found) == HALF
    assert found.left_out == ("2 rows that repeat an earlier text",)


def test_unknown_labels_are_listed_with_their_rows_and_the_ones_allowed(tmp_path: Path) -> None:
    rows = [*TEN, ("một", "angry"), ("hai", "angry"), ("ba", "\x1b[31mđỏ")]
    said = refused(write_labels(tmp_path / "a.csv", rows))
    assert "2 unknown labels for sentiment" in said
    assert "'angry' in rows 12, 13" in said
    assert "in row 14" in said
    assert "\x1b" not in said
    assert "Allowed are neg, neu, pos" in said
    assert "Nothing was trained" in said


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    said = refused(write_labels(tmp_path / "a.csv", [(text, "neg") for text, _ in TEN]))
    assert "every row is labelled 'neg'" in said


def test_too_few_rows_are_refused_with_the_reason_why_so_few_are_left(tmp_path: Path) -> None:
    said = refused(write_labels(tmp_path / "a.csv", [*TEN[: LEAST_ROWS - 1], ("trống", "")]))
    assert "9 labelled rows for sentiment" in said
    assert "left out: 1 rows without" in said


@pytest.mark.parametrize("content", ["text,label\n", "text,label\n\n\n", "text;label\n;\n"])
def test_a_header_without_rows(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    assert "0 labelled rows" in refused(tmp_path / "a.csv")


def test_missing_columns_are_named_with_what_was_found(tmp_path: Path) -> None:
    said = refused(write_labels(tmp_path / "a.csv", TEN, ("note", "mark")))
    assert "'note', 'mark'" in said
    assert "Rename the columns" in said


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", b""), ("a.xlsx", b"PK\x03\x04 broken"), ("a.json", b'[{"text": "a", "label": "neg"}]'),
     ("a.parquet", b"PAR1")],
)  # fmt: skip
def test_files_that_hold_no_table_are_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refused(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "nowhere.csv" in refused(tmp_path / "nowhere.csv")


# hostile and private text


def test_hostile_text_is_read_as_text(tmp_path: Path) -> None:
    hostile = [
        "=cmd|'/c calc'!A1 hỏng",
        "<script>alert(1)</script> lỗi",
        "\x1b[31mđỏ\x07 quá",
        "a" * 20_000,
        "x\u202egnp.exe",
    ]
    rows = [*TEN, *((text, "neg") for text in hostile)]
    found = read_labels(write_labels(tmp_path / "a.csv", rows), "sentiment")
    assert labels_of(found) == [*HALF, *["neg"] * 5]


def test_personal_data_is_masked_before_anything_is_kept(tmp_path: Path) -> None:
    rows = [*TEN, ("gọi 0912 345 678 hoặc an@example.com nhé", "neg")]
    kept = read_labels(write_labels(tmp_path / "a.csv", rows), "sentiment").rows.iloc[-1]
    assert "0912" not in kept["text"] + kept["match_text"]
    assert "example.com" not in kept["text"] + kept["match_text"]


def test_a_text_is_known_by_what_the_classifiers_see_of_it(tmp_path: Path) -> None:
    found = read_labels(write_labels(tmp_path / "a.csv", TEN), "sentiment").rows
    clean = clean_many([text for text, _ in TEN])
    assert found["match_text"].tolist() == clean
    assert found["text_hash"].tolist() == [text_hash(t) for t in clean]
    assert set(found["lang"]) == {"vi"}


def test_how_a_row_was_drawn_is_kept(tmp_path: Path) -> None:
    rows = [(text, label, "random" if i < 3 else "diverse") for i, (text, label) in enumerate(TEN)]
    found = read_labels(write_labels(tmp_path / "a.csv", rows, ("text", "label", "drawn")), "sentiment")
    assert found.rows["drawn"].tolist() == ["random"] * 3 + ["diverse"] * 7


# tasks of the user's own


def own(path: Path, labels: Sequence[str]) -> LabelFile:
    return read_labels(
        write_labels(
            path / "own.csv", [(t, v) for (t, _), v in zip(sentences(len(labels)), labels, strict=True)]
        ),
        "topic",
    )


def test_a_task_of_the_users_own_takes_its_classes_from_the_file(tmp_path: Path) -> None:
    found = own(tmp_path, ["Vải", "Cỡ", "Màu"] * 4)
    assert found.task.labels == ("Cỡ", "Màu", "Vải")
    assert labels_of(found) == ["Vải", "Cỡ", "Màu"] * 4


def test_spellings_of_one_class_are_one_class(tmp_path: Path) -> None:
    decomposed = "Va\u0309i"
    found = own(
        tmp_path, ["Vải", "VẢI", decomposed, " Vải ", "Vải", "Cỡ  áo", "Cỡ\náo", "cỡ áo", "Cỡ áo", "Cỡ áo"]
    )
    assert found.task.labels == ("Cỡ áo", "Vải")


def test_classes_that_differ_by_their_tone_are_two(tmp_path: Path) -> None:
    assert own(tmp_path, ["bán", "bận"] * 5).task.labels == ("bán", "bận")


def test_a_class_with_a_single_row_is_left_out(tmp_path: Path) -> None:
    found = own(tmp_path, ["a", "b"] * 6 + ["hiếm"])
    assert found.task.labels == ("a", "b")
    assert found.left_out == ("1 rows of classes with a single row (hiếm)",)


def test_free_text_is_no_column_of_labels(tmp_path: Path) -> None:
    assert "Is it the right column" in _refused_own(
        tmp_path, [f"ý kiến {i}" for i in range(MOST_CLASSES + 1)]
    )
    assert "Is it the right column" in _refused_own(tmp_path, ["dài " * 200, "ngắn"] * 6)


def _refused_own(path: Path, labels: Sequence[str]) -> str:
    with pytest.raises(InputError) as caught:
        own(path, labels)
    assert len(str(caught.value)) < 400
    return str(caught.value)


@pytest.mark.parametrize("name", ["topic", "quality_2", "churn", "sentiment"])
def test_names_that_a_task_may_have(name: str) -> None:
    require_task_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "a b", "../up", "Chất", "品質", "text", "row", "theme_id", "sentiment_score", "topic_p", "run_id",
     "text_hash", "drawn", "rating", "a" * 41, "x\x1b[31m", "1st"],
)  # fmt: skip
def test_names_that_a_task_cannot_have(name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a task") as caught:
        require_task_name(name)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", ["Sentiment", "KIND", "expectation-gap", "Expectation Gap"])
def test_a_task_spelt_another_way_is_not_taken_for_a_new_one(name: str) -> None:
    with pytest.raises(InputError, match="is the one meant"):
        require_task_name(name)


def test_touchpoints_are_not_trained() -> None:
    with pytest.raises(InputError, match="journey file"):
        require_task_name("touchpoint")
