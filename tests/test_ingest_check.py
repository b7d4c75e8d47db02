"""What ``painpoints check`` shows."""

from __future__ import annotations

from ingest_exports import csv_text, misread, write
from painpoints.ingest import check_text, read_exports


def test_check_shows_how_a_file_is_read(tmp_path):
    rows = [
        ["Mã phiếu", "Nội dung", "Số sao", "Ngày tạo", "Ghi chú nội bộ"],
        ["P1", misread("Giao hàng chậm", "cp1252"), "1", "21/12/2025 21:57", "x"],
        ["P2", "Tốt \x1b[31m\u202eđỏ", "5", "22/12/2025 08:00", "y"],
        ["P3", "", "5", "22/12/2025 08:00", "z"],
    ]
    text = check_text(read_exports([write(tmp_path / "f.csv", csv_text(rows, ";"))]))
    for part in (
        "f.csv\n",
        "csv, utf-8, delimiter: semicolon",
        "generic, 1 header row",
        "3 read = 2 kept + 0 duplicate + 1 rejected; 1 repaired",
        "created_at    Ngày tạo",
        "not used      Ghi chú nội bộ",
        "2025-12-21 to 2025-12-22 (UTC), 2 of 2 rows, read as day_first",
        "stars5, mean 3.00",
        "1 × no text, only a rating",
        "“Giao hàng chậm”",
    ):
        assert part in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_check_speaks_vietnamese(tmp_path):
    rows = [
        ["Mã phiếu", "Nội dung", "Số sao", "Ngày tạo", "Ghi chú nội bộ"],
        ["P1", misread("Giao hàng chậm", "cp1252"), "1", "21/12/2025 21:57", "x"],
        ["P2", "Tốt", "5", "22/12/2025 08:00", "y"],
        ["P3", "", "5", "22/12/2025 08:00", "z"],
        ["P4", "Tạm", "5", "hôm qua", "z"],
    ]
    text = check_text(read_exports([write(tmp_path / "f.csv", csv_text(rows, ";"))]), "vi")
    for part in (
        "f.csv ",
        "định dạng csv, bảng mã utf-8, ký tự ngăn cột: dấu chấm phẩy, ",
        "nhận dạng chung (generic), 1 dòng tiêu đề",
        "4 đọc được = 3 giữ lại + 0 trùng lặp + 1 bị loại; 1 dòng đã sửa lỗi bảng mã",
        "ngày (created_at) Ngày tạo",
        "cột không dùng Ghi chú nội bộ",
        "2025-12-21 đến 2025-12-22 (UTC), 2/3 dòng có ngày, đọc theo kiểu ngày/tháng/năm",
        "thang 1–5 sao, trung bình 3,67, 3/3 dòng có điểm",
        "dòng bị loại 1 × chỉ có điểm đánh giá, không có nội dung",
        "dòng 1 “Giao hàng chậm”",
        "lưu ý 1 giá trị ngày không đọc được và được để trống (ví dụ 'hôm qua').",
    ):
        assert part in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 100


def test_check_sums_up_several_files_and_cuts_long_samples(tmp_path):
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, csv_text([["content"], [f"{name} " + "dài " * 500]]))
    text = check_text(read_exports([tmp_path]))
    assert text.rstrip().endswith("2 files: 2 read = 2 kept + 0 duplicate + 0 rejected")
    told = check_text(read_exports([tmp_path]), "vi")
    assert told.rstrip().endswith("2 tệp: 2 dòng đọc được = 2 giữ lại + 0 trùng lặp + 0 bị loại")
    assert max(map(len, text.splitlines())) <= 100
