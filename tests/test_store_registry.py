"""Themes that a workspace remembers: they keep ids and names, take in what is new, and follow people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from painpoints.errors import InputError
from painpoints.schema import FLAGS
from painpoints.settings import ThemeSettings
from painpoints.store import ThemeRegistry, Workspace
from painpoints.themes import ThemeSet, find_themes
from painpoints.themes.commands import list_themes, mark_theme, merge_themes, rename_theme, split_theme
from painpoints.themes.known import no_known_themes
from theme_toys import ENCODER, ISSUES, texts
from train_toys import stored_segments

SETTINGS = ThemeSettings()
DAY = dt.date(2026, 3, 5)


def run(workspace: Workspace, said: list[str], run_id: str) -> tuple[ThemeSet, dict[str, str]]:
    """As `painpoints run` does; the themes and the theme id of each text."""
    registry = ThemeRegistry(workspace)
    segments = stored_segments(said)
    known = registry.known(ENCODER, run_id)
    found = find_themes(segments, ENCODER.encode(said), SETTINGS, 7, known=known)
    labelled = segments.drop(columns="theme_id").join(found.assignment)
    manifest = {"as_of": "2026-03-01", "models": {"encoder": {"digest": ENCODER.digest}}}
    workspace.save_run(run_id, manifest, labelled, ("experience", *FLAGS))
    registry.remember(found.themes, "2026-03-01")
    return found, dict(zip(said, found.assignment["theme_id"], strict=True))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path / "ws", create=True) as opened:
        yield opened


FIRST = [t for issue in range(4) for t in texts(issue, range(2, 42))]


def test_a_second_run_keeps_ids_names_and_members_and_opens_what_is_new(workspace: Workspace) -> None:
    first, before = run(workspace, FIRST, "R1")
    said = [*FIRST, *texts(0, range(60, 80)), *texts(4, range(2, 42))]
    second, after = run(workspace, said, "R2")
    assert {t: after[t] for t in FIRST if before[t]} == {t: i for t, i in before.items() if i}
    late = {before[t] for t in texts(0, range(2, 42))}
    assert {after[t] for t in texts(0, range(60, 80))} <= late | {""}
    names = first.themes.set_index("theme_id")["name_vi"].to_dict()
    assert names.items() <= second.themes.set_index("theme_id")["name_vi"].to_dict().items()
    fresh = set(second.themes["theme_id"]) - set(first.themes["theme_id"])
    assert fresh == {after[t] for t in texts(4, range(2, 42))} - {""}
    log = ThemeRegistry(workspace).log()
    assert set(log["event"]) == {"new"}
    assert set(log["theme_id"]) == set(second.themes["theme_id"])
    assert set(log["week"]) == {"2026-W09"}


def test_a_later_export_alone_falls_into_the_known_themes(workspace: Workspace) -> None:
    _, before = run(workspace, FIRST, "R1")
    _, after = run(workspace, texts(1, range(60, 70)), "R2")
    assert set(after.values()) <= {before[ISSUES[1].format(5)], ""}
    assert sum(map(bool, after.values())) >= 8


def test_the_same_run_again_changes_nothing(workspace: Workspace) -> None:
    _, before = run(workspace, FIRST, "R1")
    _, again = run(workspace, FIRST, "R1")
    assert again == before
    assert len(workspace.runs()) == 1


def test_a_merge_is_respected_and_logged(workspace: Workspace) -> None:
    _, before = run(workspace, FIRST, "R1")
    one, other = before[ISSUES[0].format(5)], before[ISSUES[1].format(5)]
    ThemeRegistry(workspace).merge(one, [other], DAY)
    found, after = run(workspace, [*FIRST, *texts(1, range(60, 70))], "R2")
    assert other not in set(found.themes["theme_id"])
    assert after[ISSUES[1].format(5)] == one
    assert {after[t] for t in texts(1, range(60, 70))} <= {one, ""}
    last = ThemeRegistry(workspace).log().iloc[-1]
    assert (last["week"], last["event"], last["theme_id"], last["related_ids"]) == (
        "2026-W10",
        "merge",
        one,
        other,
    )


def test_mistakes_leave_everything_as_it_was(workspace: Workspace) -> None:
    found, before = run(workspace, FIRST, "R1")
    registry = ThemeRegistry(workspace)
    one, other = before[ISSUES[0].format(5)], before[ISSUES[1].format(5)]
    name = found.themes.set_index("theme_id").at[other, "name_vi"]
    table, log = registry.table(), registry.log()
    with pytest.raises(InputError, match="knows no theme"):
        registry.merge(one, [other, "T000000"], DAY)
    with pytest.raises(InputError, match="itself"):
        registry.merge(one, [one], DAY)
    with pytest.raises(InputError, match="already"):
        registry.rename(one, name, "", DAY)
    pd.testing.assert_frame_equal(registry.table(), table)
    pd.testing.assert_frame_equal(registry.log(), log)
    registry.mark(other, "pinned", True, DAY)
    with pytest.raises(InputError, match="is pinned"):
        registry.merge(one, [other], DAY)
    registry.mark(other, "pinned", False, DAY)
    registry.merge(one, [other], DAY)
    with pytest.raises(InputError, match="was merged into"):
        registry.rename(other, "x", "", DAY)


def folder_with_a_run(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    with Workspace(tmp_path / "ws", create=True) as workspace:
        return tmp_path / "ws", run(workspace, FIRST, "R1")[1]


def test_names_given_by_people_stay(tmp_path: Path) -> None:
    folder, before = folder_with_a_run(tmp_path)
    one = before[ISSUES[0].format(5)]
    assert "Trễ hẹn giao" in rename_theme(folder, one, "Trễ hẹn giao", "", DAY)
    with Workspace(folder) as workspace:
        found, _ = run(workspace, FIRST, "R2")
    row = found.themes.set_index("theme_id").loc[one]
    assert row["name_vi"] == "Trễ hẹn giao"
    assert "Trễ hẹn giao" in list_themes(folder, "vi")
    with pytest.raises(InputError, match="--vi"):
        rename_theme(folder, one, " ", "")


def test_a_hidden_theme_keeps_its_segments_and_is_told_of(tmp_path: Path) -> None:
    folder, before = folder_with_a_run(tmp_path)
    one = before[ISSUES[0].format(5)]
    assert mark_theme(folder, one, "hidden", True, DAY) == f"{one} is hidden."
    with Workspace(folder) as workspace:
        found, after = run(workspace, FIRST, "R2")
    assert found.hidden == {one}
    assert {after[t] for t, theme in before.items() if theme == one} == {one}
    assert f"{one}" in list_themes(folder, "en")
    assert "[hidden]" in list_themes(folder, "en")
    mark_theme(folder, one, "hidden", False, DAY)
    assert "[hidden]" not in list_themes(folder, "en")


def test_a_split_gives_the_smaller_part_a_theme_of_its_own(tmp_path: Path) -> None:
    folder, before = folder_with_a_run(tmp_path)
    one, other = before[ISSUES[0].format(5)], before[ISSUES[1].format(5)]
    merge_themes(folder, one, [other], DAY)
    told = split_theme(folder, one, 2, ENCODER, DAY)
    new = told.splitlines()[1].split()[0]
    with Workspace(folder) as workspace:
        found, after = run(workspace, FIRST, "R2")
        log, table = ThemeRegistry(workspace).log().iloc[-1], ThemeRegistry(workspace).table()
    sides = [{after[t] for t in texts(issue, range(2, 42)) if before[t]} for issue in (0, 1)]
    assert sides in ([{one}, {new}], [{new}, {one}])
    assert new in set(found.themes["theme_id"])
    assert (log["event"], log["theme_id"], log["related_ids"]) == ("split", one, new)
    opened = table.set_index("theme_id")["opened"]
    assert opened[new] == opened[one]  # so that the report of the week before knows it too
    with pytest.raises(InputError, match="too few"):
        split_theme(folder, one, 30, ENCODER)


def test_a_workspace_without_themes_says_so(tmp_path: Path) -> None:
    Workspace(tmp_path / "ws", create=True).close()
    assert "knows no themes yet" in list_themes(tmp_path / "ws", "vi")


def test_a_new_theme_gets_no_id_that_was_ever_given() -> None:
    said = [t for issue in range(2) for t in texts(issue, range(2, 42))]
    segments = stored_segments(said)
    vectors = ENCODER.encode(said)
    first = find_themes(segments, vectors, ThemeSettings(), 7)
    given = frozenset(first.themes["theme_id"])
    known = replace(no_known_themes(vectors.shape[1]), taken=given)
    again = find_themes(segments, vectors, ThemeSettings(), 7, known=known)
    assert len(again.themes) == len(given)
    assert not given & set(again.themes["theme_id"])
