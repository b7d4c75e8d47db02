"""Where the teacher, all-MiniLM-L6-v2, would put each training text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from painpoints.encoders.training_texts import TrainingTexts

    Floats = npt.NDArray[np.float32]

__all__ = ["teacher_targets"]

_RIDGE = 1.0
_MAP_SAMPLE = 12_000
"""English texts that the map from the base encoder's space to the teacher's is fitted on"""


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
    of_english, of_vietnamese = own[sample].mean(axis=0), own[vietnamese].mean(axis=0)
    source, aim = [_centred(own[sample], of_english)], [targets[sample]]
    for chosen in texts.sets:
        for issue in chosen.issues:
            rows = np.asarray(issue)
            told, asked = rows[vietnamese[rows]], rows[~vietnamese[rows]]
            if len(told) and len(asked):
                source.append(_centred(own[told], of_vietnamese))
                aim.append(np.broadcast_to(targets[asked].mean(axis=0), (len(told), targets.shape[1])))
    x, y = np.concatenate(source), np.concatenate(aim)
    map_ = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1], dtype=np.float32), x.T @ y)
    targets[vietnamese] = _centred(own[vietnamese], of_vietnamese) @ map_
    targets /= np.maximum(np.linalg.norm(targets, axis=1, keepdims=True), 1e-9)
    return targets.astype(np.float32)


def _centred(vectors: Floats, centre: Floats) -> Floats:
    return np.concatenate([vectors - centre, np.full((len(vectors), 1), 0.1, dtype=np.float32)], axis=1)
