"""Train the accurate encoder: ``python -m painpoints.encoders.train --base DIR --teacher DIR --out DIR``.

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

Runs on two CPU cores in about an hour, on a GPU where there is one. Stops and goes on at any time: the state is
saved every hundred steps.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.encoders.noise import english_noise, vietnamese_noise
from painpoints.encoders.training_texts import IssueSet, TrainingTexts, load_training_texts
from painpoints.text import strip_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import torch

    Floats = npt.NDArray[np.float32]

__all__ = ["Recipe", "train_encoder"]


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the outcome besides texts and base."""

    steps: int = 950
    issues: int = 24
    """issues a batch, all of one set"""
    wordings: int = 4
    """texts an issue"""
    twins: int = 32
    plain: int = 40
    """texts a batch that follow the teacher"""
    noisy: float = 0.4
    """share of texts that are seen in a careless form"""
    public_share: float = 0.2
    """share of batches from public intent sets"""
    temperature: float = 0.05
    twin_temperature: float = 0.05
    teacher_temperature: float = 0.1
    twin_weight: float = 0.5
    teacher_weight: float = 1.0
    touchpoint_temperature: float = 0.05
    touchpoint_weight: float = 0.4
    layer_rate: float = 1e-4
    embedding_rate: float = 6e-4
    warm_up: int = 40
    max_tokens: int = 48
    seed: int = 20_242


_SAVE_EVERY = 100
_CHUNK = 104
"""texts a forward pass: a batch is sorted by length and cut, to waste no padding"""
_RIDGE = 1.0
_MAP_SAMPLE = 12_000
"""English texts that the map from the base encoder's space to the teacher's is fitted on"""


class Trainee:
    """The encoder being trained: tokenizer, BERT with sparse gradients for its word vectors, mean pooling."""

    def __init__(self, base: Path, max_tokens: int) -> None:
        import torch

        from painpoints.encoders.sentence_transformer import load_bert

        self.bert, self.tokenizer = load_bert(base)
        old = self.bert.embeddings.word_embeddings
        sparse = torch.nn.Embedding(
            *old.weight.shape, padding_idx=1, sparse=True, _weight=old.weight.detach().clone()
        )
        self.bert.embeddings.word_embeddings = sparse
        self.tokenizer.enable_truncation(max_tokens)
        self.tokenizer.no_padding()
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.bert.to(self.device).train()

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """``float32[n, d]`` of norm 1, with gradients."""
        import torch

        ids = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        parts = [
            self._chunk([ids[i] for i in order[at : at + _CHUNK]]) for at in range(0, len(order), _CHUNK)
        ]
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


def contrastive_loss(vectors: torch.Tensor, labels: torch.Tensor, temperature: float) -> torch.Tensor:
    """Supervised contrastive loss, L_out of Khosla et al. (2020), over rows that have a positive."""
    import torch

    logits = vectors @ vectors.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool, device=vectors.device)
    log_share = torch.log_softmax(logits.masked_fill(itself, float("-inf")), dim=1)
    positive = (labels[:, None] == labels[None]) & ~itself
    count = positive.sum(1)
    mean = log_share.masked_fill(~positive, 0.0).sum(1) / count.clamp(min=1)
    return -mean[count > 0].mean()


def twin_loss(noisy: torch.Tensor, clean: torch.Tensor, temperature: float) -> torch.Tensor:
    """InfoNCE both ways: every careless text must find its clean form among those of the batch."""
    import torch

    logits = noisy @ clean.T / temperature
    target = torch.arange(len(noisy), device=noisy.device)
    both = torch.nn.functional.cross_entropy(logits, target) + torch.nn.functional.cross_entropy(
        logits.T, target
    )
    return both / 2


def teacher_loss(vectors: torch.Tensor, targets: torch.Tensor, temperature: float) -> torch.Tensor:
    """Kullback-Leibler divergence of every row's softmax over its cosines with the others from the teacher's."""
    import torch

    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    ours = (vectors @ vectors.T / temperature).masked_fill(itself, -1e4)
    theirs = (targets @ targets.T / temperature).masked_fill(itself, -1e4)
    return torch.nn.functional.kl_div(
        ours.log_softmax(1), theirs.log_softmax(1), reduction="batchmean", log_target=True
    )


