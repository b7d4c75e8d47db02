"""`painpoints weekly`: every item once, themes that stay, a report a week; a mistake costs nothing."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from conftest import Call, Called
from painpoints.store import Workspace
from weekly_exports import rows_of, write_rows, write_week


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def week(call: Call, tmp_path: Path):  # type: ignore[no-untyped-def]
    """`painpoints weekly` in one workspace, with the fast encoder."""

    def run(*arguments: str | Path) -> Called:
        return call("weekly", *arguments, "--workspace", tmp_path / "ws", "--encoder", "fast")

    return run


def themes_of(folder: Path) -> dict[str, str]:
    """Theme id of every segment of a report."""
    rows = table(folder / "segments.csv")
    return {f"{r['feedback_id']}:{r['segment_no']}": r["theme_id"] for r in rows}


def test_two_weeks_one_after_the_other(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = week(write_week(tmp_path, 0), "--journey", "ecommerce")
    assert first.code == 0, first.err
    assert "22 rows read = 22 new + 0 corrected + 0 known or duplicate + 0 rejected." in first.out
    before = themes_of(tmp_path / "ws/reports/2026-W02")
    second = week(write_week(tmp_path, 1))
    assert second.code == 0, second.err
    reports = tmp_path / "ws/reports"
    assert {"2026-W02", "2026-W03"} <= {p.name for p in reports.iterdir()}
    page = (reports / "index.html").read_text(encoding="utf-8")
    assert page.index("2026-W03/report.html") < page.index("2026-W02/report.html")
    after = themes_of(reports / "2026-W03")
    assert {k[:2] for k in after} == {"01"}  # limited to its week
    assert set(filter(None, after.values())) & set(
        filter(None, before.values())
    )  # and themes are known again
    manifest = json.loads((reports / "2026-W03/run.json").read_text(encoding="utf-8"))
    counts = manifest["counts"]
    assert counts["read"] == counts["kept"] + counts["duplicate"] + counts["rejected"] == 22
    assert manifest["week"] == "2026-W03"


def test_the_same_export_twice_overlapping_and_corrected_ones_count_every_item_once(
    week, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    week(write_week(tmp_path, 0), "--journey", "ecommerce")
    again = week(tmp_path / "week00.csv")
    assert "22 rows read = 0 new + 0 corrected + 22 known or duplicate + 0 rejected." in again.out
    rows = [*rows_of(0)[:10], *rows_of(1)]
    rows[0] = (*rows[0][:4], "Giao hàng trễ hai tuần, quá thất vọng.")
    overlap = week(write_rows(tmp_path / "overlap.csv", rows))
    assert "32 rows read = 22 new + 1 corrected + 9 known or duplicate + 0 rejected." in overlap.out
    with Workspace(tmp_path / "ws") as workspace:
        weeks = Counter(workspace.frame("SELECT week FROM items")["week"])
        texts = workspace.frame("SELECT text FROM segments WHERE feedback_id = ?", [rows[0][0]])[
            "text"
        ].tolist()
    assert weeks == {"2026-W02": 22, "2026-W03": 22}
    assert " ".join(texts).startswith("Giao hàng trễ hai tuần")


def test_a_late_item_is_placed_in_its_own_week_and_the_week_is_replaced(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    week(write_rows(tmp_path / "a.csv", rows_of(0)[1:]), "--journey", "ecommerce")
    week(write_week(tmp_path, 1))
    week(write_rows(tmp_path / "late.csv", rows_of(0)[:1]))
    assert week("--week", "2026-W02").code == 0
    ids = {row["feedback_id"] for row in table(tmp_path / "ws/reports/2026-W02/segments.csv")}
    assert ids == {row[0] for row in rows_of(0)}


def test_a_week_reported_on_after_later_ones_is_said_to_lack_their_themes(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    both = write_rows(tmp_path / "both.csv", [*rows_of(0), *rows_of(1)])
    assert "được mở ở các tuần sau" not in week(both, "--journey", "ecommerce").err
    told = week("--week", "2026-W02")
    assert "được mở ở các tuần sau" in " ".join((told.out + told.err).split())


def test_a_week_done_again_is_the_same_to_the_byte(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for number in range(3):
        week(write_week(tmp_path, number), "--journey", "ecommerce")
    folder = tmp_path / "ws/reports/2026-W03"
    shutil.copytree(folder, tmp_path / "before")
    assert week("--week", "2026-W03").code == 0
    for name in ("segments.csv", "painpoints.csv", "themes.csv", "trends.csv", "alerts.csv", "report.json"):
        assert (folder / name).read_bytes() == (tmp_path / "before" / name).read_bytes(), name


def test_old_segments_keep_their_theme(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    known: dict[str, str] = {}
    for number in range(4):
        week(write_week(tmp_path, number), "--journey", "ecommerce")
        with Workspace(tmp_path / "ws") as workspace:
            rows = workspace.frame("SELECT item_key, segment_no, theme_id FROM segments")
        now = {f"{k}:{n}": t for k, n, t in rows.itertuples(index=False, name=None)}
        kept = [now[key] == theme for key, theme in known.items() if theme]
        assert not kept or sum(kept) / len(kept) >= 0.97
        known = now
    assert any(known.values())  # there were themes to keep


def test_names_that_people_gave_and_merges_survive(week, call: Call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    week(write_week(tmp_path, 0), "--journey", "ecommerce")
    ws = tmp_path / "ws"
    with Workspace(ws) as workspace:
        ids = workspace.frame("SELECT theme_id FROM themes WHERE polarity = 'pain' ORDER BY theme_id")[
            "theme_id"
        ].tolist()
    assert call("themes", "rename", ids[0], "--vi", "Tên của chúng tôi", "--workspace", ws).code == 0
    assert call("themes", "merge", ids[0], ids[1], "--workspace", ws).code == 0
    week(write_week(tmp_path, 1))
    rows = {row["theme_id"]: row for row in table(ws / "reports/2026-W03/themes.csv")}
    assert rows[ids[0]]["name_vi"] == "Tên của chúng tôi"
    assert ids[1] not in rows
    events = Counter(row["event"] for row in table(ws / "reports/2026-W03/theme_log.csv"))
    assert events["rename"] == 1
    assert events["merge"] >= 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--week", "2026-W40"], "no items of 2026-W40"),
        (["--week", "2026-13"], "no ISO week"),
        (["nowhere.csv"], "nowhere.csv"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    week, tmp_path: Path, arguments: list[str], told: str
) -> None:  # type: ignore[no-untyped-def]
    week(write_week(tmp_path, 0), "--journey", "ecommerce")
    page = (tmp_path / "ws/reports/2026-W02/report.html").read_bytes()
    called = week(*arguments)
    assert called.code == 2
    assert told in called.err
    assert called.err.count("\n") <= 3
    assert (tmp_path / "ws/reports/2026-W02/report.html").read_bytes() == page


def test_a_workspace_that_is_none_or_in_use_is_said_so(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert "is no workspace" in week("--week", "2026-W02").err
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws/workspace.duckdb").write_bytes(b"no database at all" * 100)
    broken = week(write_week(tmp_path, 0))
    assert broken.code == 1
    assert "backup" in broken.err


def test_a_journey_that_lost_a_touchpoint_is_said_so_and_nothing_is_lost(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    week(write_week(tmp_path, 0), "--journey", "ecommerce")
    called = week("--week", "2026-W02", "--journey", "hospitality")
    assert called.code == 0
    assert "không còn trong tệp hành trình" in called.err
    with Workspace(tmp_path / "ws") as workspace:
        assert len(workspace.frame("SELECT * FROM items")) == 22


def test_a_customer_is_forgotten_with_what_he_said(week, call: Call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    week(write_week(tmp_path, 0), "--journey", "ecommerce")
    gone = [row for row in rows_of(0) if row[3] == "K1"]
    called = call("forget", "--workspace", tmp_path / "ws", "--customer", "K1")
    assert called.code == 0, called.err
    assert f"{len(gone)} items forgotten" in called.out
    assert not (tmp_path / "ws/reports/2026-W02").exists()
    with Workspace(tmp_path / "ws") as workspace:
        ids = set(workspace.frame("SELECT feedback_id FROM segments")["feedback_id"])
    assert not ids & {row[0] for row in gone}
    assert call("forget", "--workspace", tmp_path / "ws", "--customer", "K1").code == 2
    assert call("forget", "--workspace", tmp_path / "ws").code == 2


def test_what_is_older_than_a_day_is_forgotten(week, call: Call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for number in range(2):
        week(write_week(tmp_path, number), "--journey", "ecommerce")
    assert call("forget", "--workspace", tmp_path / "ws", "--before", "2026-01-12").code == 0
    with Workspace(tmp_path / "ws") as workspace:
        assert set(workspace.frame("SELECT week FROM items")["week"]) == {"2026-W03"}
    assert call("forget", "--workspace", tmp_path / "ws", "--before", "12/01/2026").code == 2


def test_what_was_forgotten_is_not_in_the_file_any_more(week, call: Call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    secret = "Cửa hàng quận Tân Phú giao thiếu một thùng sơn xanh"
    rows = [*rows_of(0), ("X", "2026-01-06T10:00:00+07:00", "1", "KX", secret)]
    week(write_rows(tmp_path / "a.csv", rows), "--journey", "ecommerce")
    database = tmp_path / "ws/workspace.duckdb"
    assert "thùng sơn".encode() in database.read_bytes()
    assert call("forget", "--workspace", tmp_path / "ws", "--customer", "KX").code == 0
    assert "thùng sơn".encode() not in database.read_bytes()
    assert "2026-W02" not in (tmp_path / "ws/reports/index.html").read_text(encoding="utf-8")


def test_customers_are_kept_without_names(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    customers = tmp_path / "customers.csv"
    rows = [
        f"K{n},{1000 * n},Nguyễn Văn {chr(65 + n)},0912 000 {100 + n},{'new' if n % 2 else 'old'}"
        for n in range(20)
    ]
    customers.write_text("customer_id,value,name,phone,group\n" + "\n".join(rows), encoding="utf-8")
    done = week(write_week(tmp_path, 0), "--journey", "ecommerce", "--customers", customers)
    assert done.code == 0, done.err
    with Workspace(tmp_path / "ws") as workspace:
        kept = workspace.frame("SELECT * FROM customers")
    assert len(kept) == 20
    assert not kept["fields"].str.contains("Nguyễn|0912").any()
    assert kept["fields"].str.contains("old").any()


def test_initiatives_are_remembered_and_told_every_week(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = tmp_path / "viec_da_lam.csv"
    done.write_text(
        "ngày,tên,mô tả,điểm chạm\n20/01/2026,Thêm shipper,Giao hàng nhanh hơn,delivery\n", encoding="utf-8"
    )
    first = week(write_week(tmp_path, 0), "--journey", "ecommerce", "--initiatives", done)
    assert first.code == 0, first.err
    for number in range(1, 7):
        assert week(write_week(tmp_path, number)).code == 0
    rows = table(tmp_path / "ws/reports/2026-W08/initiatives.csv")
    assert rows
    assert {row["title"] for row in rows} == {"Thêm shipper"}
    assert all(
        row["verdict"] in ("resolved", "improved", "no_change", "worse", "inconclusive") for row in rows
    )
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("ngày,tên\nhôm qua,Thêm shipper\n", encoding="utf-8")
    called = week("--initiatives", wrong)
    assert called.code == 2
    assert "hôm qua" in called.err


@pytest.mark.filterwarnings("ignore:.*xtension is not supported")  # openpyxl knows no data bars
def test_the_backlog_is_edited_in_the_workbook_and_survives(week, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import openpyxl

    for number in range(2):
        assert week(write_week(tmp_path, number), "--journey", "ecommerce").code == 0
    book = openpyxl.load_workbook(tmp_path / "ws/reports/2026-W03/report.xlsx")
    sheet = book["Việc cần làm"]
    rows = list(sheet.iter_rows())
    header = next(n for n, row in enumerate(rows) if any(cell.value == "Trạng thái" for cell in row))
    names = [cell.value for cell in rows[header]]
    first = rows[header + 1]
    first[names.index("Trạng thái")].value = "đang làm"
    first[names.index("Ghi chú")].value = "đã gọi đội kho"
    pain = first[0].value
    edited = tmp_path / "sua.xlsx"
    book.save(edited)
    assert week("--backlog", edited).code == 0
    assert week(write_week(tmp_path, 2)).code == 0
    kept = {row["pain_id"]: row for row in table(tmp_path / "ws/reports/2026-W04/backlog.csv")}
    assert kept[pain]["status"] == "in_progress"
    assert kept[pain]["note"] == "đã gọi đội kho"
    assert kept[pain]["opened_week"] <= "2026-W03"
    early = week("--backlog", edited, "--week", "2026-W02")
    assert early.code == 2
    assert "not the last week" in early.err
