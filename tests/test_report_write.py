"""The files on disk: columns, bytes, totals, and what happens when writing fails."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest

from painpoints.errors import JobError
from painpoints.report import REPORT_FILES, ReportInput, build_report, write_report
from painpoints.report import write as writing
from painpoints.report.clean import is_formula_like
from painpoints.report.tables import THEME_CSV_COLUMNS, segment_table
from painpoints.schema import PAIN_COLUMNS, REJECTED_COLUMNS, SEGMENT_CSV_COLUMNS
from report_factory import HOSTILE, THEMES, make_input


def _write(inp: ReportInput, out: Path) -> dict[str, Path]:
    return {path.name: path for path in write_report(build_report(inp), inp, out)}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReportInput, dict[str, Path]]:
    inp = make_input(400, hostile=True)
    return inp, _write(inp, tmp_path_factory.mktemp("hostile") / "out")


def _rows(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_a_run_writes_exactly_its_files(hostile: tuple[ReportInput, dict[str, Path]]) -> None:
    _, files = hostile
    folder = files["run.json"].parent
    assert {path.name for path in folder.iterdir()} == set(REPORT_FILES) == set(files)


@pytest.mark.parametrize(
    ("name", "columns"),
    [("painpoints.csv", PAIN_COLUMNS), ("themes.csv", THEME_CSV_COLUMNS), ("segments.csv", SEGMENT_CSV_COLUMNS),
     ("rejected.csv", REJECTED_COLUMNS)],
)  # fmt: skip
def test_csv_files_have_the_columns_of_the_contract(
    hostile: tuple[ReportInput, dict[str, Path]], name: str, columns: tuple[str, ...]
) -> None:
    rows = _rows(hostile[1][name])
    assert tuple(rows[0]) == columns
    assert {len(row) for row in rows} == {len(columns)}


def test_no_csv_cell_is_a_formula(hostile: tuple[ReportInput, dict[str, Path]]) -> None:
    for name in ("painpoints.csv", "themes.csv", "segments.csv", "rejected.csv"):
        assert not [cell for row in _rows(hostile[1][name]) for cell in row if is_formula_like(cell)]


def test_totals_of_the_files_agree(hostile: tuple[ReportInput, dict[str, Path]]) -> None:
    inp, files = hostile
    segments = _rows(files["segments.csv"])
    assert len(segments) - 1 == len(inp.segments)
    report = json.loads(files["report.json"].read_text(encoding="utf-8"))
    assert report["summary"]["segments"] == len(inp.segments)
    assert len(_rows(files["painpoints.csv"])) - 1 == len(report["pains"]) == 8
    themes = _rows(files["themes.csv"])
    assert [row[1] for row in themes[1:]] == ["pain"] * 8 + ["praise"] * 3
    in_themes = sum(int(row[THEME_CSV_COLUMNS.index("segments")]) for row in themes[1:])
    assert in_themes == sum(1 for row in segments[1:] if row[SEGMENT_CSV_COLUMNS.index("theme_id")])


def test_themes_csv_names_the_sub_themes_and_segments_csv_stays_as_it_is(tmp_path: Path) -> None:
    inp = make_input(300, lang="en")
    files = _write(inp, tmp_path / "out")
    table = pd.read_csv(files["themes.csv"], dtype=str, keep_default_na=False).set_index("theme_id")
    own = inp.themes.themes.set_index("theme_id").at["T0001", "sub_themes"]
    told = "; ".join(f"{sub.sub_theme_id} {sub.name_en} ({sub.items})" for sub in own)
    assert table["sub_themes"].to_dict() == {theme: told if theme == "T0001" else "" for theme in table.index}
    assert tuple(_rows(files["segments.csv"])[0]) == SEGMENT_CSV_COLUMNS


def test_segments_csv_says_what_the_segment_says(tmp_path: Path) -> None:
    inp = make_input(120)
    segments = inp.segments.copy()
    segments.loc[0, ["sentiment", "stage", "touchpoint"]] = ""
    files = _write(ReportInput(**{**vars(inp), "segments": segments}), tmp_path / "out")
    table = pd.read_csv(files["segments.csv"], dtype=str, keep_default_na=False)
    assert list(table["text"]) == list(segments["text"])
    assert (table.loc[0, ["sentiment", "stage", "touchpoint"]] == "").all()
    assert table["created_at"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()
    assert set(table["severity"]) <= {"", "1", "2", "3", "4"}


def test_numbers_of_painpoints_csv_add_up(tmp_path: Path) -> None:
    table = pd.read_csv(_write(make_input(300), tmp_path / "out")["painpoints.csv"])
    parts = table[["score_reach", "score_severity", "score_trend", "score_kpi", "score_value"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["score"].to_numpy(), abs=0.011)
    assert list(table["rank"]) == list(range(1, len(table) + 1))


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (_write(make_input(150), tmp_path / name) for name in ("a", "b"))
    for name in REPORT_FILES:
        assert first[name].read_bytes() == second[name].read_bytes(), name


def test_an_old_report_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("của tôi", encoding="utf-8")
    (tmp_path / "report.html").write_text("cũ", encoding="utf-8")
    _write(make_input(60), tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "của tôi"
    assert (tmp_path / "report.html").read_text(encoding="utf-8") != "cũ"
    assert {path.name for path in tmp_path.iterdir()} == {*REPORT_FILES, "notes.txt"}


def test_a_run_that_breaks_leaves_the_report_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in _write(make_input(60), tmp_path).values()}

    def breaks(report: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "render_html", breaks)
    with pytest.raises(KeyboardInterrupt):
        _write(make_input(90), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_full_disk_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_workbook", full)
    with pytest.raises(JobError, match="No space left on device"):
        _write(make_input(60), tmp_path / "out")
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_that_cannot_be_written_is_a_job_error(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("x", encoding="utf-8")
    with pytest.raises(JobError, match="needs a folder"):
        _write(make_input(60), blocker)
    with pytest.raises(JobError, match="could not be written"):
        _write(make_input(60), blocker / "below")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_read_only_folder_is_a_job_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(JobError, match="Permission denied"):
            _write(make_input(60), tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_nothing_to_complain_about_still_gives_all_files(tmp_path: Path) -> None:
    calm = tuple(theme for theme in THEMES if theme.polarity == "praise")
    for name, themes in (("calm", calm), ("empty", ())):
        files = _write(make_input(80, themes=themes), tmp_path / name)
        assert len(_rows(files["painpoints.csv"])) == 1


def test_quotes_reach_the_files_masked_as_they_came(hostile: tuple[ReportInput, dict[str, Path]]) -> None:
    text = hostile[1]["segments.csv"].read_text(encoding="utf-8-sig")
    assert HOSTILE[0] in text
    assert "\x00" not in text


def test_segments_csv_ends_with_the_columns_of_the_users_own_tasks(
    hostile: tuple[ReportInput, dict[str, Path]],
) -> None:
    segments = hostile[0].segments.assign(topic="giá", topic_p=0.9)
    table = segment_table(segments)
    assert tuple(table.columns) == (*SEGMENT_CSV_COLUMNS, "topic", "topic_p")
    assert set(table["topic"]) == {"giá"}
