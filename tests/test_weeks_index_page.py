"""The page of all weeks: newest first, in both languages, safe with hostile names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from painpoints.weeks.index_page import write_index
from report_factory import HOSTILE
from test_report_html import Page


def _summary(items: int, **other: Any) -> dict[str, Any]:
    return {
        "items": items,
        "negative_share": 0.425,
        "pains": 2,
        "praises": 0,
        "top": [{"name": "Giao trễ hẹn", "owner": "Vận hành"}, {"name": "Hoàn tiền chậm", "owner": ""}],
        "alerts": [],
        "title": "Vải Mộc",
        "lang": "vi",
    } | other


def _page(folder: Path, reports: list[tuple[str, dict[str, Any]]], lang: Any = "vi") -> Page:
    path = write_index(folder, [(week, one | {"lang": lang}) for week, one in reports])
    assert path == folder / "index.html"
    assert [p.name for p in folder.iterdir()] == ["index.html"]
    return Page(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("vi", ["Báo cáo từng tuần", "Vải Mộc", "1.250", "42,5%", "Giao trễ hẹn", "Vận hành", "đang tăng", "không có"]),
        ("en", ["Week by week", "Vải Mộc", "1,250", "42.5%", "Giao trễ hẹn", "Vận hành", "rising", "none"]),
    ],
)  # fmt: skip
def test_weeks_are_listed_newest_first_in_words(tmp_path: Path, lang: str, said: list[str]) -> None:
    alert = {"name_vi": "Giao trễ", "name_en": "Late delivery", "status": "rising"}
    page = _page(tmp_path, [("2026-W05", _summary(1250)), ("2026-W06", _summary(40, alerts=[alert]))], lang)
    links = [attributes["href"] for name, attributes in page.tags if name == "a"]
    assert links == ["2026-W06/report.html", "2026-W05/report.html"]
    assert [word for word in said if word not in page.words] == []
    assert ("Late delivery" if lang == "en" else "Giao trễ") in page.words
    assert "2026-W06" not in page.words.split("\n")[0]  # the page is of no single week


def test_a_name_that_one_language_lacks_is_told_in_the_other(tmp_path: Path) -> None:
    alert = {"name_vi": "Giao trễ", "name_en": "", "status": "new"}
    assert "Giao trễ" in _page(tmp_path, [("2026-W05", _summary(9, alerts=[alert]))], "en").words


def test_a_quiet_week_and_no_week_at_all_give_a_page(tmp_path: Path) -> None:
    quiet = _page(tmp_path, [("2026-W05", _summary(0, negative_share=None, top=[]))])
    assert quiet.open == []
    assert "None" not in quiet.words
    assert _page(tmp_path, []).open == []


def test_hostile_names_are_words_and_nothing_runs(tmp_path: Path) -> None:
    alerts = [{"name_vi": text, "name_en": text, "status": "rising"} for text in HOSTILE]
    top = [{"name": text, "owner": text} for text in HOSTILE]
    page = _page(tmp_path, [("2026-W05", _summary(9, alerts=alerts, top=top))])
    names = [name for name, _ in page.tags]
    assert page.open == []
    assert not {"script", "img", "iframe"} & set(names)
    assert names.count("style") == 1
    assert "<script>alert('x')</script>" in page.words
    policy = next(a["content"] or "" for n, a in page.tags if n == "meta" and a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy
