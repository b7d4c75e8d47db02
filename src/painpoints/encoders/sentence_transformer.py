"""Encoders that run through sentence-transformers: the bundled accurate one, a local folder, or a hub name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.packed import unpack
from painpoints.errors import ModelError
from painpoints.text.accents import accents_digest, with_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer

    from painpoints.encoders.protocol import Progress

__all__ = [
    "SentenceTransformerEncoder",
    "folder_digest",
    "load_bert",
    "load_packed",
    "load_sentence_transformer",
]

_CHUNK = 4096
_BATCH = 64


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the files that decide what the model answers."""
    digest = hashlib.sha256()
    for path in sorted(
        p for p in folder.rglob("*") if p.suffix in {".safetensors", ".json", ".bin", ".txt", ".model"}
    ):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


class SentenceTransformerEncoder:
    """A `SentenceTransformer` behind the `Encoder` protocol.

    Runs on the GPU where there is one; on a processor with bf16 instructions under bf16 autocast (cosine 0.9999
    with float32, 1.7 to 2.7 times as fast on a busy machine).
    """

    def __init__(
        self,
        name: str,
        digest: str,
        model: SentenceTransformer,
        prompt: str | None,
        prepare: Callable[[str], str] | None = None,
    ) -> None:
        """`prepare` is applied to every text before it is encoded."""
        self.name = name
        self.digest = digest
        self._model = model
        self._prompt = prompt
        self._prepare = prepare
        self.dimension = int(self._model.encode(["x"], prompt=prompt, show_progress_bar=False).shape[1])

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """See `Encoder.encode`. Equal texts are encoded once; texts are batched by length to waste no padding."""
        import torch

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        # a dictionary and no array of strings, whose every cell would be as wide as the longest text
        place = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        distinct = list(place)
        by_length = np.argsort([len(t) for t in distinct], kind="stable")
        vectors = np.zeros((len(distinct), self.dimension), dtype=np.float32)
        device = self._model.device.type
        done = 0
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=_bf16_pays(device)):
            for begin in range(0, len(distinct), _CHUNK):
                chunk = by_length[begin : begin + _CHUNK]
                shown = [distinct[i] for i in chunk]
                encoded = self._model.encode(
                    shown if self._prepare is None else list(map(self._prepare, shown)),
                    prompt=self._prompt,
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
                vectors[chunk] = encoded
                if progress is not None:
                    now = round(len(texts) * (begin + len(chunk)) / len(distinct))
                    progress(now - done)
                    done = now
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)  # bf16 leaves 1 ± 0.004
        return vectors[[place[text] for text in texts]]


def _bf16_pays(device: str) -> bool:
    """Whether bf16 is computed in hardware: always worth it on a GPU, on a CPU only with the instructions for it."""
    if device != "cpu":
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="ignore")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def load_bert(folder: Path) -> tuple[Any, Any]:
    """The `BertModel` (float32, evaluation mode) and the `Tokenizer` of a packed folder.

    Raises `ModelError` when a file is missing or damaged, or the parts do not agree.
    """
    try:
        return _read_bert(folder)
    except (
        Exception
    ) as error:  # three parsers with their own kinds of errors; each means the same to the user
        raise ModelError(
            f"The encoder in {folder} cannot be read ({_first_line(error)}). Build it again."
        ) from error


def _read_bert(folder: Path) -> tuple[Any, Any]:
    import torch
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    config = BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8")))
    weights = {k: torch.from_numpy(v) for k, v in unpack(load_file(folder / "model.safetensors")).items()}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pieces, vectors = tokenizer.get_vocab_size(), weights["embeddings.word_embeddings.weight"].shape[0]
    if pieces != vectors:
        raise ValueError(f"{pieces} word pieces, but {vectors} vectors")
    with torch.device("meta"):
        bert = BertModel(config, add_pooling_layer=False)
    bert.load_state_dict(weights, assign=True)
    bert.embeddings.position_ids = torch.arange(config.max_position_embeddings).expand((1, -1))
    bert.embeddings.token_type_ids = torch.zeros((1, config.max_position_embeddings), dtype=torch.long)
    return bert.eval(), tokenizer


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def load_packed(folder: Path, name: str) -> SentenceTransformerEncoder:
    """The bundled encoder: packed BERT weights, `tokenizer.json`, `config.json` and `meta.json` in `folder`.

    Raises `ModelError` like `load_bert`.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    bert, tokenizer = load_bert(folder)
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        prompt, max_tokens = str(meta["prompt"]), int(meta["max_tokens"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The encoder in {folder} cannot be read (meta.json: {error}). Build it again."
        ) from error
    module = _packed_bert(bert, tokenizer, max_tokens)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = SentenceTransformer(modules=[module], device=device)
    digest, prepare = folder_digest(folder), None
    if meta.get("restore_accents"):
        digest, prepare = hashlib.sha256((digest + accents_digest()).encode()).hexdigest(), with_accents
    return SentenceTransformerEncoder(name, digest, model, prompt or None, prepare)


def _packed_bert(bert: Any, tokenizer: Any, max_tokens: int) -> Any:
    """A sentence-transformers module: token ids, BERT, mean over the real tokens."""
    import torch

    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("<pad>"), pad_token="<pad>")  # noqa: S106 - no password

    class PackedBert(torch.nn.Module):  # type: ignore[misc]
        modalities = ("text",)
        max_seq_length = max_tokens

        def __init__(self) -> None:
            super().__init__()
            self.bert = bert
            self.tokenizer = tokenizer

        def preprocess(
            self, inputs: list[str], prompt: str | None = None, **_: Any
        ) -> dict[str, torch.Tensor]:
            encoded = self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])
            return {
                "input_ids": torch.tensor([e.ids for e in encoded]),
                "attention_mask": torch.tensor([e.attention_mask for e in encoded]),
            }

        tokenize = preprocess

        def forward(self, features: dict[str, torch.Tensor], **_: Any) -> dict[str, torch.Tensor]:
            hidden = self.bert(features["input_ids"], features["attention_mask"]).last_hidden_state.float()
            mask = features["attention_mask"].unsqueeze(-1).float()
            features["sentence_embedding"] = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            return features

        def get_sentence_embedding_dimension(self) -> int:
            return int(self.bert.config.hidden_size)

        get_embedding_dimension = get_sentence_embedding_dimension

    return PackedBert()


def load_sentence_transformer(name: str, folder: Path) -> SentenceTransformerEncoder:
    """Any sentence-transformers model that lies in `folder`; `name` is what the user called it.

    Raises `ModelError` when it cannot be read.
    """
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(str(folder), local_files_only=True)
        return SentenceTransformerEncoder(name, folder_digest(folder), model, _own_prompt(model, name))
    except Exception as error:  # the library raises many kinds; each means that this is no model it can use
        raise ModelError(
            f"{folder} holds no sentence-transformers or model2vec model that can be read: {_first_line(error)}"
        ) from error


def _own_prompt(model: Any, name: str) -> str | None:
    """The prompt that the model itself prescribes for symmetric tasks; E5 models carry theirs in the paper only."""
    prompts = {k: v for k, v in (model.prompts or {}).items() if v}
    for key in (model.default_prompt_name, "clustering", "Clustering", "classification", "query"):
        if key in prompts:
            return str(prompts[key])
    return "query: " if "e5" in name.lower().split("/")[-1].split("-") else None
