"""Weights in blocks of 32 with one half-precision scale a block: 4 or 8 bits a weight.

The 4-bit form is the Q4_0 layout of llama.cpp (weight = (nibble - 8) * scale, the low nibbles of a block's 16
bytes are its first 16 weights), in which the source of the accurate encoder is published, so that storing it
loses nothing. The 8-bit form is for weights that were trained since: error at most scale / 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BLOCK", "pack", "pack_q8", "unpack", "unpack_q4"]

BLOCK = 32

Arrays = dict[str, "npt.NDArray[np.generic]"]


def unpack_q4(
    scales: npt.NDArray[np.float16], nibbles: npt.NDArray[np.uint8], columns: int
) -> npt.NDArray[np.float32]:
    """``float32[rows, columns]`` from ``scales[rows, columns / 32]`` and ``nibbles[rows, columns / 2]``."""
    rows = scales.shape[0]
    packed = nibbles.reshape(rows, -1, BLOCK // 2)
    weights = np.empty((rows, columns // BLOCK, BLOCK), dtype=np.float32)
    weights[..., : BLOCK // 2] = packed & 0x0F
    weights[..., BLOCK // 2 :] = packed >> 4
    weights -= 8
    weights *= scales.astype(np.float32)[..., None]
    return weights.reshape(rows, columns)


def pack_q8(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.int8]]:
    """Scales ``float16[rows, columns / 32]`` and ``int8[rows, columns]``. `columns` must be a multiple of 32."""
    rows, columns = weights.shape
    if columns % BLOCK:
        raise ValueError(f"{columns} columns cannot be cut into blocks of {BLOCK}")
    blocks = weights.reshape(rows, -1, BLOCK)
    scales = (np.abs(blocks).max(axis=2) / 127).astype(np.float16)
    divisor = np.where(scales == 0, 1, scales).astype(np.float32)
    quantised = np.clip(np.rint(blocks / divisor[..., None]), -127, 127).astype(np.int8)
    return scales, quantised.reshape(rows, columns)


def pack(name: str, weights: npt.NDArray[np.float32]) -> Arrays:
    """One tensor as named arrays: matrices whose width allows it at 8 bits, everything else at half precision."""
    if weights.ndim == 2 and weights.shape[1] % BLOCK == 0 and weights.size >= BLOCK * BLOCK:
        scales, quantised = pack_q8(weights)
        return {f"{name}.scale": scales, f"{name}.q8": quantised}
    return {name: weights.astype(np.float16)}


def unpack(arrays: Arrays) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors behind the named arrays of a packed file, in float32."""
    tensors: dict[str, npt.NDArray[np.float32]] = {}
    for key, value in arrays.items():
        name, _, suffix = key.rpartition(".")
        if suffix == "scale":
            continue
        if suffix == "q4":
            tensors[name] = unpack_q4(arrays[f"{name}.scale"], value, 2 * value.shape[1])  # type: ignore[arg-type]
        elif suffix == "q8":
            scales = arrays[f"{name}.scale"].astype(np.float32).repeat(BLOCK, axis=1)
            tensors[name] = value.astype(np.float32) * scales
        else:
            tensors[key] = value.astype(np.float32)
    return tensors
