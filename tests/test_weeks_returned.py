"""A theme that fell silent and is told of again is called by what is told now."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from painpoints.settings import Settings
from painpoints.store import ThemeRegistry, Workspace
from painpoints.weeks.job import WeekRequest, weekly
from weekly_exports import write_week

BUSY = {"late": 16, "app": 16, "refund": 16, "good": 8}
SILENT = {**BUSY, "refund": 0}
SETTINGS = replace(Settings(), weeks=replace(Settings().weeks, retire_weeks=2))


def after_silence(folder: Path, renamed: str = "") -> tuple[dict[str, str], list[str]]:
    """Names of the refund's theme in the beginning and in the end, and what the log says of it."""
    found: dict[str, str] = {}
    for week, counts in enumerate((BUSY, SILENT, SILENT, SILENT, BUSY)):
        request = WeekRequest(
            workspace=folder / "ws",
            inputs=[write_week(folder, week, counts)],
            journey="ecommerce",
            encoder="fast",
            settings=SETTINGS,
        )
        weekly(request, now=dt.datetime(2026, 1, 12, 5, tzinfo=dt.UTC) + dt.timedelta(weeks=week))
        with Workspace(folder / "ws") as workspace:
            themes = ThemeRegistry(workspace)
            if not found:
                told = workspace.frame(
                    "SELECT DISTINCT theme_id FROM segments WHERE text LIKE '%oàn tiền%' AND theme_id <> ''"
                )
                found["id"] = str(told["theme_id"].iat[0])
                if renamed:
                    themes.rename(found["id"], renamed, "", dt.date(2026, 1, 12))
                found["before"] = str(themes.table().set_index("theme_id").at[found["id"], "name_vi"])
                workspace.execute("UPDATE themes SET name_en = ? WHERE theme_id = ?", ["Stale", found["id"]])
            found["after"] = str(themes.table().set_index("theme_id").at[found["id"], "name_en"])
            log = themes.log()
    return found, log.loc[log["theme_id"] == found["id"], "reason"].tolist()


@pytest.mark.model
def test_a_theme_that_came_back_is_named_anew(tmp_path: Path) -> None:
    names, log = after_silence(tmp_path)
    assert any("no item since" in reason for reason in log)
    assert any("came back" in reason and repr(names["before"]) in reason for reason in log)
    assert names["after"] != "Stale"


@pytest.mark.model
def test_a_name_that_people_gave_stays(tmp_path: Path) -> None:
    names, log = after_silence(tmp_path, renamed="Hoàn tiền của tôi")
    assert any("came back" in reason and "was called" not in reason for reason in log)
    assert names["after"] == "Stale"
