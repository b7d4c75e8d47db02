"""Splitting a theme: all its texts go with the part that they belong to, the old ones as well."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from painpoints.schema import FLAGS
from painpoints.settings import ThemeSettings
from painpoints.store import ThemeRegistry, Workspace, registry
from painpoints.themes import find_themes
from painpoints.weeks.tidy import _whole_part
from theme_toys import ENCODER, texts
from train_toys import stored_segments

LATE, REFUND = texts(0, range(2, 42)), texts(1, range(2, 42))


def test_a_part_takes_along_the_texts_that_were_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_MEMBERS", 60)
    said = [*LATE, *REFUND, *texts(2, range(2, 42))]
    with Workspace(tmp_path / "ws", create=True) as workspace:
        themes = ThemeRegistry(workspace)
        segments = stored_segments(said)
        found = find_themes(segments, ENCODER.encode(said), ThemeSettings(), 7)
        labelled = segments.drop(columns="theme_id").join(found.assignment)
        manifest = {"as_of": "2026-03-01", "models": {"encoder": {"digest": ENCODER.digest}}}
        workspace.save_run("R1", manifest, labelled, ("experience", *FLAGS))
        themes.remember(found.themes, "2026-03-01")
        ids = dict(zip(said, found.assignment["theme_id"], strict=True))
        late, refund = ids[LATE[0]], ids[REFUND[0]]
        assert len({late, refund, ""}) == 3
        themes.merge(late, [refund], dt.date(2026, 3, 5))
        known = themes.known(ENCODER)
        leaves = known.members["match_text"].isin(REFUND)
        assert 0 < leaves.sum() < len(REFUND)
        stays = (known.members["theme_id"] == late) & ~leaves
        hashes = known.members["text_hash"]
        part, vectors = _whole_part(
            themes.latest_members(1000)[late], ENCODER, set(hashes[leaves]), set(hashes[stays])
        )
        wanted = {text for text in REFUND if ids[text]}
    taken = set(part["match_text"])
    assert taken <= wanted
    assert len(taken) >= 0.85 * len(wanted)
    assert len(taken - set(known.members["match_text"])) >= 10
    assert len(vectors) == len(part)
