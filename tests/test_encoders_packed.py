"""Packed weights, the rebuild's parsing and trimming: small enough to be worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from painpoints.encoders.build import main
from painpoints.encoders.e5_source import is_kept_piece, read_e5s, trim_tokenizer
from painpoints.encoders.packed import BLOCK, pack, pack_q8, unpack, unpack_q4
from painpoints.errors import JobError


def test_q4_low_nibbles_are_the_first_half_of_a_block() -> None:
    nibbles = np.array([[0x00 + i for i in range(16)]], dtype=np.uint8)  # low i, high 0
    found = unpack_q4(np.array([[0.5]], dtype=np.float16), nibbles, 32)
    assert found.tolist() == [[(i - 8) * 0.5 for i in range(16)] + [-4.0] * 16]


def test_q4_high_nibbles_are_the_second_half_of_a_block() -> None:
    nibbles = np.array([[0xF8] * 16], dtype=np.uint8)  # low 8 (zero), high 15
    found = unpack_q4(np.array([[2.0]], dtype=np.float16), nibbles, 32)
    assert found.tolist() == [[0.0] * 16 + [14.0] * 16]


def test_q4_blocks_and_rows_keep_their_own_scale() -> None:
    nibbles = np.full((2, 32), 0x99, dtype=np.uint8)  # every weight is one step
    found = unpack_q4(np.array([[1, 2], [3, 4]], dtype=np.float16), nibbles, 64)
    assert found[0].tolist() == [1.0] * 32 + [2.0] * 32
    assert found[1].tolist() == [3.0] * 32 + [4.0] * 32


def test_q8_of_a_block_worked_out_on_paper() -> None:
    block = np.zeros((1, BLOCK), dtype=np.float32)
    block[0, :3] = 127, -127, 63.6
    scales, quantised = pack_q8(block)
    assert scales.tolist() == [[1.0]]
    assert quantised[0, :4].tolist() == [127, -127, 64, 0]


@settings(deadline=None, max_examples=50)
@given(
    arrays(
        np.float32,
        (3, 2 * BLOCK),
        elements=st.one_of(
            st.just(0.0), st.floats(2.0**-6, 64, width=32), st.floats(-64, -(2.0**-6), width=32)
        ),
    )
)
def test_q8_errs_by_half_a_step_at_most(weights: np.ndarray) -> None:
    scales, quantised = pack_q8(weights)
    found = unpack({"w.scale": scales, "w.q8": quantised})["w"]
    step = scales.astype(np.float32).repeat(BLOCK, axis=1)
    # the scale itself is rounded to half precision (1 part in 2048), so the largest weight may miss by 127/2048 of a step
    assert (np.abs(found - weights) <= 0.5001 * step + 127 / 2048 * step).all()


def test_q8_of_nothing_but_zeros() -> None:
    scales, quantised = pack_q8(np.zeros((1, BLOCK), dtype=np.float32))
    assert not quantised.any()
    assert not unpack({"w.scale": scales, "w.q8": quantised})["w"].any()


def test_q8_refuses_a_width_that_is_no_multiple_of_a_block() -> None:
    with pytest.raises(ValueError, match="33 columns"):
        pack_q8(np.zeros((1, 33), dtype=np.float32))


@pytest.mark.parametrize(
    ("shape", "keys"),
    [((32, 32), {"w.scale", "w.q8"}), ((32, 33), {"w"}), ((64,), {"w"}), ((2, 32), {"w"})],
)
def test_only_large_matrices_of_whole_blocks_go_to_8_bits(shape: tuple[int, ...], keys: set[str]) -> None:
    assert set(pack("w", np.ones(shape, dtype=np.float32))) == keys


def test_unpack_gives_back_every_name_once() -> None:
    weights = np.linspace(-1, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
    packed = pack("a.weight", weights) | pack("a.bias", np.array([0.5, 1.5], dtype=np.float32))
    found = unpack(packed)
    assert set(found) == {"a.weight", "a.bias"}
    assert found["a.bias"].tolist() == [0.5, 1.5]
    assert np.abs(found["a.weight"] - weights).max() < 0.01
    assert all(tensor.dtype == np.float32 for tensor in found.values())


@pytest.mark.parametrize("piece", ["▁giao", "hàng", "đặng", "ợ", "▁20", "!", "–", "…", "😡", "\u0301", ""])
def test_pieces_of_vietnamese_and_english_stay(piece: str) -> None:
    assert is_kept_piece(piece)


@pytest.mark.parametrize(
    "piece", ["▁да", "中", "한", "ア", "ا", "ह", "α", "aд", "。中", "Giao", "straße", "ñ"]
)
def test_pieces_of_other_scripts_languages_and_capitals_go(piece: str) -> None:
    assert not is_kept_piece(piece)


def _toy_tokenizer() -> dict:
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    words = [["▁giao", -5.0], ["▁да", -2.0], ["▁hàng", -3.0], ["▁Hàng", -1.0], ["▁the", -4.0], ["▁", -6.0]]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": i,
                "content": s,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for i, s in enumerate(special)
        ],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [*([s, 0.0] for s in special), *words]},
    }


def test_trimming_keeps_what_the_texts_need_then_the_likeliest() -> None:
    tokenizer = _toy_tokenizer()
    trimmed, kept = trim_tokenizer(tokenizer, ["Giao"], pieces=6)
    assert [p for p, _ in trimmed["model"]["vocab"]] == ["<s>", "<pad>", "</s>", "<unk>", "▁giao", "▁hàng"]
    assert kept == [0, 1, 2, 3, 4, 6]
    assert [t["id"] for t in trimmed["added_tokens"]] == [0, 1, 2, 3]
    assert trimmed["normalizer"]["normalizers"][0] == {"type": "Lowercase"}
    assert len(tokenizer["model"]["vocab"]) == 10  # what was given is left as it was


@pytest.mark.parametrize("data", [b"", b"GGUF", b"E5S2" + bytes(100)])
def test_weights_of_another_layout_are_refused(data: bytes) -> None:
    with pytest.raises(JobError, match=r"another layout than version 0\.3\.0"):
        read_e5s(data)


def test_the_rebuild_command_refuses_an_unknown_model(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["huge"])
    assert stop.value.code == 2
    assert "accurate" in capsys.readouterr().err


def test_a_build_that_lacks_a_file_or_a_right_is_one_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert (
        main(["fast", "--out", str(tmp_path), "--work", str(tmp_path / "work")]) == 1
    )  # the accurate encoder that it is distilled from is not there
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "no accurate encoder" in said
