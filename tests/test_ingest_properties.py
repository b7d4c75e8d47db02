"""Whatever is in the files: no row is lost, ids are unique, and reading twice gives the same."""

from __future__ import annotations

import contextlib

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_exports import csv_text
from painpoints.errors import InputError
from painpoints.ingest import check_text, read_exports
from painpoints.schema import ITEM_COLUMNS

CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "tốt",
            "Giao hàng chậm quá, chờ mãi không thấy shop trả lời gì",
            "1",
            "5",
            "3/11/2025",
            "null",
            "x",
        ]
    ),
    st.text(max_size=20),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=12)
HEADER = ["id", "content", "rating", "date", "customer_id"]
RELAXED = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check_invariants(got):
    assert list(got.items.columns) == list(ITEM_COLUMNS)
    assert got.items["feedback_id"].is_unique
    for report in got.files:
        assert report.read == report.kept + report.duplicate + report.rejected
        rows = [
            *got.items.loc[got.items["source"] == report.name, "row"],
            *got.duplicates.loc[got.duplicates["file"] == report.name, "row"],
            *got.rejected.loc[got.rejected["file"] == report.name, "row"],
        ]
        assert sorted(rows) == list(range(1, report.read + 1))
    assert set(got.duplicates["duplicate_of"]) <= set(got.items["feedback_id"])
    assert (got.items["text"].str.strip() != "").all()
    assert (got.rejected["value"].str.len() <= 200).all()


@RELAXED
@given(TABLES, TABLES)
def test_every_row_is_an_item_a_duplicate_or_rejected(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("p")
    for name, rows in (("a.csv", first), ("b.csv", second)):
        (folder / name).write_bytes(csv_text([HEADER, *rows]).encode("utf-8", "surrogatepass"))
    try:
        got = read_exports([folder / "a.csv", folder / "b.csv"])
    except InputError:
        return
    check_invariants(got)
    again = read_exports([folder / "a.csv", folder / "b.csv"])
    pd.testing.assert_frame_equal(got.items, again.items)
    assert check_text(got) == check_text(again)


@RELAXED
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("b") / "f.csv"
    path.write_bytes(data)
    try:
        check_invariants(read_exports([path]))
    except InputError as error:
        message = str(error)
    else:
        message = "f.csv"
    assert "f.csv" in message or "No usable row" in message


@RELAXED
@given(st.text(alphabet='",;\n\r\t x5đ|{}[]:', max_size=200))
def test_any_broken_csv_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("c") / "f.csv"
    path.write_bytes(("id,content\n" + text).encode())
    with contextlib.suppress(InputError):
        check_invariants(read_exports([path]))


@RELAXED
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
                    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(
                        st.sampled_from(["data", "id", "message", "created_time", "comments", "content", "from"]), inner,
                        max_size=5)), max_leaves=25))  # fmt: skip
def test_any_json_is_read_or_refused(tmp_path_factory, value):
    import json

    path = tmp_path_factory.mktemp("j") / "f.json"
    path.write_bytes(json.dumps(value).encode())
    with contextlib.suppress(InputError):
        check_invariants(read_exports([path]))


# without the letters that begin a mis-decoded sequence: "aÂ°" may be either; words with them are tested as prose
SOUND = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="ÂÃĂÄÅÆÌáâðđï", include_characters="\n\t\x1b"
)
TEXTS = st.text(SOUND, min_size=1, max_size=40)


@RELAXED
@given(st.lists(TEXTS, min_size=1, max_size=10))
def test_sound_utf8_comes_out_character_for_character(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("t") / "f.csv"
    path.write_bytes(
        csv_text(
            [["id", "content"], ["0", "đúng"], *([f"i{i}", f"{t} ạ"] for i, t in enumerate(texts))]
        ).encode()
    )
    got = read_exports([path])
    assert got.items.set_index("feedback_id")["text"].to_dict() == {
        "0": "đúng", **{f"i{i}": f"{t} ạ" for i, t in enumerate(texts)},
    }  # fmt: skip
