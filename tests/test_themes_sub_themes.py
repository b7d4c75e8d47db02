"""The finer groups within a theme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from painpoints.settings import ThemeSettings
from painpoints.themes import ThemeSet, find_themes
from painpoints.themes.sub_themes import SubTheme, finer_groups
from theme_toys import ENCODER, texts
from train_toys import stored_segments

SETTINGS = ThemeSettings()


def around(groups: list[int], spread: float = 0.05) -> np.ndarray:
    noise = np.random.default_rng(3).normal(size=(len(groups), 12)) * spread
    points = np.eye(12)[groups] + noise
    unit: np.ndarray = points / np.linalg.norm(points, axis=1, keepdims=True)
    return unit


# which segments belong together


def test_two_ways_to_fail_are_two_groups_the_one_with_more_items_first() -> None:
    items = np.array([*[0, 1, 2] * 4, *range(20, 28)])  # twelve segments of three items, eight of eight
    assert finer_groups(around([0] * 12 + [1] * 8), items, SETTINGS).tolist() == [1] * 12 + [0] * 8


def test_a_theme_that_says_one_thing_has_no_finer_group() -> None:
    assert set(finer_groups(around([0] * 20), np.arange(20), SETTINGS)) == {-1}
    assert set(finer_groups(around([0, 1]), np.arange(2), SETTINGS)) == {-1}
    assert finer_groups(np.zeros((0, 12)), np.zeros(0, dtype=int), SETTINGS).tolist() == []


def test_one_customer_who_repeats_himself_is_no_group() -> None:
    labels = finer_groups(around([0] * 6 + [1] * 6), np.array([*range(6), *[9] * 6]), SETTINGS)
    assert set(labels) == {-1}


def test_what_is_like_no_group_is_in_none() -> None:
    labels = finer_groups(around([0] * 10 + [1] * 10 + [2]), np.arange(21), SETTINGS)
    assert labels.tolist() == [0] * 10 + [1] * 10 + [-1]


def test_of_many_segments_some_make_the_tree_and_the_others_join() -> None:
    groups = [0, 1, 1] * 40 + [5]
    labels = finer_groups(around(groups), np.arange(121), replace(SETTINGS, sub_theme_rows=31))
    assert labels.tolist() == [1, 0, 0] * 40 + [-1]


def test_joining_asks_for_the_distance_that_the_tree_joins_at() -> None:
    """Four rows each on two axes; a ninth whose mean cosine to the first group is its own first coordinate."""
    for cosine, where in ((0.45, 0), (0.35, -1)):
        view = np.eye(3)[[0] * 4 + [1] * 4 + [2]]
        view[8] = (cosine, 0.0, np.sqrt(1 - cosine**2))
        assert finer_groups(view, np.arange(9), SETTINGS)[8] == where


# names, ids, counts

LOCKED = "không đăng nhập được, app báo khóa tài khoản lần {}"
CODE = "không đăng nhập được vì mã otp không gửi về máy lần {}"


def one_theme(extra: int = 0) -> tuple[ThemeSet, pd.DataFrame]:
    """A theme of two causes, and another theme, by vectors that say so."""
    said = [LOCKED.format(n + 2) for n in range(30)] + [CODE.format(n + 2) for n in range(20 + extra)]
    said += texts(0, range(2, 42))
    segments = stored_segments(said)
    near = np.random.default_rng(1).normal(size=(len(said), 40)) / 40
    axes = np.eye(40)
    kinds = [axes[0] + 0.6 * axes[1]] * 30 + [axes[0] + 0.6 * axes[2]] * (20 + extra) + [axes[3]] * 40
    vectors = near + np.stack(kinds)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    settings = replace(SETTINGS, theme_distances=(0.8,), sub_theme_distance=0.25)
    return find_themes(segments, vectors, settings, 7), segments


def subs(found: ThemeSet) -> dict[str, tuple[SubTheme, ...]]:
    return dict(zip(found.themes["theme_id"], found.themes["sub_themes"], strict=True))


def test_a_theme_has_sub_themes_with_name_id_counts_and_quote() -> None:
    found, _ = one_theme()
    (large,) = [own for own in subs(found).values() if own]
    assert [(sub.segments, sub.items) for sub in large] == [(30, 30), (20, 20)]
    assert "khóa" in large[0].name_vi.lower()
    assert "otp" in large[1].name_vi.lower()
    assert all(sub.name_en for sub in large)
    assert large[0].quote in {LOCKED.format(n + 2) for n in range(30)}
    assert all(sub.sub_theme_id.startswith("S") and len(sub.sub_theme_id) == 7 for sub in large)


def test_a_sub_theme_is_not_called_as_its_theme() -> None:
    found, _ = one_theme()
    for row in found.themes.to_dict("records"):
        for lang in ("name_vi", "name_en"):
            names = [row[lang], *(getattr(sub, lang) for sub in row["sub_themes"])]
            assert len(set(names)) == len(names)


def test_every_segment_is_in_one_sub_theme_of_its_own_theme_or_in_none() -> None:
    found, _ = one_theme()
    own = found.sub_theme_ids()
    assert list(own.index) == list(found.assignment.index)
    parents = {sub.sub_theme_id: theme for theme, held in subs(found).items() for sub in held}
    inside = own != ""
    assert (own[inside].map(parents) == found.assignment.loc[inside, "theme_id"]).all()
    counts = own[inside].value_counts().to_dict()
    assert counts == {sub.sub_theme_id: sub.segments for held in subs(found).values() for sub in held}


def test_the_same_data_give_the_same_ids_and_no_two_are_equal() -> None:
    first, second = (subs(one_theme()[0]) for _ in range(2))
    assert first == second
    ids = [sub.sub_theme_id for held in first.values() for sub in held]
    assert len(set(ids)) == len(ids) == 2


def test_a_group_that_grows_elsewhere_leaves_the_others_id_alone() -> None:
    before = next(own for own in subs(one_theme()[0]).values() if own)
    after = next(own for own in subs(one_theme(extra=3)[0]).values() if own)
    assert [sub.segments for sub in after] == [30, 23]
    assert before[0].quote == after[0].quote


def test_where_nothing_is_found_there_are_no_sub_themes() -> None:
    said = [text for issue in range(3) for text in texts(issue, range(2, 22))]
    found = find_themes(stored_segments(said), ENCODER.encode(said), SETTINGS, 7)
    assert set(found.sub_theme_ids()) == {""}
    empty = find_themes(stored_segments(said).iloc[:0], ENCODER.encode(said)[:0], SETTINGS, 7)
    assert empty.sub_theme_ids().tolist() == []
