"""Cutting items into segments: the contract of the frames, and the properties that hold for any text."""

import importlib.util
import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.schema import LANGUAGES, SEGMENT_COLUMNS
from painpoints.settings import TextSettings
from painpoints.text import Segmented, make_segments


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    kind: str = "PHONE"

    @property
    def placeholder(self) -> str:
        return f"[{self.kind}]"


class _Numbers:
    """Takes runs of nine digits and more, with blanks between, for telephone numbers."""

    def find(self, text: str, names: Sequence[str] = ()) -> list[_Span]:
        return [_Span(m.start(), m.end()) for m in re.finditer(r"\d(?:[ .]?\d){8,}", text)]


def _items(texts: list[str], customers: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feedback_id": [f"f{n}" for n in range(len(texts))],
            "source": "reviews.csv",
            "row": range(1, len(texts) + 1),
            "text": texts,
            "created_at": pd.to_datetime(["2025-03-01"] * len(texts), utc=True),
            "customer_id": customers or [""] * len(texts),
        }
    )


def _cut(*texts: str, settings: TextSettings | None = None) -> Segmented:
    return make_segments(_items(list(texts)), settings or TextSettings(), redactor=_Numbers())


def _texts(*texts: str) -> list[str]:
    return list(_cut(*texts).segments["text"])


def test_contrast_opens_a_segment() -> None:
    assert _texts("Giao nhanh, đóng gói đẹp nhưng shipper thái độ lồi lõm, gọi 3 cuộc không nghe máy.") == [
        "Giao nhanh, đóng gói đẹp",
        "nhưng shipper thái độ lồi lõm, gọi 3 cuộc không nghe máy.",
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("giao hang nhanh nhung dong goi rat so sai", 2),
        ("nhung san pham cua shop deu dep", 1),
        ("gap chi Nhung tu van rat nhiet tinh", 1),
        ("nothing but praise for the nurses", 1),
        ("The room was clean but the shower was cold", 2),
        ("Giá 1.200.000đ ở TP.HCM, v.v. đều như nhau", 1),
        ("đã nhận được cái áo shop tặng", 1),
        ("Vải đẹp 😍😍 giao nhanh lắm luôn", 2),
        ("1. Giao đúng hẹn\n2. Tem bị rách", 2),
        ("Tốt", 1),
        ("Ngon. Giao nhanh lắm shop", 1),
        ("Giao nhanh.Đóng gói đẹp lắm.Shop tư vấn nhiệt tình", 3),
    ],
)
def test_number_of_segments(text: str, pieces: int) -> None:
    assert len(_texts(text)) == pieces, _texts(text)


def test_a_long_text_without_marks_is_cut_at_its_clauses() -> None:
    text = (
        "minh mua may loc nuoc nay duoc ba thang thi nuoc bat dau co mui la minh goi bao hanh thi nhan vien hen thu "
        "bay den ma cho ca ngay khong thay ai toi goi lai thi tong dai bao khong co lich hen nao ca"
    )
    pieces = _texts(text)
    assert len(pieces) >= 3
    assert all(4 <= len(p.split()) <= 25 for p in pieces)


def test_no_segment_is_longer_than_the_maximum() -> None:
    pieces = _texts("rất " * 150 + "chậm")
    assert max(len(p.split()) for p in pieces) <= 2 * TextSettings().max_segment_words


def test_the_frame_has_the_columns_of_the_schema() -> None:
    segments = _cut("Giao chậm. Hàng đẹp lắm", "ok").segments
    assert list(segments.columns) == list(SEGMENT_COLUMNS)
    assert isinstance(segments.index, pd.RangeIndex)
    assert segments["segment_no"].tolist() == [1, 2, 1]
    assert segments["feedback_id"].tolist() == ["f0", "f0", "f1"]
    assert str(segments["created_at"].dtype).startswith("datetime64")


@pytest.mark.parametrize("texts", [(), ("",), ("   \n ",), ("...",), ("Cảm ơn shop",)])
def test_nothing_to_say_gives_empty_frames_of_the_same_types(texts: tuple[str, ...]) -> None:
    result = _cut(*texts)
    assert result.segments.empty
    assert result.segments["start"].dtype == "int64"
    assert list(result.segments.columns) == list(SEGMENT_COLUMNS)


def test_an_item_of_thanks_alone_is_counted_as_boilerplate() -> None:
    result = _cut("Cảm ơn shop nhiều ạ ❤️")
    assert result.boilerplate["reason"].tolist() == ["sign_off"]


def test_personal_data_is_masked_and_counted() -> None:
    result = _cut("Gọi 0912 345 678 mãi k ai nghe. Số 0912345678 này tắt máy suốt")
    assert result.masked == {"PHONE": 2}
    assert all("[PHONE]" in t and "0912" not in t for t in result.segments["text"])
    assert result.segments["match_text"][0] == "gọi [PHONE] mãi không ai nghe."


def test_offsets_refer_to_decomposed_text_as_read() -> None:
    raw = unicodedata.normalize("NFD", "Vải đẹp lắm nhưng giao hàng rất chậm")
    segments = _cut(raw).segments
    shown = [
        unicodedata.normalize("NFC", raw[s:e])
        for s, e in zip(segments["start"], segments["end"], strict=True)
    ]
    assert shown == ["Vải đẹp lắm", "nhưng giao hàng rất chậm"]
    assert segments["text"].tolist() == shown


