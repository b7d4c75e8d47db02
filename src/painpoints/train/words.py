"""The words of label files: names of columns, and labels in English and Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from painpoints.ingest.names import fold

if TYPE_CHECKING:
    from painpoints.classify.tasks import Task

__all__ = [
    "DRAWN_COLUMN",
    "LABEL_COLUMN_NAMES",
    "LABEL_WORDS",
    "TASK_WORDS",
    "TEXT_COLUMN_NAMES",
    "label_of",
    "label_word",
    "task_names",
]

TEXT_COLUMN_NAMES = tuple(
    map(fold, ("text", "segment", "content", "comment", "review", "feedback", "sentence", "message", "data",
               "Câu nói của khách", "văn bản", "nội dung", "ý kiến", "bình luận", "câu", "phản hồi"))
)  # fmt: skip
LABEL_COLUMN_NAMES = tuple(map(fold, ("label", "labels", "class", "category", "nhãn", "phân loại")))
DRAWN_COLUMN = fold("drawn")

TASK_WORDS: dict[str, dict[str, str]] = {
    "sentiment": {"vi": "Cảm xúc", "en": "Sentiment"},
    "kind": {"vi": "Loại ý kiến", "en": "Kind"},
    "severity": {"vi": "Mức nghiêm trọng", "en": "Severity"},
    "stage": {"vi": "Giai đoạn", "en": "Stage"},
    "experience": {"vi": "Trải nghiệm", "en": "Experience"},
    "expectation_gap": {"vi": "Khác lời hứa", "en": "Expectation gap"},
    "churn": {"vi": "Muốn bỏ đi", "en": "Churn"},
    "competitor": {"vi": "Nhắc đối thủ", "en": "Competitor"},
    "effort": {"vi": "Tốn công", "en": "Effort"},
    "sarcasm": {"vi": "Mỉa mai", "en": "Sarcasm"},
}

LABEL_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "sentiment": {
        "neg": ("tiêu cực", "negative", "xấu"), "neu": ("trung tính", "neutral", "trung lập"),
        "pos": ("tích cực", "positive", "tốt"),
    },
    "kind": {
        "pain": ("phàn nàn", "complaint", "bug"), "request": ("đề nghị", "suggestion", "feature"),
        "question": ("câu hỏi",), "praise": ("khen",), "other": ("khác",),
    },
    "stage": {
        "awareness": ("nhận thức",), "consideration": ("cân nhắc",), "decision": ("quyết định",), "use": ("sử dụng",),
        "retention": ("duy trì",),
    },
    "experience": {
        "sense": ("giác quan",), "feel": ("cảm xúc",), "think": ("suy nghĩ",), "act": ("hành động",), "relate": ("gắn kết",),
    },
}  # fmt: skip
_FLAG_WORDS = {"yes": ("có", "x", "1", "true", "y"), "no": ("không", "0", "false", "n")}


def _words(task: Task) -> dict[str, tuple[str, ...]]:
    if task.is_flag:
        return _FLAG_WORDS
    return LABEL_WORDS.get(task.name, {})


def label_word(task: Task, label: str, lang: str) -> str:
    """The word for a label in a workbook: Vietnamese where there is one, else the label itself."""
    words = _words(task).get(label, ())
    return words[0] if lang == "vi" and words else label


def label_of(task: Task, given: str) -> str | None:
    """The label that a cell means, or None."""
    wanted = fold(given.removesuffix(".0"))
    for label in task.labels:
        if wanted in (fold(label), *map(fold, _words(task).get(label, ()))):
            return label
    return None


def task_names(name: str) -> tuple[str, ...]:
    """Folded names that a task's column may have."""
    return tuple(map(fold, (name, *TASK_WORDS.get(name, {}).values())))
