"""Linear heads: probabilities from a vector and hashed n-grams, calibrated, stored without pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import Blocks
from painpoints.classify.finetuned import FOLDER, FineTuned, load_finetuned
from painpoints.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from scipy.sparse import csr_matrix

__all__ = ["NO_ENCODER", "Head", "HeadSet", "load_heads", "save_heads"]

NO_ENCODER = "none"
"""the encoder digest of heads that look at n-grams alone, and so go with every encoder"""

_FORMAT = 1


@dataclass(frozen=True)
class Head:
    """Multinomial logistic regression with a temperature (Guo et al. 2017) and a threshold below which it abstains."""

    task: str
    labels: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    """``float32[k, d + NGRAM_BUCKETS]``"""
    bias: npt.NDArray[np.float32]
    temperature: float = 1.0
    threshold: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)

    def probabilities(self, seen: Blocks) -> npt.NDArray[np.float32]:
        """``float32[n, k]``, rows summing to 1. Raises `ModelError` where another number of features is seen."""
        from scipy.special import softmax

        if seen.width != self.weights.shape[1]:
            raise ModelError(
                f"The {self.task} head looks at {self.weights.shape[1]} features, but {seen.width} were given: "
                "it was made for another encoder."
            )
        logits = seen.logits(self.weights, self.bias)
        return np.asarray(softmax(logits / np.float32(self.temperature), axis=1), dtype=np.float32)


@dataclass(frozen=True)
class HeadSet:
    """The heads of one encoder, with what they need beside weights."""

    name: str
    encoder_digest: str
    digest: str
    heads: dict[str, Head]
    arrays: dict[str, npt.NDArray[np.float32]]
    """everything that is no head: the encoder's mean vector, the touchpoint linker's parameters"""
    meta: dict[str, Any]
    promoted: dict[str, HeadSet] = field(default_factory=dict)
    """by task: sets of a workspace whose head takes the place of the bundled one, or serves a task of the user's own"""
    finetuned: FineTuned | None = None
    """a network trained for the one task of this set, whose answer is joined with the head's"""

    @property
    def uses_vectors(self) -> bool:
        """False for heads that look at n-grams alone."""
        return self.encoder_digest != NO_ENCODER

    def features(self, vectors: npt.NDArray[np.float32], ngrams: csr_matrix) -> Blocks:
        """What the heads of this set look at."""
        return Blocks(vectors - self.arrays["centre"] if self.uses_vectors else None, ngrams)

    def head(self, task: str) -> Head:
        """The head in use for a task."""
        return self.promoted[task].heads[task] if task in self.promoted else self.heads[task]

    def probabilities(
        self, tasks: Sequence[str], texts: Sequence[str], vectors: npt.NDArray[np.float32], ngrams: csr_matrix
    ) -> dict[str, npt.NDArray[np.float32]]:
        """``float32[n, k]`` a task, by the classifiers in use."""
        own = self.features(vectors, ngrams)
        found = {}
        for task in tasks:
            other = self.promoted.get(task)
            if other is None:
                found[task] = self.heads[task].probabilities(own)
                continue
            found[task] = other.heads[task].probabilities(other.features(vectors, ngrams))
            if other.finetuned is not None:
                found[task] = other.finetuned.joined(texts, found[task])
        return found


def save_heads(folder: Path, heads: HeadSet) -> None:
    """Write `heads.safetensors` (half precision) and then `meta.json`, whose presence means that the set is whole."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"array.{k}": v.astype(np.float16) for k, v in heads.arrays.items()}
    for task, head in heads.heads.items():
        tensors[f"{task}.weights"] = head.weights.astype(np.float16)
        tensors[f"{task}.bias"] = head.bias.astype(np.float16)
    (folder / "meta.json").unlink(missing_ok=True)
    weights = folder / "heads.safetensors"
    save_file({k: np.ascontiguousarray(v) for k, v in sorted(tensors.items())}, weights)
    weights.chmod(0o644)  # safetensors makes it readable for its owner alone
    tasks = {
        head.task: {
            "labels": list(head.labels),
            "temperature": head.temperature,
            "threshold": head.threshold,
            "figures": head.figures,
        }
        for head in heads.heads.values()
    }
    meta = {**heads.meta, "format": _FORMAT, "encoder_digest": heads.encoder_digest, "tasks": tasks}
    part = folder / "meta.json.part"
    part.write_text(json.dumps(meta, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(folder / "meta.json")


def load_heads(folder: Path, encoder_digest: str | None = None) -> HeadSet:
    """Read a set; with `encoder_digest` refuse one that was made for another encoder.

    Raises `ModelError` when a file is missing or damaged, or the encoder is another.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        raw = (folder / "heads.safetensors").read_bytes()
        tensors = load(raw)
        if meta.get("format") != _FORMAT:
            raise ValueError(f"format {meta.get('format')}, expected {_FORMAT}")
        made_for = str(meta["encoder_digest"])
        heads = {task: _head(task, about, tensors) for task, about in meta["tasks"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise ModelError(
            f"The classifiers in {folder} cannot be read ({type(error).__name__}: {error}). "
            "Install painpoints again, or train them again."
        ) from error
    if encoder_digest is not None and made_for not in (encoder_digest, NO_ENCODER):
        raise ModelError(
            f"The classifiers in {folder} were made for the encoder {made_for[:12]}, not for {encoder_digest[:12]}. "
            "Train them again for this encoder."
        )
    arrays = {
        k.removeprefix("array."): v.astype(np.float32) for k, v in tensors.items() if k.startswith("array.")
    }
    digest = hashlib.sha256(raw + json.dumps(meta, sort_keys=True).encode()).hexdigest()
    return HeadSet(
        folder.name, made_for, digest, heads, arrays, meta, finetuned=load_finetuned(folder / FOLDER)
    )


def _head(task: str, about: dict[str, Any], tensors: dict[str, npt.NDArray[np.generic]]) -> Head:
    """One head of a saved set. Raises `ValueError` when its parts do not agree."""
    labels = tuple(about["labels"])
    weights = tensors[f"{task}.weights"].astype(np.float32)
    bias = tensors[f"{task}.bias"].astype(np.float32)
    if not len(labels) == len(weights) == len(bias):
        raise ValueError(
            f"{len(labels)} labels, {len(weights)} rows of weights and {len(bias)} biases for {task}"
        )
    return Head(task, labels, weights, bias, about["temperature"], about["threshold"], about["figures"])
