"""What decides the outcome of training the accurate encoder, besides texts and base."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Recipe"]


@dataclass(frozen=True)
class Recipe:
    """Sizes of a batch, shares of noise, temperatures and weights of the losses, learning rates."""

    steps: int = 2600
    issues: int = 40
    """issues a batch, all of one set"""
    wordings: int = 8
    """texts an issue"""
    twins: int = 16
    plain: int = 0
    """texts a batch that follow the teacher; the teacher brought nothing to customers' wordings, so that none do"""
    graded: int = 24
    """texts a batch that have labels and no issue"""
    noisy: float = 0.5
    """share of texts that are seen in a careless form"""
    restored: float = 0.4
    """share of careless Vietnamese forms that lost their diacritics and had them restored"""
    public_share: float = 0.15
    """share of batches from public intent sets"""
    temperature: float = 0.05
    twin_temperature: float = 0.05
    teacher_temperature: float = 0.1
    twin_weight: float = 0.5
    teacher_weight: float = 0.0
    touchpoint_temperature: float = 0.05
    touchpoint_weight: float = 0.6
    label_weight: float = 0.5
    label_rate: float = 2e-3
    """learning rate of the linear layers that read labels off the vectors"""
    layer_rate: float = 1.4e-4
    embedding_rate: float = 7e-4
    warm_up: int = 40
    dropout: float = 0.2
    average: float = 0.998
    """decay of the running mean of the weights, which is what is kept (0: the last weights)"""
    base_share: float = 0.2
    """how far the weights trained before, and those at the end, are moved back towards the base encoder"""
    max_tokens: int = 40
    seed: int = 20_242
