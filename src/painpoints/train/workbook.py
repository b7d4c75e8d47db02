"""The workbook that people label in: a row a segment, a column with a drop-down a task, and a sheet that explains
the labels."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints.classify.tasks import task_named
from painpoints.errors import JobError
from painpoints.report.sheet import cell_text
from painpoints.train.sample import DRAWN
from painpoints.train.words import TASK_WORDS, label_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.train.sample import Sample

__all__ = ["write_workbook"]

_EPOCH = dt.datetime(2000, 1, 1)
"""creation date of every workbook, so that the same draw gives the same bytes"""

_HEADERS = {
    "vi": {"id": "Mã phản hồi", "no": "Câu số", "text": "Câu nói của khách", "drawn": "drawn", "labels": "Gán nhãn",
           "help": "Hướng dẫn"},
    "en": {"id": "Feedback id", "no": "Segment", "text": "Text", "drawn": "drawn", "labels": "Labels",
           "help": "How to label"},
}  # fmt: skip

_HELP = {
    "vi": (
        "Chọn nhãn cho từng câu trong danh sách thả xuống; để trống nếu không chắc.",
        "Chỉ xét điều câu ấy nói, không đoán thêm từ ngữ cảnh.",
        "Cột drawn cho biết câu được chọn thế nào: random (ngẫu nhiên), uncertain (máy phân vân), "
        "diverse (khác các câu kia). Xin giữ nguyên cột này: "
        "số liệu đúng cho toàn bộ chỉ tính được trên các câu ngẫu nhiên.",
    ),
    "en": (
        "Choose a label for each row from the drop-down; leave it empty when in doubt.",
        "Judge only what the row says, not what may stand around it.",
        "The column drawn tells how a row was chosen: random, uncertain (the classifier hesitates) or diverse "
        "(unlike the others). Please keep it: figures that hold for the whole run can be had on the random rows alone.",
    ),
}

_MEANING = {
    "neg": ("chê, bực, không hài lòng", "blame, annoyance, dissatisfaction"),
    "neu": ("không khen không chê", "neither praise nor blame"),
    "pos": ("khen, hài lòng", "praise, satisfaction"),
    "pain": ("có điều không ổn hoặc gây bực", "something went wrong or annoys"),
    "request": ("xin làm hoặc đổi điều gì", "asks for an action or a change"),
    "question": ("hỏi thông tin", "asks for information"),
    "praise": ("khen", "praise"),
    "other": ("sự việc, chuyện phiếm, nhận xét nhạt", "facts, chatter, lukewarm verdicts"),
    "1": ("bực mình", "annoyance"),
    "2": ("cản trở", "hindrance"),
    "3": ("không làm được việc hoặc mất thời gian", "task failed or time lost"),
    "4": ("mất tiền, mất an toàn, mất niềm tin hoặc bỏ đi", "money, safety or trust lost, or leaving"),
    "sense": ("điều thấy, nghe, nếm, chạm", "what is seen, heard, tasted, touched"),
    "feel": ("cảm xúc là chính", "the emotion itself"),
    "think": ("thông tin, giá cả, so sánh, suy tính", "information, price, comparing, reckoning"),
    "act": ("việc phải làm: bước, chờ, gọi, dùng", "doing: steps, waiting, calling, using"),
    "relate": ("con người, sự tôn trọng, công bằng", "people, respect, fairness"),
}


def write_workbook(
    sample: Sample, tasks: Sequence[str], choices: dict[str, list[str]], out: Path, lang: str
) -> None:
    """Write `sample` with a column a task. `choices`: labels of tasks that the user made himself; an empty list is
    free text.

    Raises `JobError` where the file cannot be written.
    """
    import xlsxwriter

    words = _HEADERS[lang]
    try:
        with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            book.set_properties({"created": _EPOCH, "comments": "painpoints"})
            sheet, beside = book.add_worksheet(words["labels"]), book.add_worksheet(words["help"])
            lists = _help_sheet(book, beside, sample, tasks, choices, lang)
            _labels_sheet(book, sheet, sample, tasks, lang, lists)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise JobError(
            f"{out} cannot be written ({error}). Close it if it is open, or name another file with --out."
        ) from error


def _labels_sheet(
    book: Any, sheet: Any, sample: Sample, tasks: Sequence[str], lang: str, lists: dict[str, Any]
) -> None:
    header = book.add_format(
        {"bold": True, "bg_color": "#12343F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    to_fill = book.add_format(
        {"valign": "top", "bg_color": "#FFF8E1", "border": 1, "border_color": "#DEDBD2"}
    )
    words = _HEADERS[lang]
    names = [TASK_WORDS.get(task, {}).get(lang, task) for task in tasks]
    titles = [words["id"], words["no"], words["text"], *names, words["drawn"]]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, cell_text(title), header)
    for row, record in enumerate(sample.rows.to_dict("records"), 1):
        sheet.write_string(row, 0, cell_text(record["feedback_id"]), wrapped)
        sheet.write_number(row, 1, int(record["segment_no"]), wrapped)
        sheet.write_string(row, 2, cell_text(record["text"]), wrapped)
        for column in range(3, 3 + len(tasks)):
            sheet.write_blank(row, column, None, to_fill)
        sheet.write_string(row, 3 + len(tasks), record["drawn"], wrapped)
    for column, task in enumerate(tasks, 3):
        if task in lists:
            rule = {"validate": "list", "source": lists[task]}
            sheet.data_validation(1, column, len(sample.rows), column, rule)
        sheet.set_column(column, column, 18)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 80)
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, len(sample.rows), len(titles) - 1)


def _help_sheet(
    book: Any, sheet: Any, sample: Sample, tasks: Sequence[str], choices: dict[str, list[str]], lang: str
) -> dict[str, Any]:
    """Write the explanations; what each task's drop-down offers: the labels, or the cells of this sheet that hold them."""
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    drawn = sample.rows["drawn"].value_counts().to_dict()
    mix = ", ".join(f"{name} {drawn.get(name, 0)}" for name in DRAWN)
    lines = (*_HELP[lang], f"{len(sample.rows)} / {sample.population}: {mix} ({sample.run_id})")
    for row, line in enumerate(lines):
        sheet.write_string(row, 1, cell_text(line), wrapped)
    row, lists = len(lines), dict[str, Any]()
    for task in tasks:
        known = task_named(task)
        labels = [label_word(known, v, lang) for v in known.labels] if known else choices.get(task, [])
        row += 1
        sheet.write_string(row, 0, cell_text(TASK_WORDS.get(task, {}).get(lang, task)), bold)
        for word, label in zip(labels, known.labels if known else labels, strict=True):
            row += 1
            sheet.write_string(row, 0, cell_text(word), wrapped)
            if known:
                sheet.write_string(row, 1, _MEANING.get(label, ("", ""))[lang == "en"], wrapped)
        if labels:
            cells = f"='{_HEADERS[lang]['help']}'!$A${row - len(labels) + 2}:$A${row + 1}"
            lists[task] = (
                labels if known else cells
            )  # Excel takes no commas in a list of words, and 255 characters
        row += 1
    return lists
