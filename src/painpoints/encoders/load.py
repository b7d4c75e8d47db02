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

_OTHER_FORMATS = ["*.onnx", "onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.tflite", "*.gguf"]
"""the same weights once more, for other libraries"""


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
        "Themes are coarser with it. Install painpoints again to have the accurate one.",
    )


def load_encoder(name_or_path: str) -> Encoder:
    """``accurate``, ``fast``, a folder (model2vec or sentence-transformers), or a hub name.

    Raises `ModelError` when there is no such model or it cannot be read.
    """
    if name_or_path == "accurate":
        return _load_accurate()
    folder = models_dir() / "fast" if name_or_path == "fast" else Path(name_or_path)
    if folder.is_dir():  # named by the folder alone: the report must not tell where on a disk it lies
        return _load_folder("fast" if name_or_path == "fast" else folder.resolve().name, folder)
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
            f"The accurate encoder is missing from {folder}. Install painpoints again, or use `--encoder fast`."
        )
    return load_packed(folder, "accurate")


def _load_folder(name: str, folder: Path) -> Encoder:
    if (folder / "meta.json").is_file() and (folder / "model.safetensors").is_file():
        from painpoints.encoders.sentence_transformer import load_packed

        return load_packed(folder, name)
    if _model_type(folder / "config.json") == "model2vec":
        from painpoints.encoders.static import load_static

        return load_static(name, folder)
    from painpoints.encoders.sentence_transformer import load_sentence_transformer

    return load_sentence_transformer(name, folder)


def _model_type(config: Path) -> str:
    """What the configuration says the model is, '' where there is none. Raises `ModelError` for a damaged one."""
    if not config.is_file():
        return ""
    try:
        found = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model in {config.parent} is damaged: {config.name}: {error}.") from error
    return str(found.get("model_type", "")) if isinstance(found, dict) else ""


def _load_hub(name: str) -> Encoder:
    """A model of the hub, fetched into its cache: the one place where the network is used."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, ignore_patterns=_OTHER_FORMATS))
    except Exception as error:  # the library raises many kinds; each means that this model cannot be had
        raise ModelError(
            f"There is no model folder {name!r} here, and no model of that name could be fetched from the hub: "
            f"{str(error).splitlines()[0]} Give a folder, a hub name (with a network), or `accurate` or `fast`."
        ) from error
    return _load_folder(name, folder)
