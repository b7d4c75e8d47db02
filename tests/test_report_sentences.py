"""What the code says in English reaches a reader of a Vietnamese report in Vietnamese, with the values as they are."""

from __future__ import annotations

import ast
import json
import re
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import painpoints
from ingest_exports import csv_text, write, write_xlsx
from painpoints.ingest import check, check_text, read_exports
from painpoints.ingest.columns import MAP_FIELDS
from painpoints.ingest.delimited import DELIMITER_NAMES
from painpoints.ingested import rows_not_used
from painpoints.progress import _WIDTHS
from painpoints.report import ReportInput, build_report
from painpoints.report.locale import Locale, texts
from painpoints.report.render_html import render_html
from painpoints.report.render_xlsx import write_workbook
from painpoints.report.sentences import Pattern, in_language, patterns
from painpoints.schema import RATING_SCALES
from report_factory import make_input
from small_exports import write_export
from test_change_initiatives import initiative, matched
from test_report_html import Page

PACKAGE = Path(painpoints.__file__).parent
DEMO = Path(__file__).parents[1] / "data" / "demo"
HOSTILE = ("{0} {x} %s <b>", "{n} ids in '{column}'", "\\1 \\g<0> $&", "Mã: 'đơn', (2)", "x" * 300)
SENTENCES = [*patterns().sentences, *patterns().phrases]
LISTS = [(name, pattern) for name, entries in patterns().parts.items() for pattern in entries]


def _filled(pattern: Pattern, values: dict[str, str]) -> str:
    """The English sentence with these values."""
    pieces = [piece for pair in zip(pattern.fixed, [*pattern.names, ""], strict=True) for piece in pair]
    return "".join(values.get(piece, piece) if at % 2 else piece for at, piece in enumerate(pieces))


def _english(pattern: Pattern) -> str:
    return _filled(pattern, {name: f"{{{name}}}" for name in pattern.names})


def _values(pattern: Pattern, text: str) -> dict[str, str]:
    """A number for each number, the text for everything else."""
    return {name: "1,234" if name == "n" or name.startswith("n_") else text for name in pattern.names}


@pytest.mark.parametrize("pattern", [*SENTENCES, *(p for _, p in LISTS)], ids=_english)
def test_both_languages_have_the_same_placeholders(pattern: Pattern) -> None:
    assert sorted(pattern.names) == sorted(re.findall(r"\{(\w+)\}", pattern.says))
    assert len(set(pattern.names)) == len(pattern.names)
    assert all(pattern.fixed[1:-1])  # two placeholders side by side could not be told apart
    assert sum(map(len, pattern.fixed)) >= 3


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("pattern", SENTENCES, ids=_english)
def test_a_filled_sentence_is_told_with_its_values_as_they_are(pattern: Pattern, text: str) -> None:
    values = _values(pattern, text)
    told = in_language(_filled(pattern, values), "vi")
    wanted = {name: "1.234" if value == "1,234" else value for name, value in values.items()}
    assert told == re.sub(r"\{(\w+)\}", lambda place: wanted[place[1]], pattern.says)
    assert in_language(_filled(pattern, values), "en") == _filled(pattern, values)


@pytest.mark.parametrize("pattern", patterns().sentences, ids=_english)
def test_the_name_of_a_file_in_front_stays(pattern: Pattern) -> None:
    sentence = _filled(pattern, _values(pattern, "abc"))
    if pattern.names[:1] != ("who",):  # a service, which comes first: no file says that
        told = in_language(sentence, "vi")
        assert in_language(f"a: {{0}} b.csv: {sentence}", "vi") == f"a: {{0}} b.csv: {told}"


@pytest.mark.parametrize(("name", "entry"), LISTS)
def test_entries_of_lists_are_told_and_others_stay(name: str, entry: Pattern) -> None:
    within = next(p for p in SENTENCES if name in p.names)
    part = _filled(entry, _values(entry, "{0} <b>"))
    told = in_language(_filled(within, _values(within, "x") | {name: f"{part}, 'gì đó'"}), "vi")
    assert entry.says.split("{")[0] in told
    assert part not in told
    assert "'gì đó'" in told


@pytest.mark.parametrize(
    "sentence",
    ["", "…", ": ", "Something new.", "x: by hand", "many ids in 'Mã' end in '.0': a program took them for decimal numbers.",
     "Codes in 'Mã'", "'" + "x" * 190 + "…", "22 ids in '" + "x" * 180 + "…", "y" * 5_000],
)  # fmt: skip
def test_what_fits_no_sentence_stays(sentence: str) -> None:
    assert in_language(sentence, "vi") == sentence


