"""A theme that says what an issue of the catalogue says, in its words, is called by the issue's name; no other is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from painpoints.encoders import load_encoder
from painpoints.errors import ModelError
from painpoints.settings import ThemeSettings
from painpoints.themes import issue_names
from painpoints.themes.issue_names import IssueNames, IssueTeller, load_issue_names

SETTINGS = ThemeSettings()
AXES = np.eye(8, dtype=np.float32)
NAMES = IssueNames(
    AXES[:4],
    np.zeros(8, dtype=np.float32),
    ("mã OTP không về", "tổng đài không ai nghe máy", "món giao bị nguội", "nhân viên nhiệt tình"),
    ("OTP never arrives", "hotline rings unanswered", "food delivered cold", "helpful staff"),
    ("pain", "pain", "pain", "praise"),
    ("bank", "bank", "food", "bank"),
)
OTP = ["chờ", "mãi", "mã", "otp", "chưa", "thấy"]


def near(axis: int, count: int = 10) -> np.ndarray:
    noise = np.random.default_rng(axis).normal(size=(count, 8)) / 10
    points = AXES[axis] + noise
    unit: np.ndarray = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_called_by_what_most_segments_tell() -> None:
    assert NAMES.name(near(0), [OTP] * 10, "pain", "vi", False, SETTINGS) == (
        "mã OTP không về",
        "OTP never arrives",
    )


def test_english_segments_are_asked_for_english_words() -> None:
    said = [["waited", "for", "the", "otp", "and", "it", "never", "arrived"]] * 10
    assert NAMES.name(near(0), said, "pain", "en", False, SETTINGS) == (
        "mã OTP không về",
        "OTP never arrives",
    )
    assert NAMES.name(near(0), [OTP] * 10, "pain", "en", False, SETTINGS) is None


def test_no_name_tells_what_the_segments_do_not_say() -> None:
    assert NAMES.name(near(2), [OTP] * 10, "pain", "vi", False, SETTINGS) is None


def test_a_mixed_theme_has_no_such_name() -> None:
    mixed = np.concatenate([near(0, 3), near(5, 4), near(6, 4)])
    assert NAMES.name(mixed, [OTP] * 11, "pain", "vi", False, SETTINGS) is None


def test_a_part_must_tell_one_thing_more_surely_than_a_theme() -> None:
    rows = np.concatenate([near(0, 6), near(1, 4)])
    teller = IssueTeller(NAMES, rows, [OTP] * 10, np.zeros(10, dtype=bool), SETTINGS)
    assert teller.name(np.arange(10), "pain") == ("mã OTP không về", "OTP never arrives")
    assert teller.name(np.arange(10), "pain", part=True) is None
    assert teller.name(np.arange(6), "pain", part=True) == ("mã OTP không về", "OTP never arrives")
    assert (
        IssueTeller(None, rows, [OTP] * 10, np.zeros(10, dtype=bool), SETTINGS).name(np.arange(6), "pain")
        is None
    )


def test_praise_is_never_called_by_a_pain() -> None:
    assert NAMES.name(near(0), [OTP] * 10, "praise", "vi", False, SETTINGS) is None


def test_only_businesses_that_speak_alike_are_asked() -> None:
    own = NAMES.of_business(np.concatenate([near(0, 30), near(1, 30), near(2, 2)]), SETTINGS)
    assert set(own.industry) == {"bank"}
    assert len(own.vectors) == len(own.vi) == 3


def test_every_bundled_encoder_has_names() -> None:
    for encoder in ("accurate", "fast"):
        names = load_issue_names(load_encoder(encoder).digest)
        assert names is not None
        assert len(names.vi) == len(names.vectors) > 2000
    assert load_issue_names("another") is None


def test_a_damaged_catalogue_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "issue_names"
    folder.mkdir()
    (folder / "accurate.safetensors").write_bytes(b"no such thing")
    monkeypatch.setattr(issue_names, "models_dir", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"accurate\.safetensors"):
        load_issue_names("any")
