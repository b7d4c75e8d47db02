"""What many tell lately and few told before leaves the theme that hides it; what rises with its theme stays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from painpoints.change.history import weeks_between
from painpoints.settings import Settings
from painpoints.weeks.risen import Leaving, risen_within
from theme_toys import ENCODER, texts

WEEKS = weeks_between("2026-W01", "2026-W14")
USUAL = 40
"""other items a week, whose segments are of no theme"""


class Memory:
    """As `WeekMemory`, of segments that are given: theme, week and text of each."""

    def __init__(self, told: list[tuple[str, str, str]]) -> None:
        told = told + [("", w, t) for w in WEEKS for t in texts(4, range(2, 2 + USUAL))]
        self.table = pd.DataFrame(told, columns=["theme_id", "week", "match_text"])

    def items(self, first: str, last: str) -> pd.DataFrame:
        own = self.table[self.table["week"].between(first, last)]
        return pd.DataFrame({"week": own["week"].to_numpy(), "row": own.index})

    def segments(self, items: pd.DataFrame, known_in: str) -> pd.DataFrame:
        own = self.table.loc[items["row"]].reset_index(drop=True)
        return own.assign(
            item=np.arange(len(own)), text_hash=own["match_text"], lang="vi", sentiment="neg", kind="pain"
        )


def each_week(
    theme: str, issue: int, count: int, weeks: tuple[str, ...] = WEEKS
) -> list[tuple[str, str, str]]:
    return [
        (theme, week, text)
        for n, week in enumerate(weeks)
        for text in texts(issue, range(2 + n, 2 + n + count))
    ]


def found(told: list[tuple[str, str, str]], kept: frozenset[str] = frozenset()) -> list[Leaving]:
    return risen_within(Memory(told), WEEKS[-1], ENCODER, kept, frozenset(), Settings())  # type: ignore[arg-type]


def test_a_sudden_rise_leaves_its_neighbours_theme() -> None:
    told = each_week("T1", 0, 30) + each_week("T1", 1, 2) + each_week("T1", 1, 20, WEEKS[-1:])
    (one,) = found(told)
    assert one.theme_id == "T1"
    assert one.leave == {text for _, _, text in told if text in texts(1, range(2, 80))}
    assert one.stay == {text for _, _, text in told} - one.leave
    assert "lie together" in one.reason


def test_what_nobody_told_before_leaves() -> None:
    (one,) = found(each_week("T1", 0, 30) + each_week("T1", 1, 10, WEEKS[-2:]))
    assert one.leave == set(texts(1, range(2, 13)))


def test_what_is_in_no_theme_goes_along() -> None:
    (one,) = found(
        each_week("T1", 0, 30)
        + each_week("T1", 1, 20, WEEKS[-1:])
        + [("", WEEKS[-1], texts(1, range(90, 91))[0])]
    )
    assert one.loose == set(texts(1, range(90, 91)))


def test_a_theme_that_rises_as_a_whole_stays_whole() -> None:
    assert found(each_week("T1", 0, 5) + each_week("T1", 0, 40, WEEKS[-1:])) == []


def test_a_week_with_more_of_everything_is_no_rise() -> None:
    told = each_week("T1", 0, 30) + each_week("T1", 1, 6)
    again = [one for one in Memory(told).table.itertuples(index=False, name=None) if one[1] == WEEKS[-1]]
    assert found(told + 3 * again) == []


def test_a_handful_is_too_few() -> None:
    assert found(each_week("T1", 0, 30) + each_week("T1", 1, 7, WEEKS[-1:])) == []


def test_nothing_is_said_of_the_first_weeks() -> None:
    first = WEEKS[:6]
    told = each_week("T1", 0, 30, first) + each_week("T1", 1, 20, first[-1:])
    memory = Memory(told)
    assert risen_within(memory, first[-1], ENCODER, frozenset(), frozenset(), Settings()) == []  # type: ignore[arg-type]


def test_themes_that_people_keep_are_not_looked_at() -> None:
    told = each_week("T1", 0, 30) + each_week("T1", 1, 2) + each_week("T1", 1, 20, WEEKS[-1:])
    assert found(told, frozenset({"T1"})) == []


def test_what_has_a_theme_already_joins_it() -> None:
    told = each_week("T1", 0, 30) + each_week("T1", 1, 2) + each_week("T1", 1, 20, WEEKS[-1:])
    rising = [("T2", WEEKS[-1], text) for text in texts(1, range(60, 70))]
    (one,) = found(told + rising)
    assert (one.theme_id, one.into) == ("T1", "T2")