def test_a_sentence_that_was_cut_is_told_whole() -> None:
    column = "Bạn có điều gì muốn góp ý thêm? " * 4
    start = f"22 ids in '{column}' were turned by Excel into numbers such as '"
    told = f"22 mã trong cột '{column}' đã bị Excel đổi thành số như '"
    end = "' và không khôi phục được; hãy xuất lại tệp và đừng lưu bằng Excel."
    assert in_language(start + "2E+15' and are lost; exp…", "vi") == told + "2E+15" + end
    assert in_language(start + "2E+…", "vi") == told + "2E+…" + end
    assert in_language(start[:-20] + "…", "vi") == told + "…" + end
    assert in_language("Only the sheet 'A' was read; the others ('B', 'C…", "vi") == (
        "Chỉ đọc trang tính 'A'; không đọc các trang còn lại ('B', 'C…)."
    )


@pytest.mark.parametrize(
    "text",
    [": " * 1_999, "1: " * 1_300, "Initiative " + "a (b) " * 600, ("Initiative : " * 300) + "…",
     "1 ids in '" + "' were turned by Excel into numbers such as '" * 85, "'" * 3_999, "{n} of " * 570],
)  # fmt: skip
def test_hostile_text_takes_no_time(text: str) -> None:
    before = time.perf_counter()
    in_language(text, "vi")
    assert time.perf_counter() - before < 2


# --- nothing that is told is without its Vietnamese ---


