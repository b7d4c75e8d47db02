"""A run that is killed at any moment leaves a workspace that opens and agrees with itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Call
from weekly_exports import write_week


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system knows no fork")
def test_killed_at_fifty_moments(call: Call, tmp_path: Path) -> None:
    first = call(
        "weekly", write_week(tmp_path, 0), "--workspace", tmp_path / "ws", "--encoder", "fast", "--journey", "ecommerce"
    )  # fmt: skip
    assert first.code == 0, first.err
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    script = Path(__file__).with_name("weeks_killed.py")
    command = [sys.executable, str(script), str(tmp_path / "ws"), str(write_week(tmp_path, 1)), str(scratch)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 40  # nearly all were killed before their end
