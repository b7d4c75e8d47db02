"""Weights that are means: over the steps of a training, over trainings, and with the encoder they began from.

A fine-tuned network knows its training texts better and everything else worse; a point between it and the network
before knows both (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903), and the mean over the last steps lies in
a flatter place than the last step (Polyak and Juditsky 1992; Izmailov et al. 2018, https://arxiv.org/abs/1803.05407). So
does the mean over trainings that differ in seed and rates (Wortsman et al. 2022, https://arxiv.org/abs/2203.05482).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from painpoints.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch

__all__ = ["RunningMean", "mean_of", "move_towards", "recipes_of"]

_EVERY = 10
"""steps between two looks at the weights: each costs as much as a tenth of a step"""
_WORDS = "embeddings.word_embeddings.weight"


class RunningMean:
    """Exponentially weighted mean of the weights of `bert` over the steps of its training."""

    def __init__(self, bert: Any, decay: float) -> None:
        """`decay`: share of the mean that is kept at a step; 0 keeps the last weights alone."""
        self.decay = decay
        self.weights: dict[str, torch.Tensor] = _copy(bert) if decay else {}

    def look(self, bert: Any, step: int) -> None:
        """Take in the weights after `step` steps. Begins as a plain mean, so that early steps are soon forgotten."""
        if not self.decay or step % _EVERY:
            return
        share = max(1 - self.decay**_EVERY, 1 / (step / _EVERY))
        for name, now in bert.state_dict().items():
            if now.is_floating_point():
                self.weights[name].lerp_(now, share)

    def put_into(self, bert: Any) -> None:
        """Replace the weights of `bert` by the mean."""
        if self.decay:
            bert.load_state_dict(self.weights)


def move_towards(bert: Any, tokenizer: Any, folder: Path, share: float) -> None:
    """Move the weights of `bert` by `share` of the way towards those of the packed encoder in `folder`.

    Word pieces that `folder` does not have stay where they are.
    """
    import torch

    from painpoints.encoders.sentence_transformer import load_bert

    if not share:
        return
    other, other_tokenizer = load_bert(folder)
    theirs = other.state_dict()
    place = other_tokenizer.get_vocab()
    pairs = [(i, place[piece]) for piece, i in tokenizer.get_vocab().items() if piece in place]
    mine, their = (torch.tensor(column) for column in zip(*pairs, strict=True))
    with torch.no_grad():
        for name, now in bert.state_dict().items():
            if name == _WORDS:
                now[mine] = torch.lerp(now[mine], theirs[name][their].to(now.device), share)
            elif now.is_floating_point():
                now.lerp_(theirs[name].to(now.device), share)


def mean_of(folders: Sequence[Path], out: Path) -> Path:
    """Write the mean of packed encoders that were trained from one base into `out`; its recipes are theirs.

    Raises `InputError` when their word pieces differ.
    """
    import torch

    from painpoints.encoders.sentence_transformer import load_bert
    from painpoints.encoders.trainee import write_packed

    bert, tokenizer = load_bert(folders[0])
    total = {name: tensor.clone() for name, tensor in bert.state_dict().items()}
    for folder in folders[1:]:
        other, other_tokenizer = load_bert(folder)
        if other_tokenizer.get_vocab() != tokenizer.get_vocab():
            raise InputError(
                f"{folder} has other word pieces than {folders[0]}; only trainings of one base have a mean."
            )
        for name, tensor in other.state_dict().items():
            total[name] += tensor
    with torch.no_grad():
        means = {
            n: t / len(folders) if t.is_floating_point() else t // len(folders) for n, t in total.items()
        }
    bert.load_state_dict(means)
    recipes = [recipes_of(folder) for folder in folders]
    return write_packed(bert, folders[0], out, {"recipes": [], "mean_of": recipes})


def recipes_of(folder: Path) -> list[dict[str, Any]]:
    """What the packed encoder in `folder` was trained with, one after the other; nothing for a base."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    recipes: list[dict[str, Any]] = meta.get("recipes", [])
    return recipes


def _copy(bert: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in bert.state_dict().items()}
