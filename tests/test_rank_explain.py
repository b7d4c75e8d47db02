"""What the explanation says about missing data and unknown ids."""

import pytest

from painpoints.errors import InputError
from painpoints.rank import explain_pain

NO_DATA = {"points": 0.0, "weight": 0.0, "fraction": 0.0, "known": False}
REPORT = {
    "pains": [
        {
            "rank": 1, "pain_id": "PAB", "theme_id": "TAB", "name_vi": "Giao hàng: trễ hẹn", "name_en": "Delivery: late",
            "segments": 12, "items": 10, "customers": 0,
        }
    ],
    "parts": {
        "PAB": {
            "reach": {
                "points": 25.0, "weight": 50.0, "fraction": 0.5, "voices": 10, "of": 100, "share": 0.1, "low": 0.0625,
                "high": 0.17, "full_share": 0.25,
            },
            "severity": {
                "points": 20.0, "weight": 50.0, "fraction": 0.4, "mean": 2.3, "count": 12, "prior_mean": 2.0,
                "prior_count": 5.0, "shrunk": 2.2,
            },
            "trend": NO_DATA, "kpi": NO_DATA, "value": NO_DATA, "score": 45.0,
            "window": {"start": "", "end": "", "days": None},
        }
    },
}  # fmt: skip


def test_vietnamese_arithmetic_line_by_line():
    text = explain_pain(REPORT, "PAB", "vi")
    assert "PAB · Giao hàng: trễ hẹn" in text
    assert "10 trên 100 người = 10.0% (khoảng tin cậy 95%: 6.2%–17.0%)" in text
    assert text.count("không có dữ liệu; trọng số chia lại cho các phần khác") == 3
    assert text.splitlines()[-1].startswith("  45.00  Điểm")


def test_english_and_the_theme_id_work_too():
    assert "10 of 100 people = 10.0%" in explain_pain(REPORT, "TAB", "en")


def test_an_unknown_id_lists_the_known_ones():
    with pytest.raises(InputError, match="No pain point 'PXX' in this report; it has PAB"):
        explain_pain(REPORT, "PXX", "vi")
