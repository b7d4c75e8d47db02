"""Hostile text: what may be shown, and what a spreadsheet may open."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.report.clean import clip, csv_safe, display_text, is_formula_like, jsonable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("giao\u0000 trễ\u0007", "giao trễ"),
        ("\u001b[31mđỏ\u001b[0m", "đỏ"),
        ("đảo \u202egnợưn\u202c chữ", "đảo gnợưn chữ"),
        ("dòng một\r\ndòng hai\tba", "dòng một dòng hai ba"),
        ("hỏng \ud800 mã", "hỏng \ufffd mã"),
        ("", ""),
    ],
)
def test_text_for_people_has_no_controls_and_keeps_its_words(raw: str, shown: str) -> None:
    assert display_text(raw) == shown


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_value_is_shown_as_nothing(missing: object) -> None:
    assert display_text(missing) == ""


def test_stacked_accents_are_cut_but_vietnamese_ones_stay() -> None:
    assert len(display_text("Z" + "\u0301" * 400)) == 4
    decomposed = "ê\u0301"
    assert display_text(decomposed) == decomposed


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0",
     "@SUM(1+1)*cmd|' /C calc'!A0", "=A1", "  =1+1", "\t=1+1", "=Sheet2!A1", "+SUM(A1:A9)", "＝1+1"],
)  # fmt: skip
def test_formulas_are_known_and_disarmed(formula: str) -> None:
    assert is_formula_like(formula)
    safe = csv_safe(formula)
    assert "'" + formula.lstrip() in safe
    assert not is_formula_like(safe)


@pytest.mark.parametrize(
    "text",
    ["- giao chậm 3 ngày", "-5 sao", "=)) chờ dài cổ", "=.= chán", "@shop ơi trả lời đi", "+1 ủng hộ", "=> không mua nữa",
     "bình thường; - hơi lâu", "2 + 2 = 4", "giá (cao) quá"],
)  # fmt: skip
def test_what_customers_write_with_a_dash_or_a_smile_is_left_as_it_is(text: str) -> None:
    assert csv_safe(text) == text


def test_a_formula_behind_a_separator_is_disarmed_where_excel_would_split_there() -> None:
    assert csv_safe("chậm;=cmd|' /C calc'!A0") == "chậm;'=cmd|' /C calc'!A0"
    assert csv_safe("chậm\n=1+1") == "chậm\n'=1+1"


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.sampled_from("=+-@|!(A1;\t\r\n x'\x00"), max_size=12))
def test_no_text_starts_a_formula_after_it_was_made_safe(text: str) -> None:
    safe = csv_safe(text)
    assert not is_formula_like(safe)
    assert "\x00" not in safe
    assert csv_safe(safe) == safe


def test_a_long_text_is_cut_at_a_word() -> None:
    assert clip("một hai ba bốn", 11) == "một hai ba…"
    assert clip("ngắn", 10) == "ngắn"
    assert len(clip("W" * 900, 100)) == 100


def test_plain_data_has_no_numpy_pandas_or_missing_numbers() -> None:
    value = {"a": np.int64(3), "b": np.float64("nan"), "c": pd.NaT, "d": pd.Timestamp("2026-03-05 14:00", tz="Asia/Saigon"),
             "e": (np.bool_(True), math.inf, pd.NA, None), "f": {"z", "y"}}  # fmt: skip
    plain = jsonable(value)
    assert plain == {"a": 3, "b": None, "c": None, "d": "2026-03-05T07:00:00Z", "e": [True, None, None, None],
                     "f": ["y", "z"]}  # fmt: skip
    json.dumps(plain, allow_nan=False)
