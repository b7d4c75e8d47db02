"""Where the bundled configs, models and demo data lie: inside the wheel, or at the top of a source checkout."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["configs_dir", "data_dir", "datasets_dir", "models_dir"]

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    inside_wheel = _PACKAGE / name
    return inside_wheel if inside_wheel.is_dir() else _PACKAGE.parents[1] / name


def configs_dir() -> Path:
    """Journeys, profiles, word lists."""
    return _bundled("configs")


def models_dir() -> Path:
    """Encoders and heads. ``PAINPOINTS_MODELS`` names another folder, for a model built after installation."""
    override = os.environ.get("PAINPOINTS_MODELS")
    return Path(override) if override else _bundled("models")


def data_dir() -> Path:
    """The sample exports that ``painpoints demo`` reads and, in a checkout, the labelled segments."""
    return _bundled("data")


def datasets_dir() -> Path | None:
    """The real data sets used by benchmarks and training (``PAINPOINTS_DATASETS``), or None where they are absent."""
    named = os.environ.get("PAINPOINTS_DATASETS")
    candidates = [Path(named)] if named else [_PACKAGE.parents[2] / "shared" / "datasets"]
    return next((p for p in candidates if p.is_dir()), None)
