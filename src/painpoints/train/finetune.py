"""`painpoints train --finetune`: train the encoder itself for one task.

Mean pooling and one linear layer over all of its weights, class-weighted cross-entropy, AdamW with linear warm-up
and decay, early stopping on rows that are neither trained on nor judged on. Vietnamese rows are now and then shown
as careless customers type them, so that the result holds without diacritics.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.finetuned import FineTuned, save_output_layer
from painpoints.classify.fit import class_weights, temperature_of
from painpoints.encoders.noise import vietnamese_noise
from painpoints.encoders.train import Trainee, write_packed
from painpoints.train.compare import macro_f1

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import torch

    from painpoints.classify.tasks import Task

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["FineTuneRecipe", "Split", "finetune"]


@dataclass(frozen=True)
class FineTuneRecipe:
    """Everything that decides the outcome beside rows and encoder."""

    epochs: int = 5
    batch: int = 32
    layer_rate: float = 1e-4
    embedding_rate: float = 3e-4
    output_rate: float = 1e-3
    warm_up: float = 0.1
    """share of all steps"""
    noisy: float = 0.3
    """share of Vietnamese rows that are shown in a careless form"""
    patience: int = 1
    """epochs without a gain after which it stops"""
    max_tokens: int = 96
    save_every: int = 50
    """steps between two saved states"""
    seed: int = 20_246


@dataclass(frozen=True)
class Split:
    """Row numbers: to train on, to decide when to stop and how sure to be, to judge on."""

    train: Ints
    stop: Ints
    judge: Ints


class _Network:
    """The encoder with one linear layer on its mean-pooled vectors of norm 1."""

    def __init__(self, base: Path, labels: int, recipe: FineTuneRecipe) -> None:
        import torch

        self.trainee = Trainee(base, recipe.max_tokens)
        torch.manual_seed(recipe.seed)
        width = self.trainee.bert.config.hidden_size
        self.output = torch.nn.Linear(width, labels).to(self.trainee.device)
        torch.nn.init.zeros_(self.output.bias)
        self.output.weight.data *= 8  # vectors have norm 1: small weights could not tell them apart

    def logits(self, texts: Sequence[str]) -> torch.Tensor:
        logits: torch.Tensor = self.output(self.trainee.vectors(texts))
        return logits

    def answers(self, texts: Sequence[str]) -> Floats:
        """``float32[n, k]``, without dropout."""
        import torch

        self.trainee.bert.eval()
        with torch.inference_mode():
            parts = [
                self.logits(texts[at : at + 256]).float().cpu().numpy() for at in range(0, len(texts), 256)
            ]
        self.trainee.bert.train()
        return np.concatenate(parts)

    def state(self) -> dict[str, Any]:
        return {"bert": self.trainee.bert.state_dict(), "output": self.output.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        self.trainee.bert.load_state_dict(state["bert"])
        self.output.load_state_dict(state["output"])


def finetune(
    task: Task,
    texts: Sequence[str],
    vietnamese: Sequence[bool],
    truth: Ints,
    split: Split,
    base: Path,
    folder: Path,
    say: Callable[[str], object],
    recipe: FineTuneRecipe | None = None,
) -> FineTuned:
    """Train from the packed encoder in `base`; the best network ends in `folder`. Goes on from a state that lies
    there."""
    import torch

    from painpoints.encoders.sentence_transformer import load_packed

    recipe = recipe or FineTuneRecipe()
    folder.mkdir(parents=True, exist_ok=True)
    network = _Network(base, len(task.labels), recipe)
    optimisers = _optimisers(network, recipe)
    progress = _resume(folder, network, optimisers, recipe, split)
    weights = torch.from_numpy(class_weights(truth[split.train], len(task.labels))).to(network.trainee.device)
    per_epoch = max(1, len(split.train) // recipe.batch)
    total = per_epoch * recipe.epochs
    stop_texts = [texts[i] for i in split.stop]
    batches: list[Ints] | None = None
    while progress["step"] < total and progress["stale"] <= recipe.patience:
        epoch, at = divmod(progress["step"], per_epoch)
        if batches is None or at == 0:
            order = np.random.default_rng((recipe.seed, epoch)).permutation(split.train)
            batches = np.array_split(order, per_epoch)
        noise = np.random.default_rng((recipe.seed, epoch, at))
        rows = batches[at]
        shown = [
            vietnamese_noise(texts[r], noise) if vietnamese[r] and noise.random() < recipe.noisy else texts[r]
            for r in rows
        ]
        loss = torch.nn.functional.cross_entropy(
            network.logits(shown),
            torch.from_numpy(truth[rows]).to(weights.device),
            weight=weights,
            label_smoothing=0.05,
        )
        _step(network, optimisers, loss, _rate(progress["step"], total, recipe))
        progress["step"] += 1
        if progress["step"] % recipe.save_every == 0:
            say(f"fine-tuning: step {progress['step']} of at most {total}, loss {float(loss.detach()):.3f}")
            _save(folder, network, optimisers, progress, recipe, split)
        if progress["step"] % per_epoch == 0:
            found = macro_f1(truth[split.stop], network.answers(stop_texts).argmax(axis=1), len(task.labels))
            better = found > progress["best"]
            say(
                f"fine-tuning: epoch {epoch + 1}, macro-F1 {found:.3f} on {len(split.stop)} rows kept for stopping"
            )
            progress |= {
                "best": max(found, progress["best"]),
                "stale": 0 if better else progress["stale"] + 1,
            }
            if better:
                torch.save(network.state(), folder / "best.pt")
            _save(folder, network, optimisers, progress, recipe, split)
    network.load(torch.load(folder / "best.pt", weights_only=True))
    temperature = temperature_of(network.answers(stop_texts), truth[split.stop])
    write_packed(network.trainee.bert, base, folder, {"name": folder.parent.name})
    output = network.output
    for name in ("best.pt", "state.pt"):
        (folder / name).unlink(missing_ok=True)
    result = FineTuned(
        load_packed(folder, folder.parent.name),
        output.weight.detach().float().cpu().numpy(),
        output.bias.detach().float().cpu().numpy(),
        temperature,
    )
    save_output_layer(folder, result, {"recipe": asdict(recipe), "labels": list(task.labels)})
    return result


def _rate(step: int, total: int, recipe: FineTuneRecipe) -> float:
    warm = max(1, round(recipe.warm_up * total))
    return (step + 1) / warm if step < warm else max(0.02, (total - step) / max(1, total - warm))


def _optimisers(network: _Network, recipe: FineTuneRecipe) -> list[tuple[Any, list[float]]]:
    """Each optimiser with the full learning rate of each of its groups."""
    import torch

    words = network.trainee.bert.embeddings.word_embeddings.weight
    layers = [p for p in network.trainee.bert.parameters() if p is not words]
    dense = torch.optim.AdamW(
        [
            {"params": layers, "weight_decay": 0.01},
            {"params": list(network.output.parameters()), "weight_decay": 0.0},
        ]
    )
    return [
        (dense, [recipe.layer_rate, recipe.output_rate]),
        (torch.optim.SparseAdam([words]), [recipe.embedding_rate]),
    ]


def _step(
    network: _Network, optimisers: list[tuple[Any, list[float]]], loss: torch.Tensor, rate: float
) -> None:
    import torch

    loss.backward()
    dense = [p for p in network.trainee.bert.parameters() if p.grad is not None and not p.grad.is_sparse]
    torch.nn.utils.clip_grad_norm_([*dense, *network.output.parameters()], 1.0)
    for optimiser, rates in optimisers:
        for group, full in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = full * rate
        optimiser.step()
        optimiser.zero_grad()


def _fingerprint(recipe: FineTuneRecipe, split: Split) -> str:
    return json.dumps([asdict(recipe), len(split.train), int(split.train.sum()), int(split.judge.sum())])


def _save(
    folder: Path,
    network: _Network,
    optimisers: list[tuple[Any, list[float]]],
    progress: dict[str, Any],
    recipe: FineTuneRecipe,
    split: Split,
) -> None:
    import torch

    state = network.state() | {
        "progress": progress,
        "optimisers": [o.state_dict() for o, _ in optimisers],
        "fingerprint": _fingerprint(recipe, split),
    }
    torch.save(state, folder / "state.pt.part")
    (folder / "state.pt.part").replace(folder / "state.pt")


def _resume(
    folder: Path,
    network: _Network,
    optimisers: list[tuple[Any, list[float]]],
    recipe: FineTuneRecipe,
    split: Split,
) -> dict[str, Any]:
    """The progress of an earlier call that was stopped, with everything loaded; a fresh start where it was for
    other rows."""
    import torch

    fresh: dict[str, Any] = {"step": 0, "best": -1.0, "stale": 0}
    if not (folder / "state.pt").is_file():
        return fresh
    state = torch.load(folder / "state.pt", weights_only=True)
    if state["fingerprint"] != _fingerprint(recipe, split):
        return fresh
    network.load(state)
    for (optimiser, _), saved in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(saved)
    return dict(state["progress"])
