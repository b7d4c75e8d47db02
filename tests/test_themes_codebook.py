"""Themes that the user names beforehand."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from painpoints.errors import InputError
from painpoints.settings import ThemeSettings
from painpoints.themes import find_themes
from painpoints.themes.codebook import known_from, load_codebook
from theme_toys import ENCODER, texts
from train_toys import stored_segments

HEADER = ("Tên", "name_en", "Mô tả", "Ví dụ")


def book(path: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def test_segments_like_the_examples_go_to_the_named_theme_and_the_rest_is_clustered(tmp_path: Path) -> None:
    path = book(
        tmp_path / "book.csv", ("Giao trễ", "Late", "giao hàng trễ", "\n".join(texts(0, range(100, 106)))),
        ("Khác", "Other", "nhân viên cộc lốc", " | ".join(texts(4, range(100, 106)))),
    )  # fmt: skip
    entries = load_codebook(path)
    said = [*texts(0, range(2, 32)), *texts(1, range(2, 32)), *texts(2, range(2, 32))]
    segments, vectors = stored_segments(said), ENCODER.encode(said)
    found = find_themes(segments, vectors, ThemeSettings(), 7, known=known_from(entries, ENCODER))
    table = found.themes.set_index("theme_id")
    late = entries[0].theme_id
    assert table.at[late, "name_vi"] == "Giao trễ"
    assert table.at[late, "name_en"] == "Late"
    assert (found.assignment["theme_id"].iloc[:30] == late).sum() >= 27
    assert not (found.assignment["theme_id"].iloc[30:] == late).any()
    assert entries[1].theme_id not in table.index  # nobody speaks of it
    assert len(table) == 3


def test_a_workbook_with_one_name_and_a_theme_of_praise(tmp_path: Path) -> None:
    workbook = Workbook()
    for row in (
        ["name_en", "examples", "kind"],
        ["Late", "came late|never came", ""],
        ["Kind staff", "so kind", "praise"],
    ):
        workbook.active.append(row)
    workbook.save(tmp_path / "book.xlsx")
    late, kind = load_codebook(tmp_path / "book.xlsx")
    assert (late.name_vi, late.texts, late.polarity) == ("Late", ("came late", "never came"), "pain")
    assert kind.polarity == "praise"
    assert late.theme_id != kind.theme_id


@pytest.mark.parametrize(
    ("rows", "header", "word"),
    [
        ([("a", "b", "c", "d")], ("x", "y", "z", "w"), "examples"),
        ([], HEADER, "holds no theme"),
        ([("", "", "mô tả", "ví dụ")], HEADER, "row 2 has no name"),
        ([("Tên", "", "", " | ")], HEADER, "neither examples nor a description"),
        ([("Tên", "", "m", "v"), ("Tên", "", "khác", "khác")], HEADER, "comes twice"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(
    tmp_path: Path, rows: list[tuple[str, ...]], header: tuple[str, ...], word: str
) -> None:
    with pytest.raises(InputError, match=word) as caught:
        load_codebook(book(tmp_path / "book.csv", *rows, header=header))
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        load_codebook(tmp_path / "nowhere.csv")


def test_an_entry_does_not_take_in_what_merely_lies_beside_its_examples(tmp_path: Path) -> None:
    path = book(tmp_path / "book.csv", ("Khác hẳn", "Other", "", texts(4, [100])[0]))
    said = [*texts(0, range(2, 42)), *texts(1, range(2, 42))]
    found = find_themes(
        stored_segments(said),
        ENCODER.encode(said),
        ThemeSettings(),
        7,
        known=known_from(load_codebook(path), ENCODER),
    )
    assert load_codebook(path)[0].theme_id not in set(found.assignment["theme_id"])
    assert len(found.themes) == 2


def test_entries_stay_guided_where_a_workspace_knows_them_already(tmp_path: Path) -> None:
    entries = load_codebook(book(tmp_path / "book.csv", ("Giao trễ", "Late", "", texts(0, [100])[0])))
    once = known_from(entries, ENCODER)
    remembered = replace(once, themes=tuple(replace(theme, guided=False) for theme in once.themes))
    assert [theme.guided for theme in known_from(entries, ENCODER, remembered).themes] == [True]
