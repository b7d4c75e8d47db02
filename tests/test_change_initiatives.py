"""The initiatives file, and which themes an initiative is about."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from painpoints.change.history import History
from painpoints.change.impact.initiative_match import match_initiatives
from painpoints.change.impact.initiatives import ControlGroup, Initiative, load_initiatives
from painpoints.errors import InputError
from painpoints.journey import load_journey
from painpoints.report.sentences import in_language

JOURNEY = load_journey("ecommerce")


def write(folder: Path, text: str, encoding: str = "utf-8-sig") -> Path:
    path = folder / "sang_kien.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_vietnamese_headers_dates_and_touchpoint_names(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "Ngày;Tên;Mô tả;Điểm chạm;Mã chủ đề;Chưa áp dụng\n"
        "03/02/2026;Thêm shipper;Tuyển 50 người;giao hàng;T1A2B3C, p4d5e6f;Hà Nội; \n"
        "2026-03-15;Đổi hộp;;Packaging;;kênh=app\n;;;;;\n",
    )
    first, second = load_initiatives(path, JOURNEY)
    assert (first.date, first.touchpoint) == (dt.date(2026, 2, 3), "delivery")
    assert first.theme_ids == ("T1A2B3C", "P4D5E6F")
    assert first.controls == (ControlGroup("segment", "Hà Nội"),)
    assert first.text == "Thêm shipper. Tuyển 50 người"
    assert (second.date, second.touchpoint) == (dt.date(2026, 3, 15), "packaging")
    assert second.controls == (ControlGroup("channel", "app"),)


def test_first_days_of_months_are_no_days_of_january(tmp_path: Path) -> None:
    rows = "".join(f"01/{month:02d}/2026,fix {month}\n" for month in range(1, 8))
    found = load_initiatives(write(tmp_path, "date,title\n" + rows), JOURNEY)
    assert [i.date for i in found] == [dt.date(2026, month, 1) for month in range(1, 8)]


def test_a_column_that_proves_month_first_is_read_so(tmp_path: Path) -> None:
    found = load_initiatives(write(tmp_path, "date,title\n02/03/2026,a\n02/28/2026,b\n"), JOURNEY)
    assert [i.date for i in found] == [dt.date(2026, 2, 3), dt.date(2026, 2, 28)]


def test_an_evening_keeps_its_day(tmp_path: Path) -> None:
    found = load_initiatives(write(tmp_path, "date,title\n2026-03-01 23:30,a\n2026-03-02 01:30,b\n"), JOURNEY)
    assert [i.date for i in found] == [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]


def test_xlsx_and_utf16(tmp_path: Path) -> None:
    table = pd.DataFrame({"Ngày": [pd.Timestamp("2026-03-05")], "Sáng kiến": ["Hotline 24/7"]})
    table.to_excel(tmp_path / "a.xlsx", index=False)
    assert load_initiatives(tmp_path / "a.xlsx", JOURNEY)[0].date == dt.date(2026, 3, 5)
    path = write(tmp_path, "Ngày\tTiêu đề\n1/12/2025\tX\n", encoding="utf-16")
    assert load_initiatives(path, JOURNEY) == (Initiative(dt.date(2025, 12, 1), "X"),)


def test_every_error_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "date,title,touchpoint,theme,control\n"
        "32/13/2026,,nowhere,giao trễ,colour=red\n,A,,,\n2026-01-05,B,,,\n2026-01-05,b,,,\n",
    )
    with pytest.raises(InputError) as caught:
        load_initiatives(path, JOURNEY)
    message = str(caught.value)
    assert message.startswith("sang_kien.csv: 8 errors in the initiatives file:")
    for part in (
        "row 2, column 'date': '32/13/2026' is no date", "row 2, column 'title': the title is missing",
        "row 2, column 'touchpoint': 'nowhere' is no touchpoint", "row 2, column 'theme': 'TRỄ' is no id",
        "row 2, column 'control': 'colour=red'", "row 3, column 'date': the date is missing", "is in row 4 already",
    ):  # fmt: skip
        assert part in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,age\na,1\n", "a column with the date"),
        ("date,title\n", "holds no initiative"),
        ("date,title\n13/02/2026,a\n02/13/2026,b\n", "row 3, column 'date': '02/13/2026' is month-first"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_initiatives(write(tmp_path, text), JOURNEY)


THEMES = (  # id, touchpoint, axis of meaning
    ("T1", "delivery", 0), ("T2", "delivery", 1), ("T3", "packaging", 2), ("T4", "customer_care", 3),
    ("T5", "customer_care", 4), ("T6", "", 5), ("T7", "loyalty", 6), ("T8", "warranty", 7),
)  # fmt: skip
WORDS = ("trễ", "thô lỗ", "hộp rách", "tổng đài", "chờ lâu", "ứng dụng", "điểm thưởng", "bảo hành")


def encode(texts: list[str]) -> np.ndarray:
    """One axis a word of WORDS, and one that every text shares."""
    rows = [[float(word in text) for word in WORDS] + [1.0] for text in texts]
    noise = np.array([np.random.default_rng(sum(map(ord, t))).normal(size=9) for t in texts]) / 50
    points = np.array(rows) + noise
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def history() -> History:
    themes = pd.DataFrame(
        [(i, "pain", WORDS[axis], f"issue {axis} {WORDS[axis]}", at, "") for i, at, axis in THEMES]
        + [("T9", "praise", "tốt", "good", "delivery", "")],
        columns=["theme_id", "polarity", "name_vi", "name_en", "touchpoint", "owner"],
    )
    return History(pd.DataFrame(), pd.DataFrame(), themes, ())


def matched(*initiatives: Initiative) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    vectors = {i: encode([f"{WORDS[axis]} quá"])[0] for i, _, axis in THEMES}
    found = match_initiatives(initiatives, history(), vectors, encode, JOURNEY)  # type: ignore[arg-type]
    return [(m.theme_id, m.matched_by) for m in found.matches], found.notices


def initiative(title: str, touchpoint: str = "", ids: tuple[str, ...] = ()) -> Initiative:
    return Initiative(dt.date(2026, 1, 5), title, "", touchpoint, ids)


def test_ids_of_themes_and_pains_win_and_unknown_ones_are_told() -> None:
    found, notices = matched(initiative("trễ", "delivery", ("T4", "P5", "TFFF", "T9")))
    assert found == [("T4", "id"), ("T5", "id")]
    assert "no theme TFFF" in notices[0]
    assert "T9 is praise" in notices[1]


def test_an_unknown_id_alone_falls_back_on_meaning() -> None:
    found, notices = matched(initiative("hết trễ", "", ("TFFF",)))
    assert found == [("T1", "meaning")]
    assert len(notices) == 1


def test_meaning_at_the_touchpoint_first() -> None:
    assert matched(initiative("không thô lỗ nữa", "delivery"))[0] == [("T2", "touchpoint+meaning")]


def test_a_theme_at_another_touchpoint_is_found_by_meaning() -> None:
    assert matched(initiative("hộp rách: thùng mới", "delivery"))[0] == [("T3", "meaning")]


def test_where_nothing_stands_out_the_touchpoint_is_taken_whole_or_nothing_is() -> None:
    assert matched(initiative("abc", "delivery"))[0] == [("T1", "touchpoint"), ("T2", "touchpoint")]
    found, notices = matched(initiative("abc"))
    assert found == []
    assert "fits no theme clearly" in notices[0]
    assert "at Promotions" not in notices[0]
    assert re.search(r" The nearest: T\d \(.+ / .+\), T\d \(.+ / .+\), T\d \(.+ / .+\)\.$", notices[0])
    assert " Gần nhất: T" in in_language(notices[0], "vi")


def test_no_themes_no_initiatives() -> None:
    assert matched() == ([], ())
    empty = History(pd.DataFrame(), pd.DataFrame(), history().themes.iloc[:0], ())
    found = match_initiatives([initiative("trễ")], empty, {}, encode, JOURNEY)  # type: ignore[arg-type]
    assert found.matches == ()
    assert len(found.notices) == 1


def test_names_alone_will_do_without_vectors() -> None:
    found = match_initiatives([initiative("hết trễ")], history(), {}, encode, JOURNEY)  # type: ignore[arg-type]
    assert [m.theme_id for m in found.matches] == ["T1"]
