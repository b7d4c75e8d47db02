"""Heads and their features: probabilities worked out on paper, saving, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from classify_toys import biased_head, toy_heads
from painpoints.classify import load_heads
from painpoints.classify.features import NGRAM_BUCKETS, Blocks, fold_ngrams, hashed_ngrams
from painpoints.classify.heads import Head, save_heads
from painpoints.errors import ModelError

SENTENCES = [
    "Giao hàng chậm quá, chờ mãi không thấy đâu",
    "giao hang cham qua, cho mai khong thay dau",
    "!",
    "",
]


def _head(temperature: float = 1.0) -> Head:
    weights = np.array([[1, 0], [0, 2], [0, 0]], dtype=np.float32)
    return Head(
        "sentiment", ("neg", "neu", "pos"), weights, np.array([0, 0, 1], dtype=np.float32), temperature
    )


def test_probabilities_worked_out_on_paper() -> None:
    found = _head().probabilities(Blocks(None, csr_matrix(np.array([[1, 0], [0, 1]], dtype=np.float32))))
    e = np.e
    assert found[0] == pytest.approx([e / (e + 1 + e), 1 / (e + 1 + e), e / (e + 1 + e)], abs=1e-6)
    assert found[1] == pytest.approx(
        [1 / (1 + e**2 + e), e**2 / (1 + e**2 + e), e / (1 + e**2 + e)], abs=1e-6
    )
    assert found.dtype == np.float32


def test_a_temperature_flattens_without_changing_the_order() -> None:
    features = Blocks(None, csr_matrix(np.array([[0, 1]], dtype=np.float32)))
    found = _head(temperature=2.0).probabilities(features)[0]
    assert found[1] / found[0] == pytest.approx(np.e)  # logits 2 and 0, halved
    assert found.argmax() == _head().probabilities(features)[0].argmax()


def test_large_logits_do_not_overflow() -> None:
    found = _head().probabilities(Blocks(None, csr_matrix(np.array([[5000, 0]], dtype=np.float32))))
    assert found[0] == pytest.approx([1, 0, 0])


def test_no_rows_give_no_rows() -> None:
    assert _head().probabilities(Blocks(None, csr_matrix((0, 2), dtype=np.float32))).shape == (0, 3)


def test_another_number_of_features_is_refused_with_both_numbers() -> None:
    with pytest.raises(ModelError, match=r"sentiment head looks at 2 features, but 3 were given"):
        _head().probabilities(Blocks(None, csr_matrix((1, 3), dtype=np.float32)))


# features


def test_both_halves_of_the_ngrams_have_norm_one() -> None:
    ngrams = hashed_ngrams(SENTENCES)
    assert ngrams.shape == (4, NGRAM_BUCKETS)
    for half in (ngrams[:, : NGRAM_BUCKETS // 2], ngrams[:, NGRAM_BUCKETS // 2 :]):
        assert np.sqrt(np.asarray(half.multiply(half).sum(axis=1))).ravel()[:3] == pytest.approx(
            [1, 1, 1], abs=1e-5
        )
    assert ngrams[3].nnz == 0


def test_typing_without_diacritics_changes_the_words_and_not_the_characters() -> None:
    ngrams = hashed_ngrams(["bán chậm", "ban cham"])
    words, characters = ngrams[:, : NGRAM_BUCKETS // 2], ngrams[:, NGRAM_BUCKETS // 2 :]
    assert (words[0] != words[1]).nnz > 0
    assert (characters[0] != characters[1]).nnz == 0


def test_folding_sums_the_buckets_that_fall_together_and_leaves_the_ngrams_alone() -> None:
    ngrams = csr_matrix(np.array([[1, 0, 2, 0], [0, 3, 0, 4]], dtype=np.float32))
    before = ngrams.copy()
    assert fold_ngrams(ngrams, 2).toarray().tolist() == [[3, 0], [0, 7]]
    assert (ngrams != before).nnz == 0
    assert (ngrams.data == before.data).all()
    assert (ngrams.indices == before.indices).all()


def test_folding_real_ngrams_leaves_them_alone() -> None:
    ngrams = hashed_ngrams(SENTENCES)
    before = ngrams.copy()
    folded = fold_ngrams(ngrams, 64)
    assert abs(ngrams - before).sum() == 0
    assert folded.sum() == pytest.approx(before.sum(), rel=1e-5)


def test_vectors_and_ngrams_must_be_of_the_same_texts() -> None:
    with pytest.raises(ValueError, match="3 vectors for 4 texts"):
        Blocks(np.zeros((3, 2), dtype=np.float32), hashed_ngrams(SENTENCES))


def test_vectors_stand_before_the_ngrams_and_weigh_twice() -> None:
    vectors = np.full((4, 2), 0.5, dtype=np.float32)
    seen = Blocks(vectors, csr_matrix(np.ones((4, 1), dtype=np.float32)))
    assert seen.width == 3
    weights = np.array([[1, 1, 10]], dtype=np.float32)
    # 2 (0.5 + 0.5) of the vectors, 10 of the n-gram, 3 of the bias
    assert seen.logits(weights, np.array([3], dtype=np.float32)).tolist() == [[15.0]] * 4


# files


def test_a_saved_set_comes_back_as_it_was(tmp_path: Path) -> None:
    heads = toy_heads(thresholds={"kind": 0.4}, encoder_digest="abc")
    heads = replace(heads, heads=heads.heads | {"kind": replace(heads.heads["kind"], temperature=1.5)})
    save_heads(tmp_path / "toy", heads)
    found = load_heads(tmp_path / "toy", "abc")
    assert found.name == "toy"
    assert found.encoder_digest == "abc"
    assert found.uses_vectors
    assert found.meta["linker"] == heads.meta["linker"]
    kind = found.heads["kind"]
    assert (kind.labels, kind.temperature, kind.threshold) == (heads.heads["kind"].labels, 1.5, 0.4)
    assert np.allclose(kind.bias, heads.heads["kind"].bias, atol=2e-3)  # half precision
    assert sorted(p.name for p in (tmp_path / "toy").iterdir()) == ["heads.safetensors", "meta.json"]


def test_the_same_set_has_the_same_bytes_and_another_set_another_digest(tmp_path: Path) -> None:
    for name, sentiment in (("a", (0.6, 0.2, 0.2)), ("b", (0.6, 0.2, 0.2)), ("c", (0.2, 0.2, 0.6))):
        save_heads(tmp_path / name, toy_heads(sentiment=sentiment))
    for file in ("heads.safetensors", "meta.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    digest = {name: load_heads(tmp_path / name).digest for name in "abc"}
    assert digest["a"] == digest["b"] != digest["c"]


def test_heads_of_another_encoder_are_refused(tmp_path: Path) -> None:
    save_heads(tmp_path, toy_heads(encoder_digest="1234567890abcdef"))
    with pytest.raises(
        ModelError, match=r"made for the encoder 1234567890ab, not for fedcba098765.*Train them again"
    ):
        load_heads(tmp_path, "fedcba0987654321")


def test_heads_that_look_at_words_alone_go_with_every_encoder(tmp_path: Path) -> None:
    save_heads(tmp_path, toy_heads())
    assert not load_heads(tmp_path, "any digest").uses_vectors


def test_missing_heads_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_heads(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["meta.json", "heads.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"format": 1, "tasks": []}'])
def test_damaged_heads_are_one_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    save_heads(tmp_path, toy_heads())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match="cannot be read"):
        load_heads(tmp_path)


def test_heads_cut_short_are_one_clear_error(tmp_path: Path) -> None:
    save_heads(tmp_path, toy_heads())
    whole = (tmp_path / "heads.safetensors").read_bytes()
    (tmp_path / "heads.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="cannot be read"):
        load_heads(tmp_path)


def test_labels_that_do_not_fit_the_weights_are_refused(tmp_path: Path) -> None:
    heads = toy_heads()
    short = biased_head("kind", ("pain", "praise"), (0.5, 0.5))
    save_heads(tmp_path, replace(heads, heads=heads.heads | {"kind": short}))
    meta = json.loads((tmp_path / "meta.json").read_text(encoding="utf-8"))
    meta["tasks"]["kind"]["labels"].append("request")
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ModelError, match="3 labels, 2 rows of weights"):
        load_heads(tmp_path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    save_heads(tmp_path, toy_heads())
    meta = json.loads((tmp_path / "meta.json").read_text(encoding="utf-8")) | {"format": 99}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(ModelError, match="format 99, expected 1"):
        load_heads(tmp_path)
