"""The tiny hostile exports in ``tests/data/ingest``, as they lie on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from painpoints.ingest import check_text, read_exports

SAMPLES = Path(__file__).parent / "data" / "ingest"


@pytest.mark.parametrize(
    ("name", "profile", "encoding", "counts", "repaired"),
    [
        ("google_play_utf16.csv", "google_play", "utf-16-le with BOM", (3, 2, 0, 1), 0),
        ("cham_soc_cp1258.csv", "generic", "windows-1258", (2, 2, 0, 0), 0),
        ("doc_sai_ma.csv", "generic", "utf-8", (2, 2, 0, 0), 2),
        ("hostile.csv", "generic", "utf-8", (8, 5, 0, 3), 0),
        ("khao_sat.jsonl", "generic", "utf-8", (3, 2, 0, 1), 0),
    ],
)
def test_sample(name, profile, encoding, counts, repaired):
    report = read_exports([SAMPLES / name]).files[0]
    assert (report.profile, report.encoding) == (profile, encoding)
    assert (report.read, report.kept, report.duplicate, report.rejected) == counts
    assert report.repaired == repaired


def test_all_samples_together():
    got = read_exports([SAMPLES])
    assert len(got.files) == 5
    assert got.items["feedback_id"].is_unique
    assert {"Gạo có mọt, đổi trả rất khó khăn", "Gọi tổng đài nửa tiếng không ai nghe"} <= set(
        got.items["text"]
    )
    assert "\x1b" not in check_text(got)
