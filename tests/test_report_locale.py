"""Words, numbers and dates in two languages, and that none is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import painpoints.report
from painpoints.report.locale import Locale, texts
from painpoints.report.quality import _caveats
from painpoints.schema import KINDS, LANGUAGES, SENTIMENTS

PACKAGE = Path(painpoints.report.__file__).parent


def _fields(form: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", form))


@pytest.mark.parametrize("key", texts())
def test_both_languages_say_it_with_the_same_figures(key: str) -> None:
    forms = texts()[key]
    assert set(forms) in ({"vi", "en"}, {"vi", "en", "en_one"})
    assert all(isinstance(form, str) and form.strip() for form in forms.values())
    assert _fields(forms["vi"]) == _fields(forms["en"])
    assert _fields(forms.get("en_one", forms["en"])) <= _fields(forms["en"])


def test_every_key_that_is_used_exists_and_every_sentence_is_used() -> None:
    files = [*PACKAGE.glob("*.py"), *(PACKAGE / "templates").glob("*.j2")]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files)
    used = set(re.findall(r"""(?:\bt|fmt\.text|locale\.text|\btext)\(\s*f?['"]([a-z0-9_.]+)['"{]""", sources))
    groups = {key.split(".")[0] + "." for key in texts() if "." in key}
    prefixes = {key for key in used if key.endswith(("_", "."))}
    assert {key for key in used if key not in texts() and key not in prefixes} <= groups
    unused = [
        key for key in texts() if "." not in key and key not in used and f'"{key}"' not in sources
        and not any(key.startswith(prefix) for prefix in prefixes | {"sec_", "sheet_", "filter_", "col_"})
    ]  # fmt: skip
    assert unused == []


@pytest.mark.parametrize("group", ["sentiment", "kind", "language"])
def test_labels_of_the_schema_have_words(group: str) -> None:
    names = {"sentiment": SENTIMENTS, "kind": KINDS, "language": LANGUAGES}[group]
    assert all(f"{group}.{name}" in texts() for name in names)


def test_every_caveat_has_a_sentence() -> None:
    names = re.findall(
        r'"(\w+)":', Path(PACKAGE / "quality.py").read_text(encoding="utf-8").split("checks = {")[1]
    )
    assert _caveats is not None
    assert all(f"caveat.{name}" in texts() for name in names)


@pytest.mark.parametrize(
    ("value", "digits", "vi", "en"),
    [(1234.5, 1, "1.234,5", "1,234.5"), (-0.42, 2, "−0,42", "−0.42"), (0, 0, "0", "0"), (-0.001, 1, "0,0", "0.0"),
     (None, 0, "–", "–"), (float("nan"), 1, "–", "–"), (12_345_678, 0, "12.345.678", "12,345,678")],
)  # fmt: skip
def test_numbers(value: float | None, digits: int, vi: str, en: str) -> None:
    assert Locale("vi").number(value, digits) == vi
    assert Locale("en").number(value, digits) == en


def test_signs_percents_and_dates() -> None:
    vi, en = Locale("vi"), Locale("en")
    assert vi.number(0.5, 1, signed=True) == "+0,5"
    assert vi.percent(0.3425) == "34,2%" or vi.percent(0.3425) == "34,3%"
    assert en.percent(None) == "–"
    assert vi.day("2026-03-05T07:00:00Z") == "05/03/2026"
    assert en.day("2026-03-05") == "5 Mar 2026"
    assert vi.day(None) == vi.day("") == "–"
    assert [vi.short_day("2026-03-01", unit) for unit in ("week", "month", "year")] == [
        "01/03",
        "03/2026",
        "2026",
    ]


def test_english_has_a_singular_and_unknown_terms_speak_for_themselves() -> None:
    assert Locale("en").text("fact_sources_n", 1, n="1") == "1 file"
    assert Locale("en").text("fact_sources_n", 2, n="2") == "2 files"
    assert Locale("vi").term("masked", "PHONE") == "Số điện thoại"
    assert Locale("vi").term("masked", "new_kind") == "new kind"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        Locale("fr")
