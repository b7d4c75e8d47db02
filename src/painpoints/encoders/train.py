"""Training of the accurate encoder (``python -m painpoints.encoders.build accurate``).

Four losses at every step, all over cosines of one batch:

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
  parallel text is needed.

Runs on two CPU cores in hours, on a GPU where there is one. Stops and goes on at any time: the state is
saved every hundred steps.
"""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from painpoints.encoders.batches import Batch, Sampler
from painpoints.encoders.losses import contrastive_loss, teacher_loss, touchpoint_loss, twin_loss
from painpoints.encoders.teacher import teacher_targets
from painpoints.encoders.trainee import Optimisers, Trainee, write_packed

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


def _rate(step: int, recipe: Recipe) -> float:
    """Share of the full learning rate: linear warm-up, then a cosine down to a twentieth."""
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return 0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, done))))


def _losses(
    trainee: Trainee, batch: Batch, targets: Floats, recipe: Recipe
) -> dict[str, tuple[float, torch.Tensor]]:
    """Weight and value of each loss."""
    import torch

    vectors = trainee.vectors(batch.texts)
    issues, twins, plain = len(batch.labels), len(batch.clean), len(batch.plain)
    told, noisy, plainly, touchpoints = vectors.split([issues, twins, plain, batch.touchpoints])
    labels = torch.tensor(batch.labels, device=vectors.device)
    losses = {"issues": (1.0, contrastive_loss(told, labels, recipe.temperature))}
    if twins > 1:
        losses["twins"] = (
            recipe.twin_weight,
            twin_loss(noisy, vectors[batch.clean], recipe.twin_temperature),
        )
    if plain:
        aim = torch.from_numpy(targets[batch.plain]).to(vectors.device)
        losses["teacher"] = (recipe.teacher_weight, teacher_loss(plainly, aim, recipe.teacher_temperature))
    if batch.touchpoints:
        places = torch.tensor(batch.places, device=vectors.device)
        losses["touchpoints"] = (
            recipe.touchpoint_weight,
            touchpoint_loss(told, touchpoints, places, recipe.touchpoint_temperature),
        )
    return losses


def train_encoder(
    texts: TrainingTexts, base: Path, teacher: Path, work: Path, recipe: Recipe, start: Path | None = None
) -> Path:
    """Train and return the folder of the trained encoder, packed; `work` keeps state and targets.

    Goes on from the state in `work` where there is one of the same recipe; else begins with the encoder `start`,
    trained before, or with `base`.
    """
    import torch

    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    targets = _targets(texts, base, teacher, work)
    trainee, sampler = Trainee(start or base, recipe.max_tokens), Sampler(texts, recipe)
    optimisers = Optimisers(trainee, recipe.layer_rate, recipe.embedding_rate)
    step = _resume(work, trainee, optimisers, recipe)
    began, seen = time.monotonic(), 0
    last: dict[str, deque[float]] = {}
    while step < recipe.steps:
        batch = sampler.batch(step)
        losses = _losses(trainee, batch, targets, recipe)
        total = torch.stack([weight * value for weight, value in losses.values()]).sum()
        optimisers.step(total, _rate(step, recipe))
        step += 1
        seen += len(batch.texts)
        for name, (_, value) in losses.items():
            last.setdefault(name, deque(maxlen=_SAY_EVERY)).append(float(value.detach()))
        if step % _SAY_EVERY == 0:
            means = " ".join(f"{name} {np.mean(values):.3f}" for name, values in last.items())
            speed = seen / (time.monotonic() - began)
            print(f"step {step} of {recipe.steps}: {means}, {speed:.0f} texts/s", flush=True)
        if step % _SAVE_EVERY == 0 or step == recipe.steps:
            _save(work, trainee, optimisers, recipe, step)
    return write_packed(trainee.bert, start or base, work / "model", {"recipe": asdict(recipe)})


def _targets(texts: TrainingTexts, base: Path, teacher: Path, work: Path) -> Floats:
    """`teacher_targets`, remembered in `work`."""
    file = work / "targets.npy"
    if not file.is_file():
        np.save(file, teacher_targets(texts, base, teacher))
    targets: Floats = np.load(file)
    if len(targets) != len(texts.texts):
        raise ValueError(f"{len(targets)} targets in {file} for {len(texts.texts)} texts; delete that file")
    return targets


def _resume(work: Path, trainee: Trainee, optimisers: Optimisers, recipe: Recipe) -> int:
    import torch

    state_file = work / "state.pt"
    if not state_file.is_file():
        return 0
    state = torch.load(state_file, weights_only=True)
    if state["recipe"] != json.dumps(asdict(recipe)):
        raise ValueError(f"{state_file} belongs to another recipe; delete it or name another --work")
    trainee.bert.load_state_dict(state["bert"])
    optimisers.load(state["optimisers"])
    return int(state["step"])


def _save(work: Path, trainee: Trainee, optimisers: Optimisers, recipe: Recipe, step: int) -> None:
    import torch

    state = {
        "step": step,
        "recipe": json.dumps(asdict(recipe)),
        "bert": trainee.bert.state_dict(),
        "optimisers": optimisers.state(),
    }
    part = work / "state.pt.part"
    torch.save(state, part)
    part.replace(work / "state.pt")
