"""The real data sets, where they are present."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from painpoints.ingest import read_exports
from painpoints.resources import datasets_dir

DATASETS = datasets_dir()
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(DATASETS is None, reason="the real data sets are not here"),
]


def path_of(name: str):
    path = (DATASETS or pytest.skip()) / name
    return path if path.exists() else pytest.skip(f"{name} is not here")


def test_bank_app_reviews():
    got = read_exports([path_of("vi_bank_app_reviews/all.csv")])
    report = got.files[0]
    assert report.column_map["text"] == ("content",)
    assert report.column_map["product"] == ("app_name",)
    assert (report.read, report.rejected, report.date_order, report.rating_scale) == (
        5400,
        0,
        "day_first",
        "stars5",
    )
    assert got.items["created_at"].notna().all()
    assert report.duplicate < 20


def test_bank_app_reviews_as_google_play_writes_them(tmp_path):
    frame = pd.read_csv(path_of("vi_bank_app_reviews/all.csv"), dtype=str, keep_default_na=False)
    link = "https://play.google.com/console/reviews?reviewId=gp%3A"
    out = pd.DataFrame(
        {
            "Package Name": frame["app_name"],
            "Review Submit Date and Time": pd.to_datetime(frame["at"], format="%d/%m/%Y %H:%M").dt.strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            ),
            "Star Rating": frame["score"],
            "Review Title": "",
            "Review Text": frame["content"],
            "Review Link": [f"{link}{i}" for i in range(len(frame))],
        }
    )
    (tmp_path / "reviews.csv").write_bytes(out.to_csv(index=False).encode("utf-16"))
    got = read_exports([tmp_path / "reviews.csv"])
    assert got.files[0].profile == "google_play"
    assert got.items["text"].tolist() == frame["content"].tolist()
    assert got.items["feedback_id"][7] == "gp:7"


def test_airport_lounges():
    got = read_exports([path_of("en_skytrax_lounge/all.csv")])
    report = got.files[0]
    assert report.column_map["text"] == ("title", "content")
    assert (report.rating_scale, report.date_order) == ("stars5", "iso")
    assert any("67 ratings lie off the scale" in p for p in report.problems)


def test_plain_csv_is_read_fast_enough():
    path = path_of("en_goemotions_group/train.csv")
    read_exports([path])
    start = time.process_time()
    got = read_exports([path])
    assert (
        got.files[0].read / (time.process_time() - start) > 20_000
    )  # a loaded machine is slower than the aim
