"""Columns of unknown exports: by name in two languages, by content, and as the user says."""

from __future__ import annotations

import pytest

from ingest_exports import csv_text, write
from painpoints.ingest import read_exports
from painpoints.ingest.names import fold


def read(tmp_path, rows, **kwargs):
    return read_exports([write(tmp_path / "f.csv", csv_text(rows))], **kwargs)


@pytest.mark.parametrize(
    "name",
    ["Nội dung phản hồi", "noi_dung_phan_hoi", "NỘI DUNG PHẢN HỒI", "noiDungPhanHoi", " Nội-dung phản hồi: "],
)
def test_names_are_compared_without_accents_case_and_punctuation(name):
    assert fold(name) == "noi dung phan hoi"


@pytest.mark.parametrize(
    "name",
    ["Nội dung phản hồi", "noi_dung_danh_gia", "Ý kiến", "GÓP Ý", "nhan_xet", "Bình luận", "content", "Review Text",
     "comment", "Ý kiến của Quý khách về dịch vụ", "Please tell us why"],
)  # fmt: skip
def test_text_column_by_name(tmp_path, name):
    got = read(tmp_path, [["STT", name, "Trạng thái"], ["1", "tốt", "đã xử lý"], ["2", "kém", "đã xử lý"]])
    assert got.files[0].column_map["text"] == (name,)
    assert not got.files[0].problems


@pytest.mark.parametrize(
    ("name", "folded"), [("RespondentID", "respondent id"), ("MaKH", "ma kh"), ("SĐT", "sdt")]
)
def test_words_run_together_are_parted_at_capitals(name, folded):
    assert fold(name) == folded


def test_all_fields_of_a_vietnamese_export(tmp_path):
    rows = [
        [
            "Mã phiếu",
            "Mã KH",
            "Kênh",
            "Phân khúc",
            "Sản phẩm",
            "Điểm NPS",
            "Ngày tạo",
            "Nội dung",
            "Phản hồi của CSKH",
        ],
        ["P1", "K9", "Hotline", "VIP", "Thẻ", "0", "21/12/2025 21:57", "Khóa thẻ không báo", "Đã gọi lại"],
        ["P2", "K8", "Email", "Thường", "Thẻ", "10", "22/12/2025 08:00", "Nhanh gọn", ""],
    ]
    item = read(tmp_path, rows).items.iloc[0]
    assert item[["feedback_id", "customer_id", "channel", "segment", "product", "agent_reply"]].tolist() == [
        "P1", "K9", "Hotline", "VIP", "Thẻ", "Đã gọi lại",
    ]  # fmt: skip
    assert (item["rating_scale"], item["rating_norm"], item["text"]) == ("nps", -1.0, "Khóa thẻ không báo")


def test_title_and_body_are_joined_by_one_newline_and_blank_parts_left_out(tmp_path):
    rows = [
        ["content", "title"],
        ["  Hai tuần chưa có  ", "Chờ lâu"],
        ["Được", ""],
        [" ", "\t"],
        ["", "Chỉ có tiêu đề"],
    ]
    got = read(tmp_path, rows)
    assert got.items["text"].tolist() == ["Chờ lâu\n  Hai tuần chưa có  ", "Được", "Chỉ có tiêu đề"]
    assert got.rejected["reason"].tolist() == ["empty text"]


def test_pros_and_cons_are_joined(tmp_path):
    got = read(tmp_path, [["Ưu điểm", "Nhược điểm"], ["Gần trung tâm", "Phòng ồn"]])
    assert got.items["text"].tolist() == ["Gần trung tâm\nPhòng ồn"]


def test_phan_hoi_is_the_text_alone_and_the_reply_beside_a_text(tmp_path):
    assert read(tmp_path, [["Phản hồi", "x"], ["Chậm quá", "1"]]).items["text"].tolist() == ["Chậm quá"]
    got = read(tmp_path, [["Nội dung", "Phản hồi"], ["Chậm quá", "Shop xin lỗi"]])
    assert got.items[["text", "agent_reply"]].values.tolist() == [["Chậm quá", "Shop xin lỗi"]]


def test_text_column_is_guessed_from_content_and_said_so(tmp_path):
    rows = [
        ["k1", "k2", "url"],
        *([f"x{i}", f"khách hàng số {i} chê phòng ồn", "https://a.example/b c d"] for i in range(5)),
    ]
    report = read(tmp_path, rows).files[0]
    assert report.column_map["text"] == ("k2",)
    assert report.problems[0].startswith("Text column guessed from its content: 'k2'")


def test_an_empty_or_numeric_column_named_like_the_text_is_passed_over(tmp_path):
    got = read(
        tmp_path, [["content", "comment", "feedback"], ["", "12", "đóng gói ẩu"], ["", "7", "hàng móp méo"]]
    )
    assert got.files[0].column_map["text"] == ("feedback",)