@dataclass(frozen=True)
class Batch:
    """What one step sees."""

    texts: list[str]
    labels: list[int]
    """issue of each of the first texts"""
    clean: list[int]
    """which of them have a careless twin; the twins follow"""
    plain: list[int]
    """rows of the training texts that follow the teacher; their texts come next"""
    touchpoints: int
    """how many touchpoints are told at the end"""
    places: list[int]
    """which of them each of the first texts is about, -1 for none"""


class Sampler:
    """Draws batches; everything it draws follows from the seed and the step."""

    def __init__(self, texts: TrainingTexts, recipe: Recipe) -> None:
        self.texts, self.recipe = texts, recipe
        self.industries = [s for s in texts.sets if any(texts.vietnamese[r] for r in s.issues[0])]
        self.intents = [s for s in texts.sets if s not in self.industries]
        vietnamese = np.asarray(texts.vietnamese)
        self.pools = [np.flatnonzero(vietnamese), np.flatnonzero(~vietnamese)]

    def batch(self, step: int) -> Batch:
        """The batch of one step."""
        recipe, random = self.recipe, np.random.default_rng((self.recipe.seed, step))
        public = bool(self.intents) and random.random() < recipe.public_share
        sets = self.intents if public else self.industries
        weights = np.asarray([len(s.issues) for s in sets], dtype=float)
        chosen = sets[int(random.choice(len(sets), p=weights / weights.sum()))]
        rows, labels = self._issues(chosen, random)
        place_of = dict(
            zip((r for issue in chosen.issues for r in issue), chosen.places, strict=bool(chosen.places))
        )
        noisy = random.random(len(rows)) < recipe.noisy
        texts = [
            self._careless(r, random) if n else self.texts.texts[r] for r, n in zip(rows, noisy, strict=True)
        ]
        candidates = [i for i, r in enumerate(rows) if not noisy[i] and self.texts.vietnamese[r]]
        clean = sorted(random.permutation(candidates)[: recipe.twins].tolist())
        texts += [self._careless(rows[i], random) for i in clean]
        plain = [int(r) for pool in self.pools for r in random.choice(pool, recipe.plain // 2, replace=False)]
        texts += [
            self._careless(r, random) if random.random() < recipe.noisy else self.texts.texts[r]
            for r in plain
        ]
        texts += [self._told(about, random) for about in chosen.touchpoints]
        return Batch(
            texts, labels, clean, plain, len(chosen.touchpoints), [place_of.get(r, -1) for r in rows]
        )

    def _told(self, about: Sequence[str], random: np.random.Generator) -> str:
        """One to three random parts of what a journey file says of a touchpoint, now and then without diacritics."""
        parts = random.permutation(len(about))[: int(random.integers(1, 4))]
        text = ". ".join(about[i] for i in parts)
        return strip_accents(text) if random.random() < self.recipe.noisy / 2 else text

    def _careless(self, row: int, random: np.random.Generator) -> str:
        noise = vietnamese_noise if self.texts.vietnamese[row] else english_noise
        return noise(self.texts.texts[row], random)

    def _issues(self, chosen: IssueSet, random: np.random.Generator) -> tuple[list[int], list[int]]:
        """Issues in random order, each followed by its near neighbours; of every issue some texts, both languages
        first."""
        order: dict[int, None] = {}
        for issue in random.permutation(len(chosen.issues)).tolist():
            order.setdefault(issue)
            for near in chosen.neighbours[issue]:
                order.setdefault(near)
        rows: list[int] = []
        labels: list[int] = []
        for issue in list(order)[: self.recipe.issues]:
            own = random.permutation(chosen.issues[issue]).tolist()
            first_of = {self.texts.vietnamese[r]: r for r in reversed(own)}
            picked = list(dict.fromkeys([*first_of.values(), *own]))[: self.recipe.wordings]
            rows += picked
            labels += [issue] * len(picked)
        return rows, labels


def teacher_targets(texts: TrainingTexts, base: Path, teacher: Path) -> Floats:
    """``float32[n, d]`` of norm 1 in the teacher's space: English by the teacher, Vietnamese through a ridge map."""
    from sentence_transformers import SentenceTransformer

    from painpoints.encoders.sentence_transformer import load_packed

    vietnamese = np.asarray(texts.vietnamese)
    english = np.flatnonzero(~vietnamese)
    sample = np.sort(np.random.default_rng(0).permutation(english)[:_MAP_SAMPLE])
    needed = np.concatenate([np.flatnonzero(vietnamese), sample])
    encoder = load_packed(base, "base")
    own = np.zeros((len(texts.texts), encoder.dimension), dtype=np.float32)
    own[needed] = encoder.encode([texts.texts[i] for i in needed])
    by_teacher = SentenceTransformer(str(teacher)).encode(
        [texts.texts[i] for i in english], normalize_embeddings=True, batch_size=64, show_progress_bar=False
    )
    targets = np.zeros((len(own), by_teacher.shape[1]), dtype=np.float32)
    targets[english] = by_teacher
    source, aim = [own[sample]], [targets[sample]]
    for chosen in texts.sets:
        for issue in chosen.issues:
            rows = np.asarray(issue)
            told, asked = rows[vietnamese[rows]], rows[~vietnamese[rows]]
            if len(told) and len(asked):
                source.append(own[told])
                aim.append(np.broadcast_to(targets[asked].mean(axis=0), (len(told), targets.shape[1])))
    x, y = _centred(np.concatenate(source), own[sample].mean(axis=0)), np.concatenate(aim)
    map_ = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1], dtype=np.float32), x.T @ y)
    targets[vietnamese] = _centred(own[vietnamese], own[vietnamese].mean(axis=0)) @ map_
    targets /= np.maximum(np.linalg.norm(targets, axis=1, keepdims=True), 1e-9)
    return targets.astype(np.float32)


