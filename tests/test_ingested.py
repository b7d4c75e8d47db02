"""Between reading and analysing: dates that cannot be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from conftest import Call
from painpoints.ingest import Ingested, read_exports
from painpoints.ingested import without_future

NOW = pd.Timestamp("2026-05-01", tz="UTC")


def export(folder: Path, dates: list[str]) -> Ingested:
    path = folder / "feedback.csv"
    lines = [f"Giao hàng trễ lần {n} rồi,{date}" for n, date in enumerate(dates)]
    path.write_text("\n".join(["content,date", *lines]), encoding="utf-8")
    return read_exports([path])


def test_one_date_in_the_future_is_no_date_and_is_told(tmp_path: Path) -> None:
    found = without_future(export(tmp_path, ["2026-03-01"] * 20 + ["2030-01-01"]), NOW)
    assert found.items["created_at"].isna().sum() == 1
    assert found.items["created_at"].max() < NOW
    assert any(
        "1 dates lie in the future (up to 2030-01-01)" in problem for problem in found.files[0].problems
    )


def test_where_most_dates_lie_in_the_future_the_clock_is_wrong(tmp_path: Path) -> None:
    given = export(tmp_path, ["2027-03-01"] * 20)
    assert without_future(given, NOW) is given


def test_check_tells_of_dates_in_the_future(call: Call, tmp_path: Path) -> None:
    export(tmp_path, ["2020-03-01"] * 20 + ["2048-01-01"])
    told = call("check", tmp_path / "feedback.csv", "--lang", "en").out
    assert "1 dates lie in the future (up to 2048-01-01)" in " ".join(told.split())
    told = call("check", tmp_path / "feedback.csv").out
    assert "1 giá trị ngày nằm ở tương lai (xa nhất là 2048-01-01)" in " ".join(told.split())


@pytest.mark.parametrize("date", ["2999-01-01", "9999-12-31", "0100-02-29", "31/12/9999 10:00"])
def test_a_year_too_far_for_any_clock_is_no_date(date: str, tmp_path: Path) -> None:
    found = export(tmp_path, ["2020-03-01"] * 20 + [date])
    assert found.items["created_at"].isna().sum() == 1
    assert len(found.items) == 21
