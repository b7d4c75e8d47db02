"""The backlog over the weeks, and through Excel and back."""

import pandas as pd
import pytest
import xlsxwriter

from painpoints.change.backlog import BACKLOG_COLUMNS, apply_edits, assign_owners, merge_backlog
from painpoints.change.backlog_file import read_backlog
from painpoints.errors import InputError
from painpoints.journey import Journey, Stage, Touchpoint
from painpoints.report.backlog_sheet import write_backlog_sheet
from painpoints.settings import BacklogSettings

SETTINGS = BacklogSettings()
JOURNEY = Journey(
    "Gạo Xanh",
    ("vi", "en"),
    (Stage("use", {}, {}),),
    (
        Touchpoint(
            "delivery", {}, "use", owner="Vận hành", responsible=("Kho", "Đội xe"), informed=("CSKH",)
        ),
        Touchpoint("app", {}, "use"),
    ),
)


def pains(*ids):
    """P1 at the delivery, P2 at the app, which nobody owns, P3 nowhere."""
    places = {"P1": "delivery", "P2": "app", "P3": ""}
    frame = pd.DataFrame(
        [
            {
                "pain_id": i,
                "name_vi": f"đau {i}",
                "name_en": f"pain {i}",
                "touchpoint": places[i],
                "owner": "",
            }
            for i in ids
        ],
        columns=["pain_id", "name_vi", "name_en", "touchpoint", "owner"],
    )
    return assign_owners(frame, JOURNEY, "vi")


def merge(previous, ids, week, **more):
    return merge_backlog(previous, pains(*ids), week, SETTINGS, **more)


def edit(rows, week, **states):
    edits = pd.DataFrame([{"pain_id": k, "status": v} for k, v in states.items()])
    return apply_edits(rows, edits, week)


def status(backlog):
    return dict(zip(backlog.rows["pain_id"], backlog.rows["status"], strict=True))


def test_new_pains_get_owners_from_the_journey_and_orphans_are_told():
    found = merge(None, ["P1", "P2", "P3"], "2025-W10")
    assert tuple(found.listed.columns) == BACKLOG_COLUMNS
    first = found.listed.iloc[0].to_dict()
    assert first == {
        "pain_id": "P1", "name": "đau P1", "accountable": "Vận hành", "responsible": "Kho; Đội xe", "consulted": "",
        "informed": "CSKH", "status": "new", "opened_week": "2025-W10", "note": "",
    }  # fmt: skip
    assert found.orphans == ("P2", "P3")


def test_states_notes_and_the_week_of_opening_survive():
    first = merge(None, ["P1", "P2"], "2025-W10")
    edits = pd.DataFrame(
        [{"pain_id": "P2", "status": "in_progress", "note": "đã hẹn", "accountable": "Sản phẩm"}]
    )
    second = merge(apply_edits(first.rows, edits, "2025-W11"), ["P2", "P3"], "2025-W12")
    assert second.listed["pain_id"].tolist() == ["P2", "P3", "P1"]
    row = second.listed.iloc[0]
    assert (row["status"], row["note"], row["accountable"], row["opened_week"]) == (
        "in_progress", "đã hẹn", "Sản phẩm", "2025-W10",
    )  # fmt: skip
    assert status(second)["P1"] == "new"
    assert second.orphans == ("P3",)


def test_what_is_done_is_listed_while_it_is_reported():
    done = edit(merge(None, ["P1", "P2"], "2025-W10").rows, "2025-W10", P1="done")
    assert merge(done, ["P1", "P2"], "2025-W11").listed["pain_id"].tolist() == ["P1", "P2"]
    gone = merge(done, ["P2"], "2025-W11")
    assert gone.listed["pain_id"].tolist() == ["P2"]
    assert status(gone)["P1"] == "done"


def test_a_done_pain_is_reopened_when_it_rises_or_is_still_reported_after_three_weeks():
    done = edit(merge(None, ["P1"], "2025-W10").rows, "2025-W10", P1="done")
    assert merge(done, ["P1"], "2025-W10", rising={"P1"}).reopened == ()
    assert merge(done, ["P1"], "2025-W12").reopened == ()
    for found in (merge(done, ["P1"], "2025-W11", rising={"P1"}), merge(done, ["P1"], "2025-W13")):
        assert found.reopened == ("P1",)
        assert found.listed["status"].tolist() == ["reopened"]
    assert merge(merge(done, [], "2025-W13").rows, [], "2025-W20").listed.empty
    back = merge(merge(done, [], "2025-W13").rows, ["P1"], "2025-W20")
    assert back.listed[["status", "opened_week"]].to_numpy().tolist() == [["reopened", "2025-W10"]]


