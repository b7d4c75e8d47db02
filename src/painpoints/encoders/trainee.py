"""An encoder in training: the network, its optimisers, its learning rate, and its weights packed at the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import torch

__all__ = ["Optimisers", "Trainee", "write_packed"]

_CHUNKS = {"cpu": 32, "cuda": 1024}
"""texts a forward pass: a batch is sorted by length and cut, to waste no padding, which costs a GPU nothing"""
_WEIGHT_DECAY = 0.01
_LONGEST_STEP = 1.0
"""norm that gradients of the layers are clipped to"""


class Trainee:
    """The encoder being trained: tokenizer, BERT, mean pooling; on a CPU its word vectors have sparse gradients."""

    def __init__(self, base: Path, max_tokens: int, dropout: float = 0.1) -> None:
        import torch

        from painpoints.encoders.sentence_transformer import load_bert

        self.bert, self.tokenizer = load_bert(base)
        for module in self.bert.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = dropout
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        on_cpu = self.device == "cpu"
        # the fused kernel is slower in training on a CPU
        self.bert.config._attn_implementation = "eager" if on_cpu else "sdpa"
        old = self.bert.embeddings.word_embeddings
        self.bert.embeddings.word_embeddings = torch.nn.Embedding(
            *old.weight.shape, padding_idx=1, sparse=on_cpu, _weight=old.weight.detach().clone()
        )
        self.tokenizer.enable_truncation(max_tokens)
        self.tokenizer.no_padding()
        self.bert.to(self.device).train()

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """``float32[n, d]`` of norm 1, with gradients."""
        import torch

        ids = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        size = _CHUNKS[self.device]
        parts = [self._chunk([ids[i] for i in order[at : at + size]]) for at in range(0, len(order), size)]
        back = torch.empty(len(order), dtype=torch.long)
        back[order] = torch.arange(len(order))
        return torch.cat(parts)[back.to(self.device)]

    def _chunk(self, ids: list[list[int]]) -> torch.Tensor:
        import torch

        width = max(map(len, ids))
        tokens = torch.tensor([row + [1] * (width - len(row)) for row in ids], device=self.device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=self.device)
        with torch.autocast(self.device, torch.bfloat16):
            hidden = self.bert(tokens, mask).last_hidden_state
        weight = mask.unsqueeze(-1).float()
        pooled = (hidden.float() * weight).sum(1) / weight.sum(1)
        return torch.nn.functional.normalize(pooled, dim=1)


class Optimisers:
    """AdamW for the layers, Adam (on a CPU its sparse form) for the word vectors; the rates follow one schedule."""

    def __init__(
        self,
        trainee: Trainee,
        layer_rate: float,
        embedding_rate: float,
        extra: Iterable[torch.nn.Parameter],
        extra_rate: float,
    ) -> None:
        """`extra`: parameters beside the encoder's, with a rate of their own and no decay."""
        import torch

        words = trainee.bert.embeddings.word_embeddings.weight
        rest = [p for p in trainee.bert.parameters() if p is not words]
        extra = list(extra)
        groups = [
            {"params": [p for p in rest if p.ndim > 1], "weight_decay": _WEIGHT_DECAY},
            {"params": [p for p in rest if p.ndim == 1], "weight_decay": 0.0},
            {"params": extra, "weight_decay": 0.0},
        ]
        rates = [layer_rate, layer_rate, extra_rate]
        self._clipped = [*rest, *extra]
        adam = torch.optim.SparseAdam if trainee.device == "cpu" else torch.optim.Adam
        self._all = [(torch.optim.AdamW(groups), rates), (adam([words]), [embedding_rate])]

    def step(self, loss: torch.Tensor, share: float) -> None:
        """One step down the gradient of `loss`, at `share` of the full rates."""
        import torch

        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in self._clipped if p.grad is not None], _LONGEST_STEP)
        for optimiser, rates in self._all:
            for group, full in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = full * share
            optimiser.step()
            optimiser.zero_grad()

    def state(self) -> list[dict[str, Any]]:
        """What `load` takes."""
        return [optimiser.state_dict() for optimiser, _ in self._all]

    def load(self, state: Sequence[dict[str, Any]]) -> None:
        """Go on from `state`."""
        for (optimiser, _), saved in zip(self._all, state, strict=True):
            optimiser.load_state_dict(saved)


def write_packed(bert: Any, base: Path, out: Path, about: dict[str, Any]) -> Path:
    """The trained weights in 8-bit blocks, with tokenizer and configuration of `base`."""
    from safetensors.numpy import save_file

    from painpoints.encoders.packed import pack

    out.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, tensor in bert.state_dict().items():
        if not name.endswith(("position_ids", "token_type_ids")):
            arrays |= pack(name, tensor.detach().float().cpu().numpy())
    for name in ("config.json", "tokenizer.json"):
        (out / name).write_bytes((base / name).read_bytes())
    meta = json.loads((base / "meta.json").read_text(encoding="utf-8")) | {"name": "accurate"} | about
    (out / "meta.json").write_text(json.dumps(meta, indent=1, sort_keys=True), encoding="utf-8", newline="\n")
    part = out / "model.safetensors.part"
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, part)
    part.chmod(0o644)  # safetensors makes it readable for its owner alone
    part.replace(out / "model.safetensors")
    return out
