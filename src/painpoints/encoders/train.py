"""Training of the accurate encoder (``python -m painpoints.encoders.build accurate``).

Five losses at every step, over the vectors of one batch:

- *issues*: supervised contrastive loss (Khosla et al. 2020, https://arxiv.org/abs/2004.11362) over the issues of
  one industry or intent set, so that two ways of saying one issue lie together, in Vietnamese and English alike,
  and neighbours apart;
- *twins*: InfoNCE (van den Oord et al. 2018) between a clean text and the same text as careless customers type it,
  with other wordings of the same issue among the negatives;
- *touchpoints*: cross-entropy over the touchpoints of the industry's journey file, told by random parts of what it
  says of each, so that a segment lies near the touchpoint it is about, in journeys never seen too;
- *teacher*: the cosines among plain texts follow those of all-MiniLM-L6-v2 (Apache-2.0), whose English geometry is
  better (relational distillation, Park et al. 2019). Vietnamese texts get their place in the teacher's space by a
  ridge map from the base encoder's space, fitted on English texts and on issues told in both languages, so that no
  parallel text is needed;
- *labels*: cross-entropy of linear layers that read sentiment, kind, severity, stage and experience off the vectors
  (Caruana 1997), on the corpus and on reviews with stars; the layers themselves are thrown away.

Runs on two CPU cores in hours, on a GPU where there is one. Stops and goes on at any time: the state is
saved every hundred steps.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.average import RunningMean, move_towards, recipes_of
from painpoints.encoders.batches import Batch, Sampler
from painpoints.encoders.losses import contrastive_loss, label_loss, teacher_loss, touchpoint_loss, twin_loss
from painpoints.encoders.sentence_transformer import folder_digest
from painpoints.encoders.teacher import teacher_targets
from painpoints.encoders.trainee import Optimisers, Trainee, write_packed
from painpoints.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt
    import torch

    from painpoints.encoders.recipe import Recipe
    from painpoints.encoders.training_texts import TrainingTexts

    Floats = npt.NDArray[np.float32]

__all__ = ["train_encoder"]

_SAVE_EVERY = 100
_SAY_EVERY = 20
_LENGTH = 10.0
"""length of the vectors that the linear layers see: those of norm 1 would need large weights"""


def _rate(step: int, recipe: Recipe) -> float:
    """Share of the full learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return 0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, done))))


