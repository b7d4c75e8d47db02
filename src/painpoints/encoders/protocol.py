"""What the rest of the package knows of an encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Encoder", "Progress"]

Progress = Callable[[int], None]
"""Called with the number of texts done since the last call."""


class Encoder(Protocol):
    """Turns texts into vectors of one length.

    `name` is what a user called it, `digest` identifies weights and tokenizer: two encoders with one digest give
    the same vectors, so that classifiers and caches can refuse what was made for another.
    """

    name: str
    digest: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """Return ``float32[len(texts), dimension]``, each row of L2 norm 1 (an empty text may give a zero row)."""
        ...
