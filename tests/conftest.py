"""What several test files share: no test reaches a network, one real run of the job, and the command line called in
this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports huggingface_hub, which reads it once
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import pytest

from painpoints.resources import models_dir
from small_exports import write_export


@dataclass(frozen=True)
class Called:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str


Call = Callable[..., Called]


@dataclass(frozen=True)
class Done:
    """A finished run: the export it read, the folder it wrote, and what it said."""

    export: Path
    out: Path
    called: Called


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the accurate encoder are skipped where it is missing."""
    if (models_dir() / "accurate" / "model.safetensors").is_file():
        return
    absent = pytest.mark.skip(reason="the accurate encoder is not installed")
    for item in items:
        if item.get_closest_marker("model"):
            item.add_marker(absent)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line as a user calls it, exit codes included, without the seconds of another process."""
    from painpoints.cli import main

    def run(*arguments: str | Path) -> Called:
        monkeypatch.setattr(sys, "argv", ["painpoints", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        said = capsys.readouterr()
        return Called(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One run of the whole job on a small export, in a process of its own, as a user's shell starts it."""
    import subprocess

    folder = tmp_path_factory.mktemp("run")
    export = write_export(folder / "reviews.csv")
    command = [
        sys.executable, "-W", "error", "-m", "painpoints", "run", str(export), "--encoder", "fast",
        "--journey", "ecommerce", "--out", str(folder / "report"),
    ]  # fmt: skip
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return Done(export, folder / "report", Called(finished.returncode, finished.stdout, finished.stderr))
