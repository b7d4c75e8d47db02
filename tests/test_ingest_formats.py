"""Every format gives the same items, and records that do not fit are rejected one by one."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile

import pandas as pd
import pytest

from ingest_exports import csv_text, write, write_json, write_xlsx
from painpoints.errors import InputError
from painpoints.ingest import read_exports
from painpoints.schema import ITEM_COLUMNS, REJECTED_COLUMNS

ROWS = [
    ["Mã phản hồi", "Nội dung", "Số sao"],
    ["A1", "Giao hàng chậm, đợi mãi", "1"],
    ["A2", 'Shop nói "mai giao"\nmà không thấy', "2"],
    ["A3", "Tốt", "5"],
]
TEXTS = [row[1] for row in ROWS[1:]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_items(tmp_path, delimiter, newline):
    rows = [[cell.replace("\n", newline) for cell in row] for row in ROWS]
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows, delimiter, newline))])
    assert got.items["text"].tolist() == [t.replace("\n", newline) for t in TEXTS]
    assert got.items["feedback_id"].tolist() == ["A1", "A2", "A3"]
    assert got.files[0].delimiter == delimiter


def test_items_have_the_columns_of_the_schema(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", csv_text(ROWS))])
    assert list(got.items.columns) == list(ITEM_COLUMNS)
    assert list(got.rejected.columns) == list(REJECTED_COLUMNS)
    assert isinstance(got.items.index, pd.RangeIndex)
    assert str(got.items["created_at"].dtype) == "datetime64[ns, UTC]"
    assert got.items["row"].tolist() == [1, 2, 3]
    assert got.items["rating_norm"].tolist() == [-1.0, -0.5, 1.0]


def test_semicolon_export_with_decimal_commas(tmp_path):
    text = "Nội dung;Điểm đánh giá\nGiao hàng chậm, hỏng, vỡ;4,5\nĐược, ổn, sẽ mua lại;3,0\n"
    got = read_exports([write(tmp_path / "f.csv", text)])
    assert got.files[0].delimiter == ";"
    assert got.items["rating"].tolist() == [4.5, 3.0]


def test_excel_separator_hint_is_followed(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", "sep=;\r\nNội dung;Số sao\r\nHàng lỗi;1\r\n")])
    assert got.items["text"].tolist() == ["Hàng lỗi"]


def test_report_title_above_the_header_is_skipped(tmp_path):
    text = "Báo cáo phản hồi tháng 11,,\n,,\nMã KH,Nội dung phản hồi,Ngày tạo\nK1,Chờ lâu quá,13/11/2025\n"
    got = read_exports([write(tmp_path / "f.csv", text)])
    assert got.files[0].header_rows == 3
    assert got.items["text"].tolist() == ["Chờ lâu quá"]
    assert got.items["row"].tolist() == [1]


def test_rows_with_too_many_or_too_few_fields_are_rejected_with_their_number(tmp_path):
    text = "id,content,stars\n1,tốt,5\n2,thiếu ô\n3,giao chậm, quá chậm,1\n4,được,4\n"
    got = read_exports([write(tmp_path / "f.csv", text)])
    assert got.items["row"].tolist() == [1, 4]
    assert got.rejected["row"].tolist() == [2, 3]
    assert got.rejected["reason"].tolist() == [
        "2 fields where the header has 3",
        "4 fields where the header has 3",
    ]
    assert "quá chậm" in got.rejected["value"][1]


def test_a_quote_never_closed_costs_one_record_only(tmp_path):
    text = 'id,content,stars\n1,"hàng lỗi,1\n2,"giao chậm",2\n3,"tốt",5\n'
    got = read_exports([write(tmp_path / "f.csv", text)])
    assert got.items["feedback_id"].tolist() == ["2", "3"]
    assert got.rejected["reason"].tolist() == ["quote never closed"]
    assert got.files[0].read == 3


def test_a_stray_quote_inside_a_quoted_cell_is_forgiven(tmp_path):
    text = 'id,content,stars\n1,"màn 5" bị sọc",1\n2,tốt,5\n'
    got = read_exports([write(tmp_path / "f.csv", text)])
    assert got.items["feedback_id"].tolist() == ["1", "2"]
    assert got.items["text"][0].startswith("màn 5")


def test_an_item_of_200_000_characters_passes_through(tmp_path):
    long = "lỗi đăng nhập \n" * 13_400
    got = read_exports(
        [write(tmp_path / "f.csv", csv_text([["content"], [long], ["ngắn thôi"]], newline="\n"))]
    )
    assert got.items["text"][0] == long
    assert len(long) > 200_000


def test_hostile_cells_are_kept_as_they_are(tmp_path):
    hostile = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "\x1b[31mđỏ\x1b[0m",
        "không\x00có gì",
        "\u202exin chào",
    ]
    got = read_exports(
        [write(tmp_path / "f.csv", csv_text([["content", "no"], *([h, "x"] for h in hostile)]))]
    )
    assert got.items["text"].tolist() == hostile


def test_workbook_takes_the_first_sheet_that_has_text(tmp_path):
    sheets = {
        "Tổng hợp": [["Tháng", "Số lượng"], [11, 25], [12, 31]],
        "Dữ liệu": [
            ["Mã phản hồi", "Nội dung", "Ngày tạo", "Số sao"],
            [1001, "Giao hàng chậm", dt.datetime(2025, 11, 3, 14, 5), 1],
            [1002, "Đóng gói đẹp", 45964.5, "5"],
            [None, None, None, None],
        ],
    }
    got = read_exports([write_xlsx(tmp_path / "f.xlsx", sheets)])
    report = got.files[0]
    assert (report.format, report.read, report.profile) == ("xlsx", 2, "generic")
    assert got.items["feedback_id"].tolist() == ["1001", "1002"]
    assert got.items["created_at"].dt.strftime("%Y-%m-%d %H:%M").tolist() == [
        "2025-11-03 07:05",
        "2025-11-03 05:00",
    ]
    assert got.items["rating"].tolist() == [1.0, 5.0]
    assert any("'Tổng hợp'" in p for p in report.problems)


JSON_ROWS = [
    {"id": 12345678901234567890, "content": "Ứng dụng hay treo", "user": {"name": "Hà", "tier": "gold"}},
    {"id": 2, "content": "tốt"},
]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (JSON_ROWS, "json"),
        ({"data": JSON_ROWS}, "json"),
        ({"meta": {"n": 2}, "result": {"tickets": JSON_ROWS}}, "json"),
    ],
)
def test_json_list_is_found_wherever_it_is_wrapped(tmp_path, value, kind):
    got = read_exports([write_json(tmp_path / "f.json", value)])
    assert got.files[0].format == kind
    assert got.items["feedback_id"].tolist() == ["12345678901234567890", "2"]
    assert "user.tier" in got.files[0].unused_columns


def test_broken_line_of_json_lines_is_rejected_not_fatal(tmp_path):
    lines = [json.dumps(JSON_ROWS[0]), '{"id": 7, "content": "cụt', "[1]", json.dumps(JSON_ROWS[1])]
    got = read_exports([write(tmp_path / "f.jsonl", "\n".join(lines))])
    assert got.files[0].format == "jsonl"
    assert got.items["row"].tolist() == [1, 4]
    assert got.rejected["reason"].tolist() == ["not valid JSON", "not a JSON object"]


def test_line_separator_inside_a_json_string_is_text(tmp_path):
    lines = [
        json.dumps({"content": "dòng một\u2028dòng hai"}, ensure_ascii=False),
        json.dumps({"content": "hết"}),
    ]
    got = read_exports([write(tmp_path / "f.jsonl", "\n".join(lines))])
    assert got.items["text"].tolist() == ["dòng một\u2028dòng hai", "hết"]


def test_parquet_with_real_types(tmp_path):
    frame = pd.DataFrame(
        {
            "id": [1, 2],
            "content": ["Chậm quá", None],
            "created_at": pd.to_datetime(["2025-11-03T01:00Z", "2025-11-04T01:00Z"]),
            "rating": [1.0, 5.0],
        }
    )
    frame.to_parquet(tmp_path / "f.parquet")
    got = read_exports([tmp_path / "f.parquet"])
    assert got.items["created_at"][0] == pd.Timestamp("2025-11-03T01:00Z")
    assert got.items["feedback_id"].tolist() == ["1"]
    assert got.rejected["reason"].tolist() == ["no text, only a rating"]


def test_format_is_told_by_content_not_by_extension(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", {"s": ROWS})
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    write_json(tmp_path / "b.txt", JSON_ROWS)
    got = read_exports([tmp_path / "a.csv", tmp_path / "b.txt"])
    assert [f.format for f in got.files] == ["xlsx", "json"]


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_archive_members_are_sources_of_their_own(tmp_path):
    plain = csv_text(ROWS).encode()
    other = b"content\nkh\xc3\xb4ng g\xe1\xbb\x8di \xc4\x91\xc6\xb0\xe1\xbb\xa3c t\xe1\xbb\x95ng \xc4\x91\xc3\xa0i\n"
    members = {
        "b/tuan2.csv.gz": gzip.compress(other),
        "a.csv": plain,
        "__MACOSX/a.csv": b"\x00\x05",
        "anh.png": b"\x89PNG",
        ".DS_Store": b"x",
    }
    got = read_exports([write(tmp_path / "all.zip", zipped(members))])
    assert [f.name for f in got.files] == ["all.zip/a.csv", "all.zip/b/tuan2.csv.gz"]
    assert got.items["feedback_id"].tolist() == ["A1", "A2", "A3", "all.zip/b/tuan2.csv.gz:1"]


def test_gzip_of_any_format(tmp_path):
    write(tmp_path / "f.csv.gz", gzip.compress(csv_text(ROWS).encode()))
    write(tmp_path / "g.json.gz", gzip.compress(json.dumps(JSON_ROWS).encode()))
    got = read_exports([tmp_path / "f.csv.gz", tmp_path / "g.json.gz"])
    assert [f.format for f in got.files] == ["csv", "json"]


def test_folder_and_glob_are_read_in_sorted_order(tmp_path):
    for name in ("b.csv", "a.csv", "~$a.csv", "ghi_chu.md"):
        write(tmp_path / name, csv_text([["content"], [f"nội dung của {name}"]]))
    assert [f.name for f in read_exports([tmp_path]).files] == ["a.csv", "b.csv"]
    assert [f.name for f in read_exports([str(tmp_path / "*.csv")]).files] == ["a.csv", "b.csv"]


def test_files_of_one_name_stay_apart(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "f.csv", csv_text([["content"], [f"khách ở {folder}"]]))
    got = read_exports([tmp_path / "x" / "f.csv", tmp_path / "y" / "f.csv"])
    assert got.items["feedback_id"].tolist() == ["f.csv:1", "f.csv (2):1"]


def test_unclosed_quotes_never_join_two_records(tmp_path):
    lines = [f'{i},"hàng lỗi {i},z' for i in range(6)]
    got = read_exports(
        [write(tmp_path / "f.csv", "\n".join(["id,content,x", "a,tốt,z", *lines, 'b,"kém",z', ""]))]
    )
    assert got.items["feedback_id"].tolist() == ["a", "b"]
    assert got.rejected["row"].tolist() == [2, 3, 4, 5, 6, 7]


def test_commas_in_a_single_column_are_text(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", "content\nGiao chậm, đợi lâu\nTốt, đẹp, rẻ\nỔn, nhanh\n")])
    assert got.items["text"].tolist() == ["Giao chậm, đợi lâu", "Tốt, đẹp, rẻ", "Ổn, nhanh"]


def test_a_page_of_an_api_is_a_list_and_a_single_post_is_an_item(tmp_path):
    page = {"tickets": JSON_ROWS, "after_url": "https://x.example", "after_cursor": "MTU3", "count": 2}
    assert read_exports([write_json(tmp_path / "a.json", page)]).files[0].read == 2
    answer = {"id": "2", "message": "ship lâu", "created_time": "2025-11-03T01:00:00+0000"}
    post = {
        "id": "1",
        "message": "Bài viết",
        "created_time": "2025-11-03T00:00:00+0000",
        "comments": {"data": [answer]},
    }
    got = read_exports([write_json(tmp_path / "b.json", post)])
    assert got.items["text"].tolist() == ["Bài viết", "ship lâu"]


def test_the_sheet_with_the_mapped_column_goes_first(tmp_path):
    sheets = {"A": [["content"], ["tờ thứ nhất"]], "B": [["ghi chu"], ["tờ thứ hai"]]}
    path = write_xlsx(tmp_path / "f.xlsx", sheets)
    assert read_exports([path]).items["text"].tolist() == ["tờ thứ nhất"]
    assert read_exports([path], column_map={"text": "ghi chu"}).items["text"].tolist() == ["tờ thứ hai"]


def test_a_header_in_the_middle_is_no_item(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", csv_text([*ROWS[:2], ROWS[0], *ROWS[2:]]))])
    assert got.items["row"].tolist() == [1, 3, 4]
    assert got.rejected[["row", "reason"]].values.tolist() == [[2, "the header again"]]


# rows without anything in them

BETWEEN = [*ROWS[:2], ["", "", ""], *ROWS[2:]]
BLANK_ENDS = ([["", "", ""]] * 300, [[" ", "\u00a0", "\u200b"]], [["", ""], ["", "", "", "", ""], [""]])


def read_with_blanks(path):
    """Read, kept, duplicate and rejected, once the three items and the blank row between them are found."""
    got = read_exports([path])
    assert got.items["row"].tolist() == [1, 3, 4]
    assert got.items["text"].tolist() == TEXTS
    assert got.rejected[["row", "reason"]].to_numpy().tolist() == [[2, "empty text"]]
    report = got.files[0]
    return report.read, report.kept, report.duplicate, report.rejected


@pytest.mark.parametrize("end", [[], *BLANK_ENDS])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_blank_rows_at_the_end_of_a_csv_are_no_records(tmp_path, delimiter, end):
    export = write(tmp_path / "f.csv", csv_text([*BETWEEN, *end], delimiter))
    assert read_with_blanks(export) == (4, 3, 0, 1)


@pytest.mark.parametrize("end", [[], *BLANK_ENDS])
def test_blank_rows_at_the_end_of_a_sheet_are_no_records(tmp_path, end):
    assert read_with_blanks(write_xlsx(tmp_path / "f.xlsx", {"S": [*BETWEEN, *end]})) == (4, 3, 0, 1)


@pytest.mark.parametrize(
    "end", [[], [{}], [{"Mã phản hồi": None, "Nội dung": " "}, {}], [{"Khách": {"Tên": ""}, "Nhãn": []}]]
)
@pytest.mark.parametrize("lines", [True, False])
def test_objects_without_values_at_the_end_are_no_records(tmp_path, lines, end):
    records = [dict(zip(ROWS[0], row, strict=True)) for row in BETWEEN[1:]] + end
    text = "\n".join(json.dumps(r) for r in records) + "\n\n" if lines else json.dumps(records)
    assert read_with_blanks(write(tmp_path / "f.jsonl", text)) == (4, 3, 0, 1)


def test_blank_rows_at_the_end_of_a_parquet_file_are_no_records(tmp_path):
    frame = pd.DataFrame([*BETWEEN[1:], [None, "", " "]], columns=ROWS[0])
    frame.to_parquet(tmp_path / "f.parquet")
    assert read_with_blanks(tmp_path / "f.parquet") == (4, 3, 0, 1)


def test_blank_lines_of_a_single_column_count_only_between_others(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", "content\nchậm\n \ntốt\n  \n\n")])
    assert got.items["row"].tolist() == [1, 3]
    assert (got.files[0].read, got.files[0].rejected) == (3, 1)


def test_a_blank_row_before_a_broken_one_is_not_at_the_end(tmp_path):
    rows = [*ROWS, ["", "", ""], ["A4", "Hỏng"]]
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows))])
    assert got.rejected["row"].tolist() == [4, 5]
    lines = ['{"content": "chậm", "id": "1"}', "{}", "{broken", "{}"]
    got = read_exports([write(tmp_path / "f.jsonl", "\n".join(lines))])
    assert got.rejected["row"].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("header.csv", "id,content\n,\n,\n", "has a header but no rows"), ("blank.csv", ",,\n,,\n", "holds no rows"),
     ("blank.json", "[{}, {}]", "holds no rows")],
)  # fmt: skip
def test_a_file_of_blank_rows_holds_no_rows(tmp_path, name, content, told):
    with pytest.raises(InputError, match=told):
        read_exports([write(tmp_path / name, content)])
