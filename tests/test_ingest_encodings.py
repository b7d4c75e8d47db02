"""Text comes out as its writer meant it, and text that is sound is never touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_exports import csv_text, misread, to_cp1258, write
from painpoints.ingest import read_exports
from painpoints.ingest.decode import decode
from painpoints.ingest.mojibake import repair_cell, repair_column
from painpoints.ingest.vietnamese import from_tcvn3, from_vni, syllable_counts

SENTENCES = [
    "Giao hàng chậm, nhân viên thái độ không tốt",
    "Ứng dụng cập nhật xong đăng nhập không được nữa",
    "Sản phẩm đẹp, đóng gói kỹ, sẽ ủng hộ tiếp",
    "Tổng đài gọi mãi chẳng ai nghe máy",
]
ROWS = [["Nội dung phản hồi", "Số sao"], *([s, "3"] for s in SENTENCES)]


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8 with BOM"),
        ("utf-16", "utf-16-le with BOM"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_unicode_encodings(tmp_path, codec, label, delimiter):
    got = read_exports([write(tmp_path / "f.csv", csv_text(ROWS, delimiter).encode(codec))])
    assert got.items["text"].tolist() == SENTENCES
    assert got.files[0].encoding == label
    assert got.files[0].repaired == 0


def test_windows_1258_is_composed_to_nfc(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", to_cp1258(csv_text(ROWS)))])
    assert got.items["text"].tolist() == SENTENCES
    assert got.files[0].encoding == "windows-1258"


def test_western_text_is_not_taken_for_vietnamese():
    text = "Très bien, garçon! Café à la carte, señor Müller über Ärger"
    assert decode("f", text.encode("cp1252")).text == text


def test_decomposed_text_in_utf8_is_not_composed(tmp_path):
    decomposed = [unicodedata.normalize("NFD", s) for s in SENTENCES]
    got = read_exports([write(tmp_path / "f.csv", csv_text([["content"], *([d] for d in decomposed)]))])
    assert got.items["text"].tolist() == decomposed


def test_utf8_cut_in_the_middle_of_a_letter_is_still_utf8(tmp_path):
    data = csv_text(ROWS).encode()
    broken = data.replace("máy".encode(), b"m\xc3y", 1)
    got = read_exports([write(tmp_path / "f.csv", broken)])
    assert got.items["text"].tolist()[:3] == SENTENCES[:3]
    assert any("not valid in the file's encoding" in p for p in got.files[0].problems)


@pytest.mark.parametrize("codec", ["cp1252", "cp1258", "latin-1"])
def test_misread_utf8_is_repaired_and_counted(tmp_path, codec):
    rows = [[misread(c, codec) for c in row] for row in ROWS] + [
        ["Câu này thì không hỏng", "5"],
        ["plain ascii", "5"],
    ]
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows))])
    assert got.items["text"].tolist() == [*SENTENCES, "Câu này thì không hỏng", "plain ascii"]
    assert got.files[0].repaired == len(SENTENCES)
    assert got.files[0].column_map["text"] == ("Nội dung phản hồi",)


def test_no_break_space_that_became_a_plain_one_is_restored():
    assert repair_cell("Giao hÃ ng cháº­m, lÃ  khÃ´ng Ä‘Æ°á»£c") == "Giao hàng chậm, là không được"


def test_emoji_and_typographic_marks_are_restored():
    meant = "“Chán” quá… 😡 mất 50.000 ₫"
    assert repair_cell(misread(meant, "cp1252")) == meant


@pytest.mark.parametrize(
    "sound",
    [
        "ĐÃ GIAO “MÃ”, QUÁ… CHÁN",
        "nhập mã MÃ” không được",
        "«nhiều quá»… rồi",
        "Ân, Âu, Ã À, CÂ° số",
        "São Paulo, naïve café, Ångström",
        "â ơ ă đ Đ Ð ð ñ × ÷ ½ ° · ¿ »",
        "tôi có đủ cả rồi",
    ],
)
def test_sound_text_is_left_alone(sound):
    assert repair_cell(sound) == sound
    assert list(repair_column([sound] * 40)[0]) == [sound] * 40


WORDS = [
    "đã",
    "ĐÃ",
    "quá",
    "mã",
    "MÃ",
    "ở",
    "“Ờ”",
    "…",
    "–",
    "QUÀ",
    "ÂM",
    "5°C",
    "Ăn",
    "»",
    "ca\u0301",
    "ứng",
    "😡",
    "®",
    "©",
]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=20)
)
def test_vietnamese_prose_is_never_changed(texts):
    assert list(repair_column(texts)[0]) == texts


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_repair_reverses_the_accident_or_does_nothing(text):
    broken = misread(text, "cp1252")
    fixed = repair_cell(broken)
    assert fixed == broken or "\ufffd" not in fixed


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SENTENCES), st.sampled_from(["cp1252", "cp1258", "latin-1"]))
def test_repair_is_exact_and_settles(sentence, codec):
    once = repair_cell(misread(sentence, codec))
    assert once == sentence
    assert repair_cell(once) == once


TCVN3 = "Giao hµng chËm, chÊt l\u00adîng kÐm, nh©n viªn kh«ng nhiÖt t×nh, sÏ kh«ng quay l¹i n÷a"
VNI = "Giao haøng chaäm, chaát löôïng keùm, nhaân vieân khoâng nhieät tình, seõ khoâng quay laïi nöõa"
MEANT = "Giao hàng chậm, chất lượng kém, nhân viên không nhiệt tình, sẽ không quay lại nữa"


def test_old_font_codes_are_converted_and_reported(tmp_path):
    assert (from_tcvn3(TCVN3), from_vni(VNI)) == (MEANT, MEANT)
    for number, coded in enumerate((TCVN3, VNI)):
        rows = [["content", "no"], *([coded, str(i)] for i in range(3))]
        got = read_exports([write(tmp_path / f"f{number}.csv", csv_text(rows))])
        assert got.items["text"][0] == MEANT
        assert any("font codes" in p for p in got.files[0].problems)


def test_tcvn3_bytes_are_recognised(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", csv_text([["content"], [TCVN3]]).encode("cp1252"))])
    assert got.items["text"].tolist() == [MEANT]
    assert got.files[0].encoding == "tcvn3"


def test_syllables_tell_vietnamese_from_noise():
    assert syllable_counts("Giao hàng chậm") == (2, 0)
    assert syllable_counts("hÃng cháºm über") == (0, 3)
