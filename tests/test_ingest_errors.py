"""A user's mistake gives one clear sentence: what was found, where, what to do."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
import xlsxwriter

from ingest_exports import csv_text, write, write_xlsx
from painpoints.errors import InputError
from painpoints.ingest import read_exports
from painpoints.ingest.workbooks import _refuse_scattered
from painpoints.settings import IngestSettings

GOOD = csv_text([["id", "content"], ["1", "Giao hàng chậm"]])


def message(*args, **kwargs) -> str:
    with pytest.raises(InputError) as caught:
        read_exports(*args, **kwargs)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_missing_file(tmp_path):
    assert "khong_co.csv: no such file" in message([tmp_path / "khong_co.csv"])


def test_no_match_empty_folder_and_no_input(tmp_path):
    assert "no file matches" in message([str(tmp_path / "*.csv")])
    assert "holds no export" in message([tmp_path])
    assert "No input" in message([])


@pytest.mark.parametrize("content", [b"", b"\n \r\n\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_file(tmp_path, content):
    text = message([write(tmp_path / "f.csv", content)])
    assert "f.csv" in text
    assert "empty" in text or "no rows" in text


def test_header_without_rows(tmp_path):
    assert "header but no rows" in message([write(tmp_path / "f.csv", "id,content\n")])


def test_a_file_of_broken_rows_only_counts_them(tmp_path):
    assert "2 × 1 fields" in message([write(tmp_path / "f.csv", "id,content\n1\n2\n")])


def test_no_text_column_lists_the_columns_and_the_way_out(tmp_path):
    text = message([write(tmp_path / "f.csv", "order,amount\n1,20\n2,30\n")])
    assert "'order', 'amount'" in text
    assert "--map text=COLUMN" in text


def test_no_header_row(tmp_path):
    text = message([write(tmp_path / "f.csv", "5,Giao hàng chậm quá\n1,Tốt lắm shop ơi\n")])
    assert "no header row" in text
    assert "Giao hàng chậm quá" in text


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "web page"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x01\x02\x03\x04\x05\x06" * 500, "binary"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x1f\x8bbroken", "damaged"),
        (b"PAR1broken", "damaged"),
        (b"\xd0\xcf\x11\xe0broken", "cannot be read"),
    ],
)
def test_binary_junk(tmp_path, content, what):
    assert what in message([write(tmp_path / "f.csv", content)])


def test_json_without_a_list_or_damaged(tmp_path):
    assert "no list of objects" in message([write(tmp_path / "f.json", '{"a": 1}')])
    assert "not valid JSON" in message([write(tmp_path / "g.json", '{"a": [')])
    assert "not valid JSON" in message([write(tmp_path / "h.json", "[" * 100_000)])


def test_unknown_profile_lists_the_known(tmp_path):
    text = message([write(tmp_path / "f.csv", GOOD)], profile="zendeks")
    assert "zendesk" in text
    assert "google_play" in text


def test_map_of_unknown_field_scale_or_column(tmp_path):
    path = write(tmp_path / "f.csv", GOOD)
    assert "the fields are text, id" in message([path], column_map={"txt": "content"})
    assert "the scales are stars5" in message([path], column_map={"rating_scale": "stars"})
    text = message([path], column_map={"text": "noi_dung"})
    assert "'id', 'content'" in text


def test_profile_that_does_not_fit_a_file(tmp_path):
    assert "--map text" in message([write(tmp_path / "f.csv", "order,amount\n1,2\n")], profile="google_play")


def test_one_unusable_file_among_several_fails_the_run(tmp_path):
    good = write(tmp_path / "a.csv", GOOD)
    assert "b.csv" in message([good, write(tmp_path / "b.csv", "")])


def test_zero_usable_rows_counts_the_reasons(tmp_path):
    text = message([write(tmp_path / "f.csv", "content,stars\n,5\n ,\nnull,\n,1\n")])
    assert "2 × no text, only a rating" in text
    assert "2 × empty text" in text


def test_workbook_without_text_lists_columns(tmp_path):
    path = write_xlsx(tmp_path / "f.xlsx", {"s": [["order", "amount"], [1, 2]]})
    assert "'order', 'amount'" in message([path])


@pytest.mark.parametrize(
    ("rows", "named"),
    [("id,score\n1,5\n2,\n3,N/A\n", "in 'id', 'score', so"), ("content,code\n12,A\n3.5,B\n", "in 'content', so"),
     ("Ý kiến của Quý khách,code\n12,A\n7,B\n", "in 'Ý kiến của Quý khách', so")],
)  # fmt: skip
def test_a_text_column_of_numbers_is_named(tmp_path, rows, named):
    text = message([write(tmp_path / "f.csv", rows)])
    assert f"there is nothing but numbers {named} no customers' text was found" in text
    assert "--map text=COLUMN" in text


def test_codes_and_empty_columns_are_not_called_numbers(tmp_path):
    text = message([write(tmp_path / "f.csv", "id,content\nA1,\nB2,\n")])
    assert "'content' is empty" in text
    assert "numbers" not in text


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("f.csv", b"content\n" + b"a" * size)
    return out.getvalue()


def test_zip_and_gzip_bombs_are_refused(tmp_path):
    strict = IngestSettings(free_unpacked_bytes=100_000)
    assert "refused" in message([write(tmp_path / "f.zip", bomb(1_000_000))], settings=strict)
    assert "refused" in message(
        [write(tmp_path / "f.csv.gz", gzip.compress(b"a" * 1_000_000))], settings=strict
    )
    assert len(read_exports([tmp_path / "f.zip"]).items) == 1


def test_a_workbook_may_be_a_bomb_too(tmp_path):
    path = write_xlsx(tmp_path / "f.xlsx", {"S": [["content"], ["Giao hàng chậm"]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image.bin", b"a" * 1_000_000)
    strict = IngestSettings(free_unpacked_bytes=100_000, max_unpack_ratio=20)
    assert "refused" in message([path], settings=strict)
    assert len(read_exports([path]).items) == 1


@pytest.mark.parametrize(("row", "column", "refused"), [(1_048_575, 16_383, True), (1_048_575, 2, False)])
def test_a_stray_cell_far_out_is_refused_before_memory_is_taken(tmp_path, row, column, refused):
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["content", "Giao hàng chậm"])
    sheet.write_string(row, column, "x")
    book.close()
    if refused:
        assert "spans 1,048,576 rows and 16,384 columns" in message([tmp_path / "f.xlsx"])
    else:
        _refuse_scattered("f.xlsx", (tmp_path / "f.xlsx").read_bytes())


def test_parquet_text_that_is_no_utf8(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\x02\0\0\0"), pa.py_buffer(b"\xeb\xff")]
    )
    pq.write_table(pa.table({"content": broken}), tmp_path / "f.parquet")
    assert "damaged" in message([tmp_path / "f.parquet"])


def test_archive_without_exports_or_with_a_password_or_nested(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.md", b"x")
    assert "holds no export" in message([write(tmp_path / "f.zip", out.getvalue())])
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as archive:
        archive.writestr("in.zip", bomb(10))
    assert "archive inside an archive" in message([write(tmp_path / "g.zip", nested.getvalue())])
    locked = bytearray(bomb(10))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert "password" in message([write(tmp_path / "h.zip", bytes(locked))])


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_archive_of_any_packing_is_one_sentence(tmp_path, packing):
    """Every byte of a small archive broken in turn: it is read all the same, or refused."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("bé.csv", GOOD)
    refused = 0
    for place in range(4, len(out.getvalue())):
        broken = bytearray(out.getvalue())
        broken[place] ^= 0xD7
        path = write(tmp_path / "f.zip", bytes(broken))
        try:
            read_exports([path])
        except InputError:
            refused += 1
    assert refused > 20


def test_file_over_the_size_limit(tmp_path):
    path = write(tmp_path / "f.csv", GOOD)
    assert "split it" in message([path], settings=IngestSettings(max_file_bytes=10))


def test_workbook_with_a_password(tmp_path):
    locked = b"\xd0\xcf\x11\xe0" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    assert "password" in message([write(tmp_path / "f.xlsx", locked)])


def test_an_empty_text_column_is_named(tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text("date,rating,content\n2026-01-01,5,\n2026-01-02,4,\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"^stars\.csv: 'content' is empty, and no other column .*--map text=COLUMN"
    ):
        read_exports([path])
