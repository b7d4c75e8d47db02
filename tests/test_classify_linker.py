"""Segments of one run lend each other their touchpoints."""

from __future__ import annotations

import numpy as np
import pytest

from painpoints.classify.linker import with_neighbours

SURE = [0.9, 0.05, 0.05]
OPEN = [0.34, 0.33, 0.33]


def test_a_doubtful_segment_follows_those_that_say_the_same() -> None:
    vectors = np.asarray([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    probability = np.asarray([[0.05, 0.9, 0.05], OPEN, SURE], dtype=np.float32)
    found = with_neighbours(probability, vectors, 1.0)
    assert found[1].argmax() == 1
    # its own word and its twin's, each with weight 1; the third is at a right angle and counts nothing
    assert found[1] == pytest.approx((probability[0] + probability[1]) / 2, abs=1e-6)
    assert found[2] == pytest.approx(SURE, abs=1e-6)


def test_the_power_sharpens() -> None:
    vectors = np.eye(2, dtype=np.float32)
    probability = np.asarray([[0.8, 0.2], [0.5, 0.5]], dtype=np.float32)
    found = with_neighbours(probability, vectors, 2.0)
    assert found[0] == pytest.approx([0.64 / 0.68, 0.04 / 0.68], abs=1e-6)
    assert found[1] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("rows", [0, 1])
def test_without_company_nothing_changes(rows: int) -> None:
    probability = np.full((rows, 3), 1 / 3, dtype=np.float32)
    found = with_neighbours(probability, np.zeros((rows, 2), dtype=np.float32), 1.0)
    assert found == pytest.approx(probability)
