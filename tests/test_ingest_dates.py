"""Dates in every spelling become UTC, and doubt is settled over the column or said aloud."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_exports import csv_text, write
from painpoints.ingest import read_exports
from painpoints.ingest.dates import parse_dates
from painpoints.settings import IngestSettings

SETTINGS = IngestSettings()


def utc(*values: str, zone: str = "") -> list[str]:
    times = parse_dates(values, SETTINGS, zone).times
    return ["" if pd.isna(t) else t.strftime("%Y-%m-%d %H:%M:%S") for t in times]


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("2025-11-03", "2025-11-03 00:00:00"),
        ("2025-11-03 09:30", "2025-11-03 02:30:00"),
        ("2025-11-03T09:30:15.250", "2025-11-03 02:30:15"),
        ("2025-11-03T09:30:15Z", "2025-11-03 09:30:15"),
        ("2025-11-03T09:30:15+09:00", "2025-11-03 00:30:15"),
        ("2025-11-03T09:30:15+0000", "2025-11-03 09:30:15"),
        ("2025-11-03 09:30:15 UTC", "2025-11-03 09:30:15"),
        ("2025/11/03 9:30", "2025-11-03 02:30:00"),
        ("20251103", "2025-11-03 00:00:00"),
        ("21/12/2025 21:57", "2025-12-21 14:57:00"),
        ("21-12-25", "2025-12-21 00:00:00"),
        ("21.12.2025", "2025-12-21 00:00:00"),
        ("12:30 23/11/2025", "2025-11-23 05:30:00"),
        ("22 thg 11, 2025", "2025-11-22 00:00:00"),
        ("22 Tháng 11 2025 8:05", "2025-11-22 01:05:00"),
        ("ngày 3 tháng 11 năm 2025", "2025-11-03 00:00:00"),
        ("Thứ Hai, ngày 3 tháng 11 năm 2025 lúc 14:05", "2025-11-03 07:05:00"),
        ("Nov 3, 2025", "2025-11-03 00:00:00"),
        ("November 3, 2025 2:05 PM", "2025-11-03 07:05:00"),
        ("3 Nov 2025", "2025-11-03 00:00:00"),
        ("03-Nov-25 14:05", "2025-11-03 07:05:00"),
        ("Mon, 03 Nov 2025 09:30:15 +0000", "2025-11-03 09:30:15"),
        ("23/11/2025 2:05 CH", "2025-11-23 07:05:00"),
        ("23/11/2025 12:05 SA", "2025-11-22 17:05:00"),
        ("23/11/2025 21h57", "2025-11-23 14:57:00"),
        ("1762136109", "2025-11-03 02:15:09"),
        ("1762136109000", "2025-11-03 02:15:09"),
        ("45964", "2025-11-03 00:00:00"),
        ("45964.5", "2025-11-03 05:00:00"),
        ("45964,5", "2025-11-03 05:00:00"),
        ("", ""),
        ("hôm qua", ""),
        ("31/02/2025", ""),
        ("99/99/2025", ""),
        ("25:99 03/11/2025", ""),
    ],
)
def test_spelling(spelling, expected):
    assert utc(spelling) == [expected]


def test_time_zone_of_the_profile_is_taken_for_times_without_one():
    assert utc("2025-11-03 09:30", zone="UTC") == ["2025-11-03 09:30:00"]


@pytest.mark.parametrize(
    ("values", "order", "first"),
    [
        (["03/11/2025", "21/12/2025"], "day_first", "2025-11-03"),
        (["03/11/2025", "12/21/2025"], "month_first", "2025-03-11"),
        (["01/11/2025", "02/11/2025", "03/11/2025", "05/11/2025", "07/11/2025"], "day_first", "2025-11-01"),
        (["11/01/2025", "11/02/2025", "11/03/2025", "11/05/2025", "11/07/2025"], "month_first", "2025-11-01"),
        (["03/11/2025", "04/10/2025"], "ambiguous", "2025-11-03"),
        (["2025-11-03", "2025-11-04"], "iso", "2025-11-03"),
        (["45964", "45965"], "excel_serial", "2025-11-03"),
        (["", ""], "", ""),
    ],
)
def test_order_is_decided_over_the_column(values, order, first):
    parsed = parse_dates(values, SETTINGS)
    assert parsed.order == order
    assert (parsed.times.dt.strftime("%Y-%m-%d").fillna("")[0]) == first
    assert any("day-first" in p for p in parsed.problems) == (order == "ambiguous")


def test_two_orders_in_one_column_are_read_each_by_its_own_evidence():
    parsed = parse_dates(["21/12/2025", "22/12/2025", "12/23/2025", "03/11/2025"], SETTINGS)
    assert parsed.order == "mixed"
    assert parsed.times.dt.strftime("%m-%d").tolist() == ["12-21", "12-22", "12-23", "11-03"]
    assert any("two ways" in p for p in parsed.problems)


def test_impossible_dates_stay_empty_and_are_counted():
    parsed = parse_dates(["1970-01-01", "2099-01-01", "không rõ", "2025-11-03"], SETTINGS)
    assert parsed.times.isna().tolist() == [True, True, True, False]
    assert any(p.startswith("2 dates lie outside 1995–2049") for p in parsed.problems)
    assert any(p.startswith("1 dates cannot be read") and "không rõ" in p for p in parsed.problems)


@pytest.mark.parametrize("value", ["9999999999", "9999999999999", "9223372036854776", "9223372036854776.0"])
def test_a_number_that_no_clock_can_hold_is_no_time(value: str) -> None:
    assert utc(value) == [""]


def test_several_time_zones_are_reported():
    parsed = parse_dates(["2025-11-03T01:00Z", "2025-11-03T01:00+07:00", "2025-11-03 01:00"], SETTINGS)
    assert parsed.times.dt.hour.tolist() == [1, 18, 18]
    assert any("several time zones" in p for p in parsed.problems)


def test_a_bad_date_does_not_reject_the_row(tmp_path):
    got = read_exports(
        [write(tmp_path / "f.csv", csv_text([["content", "Ngày tạo"], ["chậm", "xx"], ["lỗi", "3/11/2025"]]))]
    )
    assert got.items["created_at"].isna().tolist() == [True, False]
    assert len(got.rejected) == 0


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.datetimes(pd.Timestamp("1996-01-01"), pd.Timestamp("2049-01-01")), min_size=1, max_size=30),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%H:%M:%S %d-%m-%Y", "%d %b %Y %H:%M:%S"]),
)
def test_what_was_written_is_what_is_read(moments, pattern):
    moments = [*moments, pd.Timestamp("2020-05-25 10:00")]  # one day above 12 settles the order
    parsed = parse_dates([m.strftime(pattern) for m in moments], SETTINGS)
    local = parsed.times.dt.tz_convert("Asia/Ho_Chi_Minh").dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
    if parsed.order != "mixed":
        assert local == [m.strftime("%Y-%m-%d %H:%M:%S") for m in moments]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(max_size=30), max_size=8))
def test_no_text_breaks_the_reader(values):
    assert len(parse_dates(values, SETTINGS).times) == len(values)
