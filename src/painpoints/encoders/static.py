"""The fast encoder: a vector a word piece, averaged (model2vec)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from painpoints.encoders.sentence_transformer import folder_digest
from painpoints.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from painpoints.encoders.protocol import Progress

__all__ = ["StaticEncoder", "load_static"]

_CHUNK = 20_000


class StaticEncoder:
    """A model2vec `StaticModel` behind the `Encoder` protocol."""

    def __init__(self, name: str, folder: Path) -> None:
        from model2vec import StaticModel

        self.name = name
        self.digest = folder_digest(folder)
        self._model = StaticModel.from_pretrained(folder, force_download=False)
        self.dimension = int(self._model.dim)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """See `Encoder.encode`."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for begin in range(0, len(texts), _CHUNK):
            chunk = list(texts[begin : begin + _CHUNK])
            vectors[begin : begin + len(chunk)] = self._model.encode(chunk, use_multiprocessing=False)
            if progress is not None:
                progress(len(chunk))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms == 0, 1, norms)
        return vectors


def load_static(name: str, folder: Path) -> StaticEncoder:
    """The model2vec model in `folder`; raises `ModelError` when it cannot be read."""
    try:
        return StaticEncoder(name, folder)
    except (
        Exception
    ) as error:  # three parsers with their own kinds of errors; each means the same to the user
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"The model2vec model in {folder} cannot be read: {reason}") from error
