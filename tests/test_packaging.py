"""What an installation needs: versions that agree, the files that the wheel must carry, models that are small enough."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import painpoints
from painpoints import resources

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 45 * 2**20
"""bytes of one model file"""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_one_version_everywhere(project: dict[str, Any]) -> None:
    assert project["project"]["version"] == painpoints.__version__ == version("painpoints")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{painpoints.__version__}]" in changes or "[Unreleased]" in changes


def test_the_command_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="painpoints")
    assert script.value == "painpoints.cli:main"


def test_every_requirement_has_a_measured_version(project: dict[str, Any]) -> None:
    """constraints.txt names what was measured, within the range that pyproject.toml allows."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {}
    for line in lines:
        if line.strip() and not line.startswith(("#", "-")):
            pin = Requirement(line)
            pins[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    for wanted in map(Requirement, project["project"]["dependencies"]):
        name = canonicalize_name(wanted.name)
        assert name in pins, f"{wanted.name} is not in constraints.txt"
        assert wanted.specifier.contains(pins[name], prereleases=True), (
            f"{wanted} does not allow {pins[name]}"
        )


def test_every_library_that_is_imported_is_required(project: dict[str, Any]) -> None:
    """Imports anywhere in src, also inside functions, are of the standard library, of ours, or declared."""
    import ast

    names = {"pyyaml": "yaml", "scikit-learn": "sklearn", "python-calamine": "python_calamine"}
    declared = {re.split(r"[<>=!\[; ]", d)[0].lower() for d in project["project"]["dependencies"]}
    allowed = (
        {names.get(d, d.replace("-", "_")) for d in declared} | set(sys.stdlib_module_names) | {"painpoints"}
    )
    allowed |= {
        "huggingface_hub"
    }  # comes with transformers, model2vec and sentence-transformers, and is theirs to pin
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            modules += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                assert module.split(".")[0] in allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_resources_lie_where_the_wheel_puts_them(project: dict[str, Any]) -> None:
    placed = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert placed == {
        "configs": "painpoints/configs", "models": "painpoints/models", "data/demo": "painpoints/data/demo",
    }  # fmt: skip
    for folder in placed:
        assert (ROOT / folder).is_dir()
    assert resources.configs_dir() == ROOT / "configs"
    assert resources.data_dir() == ROOT / "data"


def test_the_models_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PAINPOINTS_MODELS", str(tmp_path))
    assert resources.models_dir() == tmp_path


def test_datasets_are_found_where_they_are_named_or_nowhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PAINPOINTS_DATASETS", str(tmp_path))
    assert resources.datasets_dir() == tmp_path
    monkeypatch.setenv("PAINPOINTS_DATASETS", str(tmp_path / "nowhere"))
    assert resources.datasets_dir() is None


def test_no_model_file_is_too_large() -> None:
    for path in (ROOT / "models").rglob("*"):
        assert not path.is_file() or path.stat().st_size <= LIMIT, path
    fast = sum(p.stat().st_size for p in (ROOT / "models" / "fast").iterdir())
    assert fast <= 15 * 2**20


def test_no_model_is_a_pickle() -> None:
    suffixes = {p.suffix for p in (ROOT / "models").rglob("*") if p.is_file()}
    assert suffixes <= {".safetensors", ".json", ".md", ".npz"}
    for path in (ROOT / "models").rglob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays)


def test_every_model_has_a_card() -> None:
    models = ROOT / "models"
    index = (models / "README.md").read_text(encoding="utf-8")
    for folder in (p for p in models.iterdir() if p.is_dir()):
        assert folder.name in index
        carded = (
            list(folder.glob("*.md"))
            + list(folder.glob("*/README.md"))
            + list(models.glob(f"{folder.name.upper()}.md"))
        )
        assert carded, folder


def test_all_bundled_models_are_in_git() -> None:
    found = subprocess.run(
        ["git", "ls-files", "models"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if found.returncode:
        pytest.skip("no git checkout")
    tracked = set(found.stdout.split())
    assert {"models/fast/model.safetensors", "models/heads/text/heads.safetensors"} <= tracked
    assert {"models/heads/fast/heads.safetensors", "models/heads/accurate/heads.safetensors"} <= tracked
    assert {
        "models/accurate/model.safetensors",
        "models/accurate/README.md",
        "models/accents/counts.npz",
    } <= tracked
