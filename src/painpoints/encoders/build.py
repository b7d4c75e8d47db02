"""Rebuild the bundled encoders: ``python -m painpoints.encoders.build base|accurate|mean|fast --work DIR``.

``base`` fetches what the training starts from; ``accurate`` trains it (hours on two cores, minutes on a GPU) and
puts the result into the models folder; ``mean`` puts the mean of several trainings there; ``fast`` distils the
accurate one into static vectors (ten minutes).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from painpoints.errors import InputError, JobError, exit_code_of
from painpoints.resources import models_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.encoders.recipe import Recipe

__all__ = ["main"]

_FILES = ("config.json", "tokenizer.json", "meta.json", "model.safetensors")


def _base(work: Path) -> None:
    import numpy as np

    from painpoints.classify.training_data import UNSEEN_INDUSTRIES
    from painpoints.encoders.e5_source import build_base, fetch_teacher
    from painpoints.encoders.noise import vietnamese_noise
    from painpoints.encoders.training_texts import load_training_texts

    texts = load_training_texts(UNSEEN_INDUSTRIES)
    random = np.random.default_rng(0)
    careless = [vietnamese_noise(t, random) for t, v in zip(texts.texts, texts.vietnamese, strict=True) if v]
    build_base(work / "base", [*texts.texts, *careless])
    fetch_teacher(work / "teacher")


def _accurate(work: Path, out: Path, start: Path | None, changes: Sequence[str]) -> None:
    from painpoints.classify.training_data import UNSEEN_INDUSTRIES
    from painpoints.encoders.train import train_encoder
    from painpoints.encoders.training_texts import load_training_texts

    if not (work / "base" / "model.safetensors").is_file():
        _base(work)
    recipe = _recipe(changes)
    texts = load_training_texts(UNSEEN_INDUSTRIES)
    issues = sum(len(s.issues) for s in texts.sets)
    print(f"{len(texts.texts)} texts, {issues} issues in {len(texts.sets)} sets", flush=True)
    trained = train_encoder(texts, work / "base", work / "teacher", work / "training", recipe, start)
    out.mkdir(parents=True, exist_ok=True)
    for name in _FILES:  # the weights come last, so that their presence means done
        shutil.copyfile(trained / name, out / name)


def _mean(folders: Sequence[Path], out: Path) -> None:
    from painpoints.encoders.average import mean_of

    if not folders:
        raise InputError("Name the trainings: build mean --of FOLDER FOLDER …")
    mean_of(folders, out)


def _recipe(changes: Sequence[str]) -> Recipe:
    from painpoints.encoders.recipe import Recipe

    kinds = {field.name: type(getattr(Recipe(), field.name)) for field in fields(Recipe)}
    values: dict[str, Any] = {}
    for name, _, value in (change.partition("=") for change in changes):
        if name not in kinds:
            raise InputError(f"The recipe has no {name!r}. It has: {', '.join(kinds)}.")
        try:
            values[name] = kinds[name](value)
        except ValueError:
            raise InputError(
                f"{name}={value}: {name} is a number such as {getattr(Recipe(), name)}."
            ) from None
    return Recipe(**values)


def _fast(work: Path, folder: Path) -> None:
    from painpoints.encoders.distil import build_fast

    if not (folder / "accurate" / "model.safetensors").is_file():
        raise JobError(f"There is no accurate encoder in {folder / 'accurate'} to distil.")
    build_fast(folder / "accurate", folder / "fast", work)


@exit_code_of
def main(arguments: Sequence[str] | None = None) -> None:
    """Build what is named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.encoders.build", description=__doc__.split("\n")[0]
    )
    parser.add_argument("what", choices=["base", "accurate", "mean", "fast"], help="what to build")
    parser.add_argument(
        "--work", type=Path, default=Path("encoder-work"), help="folder for what is between (2 GB)"
    )
    parser.add_argument(
        "--start", type=Path, default=None, help="accurate: an encoder trained before, to go on from"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="accurate: another value in the recipe",
    )
    parser.add_argument(
        "--of",
        type=Path,
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="mean: encoders trained from one base",
    )
    parser.add_argument("--out", type=Path, default=None, help="models folder (default: the installed one)")
    options = parser.parse_args(arguments)
    folder = options.out or models_dir()
    try:
        options.work.mkdir(parents=True, exist_ok=True)
        if options.what == "base":
            _base(options.work)
        elif options.what == "accurate":
            _accurate(options.work, folder / "accurate", options.start, options.set)
        elif options.what == "mean":
            _mean(options.of, folder / "accurate")
        else:
            _fast(options.work, folder)
    except OSError as error:
        place, reason = error.filename or folder, error.strerror or error
        raise JobError(f"{place}: {reason}. Name other folders with --work and --out.") from error


if __name__ == "__main__":
    sys.exit(main())
