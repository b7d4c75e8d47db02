"""One record, one item: and never two customers taken for one."""

from __future__ import annotations

from ingest_exports import csv_text, write, write_json, write_xlsx
from painpoints.ingest import read_exports

LONG = "Tôi đặt hàng từ tuần trước mà đến hôm nay vẫn chưa nhận được"


def read(tmp_path, *tables, names="abcdefgh"):
    paths = [
        write(tmp_path / f"{name}.csv", csv_text(rows)) for name, rows in zip(names, tables, strict=False)
    ]
    return read_exports(paths)


def pairs(got):
    return got.duplicates[["file", "row", "duplicate_of"]].values.tolist()


def test_same_id_and_text_counts_once(tmp_path):
    got = read(tmp_path, [["id", "content"], ["1", "tốt"], ["2", "kém"], ["1", "tốt"]])
    assert got.items["row"].tolist() == [1, 2]
    assert got.duplicates.iloc[0].tolist() == ["a.csv", 3, "1", "1", "same id and text"]


def test_same_id_with_another_text_is_a_correction_and_the_last_one_stays(tmp_path):
    got = read(
        tmp_path,
        [["id", "content"], ["1", "Giao trễ"], ["2", "kém"]],
        [["id", "content"], ["1", "Giao trễ 3 ngày"]],
    )
    assert got.items[["feedback_id", "text"]].values.tolist() == [["2", "kém"], ["1", "Giao trễ 3 ngày"]]
    assert got.duplicates["reason"].tolist() == ["same id, replaced by a later record"]
    assert [(f.kept, f.duplicate) for f in got.files] == [(1, 1), (1, 0)]


def test_overlapping_exports_with_ids(tmp_path):
    week1 = [["id", "content"], *([f"r{i}", f"ý kiến {i}"] for i in range(10))]
    week2 = [["id", "content"], *([f"r{i}", f"ý kiến {i}"] for i in range(5, 15))]
    got = read(tmp_path, week1, week2)
    assert len(got.items) == 15
    assert [f.duplicate for f in got.files] == [0, 5]


def test_the_same_file_twice_is_all_duplicates_even_without_ids(tmp_path):
    rows = [["content"], ["tốt"], ["tốt"], ["kém"]]
    got = read(tmp_path, rows, rows)
    assert [(f.kept, f.duplicate) for f in got.files] == [(3, 0), (0, 3)]
    assert pairs(got) == [["b.csv", 1, "a.csv:1"], ["b.csv", 2, "a.csv:2"], ["b.csv", 3, "a.csv:3"]]


def test_short_texts_of_different_people_or_times_are_not_duplicates(tmp_path):
    rows = [
        ["content", "Mã KH", "Ngày tạo"],
        ["tốt", "K1", "03/11/2025 10:00"],
        ["tốt", "K2", "03/11/2025 10:00"],
        ["tốt", "K1", "13/11/2025 10:00"],
        ["tốt", "K1", "03/11/2025 10:00"],
    ]
    got = read(tmp_path, rows)
    assert got.items["row"].tolist() == [1, 2, 3]
    assert got.duplicates["reason"].tolist() == ["same text, time and customer"]


def test_without_id_customer_or_time_only_long_equal_rows_are_duplicates(tmp_path):
    got = read(tmp_path, [["content"], ["tốt"], ["tốt"], [LONG], [LONG]])
    assert got.items["text"].tolist() == ["tốt", "tốt", LONG]


def test_a_day_without_a_time_does_not_join_short_texts(tmp_path):
    day = [["content", "ngày tạo"], ["tốt", "13/11/2025"], ["tốt", "13/11/2025"]]
    minute = [["content", "ngày tạo"], ["tốt", "13/11/2025 10:05"], ["tốt", "13/11/2025 10:05"]]
    got = read(tmp_path, day, minute)
    assert [f.duplicate for f in got.files] == [0, 1]


def test_rows_that_differ_in_any_cell_are_kept_and_running_numbers_do_not_count(tmp_path):
    got = read(
        tmp_path, [["STT", "content", "chi tiết"], ["1", LONG, "a"], ["2", LONG, "a"], ["3", LONG, "b"]]
    )
    assert got.items["row"].tolist() == [1, 3]


