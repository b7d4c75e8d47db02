"""What a user can do wrong: one clear sentence on standard error, exit code 2, and nothing left half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import Call, Called, Done
from ingest_exports import to_cp1258
from small_exports import rows, write_export

RUN = ("--encoder", "fast")


def refused(said: Called, *words: str, code: int = 2) -> None:
    """One message (a journey's list of problems may have several lines), no traceback, the right exit code."""
    assert said.code == code, said.err
    errors = [line for line in said.err.splitlines() if line.startswith(("error: ", "Error: "))]
    assert len(errors) == 1, said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err, said.err


def nothing_written(folder: Path, *expected: str) -> None:
    """`folder` holds the files named and nothing else, hidden staging folders included."""
    assert sorted(p.name for p in folder.iterdir()) == sorted(expected)


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_missing_file(call: Call, tmp_path: Path, command: str) -> None:
    out = ("--out", tmp_path / "report") if command == "run" else ()
    refused(call(command, tmp_path / "nowhere.csv", *out), "nowhere.csv")
    nothing_written(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", ("empty.csv",)),
        ("blank.csv", b"\n\n  \n", ("blank.csv",)),
        ("header.csv", b"content,date\n", ("header.csv", "no rows")),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, ("picture.csv",)),
        ("noise.csv", bytes((i * 7919 + i // 3) % 256 for i in range(5000)), ("noise.csv",)),
        ("numbers.csv", b"a,b\n1,2\n3,4\n", ("numbers.csv", "'a'", "'b'", "--map text=")),
        ("broken.json", b'[{"content": "x"', ("broken.json",)),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", ("broken.xlsx",)),
        ("broken.zip", b"PK\x03\x04 not an archive", ("broken.zip",)),
        ("broken.parquet", b"PAR1 not parquet PAR1", ("broken.parquet",)),
    ],
)
def test_a_file_that_cannot_be_used(
    call: Call, tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    (tmp_path / name).write_bytes(content)
    refused(call("run", tmp_path / name, *RUN, "--out", tmp_path / "report"), *words)
    nothing_written(tmp_path, name)


def test_no_usable_row_says_why_and_where_to_look(call: Call, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("words,date\n ,2026-01-01\n,2026-01-02\n", encoding="utf-8")
    said = call("run", tmp_path / "none.csv", *RUN, "--map", "text=words", "--out", tmp_path / "report")
    refused(said, "No usable row", "2 × empty text", "painpoints check")
    nothing_written(tmp_path, "none.csv")


def test_items_without_a_word_in_them(call: Call, tmp_path: Path) -> None:
    (tmp_path / "signs.csv").write_text("words,stars\n...,1\n!!!,2\n??,1\n", encoding="utf-8")
    said = call("run", tmp_path / "signs.csv", *RUN, "--map", "text=words", "--out", tmp_path / "report")
    refused(said, "3 items were read", "nothing in them can be analysed", "painpoints check")
    nothing_written(tmp_path, "signs.csv")


def test_an_unknown_journey_lists_the_bundled_ones(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    said = call("run", export, *RUN, "--journey", "bakery", "--out", tmp_path / "report")
    refused(said, "bakery", "ecommerce", "retail_bank")
    nothing_written(tmp_path, "reviews.csv")


def test_unknown_keys_of_a_journey_are_all_told_at_once(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    journey = tmp_path / "journey.yaml"
    journey.write_text(
        "brand: Gạo Xanh\nlanguages: [vi]\ncolour: green\nstages:\n  - {id: use, name: Dùng}\n"
        "touchpoints:\n  - {id: app, name: App, stage: buy, keyword: [app]}\n",
        encoding="utf-8",
    )
    said = call("run", export, *RUN, "--journey", journey, "--out", tmp_path / "report")
    refused(said, "colour", "touchpoints[0].stage", "touchpoints[0].keyword", "journey.yaml")
    nothing_written(tmp_path, "journey.yaml", "reviews.csv")


@pytest.mark.parametrize(
    "day", ["yesterday", "now", "31/10/2026", "2026-13-01", "2026", "", "9999-12-31", "0001-01-01"]
)
def test_as_of_takes_a_date_in_one_spelling(call: Call, tmp_path: Path, day: str) -> None:
    export = write_export(tmp_path / "reviews.csv")
    refused(call("run", export, *RUN, "--out", tmp_path / "report", "--as-of", day), "--as-of", "YYYY-MM-DD")


def test_a_day_before_every_row_is_refused(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    said = call("run", export, *RUN, "--out", tmp_path / "report", "--as-of", "2020-01-01")
    refused(said, "All 48 items", "2020-01-01", "later day")
    nothing_written(tmp_path, "reviews.csv")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--map", "text"), ("FIELD=COLUMN",)),
        (("--map", "text=Nowhere"), ("Nowhere", "content")),
        (("--map", "colour=content"), ("colour",)),
        (("--map", "text=content", "--map", "text=date"), ("twice", "title+body")),
        (("--profile", "zendsk"), ("zendsk", "zendesk")),
        (("--lang", "fr"), ("--lang",)),
        (("--seed", "-1"), ("--seed",)),
        (("--seed", "many"), ("--seed",)),
        (("--encoder", "nobody/no-such-model"), ("nobody/no-such-model",)),
        (("--encoder", "./no/folder"), ("./no/folder",)),
        (("--customers", "nowhere.csv"), ("nowhere.csv",)),
        (("--colour", "red"), ("--colour",)),
    ],
)
def test_an_option_that_makes_no_sense(
    call: Call, tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]
) -> None:
    export = write_export(tmp_path / "reviews.csv")
    refused(call("run", export, *RUN, "--out", tmp_path / "report", *options), *words)
    nothing_written(tmp_path, "reviews.csv")


@pytest.mark.parametrize("arguments", [("run",), ("check",), ("explain",), ("dance",)])
def test_a_call_without_what_it_needs(call: Call, arguments: tuple[str, ...]) -> None:
    refused(call(*arguments))


def test_an_out_that_is_a_file_is_found_before_any_work(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    (tmp_path / "report").write_text("precious")
    said = call("run", export, *RUN, "--out", tmp_path / "report")
    refused(said, "is a file", "--out")
    assert "đọc tệp" not in said.err
    assert (tmp_path / "report").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_failed_job(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    (tmp_path / "locked").mkdir(mode=0o500)
    refused(call("run", export, *RUN, "--out", tmp_path / "locked" / "report"), "--out", code=1)


def test_an_out_below_a_file_is_a_failed_job(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv", rows()[:12])
    (tmp_path / "file").write_text("x")
    refused(call("run", export, *RUN, "--out", tmp_path / "file" / "report"), "--out", code=1)
    nothing_written(tmp_path, "file", "reviews.csv")


def test_a_failed_run_leaves_the_report_before_it_untouched(
    done: Done, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p.name: p.read_bytes() for p in done.out.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("painpoints.report.write.write_workbook", full)
    refused(call("run", done.export, *RUN, "--out", done.out), "No space left on device", code=1)
    assert {p.name: p.read_bytes() for p in done.out.iterdir()} == before


def test_a_bug_of_ours_is_no_users_mistake(done: Done, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("ours")

    monkeypatch.setattr("painpoints.ingest.read_exports", broken)
    with pytest.raises(KeyError):
        call("run", done.export, *RUN, "--out", done.out)


def test_too_little_memory_is_said_so(done: Done, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("painpoints.ingest.read_exports", greedy)
    refused(call("run", done.export, *RUN, "--out", done.out), "not enough memory", code=1)


# what is poor but works


def works(said: Called, out: Path) -> None:
    assert said.code == 0, said.err
    assert (out / "report.html").is_file()


def test_three_rows_only(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv", rows()[:3])
    works(call("run", export, *RUN, "--out", tmp_path / "report"), tmp_path / "report")


def test_one_row_only(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv", rows()[:1])
    works(call("run", export, *RUN, "--out", tmp_path / "report"), tmp_path / "report")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_one_language_only(call: Call, tmp_path: Path, lang: str) -> None:
    english = (
        "late delivery",
        "driver never came",
        "the app crashes",
        "payment failed twice",
        "no refund yet",
    )
    vietnamese = ("giao hàng chậm", "tài xế không đến", "app bị treo", "thanh toán lỗi", "chưa hoàn tiền")
    texts = english if lang == "en" else vietnamese
    records = [(f"r{i}", "", "", f"{texts[i % 5]} {i}", "") for i in range(20)]
    export = write_export(tmp_path / "reviews.csv", records)
    works(call("run", export, *RUN, "--out", tmp_path / "report"), tmp_path / "report")


def test_nothing_but_praise(call: Call, tmp_path: Path) -> None:
    records = [(f"r{i}", "", "5", f"Sản phẩm rất tốt, tôi rất hài lòng, lần {i}", "") for i in range(12)]
    export = write_export(tmp_path / "reviews.csv", records)
    said = call("run", export, *RUN, "--out", tmp_path / "report")
    works(said, tmp_path / "report")
    assert " 0 pain points." in said.out


def test_all_rows_the_same(call: Call, tmp_path: Path) -> None:
    record = ("r1", "2026-08-01", "1", "Giao hàng quá chậm, rất thất vọng.", "c1")
    export = write_export(tmp_path / "reviews.csv", [record] * 20)
    said = call("run", export, *RUN, "--out", tmp_path / "report")
    works(said, tmp_path / "report")
    assert said.out.startswith("20 rows read = 1 kept + 19 duplicate + 0 rejected")


def test_the_same_file_twice(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv", rows()[:10])
    copy = write_export(tmp_path / "copy.csv", rows()[:10])
    said = call("run", export, copy, *RUN, "--out", tmp_path / "report")
    works(said, tmp_path / "report")
    assert said.out.startswith("20 rows read = 10 kept + 10 duplicate + 0 rejected")


@pytest.mark.parametrize("text", ["a" * 200_000, "giao hàng chậm " * 13_334, "lỗi. " * 40_000, "[" * 200_000])
def test_an_item_of_200_000_characters(call: Call, tmp_path: Path, text: str) -> None:
    export = write_export(tmp_path / "reviews.csv", [*rows()[:5], ("long", "", "", text[:200_000], "")])
    said = call("run", export, *RUN, "--out", tmp_path / "report")
    works(said, tmp_path / "report")
    assert "1 góp ý dài hơn 20.000 ký tự" in said.err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1258", "twice"])
def test_other_encodings_give_the_same_words(call: Call, tmp_path: Path, encoding: str) -> None:
    records = [(r[0], r[1], r[2], "Giao hàng chậm quá, chờ mãi, lần " + r[0], r[4]) for r in rows()[:9]]
    text = write_export(tmp_path / "reviews.csv", records).read_text(encoding="utf-8")
    content = {
        "cp1258": lambda: to_cp1258(text),
        "twice": lambda: text.encode().decode("cp1252", errors="ignore").encode(),
    }.get(encoding, lambda: text.encode(encoding))()
    (tmp_path / "reviews.csv").write_bytes(content)
    out = tmp_path / "report"
    works(call("run", tmp_path / "reviews.csv", *RUN, "--out", out), out)
    if encoding != "twice":  # bytes that cp1252 does not know are lost for good
        assert "Giao hàng chậm quá" in (out / "segments.csv").read_text(encoding="utf-8-sig")


def test_personal_data_at_the_edge_of_an_excerpt_is_not_cut_in_half(call: Call, tmp_path: Path) -> None:
    """A broken record is quoted in rejected.csv up to 200 characters; numbers that go over the edge must be masked."""
    number = "0912345678"
    broken = [",".join(["x" * pad + number] * 30) for pad in (180, 190, 195, 198, 390, 395, 590, 595)]
    good = "\n".join(f"r{i},giao hàng chậm {i}" for i in range(10))
    (tmp_path / "reviews.csv").write_text(
        "id,content\n" + good + "\n" + "\n".join(broken) + "\n", encoding="utf-8"
    )
    out = tmp_path / "report"
    said = call("run", tmp_path / "reviews.csv", *RUN, "--out", out)
    works(said, out)
    text = (out / "rejected.csv").read_text(encoding="utf-8-sig")
    assert "09123" not in text
    assert all(len(line) < 400 for line in text.splitlines())


def test_personal_data_in_a_date_column_reaches_no_file(call: Call, tmp_path: Path) -> None:
    records = [(f"r{i}", "gọi 0912345678 nhé", "1", f"Giao hàng chậm {i}, rất tệ.", "") for i in range(6)]
    export = write_export(tmp_path / "reviews.csv", records)
    out = tmp_path / "report"
    said = call("run", export, *RUN, "--out", out)
    works(said, out)
    assert "0912345678" not in said.err + said.out
    for path in out.iterdir():
        assert b"0912345678" not in path.read_bytes(), path.name


def test_ids_that_are_addresses_give_way_to_file_and_row(call: Call, tmp_path: Path) -> None:
    records = [(f"an{i}@example.com", "", "1", f"Giao hàng chậm {i} ngày, rất tệ.", "") for i in range(6)]
    export = write_export(tmp_path / "reviews.csv", [*records, records[2]])
    out = tmp_path / "report"
    works(call("run", export, *RUN, "--out", out), out)
    for path in out.iterdir():
        assert b"@example.com" not in path.read_bytes(), path.name
    assert "reviews.csv:3" in (out / "segments.csv").read_text(encoding="utf-8-sig")
    assert "(same id and text),reviews.csv:3" in (out / "rejected.csv").read_text(encoding="utf-8-sig")


def test_the_report_is_not_mixed_with_the_exports(call: Call, tmp_path: Path) -> None:
    write_export(tmp_path / "reviews.csv")
    refused(call("run", tmp_path, *RUN, "--out", tmp_path), "folder of the exports", "--out")
    nothing_written(tmp_path, "reviews.csv")
    works(call("run", tmp_path, *RUN, "--out", tmp_path / "report"), tmp_path / "report")


@pytest.mark.parametrize("named", ["report.xlsx", "*.xlsx"])
def test_an_export_is_never_replaced_by_the_report(call: Call, tmp_path: Path, named: str) -> None:
    export = write_export(tmp_path / "report.xlsx")
    before = export.read_bytes()
    refused(call("run", tmp_path / named, *RUN, "--out", tmp_path), "report.xlsx would be replaced", "--out")
    assert export.read_bytes() == before


def test_names_longer_than_the_system_takes(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    endless = tmp_path / ("a" * 300)
    refused(call("check", endless), "cannot be read")
    refused(call("run", export, *RUN, "--out", endless), "--out")
    refused(call("run", export, *RUN, "--customers", endless, "--out", tmp_path / "report"), "aaa")
    nothing_written(tmp_path, "reviews.csv")


def test_personal_data_in_column_names_reaches_no_file(call: Call, tmp_path: Path) -> None:
    """An export without a header, its columns named by their first cells."""
    (tmp_path / "bare.csv").write_text(
        "Giao hàng chậm quá,gọi 0912345678\n" + "".join(f"Giao hàng trễ {i} ngày,x\n" for i in range(6)),
        encoding="utf-8",
    )
    out = tmp_path / "report"
    works(call("run", tmp_path / "bare.csv", *RUN, "--map", "text=Giao hàng chậm quá", "--out", out), out)
    for path in out.iterdir():
        assert b"0912345678" not in path.read_bytes(), path.name
