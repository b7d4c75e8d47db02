"""Careless forms of a text: seeded, plausible, and never another text."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.encoders.noise import english_noise, unaccented_some, vietnamese_noise
from painpoints.text import strip_accents

TEXT = "gọi tổng đài không được, nhân viên trả lời rất chậm"


def test_the_same_seed_gives_the_same_noise() -> None:
    assert vietnamese_noise(TEXT, np.random.default_rng(1)) == vietnamese_noise(
        TEXT, np.random.default_rng(1)
    )


def test_about_half_of_the_forms_carry_no_diacritics() -> None:
    random = np.random.default_rng(0)
    forms = [vietnamese_noise(TEXT, random) for _ in range(400)]
    assert 0.4 < np.mean([f == strip_accents(f) for f in forms]) < 0.75
    assert len(set(forms)) > 200


def test_all_or_none_of_the_words_lose_their_accents() -> None:
    random = np.random.default_rng(0)
    assert unaccented_some(TEXT, random, 1.0) == strip_accents(TEXT)
    assert unaccented_some(TEXT, random, 0.0) == TEXT


def test_placeholders_are_left_alone() -> None:
    random = np.random.default_rng(0)
    assert all("[PHONE]" in vietnamese_noise("gọi [PHONE] không được", random) for _ in range(100))


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=80), st.integers(0, 1000))
def test_any_text_survives(text: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    assert isinstance(vietnamese_noise(text, random), str)
    assert isinstance(english_noise(text, random), str)