def test_files_that_both_count_from_one_hold_different_records(tmp_path):
    first = [["id", "content"], *([str(i), f"cà phê {i}"] for i in range(1, 9))]
    second = [["id", "content"], *([str(i), f"trà sữa {i}"] for i in range(1, 9))]
    got = read(tmp_path, first, second)
    assert len(got.items) == 16
    assert got.items["feedback_id"].is_unique
    assert got.items["feedback_id"].tolist()[8] == "b.csv:id:1"
    assert any("different records" in p for p in got.files[1].problems)


def test_an_id_that_names_a_ticket_is_not_the_rows_id(tmp_path):
    rows = [["ticket_id", "content"], *([f"T{i // 3}", f"tin nhắn thứ {i}"] for i in range(30))]
    got = read(tmp_path, rows)
    assert len(got.items) == 30
    assert got.items["feedback_id"][0] == "a.csv:1"
    assert "id" not in got.files[0].column_map
    assert any("'ticket_id' repeats" in p for p in got.files[0].problems)


def test_rows_without_their_own_id_get_file_and_row(tmp_path):
    got = read(tmp_path, [["id", "content"], ["", "không mã"], ["7", "có mã"]])
    assert got.items["feedback_id"].tolist() == ["a.csv:1", "7"]


def test_ids_ruined_by_excel_are_not_trusted(tmp_path):
    rows = [["id", "content"], ["1.23E+15", "hàng lỗi"], ["1.23E+15", "giao chậm"], ["1.24E+15", "tốt"]]
    got = read(tmp_path, rows)
    assert got.items["feedback_id"].tolist() == ["a.csv:1", "a.csv:2", "a.csv:3"]
    assert any("3 ids in 'id' were turned by Excel" in p for p in got.files[0].problems)


def test_ids_with_a_fraction_are_mended_and_reported(tmp_path):
    got = read(tmp_path, [["id", "content"], ["101.0", "hàng lỗi"], ["102.0", "giao chậm"]])
    assert got.items["feedback_id"].tolist() == ["101", "102"]
    assert any("end in '.0'" in p for p in got.files[0].problems)


def test_long_numbers_that_lost_their_last_digits(tmp_path):
    rows = [["id", "content"], *([1234567890123456789 + i * 10**6, f"ý kiến {i}"] for i in range(4))]
    got = read_exports([write_xlsx(tmp_path / "f.xlsx", {"s": rows})])
    assert any("more than 15 digits" in p for p in got.files[0].problems)


def test_lost_leading_zeros(tmp_path):
    phones = [["content", "Số điện thoại"], *([f"ý kiến {i}", f"9123456{i:02d}"] for i in range(12))]
    got = read(tmp_path, phones)
    assert any("lost a leading zero" in p for p in got.files[0].problems)
    sound = [["content", "Số điện thoại"], *([f"ý kiến {i}", f"09123456{i:02d}"] for i in range(12))]
    assert not any("leading zero" in p for p in read(tmp_path, sound).files[0].problems)


def test_an_id_that_looks_like_file_and_row_of_another_item(tmp_path):
    got = read(tmp_path, [["id", "content"], ["a.csv:2", "tinh quái"], ["", "không mã"]])
    assert got.items["feedback_id"].is_unique


def test_formats_may_overlap(tmp_path):
    rows = [["id", "content"], ["1", "Giao trễ"], ["2", "Gói ẩu"]]
    write(tmp_path / "a.csv", csv_text(rows))
    write_json(tmp_path / "b.json", [{"id": 2, "content": "Gói ẩu"}, {"id": 3, "content": "Gạo mốc"}])
    got = read_exports([tmp_path / "a.csv", tmp_path / "b.json"])
    assert got.items["feedback_id"].tolist() == ["1", "2", "3"]
    assert pairs(got) == [["b.json", 1, "2"]]


def test_exports_of_another_layout_do_not_correct_each_other(tmp_path):
    shop = [["id", "content"], ["1", "Giao trễ"], ["2", "Gói ẩu"]]
    survey = [["id", "comment"], ["1", "Phòng ồn"], ["2", "Gói ẩu"]]
    got = read(tmp_path, shop, survey)
    assert got.items["feedback_id"].tolist() == ["1", "2", "b.csv:id:1"]
    assert got.duplicates["reason"].tolist() == ["same id and text"]