def _centred(vectors: Floats, centre: Floats) -> Floats:
    return np.concatenate([vectors - centre, np.full((len(vectors), 1), 0.1, dtype=np.float32)], axis=1)


def _rate(step: int, recipe: Recipe) -> float:
    """Linear warm-up, then a cosine down to a twentieth."""
    if step < recipe.warm_up:
        return (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return 0.05 + 0.95 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, done))))


def _optimisers(trainee: Trainee, recipe: Recipe) -> list[Any]:
    import torch

    words = trainee.bert.embeddings.word_embeddings.weight
    rest = [p for p in trainee.bert.parameters() if p is not words]
    decayed, free = [p for p in rest if p.ndim > 1], [p for p in rest if p.ndim == 1]
    layers = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": free, "weight_decay": 0.0}],
        lr=recipe.layer_rate,
    )
    return [layers, torch.optim.SparseAdam([words], lr=recipe.embedding_rate)]


def _loss(
    trainee: Trainee, batch: Batch, targets: Floats, recipe: Recipe
) -> tuple[torch.Tensor, dict[str, float]]:
    import torch

    vectors = trainee.vectors(batch.texts)
    issues, twins = len(batch.labels), len(batch.clean)
    parts = {
        "issues": contrastive_loss(
            vectors[:issues], torch.tensor(batch.labels, device=vectors.device), recipe.temperature
        )
    }
    total = parts["issues"]
    if twins > 1:
        parts["twins"] = twin_loss(
            vectors[issues : issues + twins], vectors[batch.clean], recipe.twin_temperature
        )
        total = total + recipe.twin_weight * parts["twins"]
    if batch.plain:
        aim = torch.from_numpy(targets[batch.plain]).to(vectors.device)
        told = issues + twins
        plain = vectors[told : told + len(batch.plain)]
        parts["teacher"] = teacher_loss(plain, aim, recipe.teacher_temperature)
        total = total + recipe.teacher_weight * parts["teacher"]
    if batch.touchpoints:
        place = torch.tensor(batch.places, device=vectors.device)
        logits = vectors[:issues] @ vectors[-batch.touchpoints :].T / recipe.touchpoint_temperature
        parts["touchpoints"] = torch.nn.functional.cross_entropy(logits, place, ignore_index=-1)
        total = total + recipe.touchpoint_weight * parts["touchpoints"]
    return total, {name: float(part.detach()) for name, part in parts.items()}


