"""What the simulator says is true of its feedback is true of it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from painpoints.change.history import iso_week
from painpoints.change.impact.initiatives import load_initiatives
from painpoints.change.trends.sale_days import load_calendar, marked_weeks
from painpoints.journey import load_journey

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # benchmarks are not installed

from benchmarks.half_year import SALES, HalfYear, half_year, write_calendar, write_export, write_initiatives
from benchmarks.simulator import FOLDER, INDUSTRIES, Event, simulate


@pytest.fixture(scope="module")
def year() -> HalfYear:
    return half_year("grocery_box", 5000, 26, 0)


def weekly(year: HalfYear, issue: str) -> np.ndarray:
    """Items that tell an issue, by week."""
    truth = year.simulated.truth
    return np.bincount(truth.loc[truth["issue"] == issue, "week"], minlength=len(year.week_names))


def test_spans_are_what_the_text_says(year: HalfYear) -> None:
    truth = year.simulated.truth.merge(year.simulated.items[["id", "text"]], on="id")
    ends = truth["end"].to_numpy()
    assert (truth["start"].to_numpy() < ends).all()
    assert (ends <= truth["text"].str.len().to_numpy()).all()


def test_a_sale_week_has_two_and_a_half_times_the_items_and_what_befalls_one_issue_leaves_others_alone() -> (
    None
):
    plain = simulate("grocery_box", 2000, 26, 1)
    event = Event("spike", "fish_smells", 20, 2, 5.0)
    told = simulate("grocery_box", 2000, 26, 1, (event,), sales=(5,))
    sizes = [np.bincount(s.truth["week"], minlength=26) for s in (plain, told)]
    assert sizes[1][5] / sizes[0][5] == pytest.approx(2.5, abs=0.35)
    others = [s.truth[s.truth["issue"] != "fish_smells"].groupby("week").size() for s in (plain, told)]
    assert others[1][20] / others[0][20] == pytest.approx(1.0, abs=0.25)


def test_events_multiply_the_rate_by_what_they_say(year: HalfYear) -> None:
    volume = np.bincount(year.simulated.truth["week"], minlength=26)
    for kind, weeks_of in (("spike", 2), ("drift", 4), ("works", 11), ("harms", 11)):
        before = after = wanted = 0.0
        for event in (e for e in year.simulated.events if e.name == kind):
            last = range(event.first_week + event.weeks - weeks_of, event.first_week + event.weeks)
            own = weekly(year, event.issue) / volume
            before += own[: event.first_week].mean()
            after += own[list(last)].mean()
            wanted = event.factor
        assert after / before == pytest.approx(wanted, rel=0.35), kind


def test_a_new_issue_is_told_by_nobody_before_its_week(year: HalfYear) -> None:
    [new] = [e for e in year.simulated.events if e.name == "unknown before"]
    counts = weekly(year, new.issue)
    assert counts[:12].sum() == 0
    assert counts[12:].mean() > 2


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_one_thing_happens_to_an_issue_at_a_time(industry: str) -> None:
    for seed in range(3):
        year = half_year(industry, 300, 26, seed)
        owners = [e.issue for e in year.simulated.events if e.name not in ("sale", "nothing")]
        assert len(owners) == len(set(owners)) == 8
        surging = {e.issue for e in year.simulated.events if e.name == "sale"}
        assert not surging & set(owners)
        assert not {e.first_week for e in year.simulated.events if e.name in ("spike", "drift")} & set(SALES)


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_files_are_read_and_tell_only_what_is_known_by_then(industry: str, tmp_path: Path) -> None:
    year = half_year(industry, 300, 26, 0)
    journey = load_journey(FOLDER / industry / "journey.yaml")
    assert write_initiatives(year, 0, tmp_path / "none.csv") is None
    path = write_initiatives(year, 25, tmp_path / "all.csv")
    assert path is not None
    assert [i.touchpoint for i in load_initiatives(path, journey)] == [a.touchpoint for a in year.actions]
    first = write_initiatives(year, year.actions[0].week, tmp_path / "first.csv")
    assert first is not None
    assert all(
        pd.Timestamp(i.date) <= year.actions[0].day + pd.Timedelta(days=4)
        for i in load_initiatives(first, journey)
    )
    marked = marked_weeks(load_calendar(write_calendar(year, tmp_path / "sales.csv")), year.week_names, 2)
    assert sorted(marked) == [year.week_names[week] for week in SALES]
    counts = [len(pd.read_csv(write_export(year, week, tmp_path / "week.csv"))) for week in range(26)]
    assert sum(counts) == len(year.simulated.items)
    dates = pd.to_datetime(pd.read_csv(tmp_path / "week.csv")["created_at"]).dt.tz_localize(
        "Asia/Ho_Chi_Minh"
    )
    assert set(iso_week(dates.dt.tz_convert("UTC"), "Asia/Ho_Chi_Minh")) == {year.week_names[25]}


def test_every_pain_has_an_initiative_that_names_no_wording() -> None:
    for industry in INDUSTRIES:
        issues = pd.read_csv(FOLDER / industry / "issues.csv", dtype=str)
        told = pd.read_csv(FOLDER / industry / "initiatives.csv", dtype=str)
        assert set(told["issue"]) == set(issues.loc[issues["kind"] == "pain", "issue"])
        wordings = set(pd.read_csv(FOLDER / industry / "wordings.csv", dtype=str)["text"])
        assert not wordings & set(told["title"])