def _told_in(path: Path, filled_words: int = 3) -> Iterator[str]:
    """Strings of at least three words in a module, but docstrings and errors; with 7 for what is filled in.

    Those with something to fill in may have as few as `filled_words`.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed: set[int] = set()
    for node in ast.walk(tree):
        error = isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("Error")
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if error or docstring or isinstance(node, ast.Raise):
            passed |= {id(inside) for inside in ast.walk(node)}
        elif isinstance(node, ast.JoinedStr):
            passed |= {id(inside) for inside in ast.walk(node) if inside is not node}
    for node in ast.walk(tree):
        said = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value
        elif isinstance(node, ast.JoinedStr):
            said = "".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)
        least = filled_words if isinstance(node, ast.JoinedStr) else 3
        if id(node) not in passed and sum(word.isalpha() for word in said.split()) >= least:
            yield said


def _is_told(said: str) -> bool:
    """Whether it, or the sentence or reason that it is the beginning or the middle of, has words."""
    forms = (said, f"{said}7.", f"duplicate ({said})")
    return any(Locale("vi").reason(form) != form for form in forms)


_NOT_TOLD = {
    "formats.py",  # parts of errors
}
_NOT_SHOWN = {
    "no rows at all",  # in an error
}


@pytest.mark.parametrize("path", sorted((PACKAGE / "ingest").glob("*.py")), ids=lambda path: path.name)
def test_everything_that_reading_tells_has_words(path: Path) -> None:
    if path.name not in _NOT_TOLD:
        assert [said for said in _told_in(path) if said not in _NOT_SHOWN and not _is_told(said)] == []


@pytest.mark.parametrize(
    "name",
    ["ingested.py", "pipeline.py", "loading.py", "encoders/load.py", "classify/predict.py", "weeks/job.py",
     "weeks/report.py", "themes/service_names.py"],
)  # fmt: skip
def test_every_sentence_of_a_run_has_words(name: str) -> None:
    assert [said for said in _told_in(PACKAGE / name) if said.endswith(".") and not _is_told(said)] == []


@pytest.mark.parametrize("name", ["weeks/tidy.py", "weeks/risen.py", "store/registry.py"])
def test_every_reason_in_the_log_of_themes_has_words(name: str) -> None:
    sql = re.compile(r"SELECT|UPDATE|INSERT|WHERE")
    said = [said for said in _told_in(PACKAGE / name) if not sql.search(said)]
    assert len(said) >= 1
    assert [one for one in said if not _is_told(one)] == []


def test_every_sentence_on_initiatives_has_words() -> None:
    for about in (initiative("abc"), initiative("abc", "promotion"), initiative("trễ", "", ("TFFF", "T9"))):
        notices = matched(about)[1]
        assert notices
        assert all(in_language(notice, "vi") != notice for notice in notices)


def _faulty_exports(folder: Path) -> Iterator[list[Path]]:
    """Exports that have something wrong with them, each list read together."""
    long = "Giao hàng chậm quá, gọi mãi không ai nghe máy, lần "
    told = [long + str(n) for n in range(12)]
    excel = [("id", "content"), *((f"2,0260{n}E+15", text) for n, text in enumerate(told))]
    yield [write(folder / "excel.csv", csv_text(excel))]
    cut = [("id", "content"), *((f"12345678901234{n:02d}00", text) for n, text in enumerate(told))]
    yield [write(folder / "cut.csv", csv_text(cut))]
    ratings = [("content", "rating", "date"), *((text, "5", "13/01/2026 08:00") for text in told[:9])]
    ratings += [
        (told[9], "9", "01/14/2026 08:00 +09:00"),
        (told[10], "chịu", "hôm qua"),
        (told[11], "4", "1/1/1901"),
    ]
    yield [write(folder / "ratings.csv", csv_text(ratings))]
    other = [("id", "content"), *((str(n), text) for n, text in enumerate(told))]
    again = [("id", "content"), *((str(n), "Nhân viên thân thiện " + text) for n, text in enumerate(told))]
    yield [write(folder / "first.csv", csv_text(other)), write(folder / "second.csv", csv_text(again))]
    yield [write(folder / "one.csv", csv_text(other)), write(folder / "the_same.csv", csv_text(other))]
    broken = "id,content\n1,tốt lắm\nid,content\n2,a,b,c\n3,\n4," + '"chưa đóng\n' + "5,ổn\n"
    yield [write(folder / "broken.csv", broken)]
    yield [write(folder / "western.csv", "id,content\n1,très bien\n2,déjà vu\n", "cp1252")]
    yield [write_xlsx(folder / "book.xlsx", {"Một": other, "Hai": [("x",)], "Ba": [("y",)]})]
    yield [
        write(
            folder / "guess.csv", csv_text([("k1", "k2"), *((str(n), text) for n, text in enumerate(told))])
        )
    ]
    yield [write_export(folder / "small.csv")]
    yield sorted(path for path in DEMO.iterdir() if path.suffix in (".csv", ".xlsx", ".jsonl") and path.stem not in (
        "customers", "truth"))  # fmt: skip


def test_whatever_faulty_exports_give_rise_to_is_told(tmp_path: Path) -> None:
    problems, reasons = set(), set()
    for paths in _faulty_exports(tmp_path):
        found = read_exports(paths)
        problems |= {problem for report in found.files for problem in report.problems}
        reasons |= set(rows_not_used(found)["reason"])
    assert len(problems) >= 12
    assert len(reasons) >= 6
    assert {said for said in problems if in_language(said, "vi") == said} == set()
    assert {said for said in reasons if Locale("vi").reason(said) == said} == set()


def test_every_stage_has_words_that_fit_their_column() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    stages = {name for source in sources for name in re.findall(r"""\.stage\(\s*["'](\w+)["']""", source)}
    assert {"read", "embed", "write", "keep"} <= stages
    assert [name for name in stages if f"stage.{name}" not in texts()] == []
    assert {name for name in stages if Locale("en").term("stage", name) != name} == set()
    assert {name for name in stages if len(Locale("vi").term("stage", name)) > _WIDTHS["vi"]} == set()


# --- what `painpoints check` shows ---

_LINE = re.compile(r"  (\S.*?)  +(?=\S)")
_ENGLISH_OF_CHECK = re.compile(
    r"\b(bytes|delimiter|header|rows?|read|kept|duplicate|rejected|repaired|files?|mean|unknown|scale|to|of|was|were)\b"
)


def test_every_label_and_every_name_of_check_has_words() -> None:
    tree = ast.parse(Path(check.__file__).read_text(encoding="utf-8"))
    yielded = [
        n.value.elts[0] for n in ast.walk(tree) if isinstance(n, ast.Yield) and isinstance(n.value, ast.Tuple)
    ]
    labels = {n.value for n in yielded if isinstance(n, ast.Constant)} | set(MAP_FIELDS) - {"rating_scale"}
    assert {"format", "profile", "rows", "rejected", "created_at"} <= labels
    names = {"check": labels, "delimiter": set(DELIMITER_NAMES.values()), "scale": set(RATING_SCALES)}
    assert [f"{g}.{n}" for g, told in names.items() for n in told if f"{g}.{n}" not in texts()] == []
    assert {label for label in labels if Locale("en").term("check", label) != label} == set()


def test_every_piece_of_check_has_words() -> None:
    told = _told_in(Path(check.__file__), filled_words=0)
    pieces = [said for said in told if re.search("[a-z]{2}", said)]
    assert {"delimiter: 7", "7 bytes", "7 header rows"} <= set(pieces)
    assert [said for said in pieces if not _is_told(said)] == []


def test_check_shows_no_english_in_vietnamese(tmp_path: Path) -> None:
    labels = {forms["vi"] for key, forms in texts().items() if key.startswith("check.")}
    for paths in _faulty_exports(tmp_path):
        if paths[0].parent == DEMO:
            continue  # columns and texts of these are English
        for line in check_text(read_exports(paths), "vi").splitlines():
            label = _LINE.match(line)
            assert label is None or label[1] in labels or re.fullmatch(r"dòng \d+", label[1])
            assert not (_ENGLISH_OF_CHECK.search(line) and "“" not in line), line


# --- a report with such sentences ---

_PROBLEMS = (
    "22 ids in '<b>{x}</b> %s' were turned by Excel into numbers such as '2,02609E+15' and are lost; export again and do "
    "not save in Excel.",
    "Times are in several time zones (3 without a zone, 2 at UTC+7:00); all were converted to UTC.",
)
_NOTICE = "Initiative 'Thêm kho' (2026-01-05) fits no theme clearly and was not measured; write the theme's id into its row."
_LOG = [("new", "3 segments of 2 items that no known theme took in"), ("merge", "by hand"),
        ("retire", "no item since 2026-W01"), ("rename", "was 'Cũ' / 'Old'")]  # fmt: skip
_ENGLISH = re.compile(
    r"\b(the|were|was|are|and|of|not|where|with|by|since|fields?|header|row|retired?|new)\b", re.IGNORECASE
)


def _input(lang: str) -> ReportInput:
    inp = make_input(60, lang=lang)
    rejected = inp.rejected.assign(reason="10 fields where the header has 8")
    log = [{"week": "2026-W02", "event": event, "theme_id": "T0001", "related_ids": "", "reason": reason}
           for event, reason in _LOG]  # fmt: skip
    return replace(
        inp,
        rejected=rejected,
        files=[replace(report, problems=_PROBLEMS) for report in inp.files],
        manifest={**inp.manifest, "notes": [f"a.csv: {_PROBLEMS[0]}", _NOTICE]},
        tables={"theme_log": pd.DataFrame(log)},
    )


def _book(inp: ReportInput, folder: Path) -> Any:
    write_workbook(build_report(inp), inp.with_sub_themes(), folder / "report.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # openpyxl drops the data bars' extension and says so
        return openpyxl.load_workbook(folder / "report.xlsx")


def test_the_page_tells_notes_and_reasons_in_vietnamese() -> None:
    report = build_report(_input("vi"))
    words = Page(render_html(report)).words
    assert "22 mã trong cột '<b>{x}</b> %s' đã bị Excel đổi thành số như '2,02609E+15'" in words
    assert "3 không ghi múi giờ, 2 theo UTC+7:00" in words
    assert "10 ô, trong khi dòng tiêu đề có 8 cột" in words
    assert "a.csv: 22 mã trong cột" in words
    assert "Sáng kiến 'Thêm kho' (2026-01-05) không khớp rõ với chủ đề nào" in words
    for sentence in (*_PROBLEMS, _NOTICE, "10 fields"):
        assert sentence not in words


def test_the_workbook_tells_them_in_vietnamese(tmp_path: Path) -> None:
    book, words = _book(_input("vi"), tmp_path), Locale("vi")
    quality = book[words.text("sheet_quality")]
    header = [cell.value for cell in quality[1]]
    notes = quality.cell(2, header.index(words.text("col_problems")) + 1).value
    assert notes.startswith("22 mã trong cột '<b>{x}</b> %s' đã bị Excel")
    assert not _ENGLISH.search(notes)
    assert "10 ô, trong khi dòng tiêu đề có 8 cột" in [cell.value for cell in quality["A"]]
    log = [[cell.value for cell in row] for row in book[words.text("sheet_theme_log")]]
    assert [row[-1] for row in log[1:]] == [
        "3 đoạn của 2 góp ý mà chưa chủ đề nào nhận",
        "do người dùng thực hiện",
        "không còn góp ý nào sau tuần 2026-W01",
        "trước đó là 'Cũ' / 'Old'",
    ]
    assert [row[1] for row in log[1:]] == ["mở", "gộp", "khép lại", "đổi tên"]


def test_an_english_report_and_the_data_keep_the_english() -> None:
    for lang in ("vi", "en"):
        report = build_report(_input(lang))
        assert report["quality"]["files"][0]["problems"] == list(_PROBLEMS)
        assert report["quality"]["manifest"]["notes"][1] == _NOTICE
        assert "do người dùng" not in json.dumps(report, ensure_ascii=False)
    words = Page(render_html(build_report(_input("en")))).words
    assert all(sentence in words for sentence in (*_PROBLEMS, "10 fields where the header has 8"))
