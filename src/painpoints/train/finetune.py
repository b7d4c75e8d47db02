"""`painpoints train --finetune`: train the encoder itself for one task.

Mean pooling and one linear layer over all of its weights, class-weighted cross-entropy, AdamW with linear warm-up
and decay, early stopping on rows that are neither trained on nor judged on. The linear layer starts as the logistic
regression on the vectors of the untrained encoder. Vietnamese rows are now and then shown as careless customers type
them, so that the result holds without diacritics. How much the network's answer counts beside that of the linear head
is decided on the stopping rows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.finetuned import FineTuned, save_output_layer
from painpoints.classify.fit import class_weights
from painpoints.encoders.noise import vietnamese_noise
from painpoints.encoders.sentence_transformer import folder_digest
from painpoints.encoders.trainee import Optimisers, Trainee, write_packed
from painpoints.text.accents import with_accents
from painpoints.train.compare import macro_f1

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import torch

    from painpoints.classify.tasks import Task

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["FineTuneRecipe", "LabelledTexts", "Split", "finetune"]

_ANSWERED_AT_ONCE = 256
_STEEPEST = 2.0
"""most that an expert's log-probabilities are multiplied by when two are joined"""
_EVEN = 0.5
"""what each is multiplied by where the stopping rows are too few to say more: the geometric mean"""


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
class LabelledTexts:
    """Cleaned texts with the numbers of their labels."""

    texts: Sequence[str]
    vietnamese: Sequence[bool]
    truth: Ints


@dataclass(frozen=True)
class Split:
    """Row numbers: to train on, to decide when to stop and how much to believe, to judge on."""

    train: Ints
    stop: Ints
    judge: Ints


@dataclass
class _Progress:
    step: int = 0
    best: float = -1.0
    stale: int = 0
    """epochs since the best"""


class _Network:
    """The encoder with one linear layer on its mean-pooled vectors of norm 1."""

    def __init__(self, base: Path, start: tuple[Floats, Floats], recipe: FineTuneRecipe) -> None:
        import torch

        torch.manual_seed(recipe.seed)
        self.trainee = Trainee(base, recipe.max_tokens)
        weights, bias = start
        self.output = torch.nn.Linear(weights.shape[1], weights.shape[0]).to(self.trainee.device)
        self.output.weight.data.copy_(torch.from_numpy(weights))
        self.output.bias.data.copy_(torch.from_numpy(bias))
        self.optimisers = Optimisers(
            self.trainee,
            recipe.layer_rate,
            recipe.embedding_rate,
            self.output.parameters(),
            recipe.output_rate,
        )

    def logits(self, texts: Sequence[str]) -> torch.Tensor:
        logits: torch.Tensor = self.output(self.trainee.vectors(texts))
        return logits

    def answers(self, texts: Sequence[str]) -> Floats:
        """Log-probabilities ``float32[n, k]``, without dropout."""
        import torch

        self.trainee.bert.eval()
        with torch.inference_mode():
            parts = [
                self.logits(texts[at : at + _ANSWERED_AT_ONCE]).float().log_softmax(1).cpu().numpy()
                for at in range(0, len(texts), _ANSWERED_AT_ONCE)
            ]
        self.trainee.bert.train()
        return np.concatenate(parts)

    def weights(self) -> dict[str, Any]:
        return {"bert": self.trainee.bert.state_dict(), "output": self.output.state_dict()}

    def load(self, weights: dict[str, Any]) -> None:
        self.trainee.bert.load_state_dict(weights["bert"])
        self.output.load_state_dict(weights["output"])