@pytest.mark.parametrize("column_map", [{"text": "diem"}, {"text": "diem+them"}])
def test_a_text_column_of_numbers_that_the_user_names_is_told(tmp_path, column_map):
    rows = [["diem", "them"], ["5", "1,5"], ["4", ""], ["-", "2026-01-02"]]
    [problem] = read(tmp_path, rows, column_map=column_map).files[0].problems
    assert problem == (
        f"The text column '{column_map['text']}' holds nothing but numbers; name the one with the customers' words with "
        "--map text=COLUMN."
    )


@pytest.mark.parametrize("cell", ["ổn", "👍", "!!!", "5 sao"])
def test_one_cell_of_words_or_signs_makes_a_text_column(tmp_path, cell):
    rows = [["diem"], ["5"], ["4"], [cell]]
    assert read(tmp_path, rows, column_map={"text": "diem"}).files[0].problems == ()


def test_map_goes_before_everything(tmp_path):
    rows = [
        ["content", "ghi chu", "them", "diem"],
        ["bỏ qua", "phòng bẩn", "nước yếu", "8"],
        ["x", "ồn", "", "9"],
    ]
    column_map = {"text": "Ghi chú + them", "rating": "diem", "rating_scale": "stars10"}
    got = read(tmp_path, rows, column_map=column_map)
    assert got.items["text"].tolist() == ["phòng bẩn\nnước yếu", "ồn"]
    assert got.items["rating_scale"].tolist() == ["stars10", "stars10"]
    assert got.files[0].column_map["text"] == ("ghi chu", "them")


def test_map_names_a_column_that_has_a_plus_in_its_name(tmp_path):
    assert (
        read(tmp_path, [["a+b", "content"], ["dài hơn", "z"]], column_map={"text": "a+b"}).items["text"][0]
        == "dài hơn"
    )


def test_map_may_serve_one_file_of_several(tmp_path):
    first = write(tmp_path / "a.csv", csv_text([["ghi chu"], ["thang máy hỏng"]]))
    second = write(tmp_path / "b.csv", csv_text([["content"], ["lễ tân vui"]]))
    got = read_exports([first, second], column_map={"text": "ghi chu"})
    assert got.items["text"].tolist() == ["thang máy hỏng", "lễ tân vui"]
    assert any("no column for --map" in p for p in got.files[1].problems)


def test_map_of_the_cell_that_stands_where_the_header_should(tmp_path):
    got = read(tmp_path, [["Hàng giao thiếu hai món nhé shop"], ["Đổi hàng mất ba tuần"]],
               column_map={"text": "Hàng giao thiếu hai món nhé shop"})  # fmt: skip
    assert got.items["text"].tolist() == ["Đổi hàng mất ba tuần"]


def test_doubled_and_blank_column_names_stay_apart(tmp_path):
    got = read(tmp_path, [["content", "content", ""], ["một", "hai", "ba"]])
    assert got.items["text"].tolist() == ["một"]
    assert got.files[0].unused_columns == ("content (2)", "(column 3)")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["An", "Bình", "Chi"], ["An", "Bình", "Chi"]),
        (["A Google user", "Ẩn danh", "Chi"], ["", "", ""]),
        (["A Google user", "Bình", "Chi"], ["", "Bình", "Chi"]),
    ],
)
def test_names_are_customers_only_where_they_tell_them_apart(tmp_path, names, expected):
    got = read(tmp_path, [["content", "author"], *([f"ý kiến {i}", n] for i, n in enumerate(names))])
    assert got.items["customer_id"].tolist() == expected


def test_one_name_for_nearly_everybody_is_no_customer(tmp_path):
    rows = [["content", "author"], *([f"ý kiến {i}", "Tổng đài" if i < 8 else f"K{i}"] for i in range(20))]
    assert "customer_id" not in read(tmp_path, rows).files[0].column_map


def test_a_column_of_figures_is_no_product(tmp_path):
    got = read(tmp_path, [["content", "service"], ["tốt", "2"], ["kém", "0"]])
    assert "product" not in got.files[0].column_map


def test_google_forms_in_vietnamese(tmp_path):
    rows = [
        ["Dấu thời gian", "Địa chỉ email", "Bạn hài lòng ở mức nào?", "Bạn có góp ý gì cho chúng tôi?"],
        ["03/11/2025 09:30:15", "a@b.example", "4", "Thêm nhân viên"],
        ["13/11/2025 09:30:15", "c@b.example", "2", "Đợi lâu"],
    ]
    report = read(tmp_path, rows).files[0]
    assert report.column_map == {
        "text": ("Bạn có góp ý gì cho chúng tôi?",),
        "created_at": ("Dấu thời gian",),
        "rating": ("Bạn hài lòng ở mức nào?",),
        "customer_id": ("Địa chỉ email",),
    }
    assert (report.rating_scale, report.date_order) == ("csat5", "day_first")


def test_emoji_alone_are_text(tmp_path):
    assert read(tmp_path, [["id", "content"], ["1", "😡😡"], ["2", "👍"]]).items["text"].tolist() == [
        "😡😡",
        "👍",
    ]
