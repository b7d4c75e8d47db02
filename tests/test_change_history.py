"""Feedback over weeks."""

from __future__ import annotations

import pandas as pd
import pytest

from painpoints.change.history import iso_week, make_history, week_start, weeks_between


def test_weeks_follow_the_iso_calendar_over_new_year() -> None:
    days = pd.Series(pd.to_datetime(["2026-12-31", "2027-01-03", "2027-01-04", None], utc=True))
    assert iso_week(days).tolist() == ["2026-W53", "2026-W53", "2027-W01", ""]
    assert week_start("2026-W53") == pd.Timestamp("2026-12-28", tz="UTC")
    assert weeks_between("2026-W52", "2027-W02") == ("2026-W52", "2026-W53", "2027-W01", "2027-W02")
    assert weeks_between("2027-W02", "2027-W01") == ()


def _history(last_week: str = ""):  # type: ignore[no-untyped-def]
    from painpoints.journey import load_journey

    days = ["2026-01-05", "2026-01-20", "2026-01-21", None]
    items = pd.DataFrame(
        {
            "feedback_id": ["a", "b", "c", "d"], "text": "x", "agent_reply": "",
            "created_at": pd.to_datetime(days, utc=True), "customer_id": ["K1", "", "K1", ""],
        }
    )  # fmt: skip
    segments = pd.DataFrame({"item": [0, 0, 1, 3]})
    for name in ("sentiment", "kind", "stage"):
        segments[name] = ""
    segments["touchpoint"] = ["app", "app", "shop", ""]
    segments["severity"] = pd.array([1, 2, None, None], dtype="Int64")
    for flag in ("expectation_gap", "churn", "competitor", "effort"):
        segments[flag] = 0
    themes = pd.DataFrame({"theme_id": ["T1", "T2"], "polarity": "pain", "name_vi": "v", "name_en": "e"})
    return make_history(items, segments, ["T1", "T1", "T1", ""], themes, load_journey("default"), last_week)


def test_a_history_counts_items_once_and_knows_weeks_without_any() -> None:
    history = _history()
    assert history.weeks == ("2026-W02", "2026-W03", "2026-W04")
    assert history.items_of("T1").tolist() == [0, 1]
    assert history.week_numbers().tolist() == [0, 2, 2, -1]
    assert history.items["voice"].tolist() == ["c:K1", "i:1", "c:K1", "i:3"]
    assert history.themes["touchpoint"].tolist() == ["app", ""]
    assert "text" not in history.items


def test_a_week_reported_on_hides_what_came_after_it() -> None:
    history = _history("2026-W03")
    assert history.weeks == ("2026-W02", "2026-W03")
    assert history.week_numbers().tolist() == [0, -1, -1, -1]


def test_theme_ids_of_another_length_are_refused() -> None:
    from painpoints.journey import load_journey

    with pytest.raises(ValueError, match="1 theme ids for 0 segments"):
        make_history(pd.DataFrame(), pd.DataFrame(), ["T1"], pd.DataFrame(), load_journey("default"))
