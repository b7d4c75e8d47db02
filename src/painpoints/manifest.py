"""What becomes run.json."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.classify import HeadSet
    from painpoints.encoders import Encoder
    from painpoints.ingest import Ingested
    from painpoints.journey import Journey
    from painpoints.request import RunRequest
    from painpoints.settings import Settings
    from painpoints.text import Segmented
    from painpoints.text.redact import Redactor

__all__ = ["build_manifest", "describe_job", "peak_memory_mb", "run_id"]

_PACKAGES = (
    "hdbscan", "model2vec", "numpy", "pandas", "scikit-learn", "scipy", "sentence-transformers",
    "spacy", "torch", "transformers",
)  # fmt: skip


def build_manifest(
    request: RunRequest,
    ingested: Ingested,
    segmented: Segmented,
    encoder: Encoder,
    heads: HeadSet,
    journey: Journey,
    notices: Sequence[str],
    redactor: Redactor,
) -> dict[str, Any]:
    """What becomes run.json: all that is needed to run the same again, and to see whether it is the same."""
    counts = {
        k: sum(getattr(f, k) for f in ingested.files)
        for k in ("read", "kept", "duplicate", "rejected", "repaired")
    }
    described = describe_job(encoder, heads, journey, request.journey, request.settings)
    about = {
        "inputs": [asdict(f) for f in ingested.files],
        "counts": counts | {"segments": len(segmented.segments), "boilerplate": len(segmented.boilerplate)},
        "masked": segmented.masked,
        "languages": segmented.languages,
        "configuration": {
            "map": {name: redactor.redact(column)[0] for name, column in request.column_map.items()},
            "profile": request.profile or "",
            "lang": request.lang,
            "customers": Path(request.customers).name if request.customers else "",
            "codebook": _named_digest(request.codebook),
        },
        "as_of": request.as_of or "",
        "notes": list(notices),
    }
    return about | described


def describe_job(
    encoder: Encoder, heads: HeadSet, journey: Journey, journey_file: str | Path, settings: Settings
) -> dict[str, Any]:
    """What a result depends on beside the input: journey, models, settings, versions."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {"painpoints": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "absent"
    return {
        "journey": {"brand": journey.brand, "file": Path(journey_file).name, "sha256": journey.sha256},
        "encoder": encoder.name,
        "models": {
            "encoder": {"name": encoder.name, "digest": encoder.digest, "dimension": encoder.dimension},
            "classifiers": {
                "name": heads.name,
                "digest": heads.digest,
                "encoder_digest": heads.encoder_digest,
            },
            "promoted": {
                task: {"name": own.name, "digest": own.digest, "encoder_digest": own.encoder_digest}
                for task, own in sorted(heads.promoted.items())
            },
        },
        "settings": asdict(settings),
        "seed": settings.seed,
        "versions": versions,
    }


def _named_digest(path: str | Path | None) -> str:
    """``themes.xlsx 3f2a…``: name and SHA-256 of a file; '' for none."""
    return f"{Path(path).name} {hashlib.sha256(Path(path).read_bytes()).hexdigest()}" if path else ""


def run_id(manifest: dict[str, Any]) -> str:
    """``R`` and twelve digits of a digest over what decides a run's result: the same run has the same id."""
    parts = ("inputs", "journey", "models", "configuration", "settings", "as_of")
    decided = json.dumps({part: manifest[part] for part in parts}, sort_keys=True, default=str)
    return "R" + hashlib.sha256(decided.encode()).hexdigest()[:12]


def peak_memory_mb() -> int:
    """Peak resident memory of this process in MB, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))
