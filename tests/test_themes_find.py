"""Finding themes on toy vectors whose groups are known beforehand."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.settings import ThemeSettings
from painpoints.themes import THEME_TABLE_COLUMNS, find_themes, polarity_of
from painpoints.themes.describe import describe_themes
from painpoints.themes.words import tokens

SETTINGS = ThemeSettings()
ISSUES = {
    "giao hàng trễ hẹn": "giao hàng trễ hẹn {} ngày chưa tới tay",
    "hoàn tiền": "yêu cầu hoàn tiền {} lần chưa nhận được tiền",
    "ứng dụng treo": "ứng dụng bị treo ở bước {} rồi văng ra",
    "tổng đài": "gọi tổng đài {} cuộc không ai trả lời",
}


def frame(texts, *, sentiment="neg", lang="vi", items=None, touchpoint=""):
    count = len(texts)
    sentiments = [sentiment] * count if isinstance(sentiment, str) else sentiment
    positions = np.arange(count) if items is None else np.asarray(items)
    return pd.DataFrame(
        {
            "item": positions,
            "feedback_id": [f"f{n}" for n in positions],
            "segment_no": np.arange(count),
            "text": texts,
            "match_text": [text.lower() for text in texts],
            "lang": lang,
            "created_at": pd.Series(pd.NaT, index=range(count), dtype="datetime64[ns, UTC]"),
            "sentiment": sentiments,
            "kind": ["pain" if one == "neg" else "praise" if one == "pos" else "other" for one in sentiments],
            "touchpoint": touchpoint,
            "touchpoint_p": 0.8,
        }
    )


def around(groups, dims=24, spread=0.25, seed=1):
    """Unit rows near one axis a group."""
    points = (
        np.eye(dims)[np.asarray(groups, dtype=int)]
        + spread * np.random.default_rng(seed).normal(size=(len(groups), dims)) / 5
    )
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def world(each=40):
    texts, groups = [], []
    for number, pattern in enumerate(ISSUES.values()):
        texts += [pattern.format(n + 2) for n in range(each)]
        groups += [number] * each
    return frame(texts), around(groups), np.array(groups)


def test_four_issues_give_four_named_themes():
    segments, vectors, groups = world()
    found = find_themes(segments, vectors, SETTINGS, seed=7)
    assert list(found.themes.columns) == list(THEME_TABLE_COLUMNS)
    table = pd.crosstab(groups, found.assignment["theme_id"])
    assert len(found.themes) == 4
    assert (table.max(axis=1) >= 36).all()
    names = " / ".join(found.themes["name_vi"])
    for part in ("Hoàn tiền", "Tổng đài", "Treo", "rễ hẹn"):
        assert part.lower() in names.lower()
    assert "refund" in " / ".join(found.themes["name_en"]).lower()


def test_grumbling_about_nothing_that_could_be_named_is_one_theme():
    late, vectors, _ = world()
    starts, ends = (
        ("bl", "kr", "zu", "dw", "fl", "gj", "pf", "vr"),
        ("aw", "eo", "ix", "un", "yk", "ol", "im", "ez"),
    )
    grumbles = [start + end for start in starts for end in ends]  # no word is said twice
    segments = pd.concat([late, frame(grumbles, items=1_000 + np.arange(len(grumbles)))], ignore_index=True)
    apart = around([5] * 32 + [6] * 32, seed=2)
    found = find_themes(segments, np.concatenate([vectors, apart]), SETTINGS, seed=7)
    names = found.themes["name_vi"]
    assert list(names).count("Không hài lòng nói chung") == 1
    own = found.assignment["theme_id"].to_numpy()[len(late) :]
    assert len(set(own) - {""}) == 1
    assert (own != "").mean() >= 0.9
    size = found.themes.loc[names == "Không hài lòng nói chung", "segments"].item()
    assert size == (own != "").sum()


def test_ids_are_short_unique_and_repeatable():
    segments, vectors, _ = world()
    first, second = (find_themes(segments, vectors, SETTINGS, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(first.themes, second.themes)
    pd.testing.assert_frame_equal(first.assignment, second.assignment)
    assert first.themes["theme_id"].is_unique
    assert all(re.fullmatch("T[0-9A-F]{6}", theme_id) for theme_id in first.themes["theme_id"])


def test_every_segment_is_assigned_or_counted():
    segments, vectors, _ = world(each=12)
    found = find_themes(segments, vectors, SETTINGS, seed=7)
    inside = (found.assignment["theme_id"] != "").sum()
    assert inside + found.unassigned["pain"] + found.vague["pain"] == len(segments)
    assert ((found.assignment["theme_p"] > 0) == (found.assignment["theme_id"] != "")).all()
    assert found.themes["segments"].sum() == inside


def test_praise_and_pain_never_share_a_theme():
    texts = [f"giao hàng nhanh {n} tiếng" for n in range(30)] + [
        f"giao hàng chậm {n} ngày" for n in range(30)
    ]
    segments = frame(texts, sentiment=["pos"] * 30 + ["neg"] * 30)
    found = find_themes(segments, around([0] * 60), SETTINGS, seed=7)
    sides = pd.crosstab(found.assignment["theme_id"], segments["sentiment"])
    assert ((sides > 0).sum(axis=1) == 1)[sides.index != ""].all()
    assert set(found.themes["polarity"]) == {"pain", "praise"}


def test_polarity_follows_sentiment_then_kind():
    segments = pd.DataFrame(
        {
            "sentiment": ["neg", "neu", "pos", "", "neu", "pos"],
            "kind": ["other", "request", "request", "praise", "other", "pain"],
        }
    )
    assert list(polarity_of(segments)) == ["pain", "pain", "praise", "praise", "", "praise"]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_rows_give_no_theme_and_are_counted(count):
    segments = frame([f"giao hàng trễ {n}" for n in range(count)])
    found = find_themes(segments, around([0] * count), SETTINGS, seed=7)
    assert found.themes.empty
    assert found.unassigned == {"pain": count, "praise": 0}


def test_three_that_agree_are_a_theme():
    segments = frame(["giao hàng trễ quá", "giao hàng trễ hẹn", "lại giao hàng trễ"])
    found = find_themes(segments, around([0] * 3), SETTINGS, seed=7)
    assert list(found.themes["segments"]) == [3]


def test_identical_texts_are_one_theme():
    segments = frame(["giao hàng trễ hẹn"] * 50)
    found = find_themes(segments, around([0] * 50, spread=0), SETTINGS, seed=7)
    assert list(found.themes["segments"]) == [50]
    assert len(found.themes["quotes"].iat[0]) == 1


def test_one_item_that_repeats_itself_is_no_theme():
    segments = frame([f"giao hàng trễ lần {n}" for n in range(6)], items=[0] * 6)
    assert find_themes(segments, around([0] * 6), SETTINGS, seed=7).themes.empty


def test_vague_segments_are_counted_apart():
    segments = frame(["tệ quá", "app tệ", "very bad app"] * 5, lang=["vi", "vi", "en"] * 5)
    found = find_themes(segments, around([0] * 15), SETTINGS, seed=7)
    assert found.themes.empty
    assert found.vague["pain"] == 15
    assert found.unassigned["pain"] == 0


def test_a_large_input_is_sampled_and_the_rest_joins():
    segments, vectors, groups = world(each=60)
    found = find_themes(segments, vectors, replace(SETTINGS, linked_rows=120), seed=7)
    table = pd.crosstab(groups, found.assignment["theme_id"])
    assert (table.drop(columns="", errors="ignore").max(axis=1) >= 50).all()


def test_customers_come_from_the_items():
    segments = frame(["giao hàng trễ quá", "giao hàng trễ hẹn", "lại giao hàng trễ"])
    items = pd.DataFrame({"customer_id": ["a", "a", ""]})
    assert find_themes(segments, around([0] * 3), SETTINGS, 7, items).themes["customers"].iat[0] == 1


def test_vectors_and_segments_must_agree():
    with pytest.raises(ValueError, match="2 vectors for 3 segments"):
        find_themes(frame(["a", "b", "c"]), around([0, 0]), SETTINGS, seed=7)


def test_the_frames_index_does_not_matter():
    segments, vectors, _ = world(each=12)
    shuffled = segments.set_index(np.arange(1000, 1000 + len(segments)))
    found = find_themes(shuffled, vectors, SETTINGS, seed=7)
    assert list(found.assignment.index) == list(shuffled.index)


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "=cmd|' /C calc'!A0",
            "\x1b[31m",
            "a\x00b",
            "ợ" * 300,
            "[PHONE] [EMAIL]",
        ]
    ),
)


@given(st.lists(hostile, max_size=12), st.sampled_from(["vi", "vi_unaccented", "en", "mixed", "other"]))
@settings(max_examples=40, deadline=None)
def test_no_text_breaks_it(texts, lang):
    segments = frame(texts, lang=lang)
    found = find_themes(segments, around([0] * len(texts)), SETTINGS, seed=7)
    assert len(found.assignment) == len(texts)
    assert (found.themes["name_vi"] != "").all()
    assert (found.themes["name_en"] != "").all()


def test_themes_of_one_thing_that_say_nothing_of_it_are_one():
    texts = (
        [f"{own} thẻ" for own in "bdghklmnpq"]
        + [f"thẻ {own}" for own in "rstvxbdghk"]
        + ["gọi không ai nghe"] * 20
    )
    segments, labels = frame(texts), np.repeat([0, 1, 2, 2], 10)
    words, polarity = [tokens(text) for text in texts], polarity_of(segments)
    told = (segments, around(labels), words, labels, polarity, None, None)
    apart, ids = describe_themes(*told)
    assert len(set(ids)) == len(apart) == 3
    table, ids = describe_themes(*told, join_alike=True)
    assert ids[0] == ids[1] != ids[2]
    assert table["name_vi"].str.fullmatch(r"Thẻ \(nói chung\)").sum() == 1
    assert table.set_index("theme_id").loc[ids[0], "segments"] == 20
