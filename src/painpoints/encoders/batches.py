"""Batches that the accurate encoder is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painpoints.encoders.noise import english_noise, vietnamese_noise
from painpoints.text import strip_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.encoders.recipe import Recipe
    from painpoints.encoders.training_texts import IssueSet, TrainingTexts

__all__ = ["Batch", "Sampler"]


@dataclass(frozen=True)
class Batch:
    """What one step sees."""

    texts: list[str]
    rows: list[int]
    """which training texts the first texts are"""
    issues: list[int]
    """issue of each of them"""
    clean: list[int]
    """which of them have a careless twin; the twins follow"""
    plain: list[int]
    """rows of the training texts that follow the teacher; their texts come next"""
    graded: list[int]
    """rows of the training texts whose labels are learnt beside those of the issues; their texts come next"""
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
        rows, issues = self._issues(chosen, random)
        of_issues = (row for issue in chosen.issues for row in issue)
        place_of = dict(zip(of_issues, chosen.places, strict=True))
        noisy = random.random(len(rows)) < recipe.noisy
        told = [
            self._careless(r, random) if n else self.texts.texts[r] for r, n in zip(rows, noisy, strict=True)
        ]
        candidates = [i for i, r in enumerate(rows) if not noisy[i] and self.texts.vietnamese[r]]
        clean = sorted(random.permutation(candidates)[: recipe.twins].tolist())
        plain = [int(r) for pool in self.pools for r in random.choice(pool, recipe.plain // 2, replace=False)]
        graded = random.choice(self.texts.graded, recipe.graded, replace=False).tolist()
        return Batch(
            [
                *told,
                *(self._careless(rows[i], random) for i in clean),
                *(self._careless_some(r, random) for r in [*plain, *graded]),
                *(self._told(about, random) for about in chosen.touchpoints),
            ],
            rows,
            issues,
            clean,
            plain,
            graded,
            len(chosen.touchpoints),
            [place_of.get(r, -1) for r in rows],
        )

    def _told(self, about: Sequence[str], random: np.random.Generator) -> str:
        """One to three random parts of what a journey file says of a touchpoint, now and then without diacritics."""
        parts = random.permutation(len(about))[: int(random.integers(1, 4))]
        text = ". ".join(about[i] for i in parts)
        return strip_accents(text) if random.random() < self.recipe.noisy / 2 else text

    def _careless(self, row: int, random: np.random.Generator) -> str:
        if self.texts.vietnamese[row] and random.random() < self.recipe.restored:
            return self.texts.restored[row]
        noise = vietnamese_noise if self.texts.vietnamese[row] else english_noise
        return noise(self.texts.texts[row], random)

    def _careless_some(self, row: int, random: np.random.Generator) -> str:
        return self._careless(row, random) if random.random() < self.recipe.noisy else self.texts.texts[row]

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