def test_done_over_the_turn_of_the_year():
    done = edit(merge(None, ["P1"], "2025-W50").rows, "2025-W51", P1="done")
    assert merge(done, ["P1"], "2026-W01").reopened == ()
    assert merge(done, ["P1"], "2026-W02").reopened == ("P1",)


def test_the_same_week_again_changes_nothing():
    done = edit(merge(None, ["P1", "P2"], "2025-W10").rows, "2025-W10", P1="done")
    once = merge(done, ["P1", "P2", "P3"], "2025-W14", rising={"P2"})
    again = merge(once.rows, ["P1", "P2", "P3"], "2025-W14", rising={"P2"})
    pd.testing.assert_frame_equal(once.rows, again.rows)


def test_a_pain_that_became_part_of_another_hands_over_its_state():
    first = edit(merge(None, ["P1", "P2"], "2025-W10").rows, "2025-W10", P1="accepted")
    assert status(merge(first, ["P3"], "2025-W11", merged={"P1": "P3"})) == {"P3": "accepted", "P2": "new"}
    assert status(merge(first, ["P2"], "2025-W11", merged={"P1": "P2"})) == {"P2": "new"}


def test_a_backlog_csv_without_the_kept_columns_goes_on():
    first = edit(merge(None, ["P1"], "2025-W10").rows, "2025-W10", P1="done")[list(BACKLOG_COLUMNS)]
    found = merge(first, ["P1"], "2025-W14")
    assert found.rows["done_week"].tolist() == ["2025-W14"]
    assert merge(found.rows, ["P1"], "2025-W17").reopened == ("P1",)


def test_no_pains_and_a_wrong_week():
    assert merge(None, [], "2025-W10").listed.empty
    with pytest.raises(ValueError, match="2025"):
        merge(None, [], "2025-10")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_through_excel_and_back(tmp_path, lang):
    rows = edit(merge(None, ["P1", "P2"], "2025-W10").rows, "2025-W10", P1="in_progress")
    rows.loc[rows["pain_id"] == "P2", "note"] = "=1+1"
    with xlsxwriter.Workbook(str(tmp_path / "report.xlsx")) as book:
        book.add_worksheet("Summary").write_string(0, 0, "pain_id")
        write_backlog_sheet(book, rows[list(BACKLOG_COLUMNS)], lang)
    found = read_backlog(tmp_path / "report.xlsx", {"P1", "P2"})
    assert found["status"].tolist() == ["in_progress", "new"]
    assert found["note"].tolist() == ["", "=1+1"]
    pd.testing.assert_frame_equal(apply_edits(rows, found, "2025-W11"), rows)


def test_the_state_has_a_drop_down_in_words(tmp_path):
    import openpyxl

    with xlsxwriter.Workbook(str(tmp_path / "b.xlsx")) as book:
        write_backlog_sheet(book, merge(None, ["P1"], "2025-W10").listed, "vi")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["Việc cần làm"]
    rule = sheet.data_validations.dataValidation[0]
    assert rule.formula1 == '"mới,đã nhận,đang làm,xong,mở lại"'
    assert str(rule.sqref) == "G3"


def test_vietnamese_states_from_a_csv(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("Mã điểm đau;Trạng thái\nP1;Đang làm\nP2;\n;xong\n", encoding="utf-8-sig")
    found = read_backlog(path, {"P1", "P2"})
    assert found.to_dict("records") == [
        {"pain_id": "P1", "status": "in_progress"},
        {"pain_id": "P2", "status": ""},
    ]
    rows = merge(None, ["P1", "P2"], "2025-W10").rows
    assert apply_edits(rows, found, "2025-W10")["status"].tolist() == ["in_progress", "new"]


def test_all_errors_of_a_backlog_at_once(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("pain_id,status,accountable\nP1,fixed,Kho\nP7,done,Kho\nP1,new,A; B\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_backlog(path, {"P1"})
    for part in ("4 errors", "row 2: unknown state 'fixed'", "row 3: unknown pain 'P7'", "row 4: 'P1' stands in row 2",
                 "row 4: 'A; B' are several owners"):  # fmt: skip
        assert part in str(caught.value)
    path.write_text("id,state\nP1,new\n", encoding="utf-8")
    with pytest.raises(InputError, match="a column with the pain's id"):
        read_backlog(path, {"P1"})
