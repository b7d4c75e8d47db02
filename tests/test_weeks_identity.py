"""Which item of an export is which item of the workspace."""

from __future__ import annotations

import pandas as pd

from painpoints.schema import ITEM_COLUMNS
from painpoints.weeks.identity import customer_digest, item_digests, sort_items


def items(*rows: tuple[str, str, str], source: str = "a.csv") -> pd.DataFrame:
    """Rows of (id, day, text); an id of '' is none of the export's own."""
    frame = pd.DataFrame(
        {
            "feedback_id": [i or f"{source}:{n}" for n, (i, _, _) in enumerate(rows, 1)],
            "source": source,
            "row": range(1, len(rows) + 1),
            "created_at": pd.to_datetime([d or None for _, d, _ in rows], utc=True),
            "text": [t for _, _, t in rows],
            "rating": 1.0,
            "rating_norm": -1.0,
        }
    )
    return frame.assign(**{c: "" for c in ITEM_COLUMNS if c not in frame})


def sorted_after(before: pd.DataFrame, now: pd.DataFrame) -> tuple[list[int], list[int], list[int]]:
    known = item_digests(before).assign(created_at=before["created_at"].dt.tz_localize(None))
    found = sort_items(now, item_digests(now), known)
    return found.fresh, found.correct, found.known


DAY, LATER = "2026-01-05", "2026-01-06"


def test_an_id_is_known_again_and_what_it_says_now_is_a_correction() -> None:
    before = items(("1", DAY, "giao trễ"), ("2", DAY, "app lỗi"))
    now = items(("1", DAY, "giao trễ"), ("2", DAY, "app lỗi nặng"), ("3", DAY, "mới"), source="b.csv")
    assert sorted_after(before, now) == ([2], [1], [0])


def test_without_ids_two_files_that_overlap_share_their_items() -> None:
    before = items(("", DAY, "giao trễ"), ("", DAY, "app lỗi"))
    now = items(("", DAY, "app lỗi"), ("", LATER, "app lỗi"), source="b.csv")
    assert sorted_after(before, now) == ([1], [], [0])


def test_without_ids_the_same_words_twice_are_two_items_both_times() -> None:
    twice = items(("", DAY, "tốt"), ("", DAY, "tốt"))
    assert item_digests(twice)["item_key"].nunique() == 2
    assert sorted_after(twice, items(("", DAY, "tốt"), ("", DAY, "tốt"), ("", DAY, "tốt"))) == (
        [2],
        [],
        [0, 1],
    )


def test_the_same_id_with_another_text_on_another_day_is_another_systems_item() -> None:
    before, now = items(("7", DAY, "giao trễ")), items(("7", LATER, "thẻ bị khoá"))
    known = item_digests(before).assign(created_at=before["created_at"].dt.tz_localize(None))
    found = sort_items(now, item_digests(now), known)
    assert found.fresh == [0]
    assert found.keys[0] != item_digests(now)["item_key"].iat[0]


def test_an_item_without_a_date_can_be_corrected() -> None:
    assert sorted_after(items(("7", "", "giao trễ")), items(("7", "", "giao rất trễ"))) == ([], [0], [])


def test_a_customer_is_known_by_a_digest() -> None:
    assert customer_digest("KH001") == customer_digest("KH001") != customer_digest("KH002")
    assert customer_digest("") == ""
    assert "KH001" not in customer_digest("KH001")
