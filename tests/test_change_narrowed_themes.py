"""Several initiatives for one theme: whose segments are whose, and what is said of it."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from painpoints.change.history import History
from painpoints.change.impact.before_after import Comparison
from painpoints.change.impact.effect import Effect, effect_notes
from painpoints.change.impact.impact import initiative_effects
from painpoints.change.impact.initiative_match import Match, Matches
from painpoints.change.impact.initiatives import Initiative
from painpoints.change.impact.narrowed_themes import Meanings, Narrowed, narrow_themes
from painpoints.change.impact.verdict import Background, verdict
from painpoints.settings import ImpactSettings

SETTINGS = ImpactSettings()
HERE = "touchpoint+meaning"
TOLD = np.array([[1.0, 0.0], [0.0, 1.0]])
"""what two initiatives mean"""
SEGMENTS = {"T1": np.array([[3.0, 0.1], [0.1, 3.0], [2.0, 0.2], [-3.0, -3.0]]), "T2": np.array([[0.1, 2.0]])}
"""what segments mean; those of T1: the first initiative, the second, the first, neither"""
TEXTS = {
    "T1": SEGMENTS["T1"],
    "T2": SEGMENTS["T2"],
    "T3": np.array([[-1.0, -0.1], [-0.1, -1.0], [-1.0, -1.0]]),
}


def history() -> History:
    told = ["T1", "T2", "T1", "T1", "T1"]
    mentions = pd.DataFrame({"item": [0, 1, 1, 2, 2], "theme_id": told})
    themes = pd.DataFrame({"theme_id": ["T1", "T2", "T3"], "polarity": "pain", "name_vi": "", "name_en": ""})
    items = pd.DataFrame({"week": ["2026-W01"] * 3, "channel": ""})
    return History(items, mentions, themes.assign(touchpoint="", owner=""), ("2026-W01",))


def meanings(known: History) -> Meanings:
    left = {theme: iter(vectors) for theme, vectors in SEGMENTS.items()}
    vectors = np.array([next(left[theme]) for theme in known.mentions["theme_id"]])
    return Meanings(np.asarray, TEXTS, lambda items: vectors[known.mentions["item"].isin(items)])  # type: ignore[arg-type]


def narrowed(*matches: Match, told: np.ndarray = TOLD) -> Narrowed:
    known = history()
    return narrow_themes(Matches(matches, (), told), known, meanings(known), SETTINGS)


def test_each_segment_goes_to_the_initiative_it_is_nearest_to_or_to_none() -> None:
    found = narrowed(Match(0, "T1", HERE, 0.7), Match(1, "T1", HERE, 0.6))
    first, second = (match.theme_id for match in found.matches)
    assert found.theme_of == {first: "T1", second: "T1"}
    assert found.history.mentions["theme_id"].tolist() == [first, "T2", second, first, "T1"]
    assert found.share_of == {first: 0.5, second: 0.25}
    assert sorted(found.history.themes["theme_id"]) == sorted(["T1", first, second, "T2", "T3"])
    assert set(found.history.themes["polarity"]) == {"pain"}


def test_one_initiative_alone_is_compared_on_what_it_is_about() -> None:
    found = narrowed(Match(0, "T1", HERE, 0.7))
    part = found.matches[0].theme_id
    assert found.history.mentions["theme_id"].tolist() == [part, "T2", "T1", part, "T1"]


def test_a_theme_that_was_named_is_left_whole() -> None:
    named = (Match(0, "T1", "id"), Match(1, "T1", HERE, 0.6))
    for matches in (named, ()):
        found = narrowed(*matches)
        assert found.matches == matches
        assert found.theme_of == {}
        assert found.history.mentions["theme_id"].tolist() == ["T1", "T2", "T1", "T1", "T1"]


def test_a_touchpoint_taken_whole_counts_what_the_initiative_is_about() -> None:
    found = narrowed(Match(0, "T1", "touchpoint", 0.1))
    part = found.matches[0].theme_id
    assert found.history.mentions["theme_id"].tolist() == [part, "T2", "T1", part, "T1"]


def test_two_initiatives_that_tell_the_same_share_a_part() -> None:
    near = np.array([[1.0, 0.0], [math.cos(0.5), math.sin(0.5)]])
    found = narrowed(Match(0, "T1", HERE, 0.7), Match(1, "T1", HERE, 0.6), told=near)
    assert len({match.theme_id for match in found.matches}) == 1


def test_a_second_theme_is_left_to_whom_it_is_nearer() -> None:
    own, other, foreign = Match(0, "T1", HERE, 0.7), Match(1, "T2", HERE, 0.8), Match(0, "T2", HERE, 0.6)
    assert [m.initiative for m in narrowed(own, foreign, other).matches] == [0, 1]
    found = narrowed(own, foreign, Match(1, "T2", HERE, 0.5))
    assert [found.theme_of[match.theme_id] for match in found.matches] == ["T1", "T2", "T2"]


def test_no_change_of_a_theme_found_by_meaning_needs_more() -> None:
    found = Comparison(300, 300, 1.0, 1.0, 0.71, 1.41, 1.0, 1.0)
    assert verdict(found, 1.0, Background(), SETTINGS)[0] == "no_change"
    assert verdict(found, 1.0, Background(), SETTINGS, named=False) == ("inconclusive", "no_power")


def test_no_change_is_not_said_beside_a_clear_change_of_the_same_initiative() -> None:
    random = np.random.default_rng(0)
    counts = {"T1": random.poisson([200] * 12 + [80] * 10), "T2": [200] * 22}
    weeks = tuple(f"2026-W{n:02d}" for n in range(1, 23))
    told = [
        (w, t) for t, series in counts.items() for w, n in zip(weeks, series, strict=True) for _ in range(n)
    ]
    items = pd.DataFrame(told, columns=["week", "theme_id"]).assign(channel="", segment="", product="")
    rest = pd.DataFrame({"week": [w for w in weeks for _ in range(2000)], "theme_id": "", "channel": ""})
    items = pd.concat([items, rest.assign(segment="", product="")], ignore_index=True)
    mentions = pd.DataFrame({"item": np.arange(len(items)), "theme_id": items["theme_id"]})
    known = History(items.drop(columns="theme_id"), mentions, history().themes, weeks)
    initiatives = [Initiative(dt.date(2026, 3, 18), "fix"), Initiative(dt.date(2026, 3, 18), "another")]
    alone = initiative_effects(initiatives, [Match(0, "T1", "id"), Match(1, "T2", "id")], known)
    assert {e.initiative.title: e.verdict for e in alone} == {"another": "no_change", "fix": "improved"}
    both = initiative_effects(initiatives, [Match(0, "T1", "id"), Match(0, "T2", "id")], known)
    assert [(e.verdict, e.reason) for e in both] == [("improved", ""), ("inconclusive", "changed_elsewhere")]


@pytest.mark.parametrize(
    ("touchpoint", "matched_by", "verdict"),
    [("app", "meaning", "inconclusive"), ("app", HERE, "no_change"), ("", "meaning", "no_change")],
)
def test_no_change_is_not_said_of_a_theme_found_beside_the_touchpoint_that_was_named(
    touchpoint: str, matched_by: str, verdict: str
) -> None:
    weeks = tuple(f"2026-W{n:02d}" for n in range(1, 23))
    told = pd.DataFrame(
        [(w, t) for w in weeks for t, n in (("T1", 400), ("T2", 400), ("", 2000)) for _ in range(n)],
        columns=["week", "theme_id"],
    )
    items = pd.DataFrame({"week": told["week"], "channel": "", "segment": "", "product": ""})
    mentions = pd.DataFrame({"item": np.arange(len(told)), "theme_id": told["theme_id"]})
    fix = Initiative(dt.date(2026, 3, 18), "fix", touchpoint=touchpoint)
    [effect] = initiative_effects(
        [fix], [Match(0, "T1", matched_by, 0.7)], History(items, mentions, history().themes, weeks)
    )
    assert effect.verdict == verdict
    assert effect.reason == ("other_touchpoint" if verdict == "inconclusive" else "")


def test_notes_say_why_and_what_was_counted() -> None:
    fix = Initiative(dt.date(2026, 3, 18), "fix")
    effects = [
        Effect(fix, "T1", HERE, reason="no_power", detectable=0.42, counted=0.61),
        Effect(fix, "T2", HERE, "improved", together_with=("a", "b"), controlled=True),
        Effect(fix, "T3", HERE, "improved"),
    ]
    notes = effect_notes(effects)
    assert notes["theme_id"].tolist() == ["T1", "T2", "T3"]
    assert "58 %" in notes["note_vi"][0]
    assert "Only the 61 %" in notes["note_en"][0]
    assert "a; b" in notes["note_vi"][1]
    assert "not rolled out" in notes["note_en"][1]
    assert notes["note_vi"][2] == ""
