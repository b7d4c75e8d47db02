"""Money at risk, split on paper."""

import pandas as pd
import pytest

from history_toys import history_of
from painpoints.change.money import MONEY_COLUMNS, money_at_risk
from painpoints.settings import MoneySettings

ALL = MoneySettings(min_customers=1)
THEMES = [
    ("T1", "pain", "giao trễ", "late", "delivery", ""),
    ("T2", "pain", "phí", "fee", "price", ""),
    ("T9", "praise", "thân thiện", "friendly", "store", ""),
]
VALUES = pd.DataFrame({"customer_id": ["a", "b", "c", "quiet"], "value": [100.0, 40.0, -10.0, 860.0]})


def lines():
    return [
        ("a", "2025-03-03", "delivery", "neg", "T1"),
        ("a", "2025-03-04", "delivery", "neg", "T1"),
        ("a", "2025-03-05", "price", "neg", "T2"),
        ("b", "2025-03-05", "delivery", "neg", "T1"),
        ("b", "2025-03-05", "store", "pos", "T9"),
        ("c", "2025-03-05", "delivery", "neg", "T1"),
        ("nobody", "2025-03-05", "delivery", "neg", "T1"),
        ("", "2025-03-05", "delivery", "neg", "T1"),
    ]


def test_a_customer_is_split_over_what_he_complains_of():
    found = money_at_risk(history_of(lines(), THEMES), VALUES, ALL)
    assert tuple(found.rows.columns) == MONEY_COLUMNS
    first, second = found.rows.to_dict("records")
    assert (first["theme_id"], first["value"], first["low"], first["high"]) == ("T1", 90.0, 40.0, 140.0)
    assert (second["theme_id"], second["value"], second["low"], second["high"]) == ("T2", 50.0, 0.0, 100.0)
    assert first["customers"] == 3
    assert first["share"] == pytest.approx(90 / 1000)
    assert (found.total, found.heard, found.elsewhere) == (1000.0, 140.0, 0.0)
    assert found.rows["value"].sum() == 140.0


def test_what_is_assumed_is_said_in_both_languages():
    found = money_at_risk(history_of(lines(), THEMES), VALUES, ALL)
    assert len(found.assumptions["vi"]) == len(found.assumptions["en"]) == 4
    assert "3 of 4 customers" in found.assumptions["en"][2]
    assert "2025-W10" in found.assumptions["en"][3]


def test_few_customers_are_not_shown_but_added_up():
    found = money_at_risk(history_of(lines(), THEMES), VALUES, MoneySettings(min_customers=2))
    assert found.rows["theme_id"].tolist() == ["T1"]
    assert found.suppressed == 50.0
    assert "fewer than 2 customers (1) are left out" in found.assumptions["en"][-1]


def test_old_complaints_do_not_count_and_complaints_outside_themes_are_told():
    old = [("a", "2024-01-03", "delivery", "neg", "T1"), ("b", "2025-03-05", "price", "neg", "")]
    found = money_at_risk(history_of(old, THEMES), VALUES, ALL)
    assert found.rows.empty
    assert (found.heard, found.elsewhere) == (40.0, 40.0)


@pytest.mark.parametrize("customers", [None, VALUES.iloc[:0], VALUES.assign(value=0.0), VALUES.tail(1)])
def test_without_values_there_is_a_sentence_and_no_figure(customers):
    found = money_at_risk(history_of(lines(), THEMES), customers, ALL)
    assert found.rows.empty
    assert set(found.notice) == {"vi", "en"}
    assert money_at_risk(history_of([]), customers, ALL).rows.empty


def test_undated_feedback_counts():
    found = money_at_risk(history_of([("a", None, "delivery", "neg", "T1")], THEMES), VALUES, ALL)
    assert found.rows["value"].tolist() == [100.0]
