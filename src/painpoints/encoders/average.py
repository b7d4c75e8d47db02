"""Weights that are means: over the steps of a training, and with the encoder that it began from.

A fine-tuned network knows its training texts better and everything else worse; a point between it and the network
before knows both (Wortsman et al. 2022, https://arxiv.org/abs/2109.01903), and the mean over the last steps lies in
a flatter place than the last step (Polyak and Juditsky 1992; Izmailov et al. 2018, https://arxiv.org/abs/1803.05407).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import torch

__all__ = ["RunningMean", "move_towards"]

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


def _copy(bert: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone() for name, tensor in bert.state_dict().items()}
