"""An issue that nobody told before is found within the theme that took it in; one that only grows is not."""

from __future__ import annotations

import pandas as pd

from painpoints.settings import Settings
from painpoints.weeks.fresh import new_within
from theme_toys import ENCODER, texts

WEEK = "2026-W20"
OLD, LATE = pd.Timestamp("2026-02-03"), pd.Timestamp("2026-05-12")


def members(told: dict[str, pd.Timestamp]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text_hash": [f"h{n}" for n in range(len(told))],
            "match_text": list(told),
            "lang": "vi",
            "first_told": list(told.values()),
        }
    )


def found(told: dict[str, pd.Timestamp], untouched: set[str] = frozenset()) -> list[set[str]]:  # type: ignore[assignment]
    table = members(told)
    rows = new_within({"T1": table}, ENCODER, set(untouched), WEEK, Settings())
    by_hash = dict(zip(table["text_hash"], table["match_text"], strict=True))
    for theme, leave, stay in rows:
        assert theme == "T1"
        assert leave | stay == set(by_hash)
    return [{by_hash[h] for h in leave} for _, leave, _ in rows]


def spread(issue: int, count: int) -> dict[str, pd.Timestamp]:
    """Texts of an issue that has been told all along, lately as well."""
    return {t: LATE if n % 3 == 0 else OLD for n, t in enumerate(texts(issue, range(2, 2 + count)))}


def test_what_began_lately_leaves_the_theme() -> None:
    new = texts(1, range(2, 22))
    assert found(spread(0, 60) | dict.fromkeys(new, LATE)) == [set(new)]


def test_what_was_told_all_along_stays() -> None:
    assert found(spread(0, 60) | spread(1, 30)) == []


def test_a_handful_of_new_texts_is_too_few() -> None:
    assert found(spread(0, 60) | dict.fromkeys(texts(1, range(2, 8)), LATE)) == []


def test_a_theme_that_is_new_altogether_has_nothing_new_in_it() -> None:
    assert found(dict.fromkeys([*texts(0, range(2, 40)), *texts(1, range(2, 22))], LATE)) == []


def test_themes_that_people_keep_are_not_looked_at() -> None:
    assert found(spread(0, 60) | dict.fromkeys(texts(1, range(2, 22)), LATE), {"T1"}) == []
