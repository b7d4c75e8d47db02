"""The losses that the accurate encoder is trained with, over vectors of norm 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

__all__ = ["contrastive_loss", "label_loss", "teacher_loss", "touchpoint_loss", "twin_loss"]


def contrastive_loss(vectors: torch.Tensor, labels: torch.Tensor, temperature: float) -> torch.Tensor:
    """Supervised contrastive loss, L_out of Khosla et al. (2020), over rows that have a positive."""
    import torch

    logits = vectors @ vectors.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool, device=vectors.device)
    log_share = torch.log_softmax(logits.masked_fill(itself, float("-inf")), dim=1)
    positive = (labels[:, None] == labels[None]) & ~itself
    count = positive.sum(1)
    mean = log_share.masked_fill(~positive, 0.0).sum(1) / count.clamp(min=1)
    return -mean[count > 0].mean() if bool((count > 0).any()) else 0 * vectors.sum()


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


def touchpoint_loss(
    vectors: torch.Tensor, touchpoints: torch.Tensor, places: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Cross-entropy of each text over the touchpoints of its journey; place -1 is left out."""
    import torch

    if not bool((places >= 0).any()):
        return 0 * vectors.sum()
    logits = vectors @ touchpoints.T / temperature
    return torch.nn.functional.cross_entropy(logits, places, ignore_index=-1)


def label_loss(logits: Sequence[torch.Tensor], truth: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean over tasks of the cross-entropy of each; truth -1 is left out, a task without truth too."""
    import torch

    losses = [
        torch.nn.functional.cross_entropy(found, asked, ignore_index=-1)
        for found, asked in zip(logits, truth, strict=True)
        if bool((asked >= 0).any())
    ]
    return torch.stack(losses).mean() if losses else 0 * logits[0].sum()
