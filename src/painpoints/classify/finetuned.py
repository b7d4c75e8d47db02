"""A classifier whose encoder was trained for its task: a network of its own beside the vectors that every head
shares."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from painpoints.encoders import Encoder

    Floats = npt.NDArray[np.float32]

__all__ = ["FOLDER", "FineTuned", "load_finetuned", "save_output_layer"]

FOLDER = "finetuned"
"""folder of the network inside that of a promoted classifier"""


@dataclass(frozen=True)
class FineTuned:
    """The trained encoder and its output layer. Its answer is joined with that of the linear head beside it."""

    encoder: Encoder
    weights: Floats
    """``float32[k, d]``"""
    bias: Floats
    shares: tuple[float, float]
    """what the log-probabilities of the network and of the head are multiplied by"""

    def joined(self, texts: Sequence[str], by_head: Floats) -> Floats:
        """A weighted product with the head's probabilities ``float32[n, k]`` (a logarithmic opinion pool, Genest &
        Zidek 1986); rows sum to 1."""
        from scipy.special import log_softmax, softmax

        by_network = log_softmax(self.encoder.encode(texts) @ self.weights.T + self.bias, axis=1)
        network, head = self.shares
        joined = softmax(network * by_network + head * np.log(by_head + 1e-9), axis=1)
        return np.asarray(joined, dtype=np.float32)


def save_output_layer(folder: Path, network: FineTuned, about: dict[str, Any]) -> None:
    """Write the output layer beside the encoder's files, and ``finetuned.json`` last: its presence means that all
    is there."""
    from safetensors.numpy import save_file

    save_file({"weights": network.weights, "bias": network.bias}, folder / "output.safetensors")
    text = json.dumps({**about, "shares": list(network.shares)}, indent=1, sort_keys=True)
    (folder / "finetuned.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def load_finetuned(folder: Path) -> FineTuned | None:
    """The network in `folder`, None where there is none. Raises `ModelError` where it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    from painpoints.encoders.sentence_transformer import load_packed

    if not (folder / "finetuned.json").is_file():
        return None
    try:
        about = json.loads((folder / "finetuned.json").read_text(encoding="utf-8"))
        network, head = about["shares"]
        layer = load_file(folder / "output.safetensors")
        return FineTuned(
            load_packed(folder, folder.parent.name),
            layer["weights"],
            layer["bias"],
            (float(network), float(head)),
        )
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(
            f"The fine-tuned classifier in {folder} cannot be read ({type(error).__name__}: {error}). Train it again."
        ) from error