class _Training:
    """One fine-tuning: goes on where an earlier one in the same folder stopped."""

    def __init__(
        self,
        network: _Network,
        rows: LabelledTexts,
        split: Split,
        base: Path,
        folder: Path,
        recipe: FineTuneRecipe,
    ) -> None:
        import torch

        self.network, self.rows, self.split, self.folder, self.recipe = network, rows, split, folder, recipe
        self.classes = network.output.out_features
        self.per_epoch = max(1, len(split.train) // recipe.batch)
        self.total = self.per_epoch * recipe.epochs
        weights = class_weights(rows.truth[split.train], self.classes)
        self.weights = torch.from_numpy(weights).to(network.trainee.device)
        self.base = folder_digest(base)
        self.progress = self._resumed()

    def run(self, say: Callable[[str], object]) -> None:
        """Train until the last epoch or until it gets no better; the best network is loaded in the end."""

        progress = self.progress
        while progress.step < self.total and progress.stale <= self.recipe.patience:
            loss = self._loss(progress.step)
            self.network.optimisers.step(loss, self._rate(progress.step))
            progress.step += 1
            if progress.step % self.per_epoch == 0:
                self._end_epoch(say)
            elif progress.step % self.recipe.save_every == 0:
                value = float(loss.detach())
                say(f"fine-tuning: step {progress.step} of at most {self.total}, loss {value:.3f}")
                self._save()
        self.network.load(self._loaded("best.pt"))

    def _loss(self, step: int) -> torch.Tensor:
        import torch

        epoch, at = divmod(step, self.per_epoch)
        order = np.random.default_rng((self.recipe.seed, epoch)).permutation(self.split.train)
        rows = np.array_split(order, self.per_epoch)[at]
        random = np.random.default_rng((self.recipe.seed, epoch, at))
        texts = [self._shown(int(row), random) for row in rows]
        truth = torch.from_numpy(self.rows.truth[rows]).to(self.weights.device)
        return torch.nn.functional.cross_entropy(
            self.network.logits(texts), truth, weight=self.weights, label_smoothing=0.05
        )

    def _shown(self, row: int, random: np.random.Generator) -> str:
        text = self.rows.texts[row]
        careless = self.rows.vietnamese[row] and random.random() < self.recipe.noisy
        return with_accents(vietnamese_noise(text, random)) if careless else text

    def _rate(self, step: int) -> float:
        warm = max(1, round(self.recipe.warm_up * self.total))
        if step < warm:
            return (step + 1) / warm
        return max(0.02, (self.total - step) / max(1, self.total - warm))

    def _end_epoch(self, say: Callable[[str], object]) -> None:
        import torch

        guess = self.network.answers([self.rows.texts[i] for i in self.split.stop]).argmax(axis=1)
        found = macro_f1(self.rows.truth[self.split.stop], guess, self.classes)
        say(
            f"fine-tuning: epoch {self.progress.step // self.per_epoch}, "
            f"macro-F1 {found:.3f} on {len(guess)} rows kept for stopping"
        )
        self.progress.stale += 1
        if found > self.progress.best:
            self.progress.best, self.progress.stale = found, 0
            torch.save(self.network.weights(), self.folder / "best.pt.part")
            (self.folder / "best.pt.part").replace(self.folder / "best.pt")
        self._save()

    def _fingerprint(self) -> str:
        """What a saved state belongs to: rows, labels, split, encoder and recipe."""
        split = [part.tolist() for part in (self.split.train, self.split.stop, self.split.judge)]
        about = [
            asdict(self.recipe),
            list(self.rows.texts),
            self.rows.truth.tolist(),
            split,
            self.classes,
            self.base,
        ]
        return hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()

    def _loaded(self, name: str) -> dict[str, Any]:
        import torch

        device = self.network.trainee.device
        found: dict[str, Any] = torch.load(self.folder / name, weights_only=True, map_location=device)
        return found

    def _save(self) -> None:
        import torch

        state = self.network.weights() | {
            "progress": asdict(self.progress),
            "optimisers": self.network.optimisers.state(),
            "fingerprint": self._fingerprint(),
        }
        torch.save(state, self.folder / "state.pt.part")
        (self.folder / "state.pt.part").replace(self.folder / "state.pt")

    def _resumed(self) -> _Progress:
        """The progress of an earlier call that was stopped, with everything loaded; a fresh start where it was for
        other rows."""

        if not (self.folder / "state.pt").is_file():
            return _Progress()
        state = self._loaded("state.pt")
        if state["fingerprint"] != self._fingerprint():
            return _Progress()
        self.network.load(state)
        self.network.optimisers.load(state["optimisers"])
        return _Progress(**state["progress"])


def finetune(
    task: Task,
    rows: LabelledTexts,
    split: Split,
    start: tuple[Floats, Floats],
    by_head: Floats,
    base: Path,
    folder: Path,
    say: Callable[[str], object],
    recipe: FineTuneRecipe | None = None,
) -> FineTuned:
    """Train from the packed encoder in `base`; the best network ends in `folder`. Goes on from a state that lies
    there.

    `start`: weights ``float32[k, d]`` and bias that the output layer begins with. `by_head` ``float32[n, k]``: the
    linear head's probabilities of all rows, from heads that did not see them.
    """
    from painpoints.encoders.sentence_transformer import load_packed

    recipe = recipe or FineTuneRecipe()
    folder.mkdir(parents=True, exist_ok=True)
    network = _Network(base, start, recipe)
    _Training(network, rows, split, base, folder, recipe).run(say)
    by_network = network.answers([rows.texts[i] for i in split.stop])
    shares = _shares(by_network, np.log(by_head[split.stop] + 1e-9), rows.truth[split.stop])
    say(f"fine-tuning: the network counts {shares[0]:.2f}, the linear head {shares[1]:.2f}")
    write_packed(network.trainee.bert, base, folder, {"name": folder.parent.name})
    for name in ("state.pt", "best.pt"):
        (folder / name).unlink(missing_ok=True)
    result = FineTuned(
        load_packed(folder, folder.parent.name),
        network.output.weight.detach().float().cpu().numpy(),
        network.output.bias.detach().float().cpu().numpy(),
        shares,
    )
    save_output_layer(folder, result, {"recipe": asdict(recipe), "labels": list(task.labels)})
    return result


def _shares(by_network: Floats, by_head: Floats, truth: Ints) -> tuple[float, float]:
    """What each expert's log-probabilities are multiplied by, so that their product makes `truth` likeliest."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    def loss(shares: npt.NDArray[np.float64]) -> float:
        joined = log_softmax(shares[0] * by_network + shares[1] * by_head, axis=1)
        away = float(((shares - _EVEN) ** 2).sum())
        return away / len(truth) - float(joined[np.arange(len(truth)), truth].mean())

    found = minimize(loss, np.full(2, _EVEN), method="L-BFGS-B", bounds=[(0.0, _STEEPEST)] * 2).x
    return float(found[0]), float(found[1])