def train_encoder(texts: TrainingTexts, base: Path, teacher: Path, work: Path, recipe: Recipe) -> Path:
    """Train from `base` and return the folder of the trained encoder, packed; `work` keeps state and targets.

    Goes on from the state in `work` where there is one of the same recipe.
    """
    import torch

    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.seed)
    targets_file = work / "targets.npy"
    if not targets_file.is_file():
        np.save(targets_file, teacher_targets(texts, base, teacher))
    targets: Floats = np.load(targets_file)
    if len(targets) != len(texts.texts):
        raise ValueError(
            f"{len(targets)} targets in {targets_file} for {len(texts.texts)} texts; delete that file"
        )
    trainee, sampler = Trainee(base, recipe.max_tokens), Sampler(texts, recipe)
    optimisers = _optimisers(trainee, recipe)
    step = _resume(work, trainee, optimisers, recipe)
    began, seen = time.monotonic(), 0
    sums: dict[str, list[float]] = {}
    while step < recipe.steps:
        for optimiser, base_rate in zip(optimisers, (recipe.layer_rate, recipe.embedding_rate), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = base_rate * _rate(step, recipe)
        batch = sampler.batch(step)
        loss, parts = _loss(trainee, batch, targets, recipe)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(
            [p for p in trainee.bert.parameters() if p.grad is not None and not p.grad.is_sparse], 1.0
        )
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        step += 1
        seen += len(batch.texts)
        for name, part in parts.items():
            sums.setdefault(name, []).append(part)
        if step % 20 == 0:
            means = " ".join(f"{n} {np.mean(v[-20:]):.3f}" for n, v in sums.items())
            print(
                f"step {step} of {recipe.steps}: {means}, {seen / (time.monotonic() - began):.0f} texts/s",
                flush=True,
            )
        if step % _SAVE_EVERY == 0 or step == recipe.steps:
            _save(work, trainee, optimisers, recipe, step)
    return write_packed(trainee.bert, base, work / "model", {"recipe": asdict(recipe)})


def _resume(work: Path, trainee: Trainee, optimisers: list[Any], recipe: Recipe) -> int:
    import torch

    state_file = work / "state.pt"
    if not state_file.is_file():
        return 0
    state = torch.load(state_file, weights_only=True)
    if state["recipe"] != json.dumps(asdict(recipe)):
        raise ValueError(f"{state_file} belongs to another recipe; delete it or name another --work")
    trainee.bert.load_state_dict(state["bert"])
    for optimiser, saved in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(saved)
    return int(state["step"])


def _save(work: Path, trainee: Trainee, optimisers: list[Any], recipe: Recipe, step: int) -> None:
    import torch

    state = {
        "step": step,
        "recipe": json.dumps(asdict(recipe)),
        "bert": trainee.bert.state_dict(),
        "optimisers": [o.state_dict() for o in optimisers],
    }
    part = work / "state.pt.part"
    torch.save(state, part)
    part.replace(work / "state.pt")


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Train with the recipe, changed by ``--set name=value``."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.encoders.train", description="Train the accurate encoder."
    )
    parser.add_argument("--base", type=Path, required=True, help="folder that `encoders.build base` wrote")
    parser.add_argument("--teacher", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, required=True, help="folder for state and result (WORK/model)")
    parser.add_argument(
        "--hold-out", default="", help="industries, joined by commas, of which nothing is trained on"
    )
    parser.add_argument("--no-public-issues", action="store_true", help="leave Banking77 and CLINC150 out")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another value in the recipe"
    )
    options = parser.parse_args(arguments)
    kinds = {name: type(value) for name, value in asdict(Recipe()).items()}
    changes: dict[str, Any] = {n: kinds[n](v) for n, _, v in (s.partition("=") for s in options.set)}
    texts = load_training_texts([h for h in options.hold_out.split(",") if h], not options.no_public_issues)
    print(
        f"{len(texts.texts)} texts, {sum(len(s.issues) for s in texts.sets)} issues in {len(texts.sets)} sets",
        flush=True,
    )
    print(train_encoder(texts, options.base, options.teacher, options.work, Recipe(**changes)))


if __name__ == "__main__":
    main()
