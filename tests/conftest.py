"""What several test files share: no test reaches a network, and the models are looked for in one place."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports huggingface_hub, which reads it once
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

from painpoints.resources import models_dir

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the accurate encoder are skipped where it was not built."""
    if (models_dir() / "accurate" / "model.safetensors").is_file():
        return
    absent = pytest.mark.skip(reason="the accurate encoder is not built: make models")
    for item in items:
        if item.get_closest_marker("model"):
            item.add_marker(absent)