class _Learner:
    """What is trained: the encoder, and a linear layer a task that reads its labels off the vectors."""

    def __init__(
        self, texts: TrainingTexts, targets: Floats, recipe: Recipe, base: Path, start: Path
    ) -> None:
        import torch

        torch.manual_seed(recipe.seed)
        self.labels, self.targets, self.recipe = texts.labels, targets, recipe
        self.base = base
        self.trainee = Trainee(start, recipe.max_tokens, recipe.dropout)
        if start != base:
            self._back()
        self.mean = RunningMean(self.trainee.bert, recipe.average)
        width = self.trainee.bert.config.hidden_size
        self.layers = torch.nn.ModuleDict(
            {name: torch.nn.Linear(width, int(numbers.max()) + 1) for name, numbers in texts.labels.items()}
        ).to(self.trainee.device)
        self.optimisers = Optimisers(
            self.trainee,
            recipe.layer_rate,
            recipe.embedding_rate,
            self.layers.parameters(),
            recipe.label_rate,
        )

    def _back(self) -> None:
        """Towards the base encoder, which knows the words of industries that are not trained on."""
        move_towards(self.trainee.bert, self.trainee.tokenizer, self.base, self.recipe.base_share)

    def finish(self) -> None:
        """The weights that are kept: the mean over the steps, moved towards the base encoder."""
        self.mean.put_into(self.trainee.bert)
        self._back()

    def losses(self, batch: Batch) -> dict[str, tuple[float, torch.Tensor]]:
        """Weight and value of each loss."""
        import torch

        recipe = self.recipe
        vectors = self.trainee.vectors(batch.texts)
        sizes = [len(batch.issues), len(batch.clean), len(batch.plain), len(batch.graded), batch.touchpoints]
        told, noisy, plain, graded, touchpoints = vectors.split(sizes)
        issues = torch.tensor(batch.issues, device=vectors.device)
        losses = {"issues": (1.0, contrastive_loss(told, issues, recipe.temperature))}
        if len(noisy) > 1:
            twins = twin_loss(noisy, told[batch.clean], recipe.twin_temperature)
            losses["twins"] = (recipe.twin_weight, twins)
        if len(plain):
            aim = torch.from_numpy(self.targets[batch.plain]).to(vectors.device)
            losses["teacher"] = (recipe.teacher_weight, teacher_loss(plain, aim, recipe.teacher_temperature))
        if len(touchpoints):
            places = torch.tensor(batch.places, device=vectors.device)
            found = touchpoint_loss(told, touchpoints, places, recipe.touchpoint_temperature)
            losses["touchpoints"] = (recipe.touchpoint_weight, found)
        if recipe.label_weight:
            seen = torch.cat([told, graded]) * _LENGTH
            rows = [*batch.rows, *batch.graded]
            truth = [torch.from_numpy(self.labels[n][rows]).to(vectors.device) for n in self.layers]
            found = label_loss([layer(seen) for layer in self.layers.values()], truth)
            losses["labels"] = (recipe.label_weight, found)
        return losses

    def state(self) -> dict[str, Any]:
        """What `load` takes."""
        return {
            "bert": self.trainee.bert.state_dict(),
            "layers": self.layers.state_dict(),
            "optimisers": self.optimisers.state(),
            "mean": self.mean.weights,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        self.trainee.bert.load_state_dict(state["bert"])
        self.layers.load_state_dict(state["layers"])
        self.optimisers.load(state["optimisers"])
        self.mean.weights = state["mean"]


def train_encoder(
    texts: TrainingTexts, base: Path, teacher: Path, work: Path, recipe: Recipe, start: Path | None = None
) -> Path:
    """Train and return the folder of the trained encoder, packed; `work` keeps state and targets.

    Goes on from the state in `work` where there is one of the same recipe; else begins with the encoder `start`,
    trained before, or with `base`.
    """
    import torch

    work.mkdir(parents=True, exist_ok=True)
    learner = _Learner(texts, _targets(texts, recipe.plain, base, teacher, work), recipe, base, start or base)
    sampler = Sampler(texts, recipe)
    fingerprint = _fingerprint(texts, start or base, recipe)
    step = _resume(work, learner, fingerprint)
    began, seen = time.monotonic(), 0
    last: dict[str, deque[float]] = {}
    while step < recipe.steps:
        batch = sampler.batch(step)
        losses = learner.losses(batch)
        total = torch.stack([weight * value for weight, value in losses.values()]).sum()
        learner.optimisers.step(total, _rate(step, recipe))
        step += 1
        learner.mean.look(learner.trainee.bert, step)
        seen += len(batch.texts)
        for name, (_, value) in losses.items():
            last.setdefault(name, deque(maxlen=_SAY_EVERY)).append(float(value.detach()))
        if step % _SAY_EVERY == 0:
            means = " ".join(f"{name} {np.mean(values):.3f}" for name, values in last.items())
            speed = seen / (time.monotonic() - began)
            print(f"step {step} of {recipe.steps}: {means}, {speed:.0f} texts/s", flush=True)
        if step % _SAVE_EVERY == 0 or step == recipe.steps:
            part = work / "state.pt.part"
            torch.save(learner.state() | {"step": step, "fingerprint": fingerprint}, part)
            part.replace(work / "state.pt")
    learner.finish()
    recipes = [*recipes_of(start or base), asdict(recipe)]
    return write_packed(learner.trainee.bert, start or base, work / "model", {"recipes": recipes})


def _fingerprint(texts: TrainingTexts, start: Path, recipe: Recipe) -> str:
    """What a saved state belongs to: texts, issues, starting encoder and recipe."""
    parts = [
        texts.texts,
        texts.restored,
        [s.issues for s in texts.sets],
        asdict(recipe),
        folder_digest(start),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _resume(work: Path, learner: _Learner, fingerprint: str) -> int:
    """The step to go on from."""
    import torch

    state_file = work / "state.pt"
    if not state_file.is_file():
        return 0
    state = torch.load(state_file, weights_only=True, map_location=learner.trainee.device)
    if state["fingerprint"] != fingerprint:
        raise InputError(
            f"{state_file} belongs to other texts or another recipe; delete it or name another --work."
        )
    learner.load(state)
    return int(state["step"])


def _targets(texts: TrainingTexts, plain: int, base: Path, teacher: Path, work: Path) -> Floats:
    """`teacher_targets`, remembered in `work` for the same texts; nothing where no text of a batch follows them."""
    if not plain:
        return np.zeros((len(texts.texts), 1), dtype=np.float32)
    name = hashlib.sha256(json.dumps(texts.texts, ensure_ascii=False).encode()).hexdigest()[:16]
    file = work / f"targets-{name}.npy"
    if not file.is_file():
        np.save(file, teacher_targets(texts, base, teacher))
    targets: Floats = np.load(file)
    return targets
