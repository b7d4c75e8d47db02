"""Segments of one run lend each other their touchpoints."""

from __future__ import annotations

import numpy as np
import pytest

from painpoints.classify import neighbours
from painpoints.classify.neighbours import in_company, nearest, with_neighbours

SURE = [0.9, 0.05, 0.05]
OPEN = [0.34, 0.33, 0.33]


def test_a_doubtful_segment_follows_those_that_say_the_same() -> None:
    vectors = np.asarray([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    probability = np.asarray([[0.05, 0.9, 0.05], OPEN, SURE], dtype=np.float32)
    found = with_neighbours(probability, nearest(vectors), 1.0)
    assert found[1].argmax() == 1
    # its own word and its twin's, each with weight 1; the third is at a right angle and counts nothing
    assert found[1] == pytest.approx((probability[0] + probability[1]) / 2, abs=1e-6)
    assert found[2] == pytest.approx(SURE, abs=1e-6)


def test_the_power_sharpens_what_was_averaged_and_nothing_else() -> None:
    vectors = np.asarray([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    probability = np.asarray([[0.8, 0.2], [0.8, 0.2], [0.7, 0.3]], dtype=np.float32)
    found = with_neighbours(probability, nearest(vectors), 3.0)
    # one neighbour of weight 1: the power is 1 + (3 - 1) / 2
    assert found[0] == pytest.approx([0.64 / 0.68, 0.04 / 0.68], abs=1e-6)
    assert found[2] == pytest.approx([0.7, 0.3], abs=1e-6)


def test_a_silent_segment_takes_and_lends_nothing() -> None:
    vectors = np.ones((2, 1), dtype=np.float32)
    probability = np.asarray([SURE, OPEN], dtype=np.float32)
    found = with_neighbours(probability, nearest(vectors), 1.0, np.asarray([False, True]))
    assert found[0] == pytest.approx(SURE, abs=1e-6)
    assert found[1].argmax() == 0


def test_a_large_run_is_dealt_out_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_MOST_TOGETHER", 2)
    monkeypatch.setattr(neighbours, "_ROWS_AT_ONCE", 1)
    probability = np.asarray([SURE, OPEN] * 3, dtype=np.float32)
    found = with_neighbours(probability, nearest(np.ones((6, 1), dtype=np.float32)), 1.0)
    # three blocks: rows 0 and 3, 1 and 4, 2 and 5, each a sure and an open one
    assert found == pytest.approx(np.broadcast_to((probability[0] + probability[1]) / 2, (6, 3)), abs=1e-6)


@pytest.mark.parametrize("rows", [0, 1])
def test_without_company_nothing_changes(rows: int) -> None:
    probability = np.full((rows, 3), 1 / 3, dtype=np.float32)
    found = with_neighbours(probability, nearest(np.zeros((rows, 2), dtype=np.float32)), 1.0)
    assert found == pytest.approx(probability)


def test_a_misread_segment_feels_as_its_company_does() -> None:
    vectors = np.asarray([[1, 0]] * 5 + [[0, 1]], dtype=np.float32)
    probability = np.asarray(
        [[0.55, 0.05, 0.4]] + [[0.02, 0.03, 0.95]] * 4 + [[0.6, 0.1, 0.3]], dtype=np.float32
    )
    found = in_company(probability, nearest(vectors))
    assert found[0].argmax() == 2
    mean = probability[:5].mean(axis=0)
    own = np.sqrt(probability[0] * mean)
    assert found[0] == pytest.approx(own / own.sum(), abs=1e-6)
    # nobody is near the last one
    assert found[5] == pytest.approx(probability[5], abs=1e-6)


def test_a_segment_that_is_sure_is_not_talked_over() -> None:
    vectors = np.ones((20, 1), dtype=np.float32)
    probability = np.asarray([[0.995, 0.003, 0.002]] + [[0.1, 0.1, 0.8]] * 19, dtype=np.float32)
    assert in_company(probability, nearest(vectors))[0].argmax() == 0
