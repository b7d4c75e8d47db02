"""One real run on a small export: every file of the contract, counts that add up, offsets, privacy, same bytes."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from conftest import Call, Done
from painpoints.change.look_back import FILES
from painpoints.report.write import REPORT_FILES
from painpoints.schema import PAIN_COLUMNS, REJECTED_COLUMNS, SEGMENT_CSV_COLUMNS
from small_exports import SECRETS, rows, write_export

DOCS = Path(__file__).resolve().parents[1] / "docs"
TEXTS = {record[0]: record[3] for record in rows()[:48]}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


def manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return found


def all_bytes(out: Path) -> dict[str, bytes]:
    """Every file, and every member of a workbook, by name."""
    found = {}
    for path in sorted(out.iterdir()):
        found[path.name] = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found |= {f"{path.name}/{name}": book.read(name) for name in book.namelist()}
    return found


def test_the_run_ends_well_and_says_what_it_did(done: Done) -> None:
    assert done.called.code == 0, done.called.err
    lines = done.called.out.splitlines()
    assert lines[0].startswith("56 rows read = 48 kept + 4 duplicate + 4 rejected; ")
    assert lines[-1] == f"Report: {done.out / 'report.html'}"
    assert "Traceback" not in done.called.err


def test_all_files_of_the_contract_exist_and_no_others(done: Done) -> None:
    assert sorted(p.name for p in done.out.iterdir()) == sorted(
        [*REPORT_FILES, *(f"{name}.csv" for name in FILES)]
    )
    assert {p.name for p in done.out.parent.iterdir()} == {"reviews.csv", "report"}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("painpoints.csv", PAIN_COLUMNS),
        ("segments.csv", SEGMENT_CSV_COLUMNS),
        ("rejected.csv", REJECTED_COLUMNS),
    ],
)
def test_columns_are_those_of_the_contract(done: Done, name: str, wanted: tuple[str, ...]) -> None:
    found = columns(done.out / name)
    assert found[: len(wanted)] == list(wanted)
    assert (done.out / name).read_bytes().startswith(b"\xef\xbb\xbf")


def test_read_is_kept_and_duplicate_and_rejected(done: Done) -> None:
    found = manifest(done.out)
    counts = {k: found["counts"][k] for k in ("read", "kept", "duplicate", "rejected")}
    assert counts == {"read": 56, "kept": 48, "duplicate": 4, "rejected": 4}
    for file in found["inputs"]:
        assert file["read"] == file["kept"] + file["duplicate"] + file["rejected"]


def test_rejected_lists_every_row_not_used_in_the_order_of_the_file(done: Done) -> None:
    found = table(done.out / "rejected.csv")
    assert [int(r["row"]) for r in found] == list(range(49, 57))
    assert [r["reason"] for r in found] == ["duplicate (same id and text)"] * 4 + ["empty text"] * 4
    assert [r["value"] for r in found[:4]] == ["r000", "r006", "r012", "r020"]
    assert {r["file"] for r in found} == {"reviews.csv"}


def test_offsets_give_the_span_of_the_text_as_it_was_read(done: Done) -> None:
    found = table(done.out / "segments.csv")
    assert {r["feedback_id"] for r in found} <= set(TEXTS)
    compared = 0
    for r in found:
        start, end = int(r["start"]), int(r["end"])
        span = TEXTS[r["feedback_id"]][start:end]
        assert 0 <= start < end <= len(TEXTS[r["feedback_id"]])
        if "[" in r["text"] or r["text"].startswith("'") or not span.replace("\u202e", "").isprintable():
            continue  # masked, or made safe for a spreadsheet
        assert unicodedata.normalize("NFC", span) == r["text"]
        compared += 1
    assert compared > 40


def test_segments_of_an_item_are_numbered_in_order_and_do_not_overlap(done: Done) -> None:
    ends: dict[str, tuple[int, int]] = {}
    for r in table(done.out / "segments.csv"):
        number, end = ends.get(r["feedback_id"], (0, 0))
        assert int(r["segment_no"]) == number + 1
        assert int(r["start"]) >= end
        ends[r["feedback_id"]] = int(r["segment_no"]), int(r["end"])


def test_pains_are_ranked_and_their_parts_add_up(done: Done) -> None:
    pains = table(done.out / "painpoints.csv")
    assert len(pains) >= 3
    assert [int(p["rank"]) for p in pains] == list(range(1, len(pains) + 1))
    scores = [float(p["score"]) for p in pains]
    assert scores == sorted(scores, reverse=True)
    for p in pains:
        parts = sum(float(v or 0) for k, v in p.items() if k.startswith("score_"))
        assert parts == pytest.approx(float(p["score"]), abs=0.02)
    known = {r["theme_id"] for r in table(done.out / "segments.csv")}
    assert {p["theme_id"] for p in pains} <= known


def test_what_was_written_in_is_found(done: Done) -> None:
    """The export speaks of late deliveries and of an app that fails: both must be among the pains."""
    pains = table(done.out / "painpoints.csv")
    touchpoints = {p["touchpoint"] for p in pains}
    assert "delivery" in touchpoints
    named = " ".join(p["name_vi"].lower() for p in pains)
    assert "app" in named or "ứng dụng" in named or "thanh toán" in named


def test_no_personal_data_in_any_file(done: Done) -> None:
    secrets = [s.encode() for s in SECRETS]
    secrets += ["".join(c for c in s if c.isdigit()).encode() for s in SECRETS if any(c.isdigit() for c in s)]
    for name, content in all_bytes(done.out).items():
        for secret in secrets:
            assert secret not in content, f"{secret!r} in {name}"
    said = done.called.out + done.called.err
    assert not any(s in said for s in SECRETS)
    masked = manifest(done.out)["masked"]
    assert masked["PHONE"] > 0
    assert masked["EMAIL"] > 0


def test_no_terminal_escape_reaches_the_terminal_or_a_file(done: Done) -> None:
    assert "\x1b" not in done.called.out + done.called.err
    assert "\u202e" not in done.called.out + done.called.err
    for name, content in all_bytes(done.out).items():
        if not name.endswith(".xlsx"):
            assert b"\x1b" not in content, name
            assert b"\x00" not in content, name


def test_formulas_are_harmless_in_spreadsheets(done: Done) -> None:
    for name in ("painpoints.csv", "themes.csv", "segments.csv", "rejected.csv"):
        for record in table(done.out / name):
            for column, value in record.items():
                assert not value.startswith(("=", "@", "\t")), (name, column, value)


def test_scripts_of_customers_are_escaped(done: Done) -> None:
    assert "<script>alert(1)" not in (done.out / "report.html").read_text(encoding="utf-8")


def test_report_json_keeps_its_schema(done: Done) -> None:
    schema = json.loads((DOCS / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads((done.out / "report.json").read_text(encoding="utf-8")), schema)


def test_the_manifest_says_all_that_is_needed_to_run_it_again(done: Done) -> None:
    import hashlib

    found = manifest(done.out)
    assert found["inputs"][0]["sha256"] == hashlib.sha256(done.export.read_bytes()).hexdigest()
    assert found["seed"] == 20_240
    assert found["encoder"] == "fast"
    assert len(found["models"]["encoder"]["digest"]) == 64
    assert len(found["models"]["classifiers"]["digest"]) == 64
    assert len(found["journey"]["sha256"]) == 64
    assert {"painpoints", "python", "numpy", "torch"} <= set(found["versions"])
    stages = ["read", "segment", "load", "embed", "classify", "theme", "rank", "report"]
    assert list(found["seconds"]) == stages
    assert all(s >= 0 for s in found["seconds"].values())
    assert 50 < found["peak_memory_mb"] < 4000
    assert found["settings"]["text"]["max_item_chars"] == 20_000
    assert str(done.out.parent) not in json.dumps(found)


def test_the_same_input_gives_the_same_bytes_in_another_process(
    done: Done, call: Call, tmp_path: Path
) -> None:
    again = call(
        "run", done.export, "--encoder", "fast", "--journey", "ecommerce", "--out", tmp_path / "again"
    )
    assert again.code == 0, again.err
    first, second = all_bytes(done.out), all_bytes(tmp_path / "again")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == ["run.json"]
    one, two = manifest(done.out), manifest(tmp_path / "again")
    for timing in ("seconds", "peak_memory_mb"):
        del one[timing], two[timing]
    assert one == two


def test_the_report_in_english_names_pains_in_english(done: Done, call: Call, tmp_path: Path) -> None:
    out = tmp_path / "english"
    said = call(
        "run",
        done.export,
        "--encoder",
        "fast",
        "--journey",
        "ecommerce",
        "--out",
        out,
        "--lang",
        "en",
        "--seed",
        "7",
    )
    assert said.code == 0, said.err
    first = table(out / "painpoints.csv")[0]
    assert first["name_en"] in said.out
    assert '<html lang="en"' in (out / "report.html").read_text(encoding="utf-8")
    assert manifest(out)["seed"] == 7


def test_rows_written_after_the_day_of_the_report_are_listed_as_rejected(call: Call, tmp_path: Path) -> None:
    export = write_export(tmp_path / "reviews.csv")
    out = tmp_path / "report"
    said = call("run", export, "--encoder", "fast", "--out", out, "--as-of", "2026-08-24")
    assert said.code == 0, said.err
    found = manifest(out)
    assert found["counts"] | {"segments": 0, "boilerplate": 0, "repaired": 0} == {
        "read": 56, "kept": 24, "duplicate": 4, "rejected": 28, "segments": 0, "boilerplate": 0, "repaired": 0,
    }  # fmt: skip
    later = [r for r in table(out / "rejected.csv") if "after the day of the report" in r["reason"]]
    assert len(later) == 24
    assert {r["column"] for r in later} == {"created_at"}
    assert found["as_of"] == "2026-08-24"


def test_a_day_without_a_time_belongs_to_that_day_for_as_of(call: Call, tmp_path: Path) -> None:
    """Midnight in Vietnam is 17:00 of the day before in UTC: the day after must not slip in."""
    records = [
        (f"r{i}", f"2026-08-{20 + i}", "1", f"Giao hàng chậm {i} ngày, rất tệ.", "") for i in range(10)
    ]
    export = write_export(tmp_path / "reviews.csv", records)
    said = call("run", export, "--encoder", "fast", "--out", tmp_path / "report", "--as-of", "2026-08-24")
    assert said.code == 0, said.err
    assert said.out.startswith("10 rows read = 5 kept + 0 duplicate + 5 rejected")


def test_customers_and_a_map_and_a_journey_of_ones_own(call: Call, tmp_path: Path) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["colA", "colB", "colC"])
    writer.writerows((r[3], r[4], r[1]) for r in rows()[:30])
    (tmp_path / "odd.csv").write_text(buffer.getvalue(), encoding="utf-8")
    (tmp_path / "customers.csv").write_text(
        "customer_id,value\n" + "".join(f"c{i},{(i + 1) * 1000}\n" for i in range(30)), encoding="utf-8"
    )
    journey = Path(__file__).parent / "data" / "journeys" / "small.yaml"
    out = tmp_path / "report"
    said = call(
        "run", tmp_path / "odd.csv", "--encoder", "fast", "--out", out, "--journey", journey,
        "--customers", tmp_path / "customers.csv",
        "--map", "text=colA", "--map", "customer_id=colB", "--map", "created_at=colC",
    )  # fmt: skip
    assert said.code == 0, said.err
    found = manifest(out)
    assert found["inputs"][0]["column_map"] == {
        "text": ["colA"],
        "customer_id": ["colB"],
        "created_at": ["colC"],
    }
    assert found["configuration"]["customers"] == "customers.csv"
    assert found["journey"]["file"] == "small.yaml"
    pains = table(out / "painpoints.csv")
    assert any(float(p["score_value"] or 0) > 0 for p in pains)
    assert {p["stage"] for p in pains} <= {"buy", "use", ""}
    assert {r["stage"] for r in table(out / "segments.csv")} <= {"buy", "use", ""}


@pytest.mark.model
def test_without_a_wish_the_accurate_encoder_is_used(done: Done, call: Call, tmp_path: Path) -> None:
    said = call("run", done.export, "--journey", "ecommerce", "--out", tmp_path / "report")
    assert said.code == 0, said.err
    found = manifest(tmp_path / "report")
    assert found["encoder"] == "accurate"
    assert found["models"]["classifiers"]["name"] == "accurate"
    assert all(note in said.err + said.out for note in found["notes"])  # what the manifest notes was said


def test_another_encoder_runs_and_the_user_is_told_what_it_lacks(
    done: Done, call: Call, tmp_path: Path
) -> None:
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "[PAD]", "giao", "hàng", "chậm", "app", "lỗi", "late"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    StaticModel(np.eye(8, 8, dtype=np.float32), tokenizer).save_pretrained(tmp_path / "mine")
    said = call("run", done.export, "--encoder", tmp_path / "mine", "--out", tmp_path / "report")
    assert said.code == 0, said.err
    found = manifest(tmp_path / "report")
    assert found["models"]["classifiers"]["name"] == "text"
    assert any("words alone" in note for note in found["notes"])
    for path in (tmp_path / "report").iterdir():
        assert str(tmp_path).encode() not in path.read_bytes(), path.name


def test_names_that_the_export_tells_are_kept_nowhere(call: Call, tmp_path: Path) -> None:
    export = tmp_path / "tickets.csv"
    export.write_text(
        "Ticket,Requester,Description\n"
        "1,Trần Thị Bình,Tran Thi Binh chờ hàng năm ngày rồi\n"
        "2,lanhuong95,Tài khoản lanhuong95 bị khoá hoài\n"
        "3,Lê Văn Tám,Giao hàng quá chậm\n",
        encoding="utf-8",
    )
    shown = call("check", export)
    said = call("run", export, "--encoder", "fast", "--workspace", tmp_path / "ws")
    assert said.code == 0, said.err
    kept = b"".join(path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file())
    assert "Giao hàng quá chậm".encode() in kept
    for name in ("Tran Thi Binh", "Trần Thị Bình", "lanhuong95", "Lê Văn Tám"):
        assert name not in shown.out
        assert name.encode() not in kept
