"""Encoders by name, by folder and by hub name: what they give, and the one clear error where they cannot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from encoder_toys import tiny_bert, write_packed_toy
from painpoints.encoders import choose_encoder, load_encoder
from painpoints.encoders.protocol import Encoder
from painpoints.encoders.sentence_transformer import folder_digest
from painpoints.errors import ModelError
from painpoints.resources import models_dir

TEXTS = ["Giao hàng chậm quá", "giao hang cham qua", "The driver was late", "Nhân viên rất nhiệt tình"]


@pytest.fixture(scope="module")
def fast() -> Encoder:
    return load_encoder("fast")


@pytest.fixture
def only_fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder that holds the fast encoder and no accurate one."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "fast").symlink_to(models_dir() / "fast", target_is_directory=True)
    monkeypatch.setenv("PAINPOINTS_MODELS", str(folder))
    return folder


def _assert_keeps_the_protocol(encoder: Encoder) -> None:
    steps: list[int] = []
    vectors = encoder.encode([*TEXTS, TEXTS[0]], steps.append)
    assert vectors.shape == (5, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[0] == vectors[4]).all()
    assert sum(steps) == 5
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert len(encoder.digest) == 64


# the bundled fast one


def test_fast_keeps_the_protocol(fast: Encoder) -> None:
    assert fast.name == "fast"
    assert fast.dimension == 384
    _assert_keeps_the_protocol(fast)


def test_fast_gives_the_same_vectors_twice_and_alone(fast: Encoder) -> None:
    together = fast.encode(TEXTS)
    assert (together == fast.encode(TEXTS)).all()
    assert np.allclose(together[2], fast.encode([TEXTS[2]])[0], atol=1e-6)
    assert load_encoder("fast").digest == fast.digest


def test_fast_gives_an_empty_text_a_row_of_zeros(fast: Encoder) -> None:
    vectors = fast.encode(["", TEXTS[0]])
    assert not vectors[0].any()
    assert np.isfinite(vectors).all()


def test_fast_finds_the_nearer_meaning(fast: Encoder) -> None:
    late, also_late, refund = fast.encode(
        ["giao hàng trễ", "shipper giao chậm trễ", "hoàn tiền về tài khoản"]
    )
    assert late @ also_late > late @ refund


def test_fast_takes_20_000_texts_in_order(fast: Encoder) -> None:
    texts = [f"đơn số {i} giao chậm" for i in range(20_500)]
    steps: list[int] = []
    vectors = fast.encode(texts, steps.append)
    assert vectors.shape == (20_500, fast.dimension)
    assert np.isfinite(vectors).all()
    assert sum(steps) == 20_500
    assert np.allclose(vectors[20_400], fast.encode([texts[20_400]])[0], atol=1e-6)


def test_fast_survives_hostile_text(fast: Encoder) -> None:
    vectors = fast.encode(["\x00\x1b[31m\u202e", "a" * 200_000, "=cmd|'/c calc'!A1", "🙃" * 500])
    assert np.isfinite(vectors).all()


# which one


def test_a_wish_is_taken_as_it_is() -> None:
    assert choose_encoder("some/model").name == "some/model"
    assert choose_encoder("fast").notice == ""


def test_without_the_accurate_encoder_the_fast_one_is_taken_and_said_so(only_fast: Path) -> None:
    choice = choose_encoder(None)
    assert choice.name == "fast"
    assert "not installed" in choice.notice
    assert "Install painpoints again" in choice.notice


def test_where_the_accurate_encoder_is_built_it_is_taken(only_fast: Path) -> None:
    (only_fast / "accurate").mkdir()
    (only_fast / "accurate" / "model.safetensors").write_bytes(b"")
    assert choose_encoder(None) == choose_encoder("accurate")


def test_asking_for_the_accurate_encoder_that_is_missing_says_what_to_do(only_fast: Path) -> None:
    with pytest.raises(ModelError, match=r"Install painpoints again.*--encoder fast"):
        load_encoder("accurate")


def test_an_installation_without_models_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAINPOINTS_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="fast encoder is missing"):
        load_encoder("fast")


# what cannot be read


def _error_of(name: str) -> str:
    with pytest.raises(ModelError) as found:
        load_encoder(name)
    message = str(found.value)
    assert len(message.splitlines()) == 1
    return message


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "..\\models\\mine"])
def test_a_folder_that_is_not_there(name: str) -> None:
    assert f"No model folder at {name}" in _error_of(name)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    assert "No model folder" in _error_of(str(tmp_path / "model.bin"))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "minishlab/potion-nowhere", "no such name at all"])
def test_a_hub_name_without_a_network_is_one_error_at_once(name: str) -> None:
    message = _error_of(name)
    assert name in message
    assert "hub" in message


def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    assert "holds no sentence-transformers or model2vec model" in _error_of(str(tmp_path))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'{"model_type": "model2vec"'])
def test_a_damaged_static_model(tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(models_dir() / "fast", folder, ignore=shutil.ignore_patterns(name))
    (folder / name).write_bytes(content)
    assert str(folder) in _error_of(str(folder))


def test_the_digest_follows_names_and_contents_of_what_decides(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = folder_digest(tmp_path)
    (tmp_path / "README.md").write_text("a card")
    assert folder_digest(tmp_path) == first
    (tmp_path / "config.json").write_text("{ }")
    second = folder_digest(tmp_path)
    (tmp_path / "config.json").rename(tmp_path / "other.json")
    assert len({first, second, folder_digest(tmp_path)}) == 3


# packed, sentence-transformers and model2vec folders made here


@pytest.fixture(scope="module")
def packed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_packed_toy(tmp_path_factory.mktemp("packed"))


def test_a_packed_folder_keeps_the_protocol(packed_folder: Path) -> None:
    encoder = load_encoder(str(packed_folder))
    assert encoder.dimension == 32
    _assert_keeps_the_protocol(encoder)


def test_a_packed_model_does_not_mix_the_texts_of_a_batch(packed_folder: Path) -> None:
    """Padding to the longest text of a batch must not change the vector of a short one."""
    encoder = load_encoder(str(packed_folder))
    together = encoder.encode(["A", "A LONG TEXT THAT IS CUT AFTER SIXTEEN PIECES", ""])
    assert np.allclose(together[0], encoder.encode(["A"])[0], atol=0.02)
    assert np.isfinite(together).all()


def test_one_long_text_does_not_widen_all_others(packed_folder: Path) -> None:
    """A hundred thousand cells as wide as this text would be 80 GB."""
    encoder = load_encoder(str(packed_folder))
    vectors = encoder.encode(["A" * 200_000, *["B"] * 100_000])
    assert vectors.shape == (100_001, 32)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "meta.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[]", b"{}"])
def test_a_damaged_packed_model(packed_folder: Path, tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(packed_folder, folder)
    (folder / name).write_bytes(content)
    message = _error_of(str(folder))
    assert str(folder) in message
    assert "Build it again" in message


def test_a_packed_model_with_a_weight_missing(packed_folder: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "mine"
    shutil.copytree(packed_folder, folder)
    weights = load_file(folder / "model.safetensors")
    save_file(
        {k: v for k, v in weights.items() if k != "encoder.layer.0.output.dense.bias"},
        folder / "model.safetensors",
    )
    assert "Build it again" in _error_of(str(folder))


def test_a_packed_model_with_another_tokenizer(packed_folder: Path, tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    folder = tmp_path / "mine"
    shutil.copytree(packed_folder, folder)
    Tokenizer(models.Unigram([("<pad>", 0.0), ("<unk>", 0.0)], unk_id=1)).save(str(folder / "tokenizer.json"))
    assert "2 word pieces, but 64 vectors" in _error_of(str(folder))


@pytest.fixture(scope="module")
def sentence_transformers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sentence_transformers import SentenceTransformer
    from transformers import BertTokenizerFast

    folder = tmp_path_factory.mktemp("st")
    bert = folder / "bert"
    tiny_bert().save_pretrained(bert)
    words = [
        "[UNK]",
        "[PAD]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "giao",
        "hàng",
        "chậm",
        "late",
        "the",
        "driver",
        "was",
    ]
    BertTokenizerFast({w: i for i, w in enumerate(words)}, strip_accents=False).save_pretrained(bert)
    model = SentenceTransformer(str(bert), device="cpu")  # a plain BERT folder gets mean pooling
    model.save(str(folder / "model"))
    return folder / "model"


def test_a_sentence_transformers_folder_keeps_the_protocol(sentence_transformers_folder: Path) -> None:
    encoder = load_encoder(str(sentence_transformers_folder))
    assert encoder.name == sentence_transformers_folder.name
    assert encoder.dimension == 32
    _assert_keeps_the_protocol(encoder)


@pytest.fixture(scope="module")
def prompting_folder(sentence_transformers_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prompting") / "model"
    shutil.copytree(sentence_transformers_folder, folder)
    about = folder / "config_sentence_transformers.json"
    config = json.loads(about.read_text())
    config["prompts"] = {"query": "driver ", "clustering": "late late "}
    about.write_text(json.dumps(config))
    return folder


def test_a_models_own_prompt_is_used(sentence_transformers_folder: Path, prompting_folder: Path) -> None:
    plain, prompting = load_encoder(str(sentence_transformers_folder)), load_encoder(str(prompting_folder))
    assert np.allclose(prompting.encode(["giao"]), plain.encode(["late late giao"]), atol=1e-3)
    assert prompting.digest != plain.digest


def test_a_model2vec_folder_of_the_user_keeps_the_protocol(tmp_path: Path) -> None:
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "[PAD]", "giao", "hàng", "late", "driver"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(1).normal(size=(len(words), 8)).astype(np.float32)
    StaticModel(vectors, tokenizer).save_pretrained(tmp_path / "mine")
    encoder = load_encoder(str(tmp_path / "mine"))
    assert encoder.dimension == 8
    late = encoder.encode(["late"])[0]
    assert np.allclose(late, vectors[4] / np.linalg.norm(vectors[4]), atol=1e-5)


# the bundled accurate one


@pytest.mark.model
def test_accurate_keeps_the_protocol_and_knows_late_from_refund() -> None:
    encoder = load_encoder("accurate")
    assert encoder.dimension == 384
    _assert_keeps_the_protocol(encoder)
    late, also_late, refund = encoder.encode(
        ["giao hàng trễ", "shipper giao chậm trễ", "hoàn tiền về tài khoản"]
    )
    assert late @ also_late > late @ refund


def test_code_in_a_model_folder_is_never_run(sentence_transformers_folder: Path, tmp_path: Path) -> None:
    folder, trace = tmp_path / "mine", tmp_path / "was_run"
    shutil.copytree(sentence_transformers_folder, folder)
    (folder / "own.py").write_text(f"open({str(trace)!r}, 'w').close()\nclass Own: pass\n")
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["type"] = "own.Own"
    (folder / "modules.json").write_text(json.dumps(modules))
    assert str(folder) in _error_of(str(folder))
    assert not trace.exists()
