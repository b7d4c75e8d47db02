"""An encoder that asks the workspace first: unchanged text is never embedded twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from painpoints.store.workspace import text_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from painpoints.encoders.protocol import Encoder, Progress
    from painpoints.store.workspace import Workspace

__all__ = ["RememberingEncoder"]


class RememberingEncoder:
    """`encoder` behind the same protocol, its vectors kept in the workspace by encoder digest and text hash.

    Vectors are kept at half precision, and those just computed are rounded alike, so that a text has one vector whether
    it was known or not.
    """

    def __init__(self, encoder: Encoder, workspace: Workspace) -> None:
        self._encoder = encoder
        self._workspace = workspace
        self.name = encoder.name
        self.digest = encoder.digest
        self.dimension = encoder.dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> npt.NDArray[np.float32]:
        """See `Encoder.encode`."""
        place = {text: text_hash(text) for text in dict.fromkeys(texts)}
        known = self._workspace.vectors(self.digest, list(place.values()))
        missing = [text for text, key in place.items() if key not in known]
        if progress is not None:
            progress(len(texts) - len(missing))
        if missing:
            found = self._encoder.encode(missing, progress).astype(np.float16)
            self._workspace.add_vectors(self.digest, [place[t] for t in missing], found.astype(np.float32))
            known |= {place[t]: v.astype(np.float32) for t, v in zip(missing, found, strict=True)}
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = np.stack([known[place[text]] for text in texts])
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(norms == 0, 1, norms)).astype(np.float32)
