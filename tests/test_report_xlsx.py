"""The workbook, read back."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from painpoints.report import ReportInput, build_report, theme_sheets
from painpoints.report.render_xlsx import write_workbook
from painpoints.report.sheet import MAX_CELL, cell_text
from report_factory import THEMES, make_input

SHEETS = {
    "vi": ["Tóm tắt", "Điểm đau", "Chủ đề", "Chủ đề con", "Bản đồ hành trình", "Theo bộ phận",
           "Trích dẫn", "Chất lượng dữ liệu"],
    "en": ["Summary", "Pain points", "Themes", "Sub-themes", "Journey map", "By department", "Quotes",
           "Data quality"],
}  # fmt: skip


def _written(inp: ReportInput, path: Path) -> Any:
    write_workbook(build_report(inp), inp.with_sub_themes(), path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl drops the data bars' extension and says so
        return openpyxl.load_workbook(path)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_sheets_are_named_in_the_language_and_can_be_filtered(tmp_path: Path, lang: str) -> None:
    book = _written(make_input(200, lang=lang), tmp_path / "r.xlsx")
    assert book.sheetnames == SHEETS[lang]
    for name in SHEETS[lang][1:7]:
        assert book[name].freeze_panes
        assert book[name].auto_filter.ref


def test_pains_are_in_order_with_real_numbers_and_dates(tmp_path: Path) -> None:
    inp = make_input(400)
    sheet = _written(inp, tmp_path / "r.xlsx")["Điểm đau"]
    header = [cell.value for cell in sheet[1]]
    rows = [
        dict(zip(header, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)
    ]
    assert [row["pain_id"] for row in rows] == list(inp.ranking.pains["pain_id"])
    assert [row["Điểm"] for row in rows] == list(inp.ranking.pains["score"])
    assert all(isinstance(row["Xuất hiện lần đầu"], datetime) for row in rows)
    assert sheet.conditional_formatting


def test_no_cell_is_a_formula_or_a_link(tmp_path: Path) -> None:
    book = _written(make_input(300, hostile=True), tmp_path / "r.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    with ZipFile(tmp_path / "r.xlsx") as parts:
        for name in parts.namelist():
            if name.endswith(".xml"):
                Xml.fromstring(parts.read(name))
    texts = {cell.value for row in book["Trích dẫn"].iter_rows() for cell in row}
    assert "=cmd|' /C calc'!A0" in texts


def test_every_segment_is_there_in_words(tmp_path: Path) -> None:
    inp = make_input(150)
    sheet = _written(inp, tmp_path / "r.xlsx")["Trích dẫn"]
    assert sheet.max_row == len(inp.segments) + 1
    assert {row[2].value for row in sheet.iter_rows(min_row=2)} == {"tiêu cực", "trung tính", "tích cực"}
    assert {row[7].value for row in sheet.iter_rows(min_row=2)} >= {THEMES[0].name_vi, None}


def test_sub_themes_are_rows_and_every_segment_names_its_own(tmp_path: Path) -> None:
    inp = make_input(300)
    book = _written(inp, tmp_path / "r.xlsx")
    rows = [[cell.value for cell in row] for row in book["Chủ đề con"].iter_rows(min_row=2)]
    assert [row[0] for row in rows] == ["T0001", "T0001"]
    assert {row[1] for row in rows} == {THEMES[0].name_vi}
    told = pd.Series([row[8].value for row in book["Trích dẫn"].iter_rows(min_row=2)]).dropna().value_counts()
    assert told.to_dict() == {row[5]: row[7] for row in rows}
    pain = next(
        row for row in book["Điểm đau"].iter_rows(min_row=2, values_only=True) if THEMES[0].name_vi in row
    )
    assert f"{rows[0][5]} ({rows[0][8]}); {rows[1][5]} ({rows[1][8]})" in pain


def test_a_sheet_that_is_too_long_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_sheets, "MAX_ROWS", 53)
    sheet = _written(make_input(150), tmp_path / "r.xlsx")["Trích dẫn"]
    assert "50 trên" in sheet["A1"].value
    assert sheet.max_row == 52


def test_cells_hold_what_excel_holds() -> None:
    assert len(cell_text("a" * 40_000)) == MAX_CELL
    emoji = cell_text("😀" * 30_000)
    assert len(emoji.encode("utf-16-le")) <= 2 * MAX_CELL
    assert emoji.endswith("…")
    assert cell_text(None) == ""


@pytest.mark.parametrize("options", [{"dates": False}, {"ratings": False}, {"themes": ()}, {"count": 3}])
def test_poor_data_still_give_a_workbook(tmp_path: Path, options: dict[str, Any]) -> None:
    book = _written(make_input(**{"count": 80, **options}), tmp_path / "r.xlsx")
    assert len(book.sheetnames) == 8


def test_undated_segments_have_an_empty_date(tmp_path: Path) -> None:
    inp = make_input(60)
    segments = inp.with_sub_themes()
    segments.loc[0, "created_at"] = pd.NaT
    write_workbook(build_report(inp), segments, tmp_path / "r.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Trích dẫn"]
    assert sheet["B2"].value is None
    assert isinstance(sheet["B3"].value, datetime)