def test_a_huge_item_is_cut_off_outside_personal_data_and_counted() -> None:
    text = "giao chậm quá. " * 5 + "0912 345 678 " + "hàng lỗi. " * 20_000
    result = _cut(text, settings=TextSettings(max_item_chars=80))
    assert result.truncated == 1
    assert result.segments["end"].max() <= 80
    assert not any(re.search(r"\d", t) for t in result.segments["text"])


def test_a_sentence_that_many_customers_share_in_an_agents_voice_is_a_template() -> None:
    template = "Quý khách nhớ giữ lại hóa đơn để được hỗ trợ đổi trả trong bảy ngày"
    praise = "Giao hàng rất nhanh và đóng gói cẩn thận, sẽ ủng hộ shop lâu dài"
    result = _cut(*[f"{template}." for _ in range(5)], *[praise for _ in range(5)])
    assert result.boilerplate["reason"].tolist() == ["template"] * 5
    assert len(result.segments) >= 5


def test_short_segments_take_the_language_of_their_item() -> None:
    segments = _cut("Hang loi roi shop. Chan qua. Goi khong ai nghe may, nhan tin khong tra loi").segments
    assert set(segments["lang"]) == {"vi_unaccented"}


_FRAGMENTS = st.sampled_from(
    [
        "giao hàng", " nhưng ", "mà", "rồi ", ", ", ". ", "...", "!!", "\n", "\n\n", "> ", "- ", "😍", "❤️", ":((", "k ",
        "TP.HCM", "1.200.000đ", " however ", "Cảm ơn shop", "Chào shop,", "On Monday Bob wrote:", "--", "Trân trọng,",
        "(", ")", '"', "\u200b", "\x00", "\x1b[31m", "=cmd|' /C calc'!A0", "<b>", "&amp;", "e\u0323\u0302", "\u3000",
        "\u2028", "[PHONE]", "rất đẹp ", "0912 345 678", "shop ", "app ", "The room was cold ", "한국어", "đ" * 30,
    ]
)  # fmt: skip
_TEXT = st.lists(st.one_of(_FRAGMENTS, _FRAGMENTS, st.text(max_size=8)), max_size=14).map("".join)


@settings(deadline=None, max_examples=150)
@given(st.lists(_TEXT, min_size=1, max_size=3))
def test_segments_and_boilerplate_partition_every_text(texts: list[str]) -> None:
    items = _items(texts)
    redactor = _Numbers()
    result = make_segments(items, TextSettings(), redactor=redactor)
    assert set(result.segments["lang"]) <= set(LANGUAGES)
    assert sum(result.languages.values()) == len(result.segments)
    pieces = pd.concat([result.segments, result.boilerplate])[["item", "start", "end", "text"]]
    for position, raw in enumerate(texts):
        own = pieces[pieces["item"] == position].sort_values("start")
        _check_cover(raw, own)
        for start, end in zip(own["start"], own["end"], strict=True):
            spans = redactor.find(raw)
            assert not any(s.start < edge < s.end for s in spans for edge in (start, end))


def _check_cover(raw: str, pieces: pd.DataFrame) -> None:
    at = 0
    for start, end, text in zip(pieces["start"], pieces["end"], pieces["text"], strict=True):
        assert at <= start < end <= len(raw)
        assert not raw[at:start].strip()
        assert raw[start:end] == raw[start:end].strip()
        if "[PHONE]" not in text:
            assert text == unicodedata.normalize("NFC", raw[start:end])
        at = end
    assert not raw[at:].strip()


@settings(deadline=None, max_examples=20)
@given(st.lists(_TEXT, min_size=1, max_size=3))
def test_the_same_texts_give_the_same_segments(texts: list[str]) -> None:
    first, second = _cut(*texts), _cut(*texts)
    pd.testing.assert_frame_equal(first.segments, second.segments)
    pd.testing.assert_frame_equal(first.boilerplate, second.boilerplate)


def _benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "segmentation.py"
    spec = importlib.util.spec_from_file_location("benchmark_segmentation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("held_out", "least"), [(False, 0.90), (True, 0.84)])
def test_boundaries_of_the_hand_cut_items(held_out: bool, least: float) -> None:
    benchmark = _benchmark()
    items = [item for item in benchmark.read_gold() if item.held_out == held_out]
    assert len(items) >= 60
    assert benchmark.boundary_scores(items)[2] >= least


def test_first_lines_that_most_items_share_are_labels_not_opinions():
    places = ["Air Blue Lounge - North Airport", "Air Blue Lounge - South Airport"]
    texts = [f"{places[i % 2]}\nThe chairs are broken and nobody cares number {i}" for i in range(12)]
    shared = make_segments(_items(texts), TextSettings(), redactor=_Numbers())
    assert set(shared.boilerplate["reason"]) == {"title"}
    assert not shared.segments["text"].str.contains("Airport").any()
    own = [f"Chairs broken in corner {i}\nNobody came to look at them all day" for i in range(12)]
    assert make_segments(_items(own), TextSettings(), redactor=_Numbers()).boilerplate.empty
