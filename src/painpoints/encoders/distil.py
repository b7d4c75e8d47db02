"""The fast encoder, distilled from the accurate one on feedback text: a vector a word piece, averaged.

Starts from the accurate encoder's vectors of single pieces with smooth inverse frequency weights (model2vec;
Arora, Liang & Ma 2017), then learns every piece's vector so that the mean over a text comes close to what the
accurate encoder makes of the text. A careless form of a text has the clean text's vector as its target.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.noise import english_noise, vietnamese_noise
from painpoints.encoders.training_texts import load_training_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

__all__ = ["build_fast"]

_PIECES = 36_000
_SIF = 1e-4


@dataclass(frozen=True)
class _Recipe:
    epochs: int = 14
    batch: int = 1024
    rate: float = 2e-3
    temperature: float = 0.06
    noisy: float = 0.5
    """share of texts that an epoch shows in a careless form"""
    neighbours_weight: float = 0.5
    seed: int = 20_245


def build_fast(accurate: Path, out: Path, work: Path) -> None:
    """Write the static encoder into `out`; vectors of the training texts are kept in `work`."""
    from painpoints.classify.training_data import UNSEEN_INDUSTRIES
    from painpoints.encoders.sentence_transformer import load_packed

    recipe = _Recipe()
    texts = load_training_texts(UNSEEN_INDUSTRIES)
    encoder = load_packed(accurate, "accurate")
    cache = work / f"vectors-{encoder.digest[:12]}.npy"
    if not cache.is_file():
        np.save(cache, encoder.encode(texts.texts).astype(np.float16))
    targets = np.load(cache).astype(np.float32)
    if len(targets) != len(texts.texts):
        raise ValueError(f"{len(targets)} vectors in {cache} for {len(texts.texts)} texts; delete that file")
    targets -= targets.mean(axis=0)
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    tokenizer = json.loads((accurate / "tokenizer.json").read_text(encoding="utf-8"))
    small, pieces = _small_tokenizer(tokenizer)
    start = _first_vectors(accurate, tokenizer, pieces)
    vectors = _learn(small, start, texts.texts, texts.vietnamese, targets, recipe)
    _write(small, vectors, out)


def _small_tokenizer(tokenizer: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
    """The tokenizer with its special and its commonest pieces, and their old numbers."""
    vocabulary = tokenizer["model"]["vocab"]
    commonest = sorted(range(4, len(vocabulary)), key=lambda i: (-vocabulary[i][1], i))[:_PIECES]
    pieces = [0, 1, 2, 3, *sorted(commonest)]
    small = {**tokenizer, "post_processor": None, "truncation": None, "padding": None}
    small["model"] = {**tokenizer["model"], "vocab": [vocabulary[i] for i in pieces]}
    return small, pieces


def _first_vectors(accurate: Path, tokenizer: dict[str, Any], pieces: Sequence[int]) -> Floats:
    """Mean-pooled vectors of single pieces between <s> and </s>, centred, weighted a / (a + p): ``float32[n, d]``."""
    import torch

    from painpoints.encoders.sentence_transformer import load_bert

    bert, _ = load_bert(accurate)
    ids = torch.tensor([[0, piece, 2] for piece in pieces])
    with torch.inference_mode():
        hidden = [bert(batch).last_hidden_state.mean(1) for batch in ids.split(2048)]
    vectors: Floats = torch.nn.functional.normalize(torch.cat(hidden).float(), dim=1).numpy()
    vectors = vectors - vectors.mean(axis=0)
    probability = np.exp([tokenizer["model"]["vocab"][i][1] for i in pieces])
    weights = _SIF / (_SIF + probability)
    weights[:4] = 0
    return (vectors * weights[:, None]).astype(np.float32)


def _learn(
    small: dict[str, Any],
    start: Floats,
    texts: Sequence[str],
    vietnamese: Sequence[bool],
    targets: Floats,
    recipe: _Recipe,
) -> Floats:
    """Vectors whose mean follows `targets` (cosine), and whose nearness among the texts of a batch follows theirs."""
    import torch
    from tokenizers import Tokenizer

    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    tokenizer = Tokenizer.from_str(json.dumps(small))
    bag = torch.nn.EmbeddingBag.from_pretrained(
        torch.from_numpy(start.copy()), freeze=False, mode="mean", sparse=True
    )
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=recipe.rate)
    aims = torch.from_numpy(targets)
    steps = recipe.epochs * (len(texts) // recipe.batch)
    step = 0
    for epoch in range(recipe.epochs):
        shown = [
            (vietnamese_noise if vi else english_noise)(t, random) if random.random() < recipe.noisy else t
            for t, vi in zip(texts, vietnamese, strict=True)
        ]
        ids = [e.ids or [3] for e in tokenizer.encode_batch(shown)]
        losses = []
        for rows in np.array_split(random.permutation(len(texts)), len(texts) // recipe.batch):
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * (1 - step / (steps + 1))
            step += 1
            flat = torch.tensor([i for r in rows for i in ids[r]])
            offsets = torch.tensor(np.cumsum([0, *(len(ids[r]) for r in rows[:-1])]))
            ours, aim = torch.nn.functional.normalize(bag(flat, offsets), dim=1), aims[rows]
            near = (aim @ aim.T / recipe.temperature).fill_diagonal_(-1e4).log_softmax(1)
            found = (ours @ ours.T / recipe.temperature + torch.eye(len(rows)) * -1e4).log_softmax(1)
            loss = (1 - (ours * aim).sum(1)).mean()
            loss = loss + recipe.neighbours_weight * torch.nn.functional.kl_div(
                found, near, reduction="batchmean", log_target=True
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1} of {recipe.epochs}: {np.mean(losses):.4f}", flush=True)
    vectors: Floats = bag.weight.detach().numpy().copy()
    vectors[:4] = 0
    return vectors


def _write(small: dict[str, Any], vectors: Floats, out: Path) -> None:
    """Eight bits a number, one scale a piece in the weights that model2vec keeps beside the vectors."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer

    scale = np.maximum(np.abs(vectors).max(axis=1), 1e-9)
    model = StaticModel(
        np.rint(vectors / scale[:, None] * 127).astype(np.int8),
        Tokenizer.from_str(json.dumps(small)),
        config={"model_type": "model2vec", "hidden_dim": vectors.shape[1], "normalize": True},
        normalize=True,
        weights=scale.astype(np.float32) / 127,
        language=["vi", "en"],
    )
    card = out / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else None
    model.save_pretrained(out)
    if text is not None:  # model2vec writes a card of its own over ours
        card.write_text(text, encoding="utf-8")
