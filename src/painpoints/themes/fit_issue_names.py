"""Rebuild the catalogues of issue names: ``python -m painpoints.themes.fit_issue_names [accurate|fast ...]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from painpoints.classify.training_data import load_labelled
from painpoints.encoders import load_encoder
from painpoints.errors import exit_code_of
from painpoints.resources import data_dir, models_dir
from painpoints.text import clean_many
from painpoints.themes.views import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from painpoints.encoders import Encoder

__all__ = ["fit_issue_names", "main"]

_KINDS = ("pain", "praise")
"""of issues that name themes; a request ("wants …") is too particular to name what others ask for"""


def fit_issue_names(corpus: Path, encoder: Encoder, out: Path) -> int:
    """Write the catalogue of the industries in `corpus` for `encoder` to the file `out`; returns the number of issues."""
    from safetensors.numpy import save_file

    wordings, names = _read(corpus)
    vectors = encoder.encode(wordings["match_text"].tolist())
    centre = vectors.mean(axis=0)
    number, issues = pd.factorize(wordings["industry"] + " " + wordings["issue"])
    rows = [np.flatnonzero(number == n) for n in range(len(issues))]
    means = unit_rows(np.stack([(vectors[own] - centre).mean(axis=0) for own in rows]))
    named = names.set_index(names["industry"] + " " + names["issue"]).loc[issues]
    kinds = wordings["kind"].iloc[[own[0] for own in rows]]
    about = {"vi": named["name_vi"], "en": named["name_en"], "polarity": kinds, "industry": named["industry"]}
    texts = {name: json.dumps(list(values), ensure_ascii=False) for name, values in about.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    tensors = {"vectors": means.astype(np.float16), "centre": centre.astype(np.float32)}
    part = out.with_suffix(".part")
    save_file(tensors, part, metadata={"encoder": encoder.digest, **texts})
    part.chmod(0o644)  # safetensors makes it readable for its owner alone
    part.replace(out)
    return len(means)


def _read(corpus: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Wordings of issues that name themes (`load_labelled`, ``match_text``), and ``industry, issue, name_vi, name_en``."""
    rows = load_labelled(corpus.parent)
    told = rows[
        rows["kind"].isin(list(_KINDS))
        & ~rows["issue"].isin(["", "none"])
        & (rows["group"] == rows["industry"])
    ]
    named = [
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(industry=path.parent.name)
        for path in sorted(corpus.glob("*/issues.csv"))
    ]
    return told.assign(match_text=clean_many(told["text"].tolist())), pd.concat(named, ignore_index=True)


@exit_code_of
def main(arguments: Sequence[str] | None = None) -> None:
    """Fit for the encoders named on the command line into the models folder."""
    parser = argparse.ArgumentParser(
        prog="python -m painpoints.themes.fit_issue_names",
        description="Rebuild the catalogues of issue names.",
    )
    parser.add_argument("encoders", nargs="*", default=["accurate", "fast"], help="accurate, fast")
    parser.add_argument("--out", type=Path, default=None, help="folder (default: models/issue_names)")
    options = parser.parse_args(arguments)
    folder = options.out or models_dir() / "issue_names"
    for name in options.encoders:
        out = folder / f"{name}.safetensors"
        count = fit_issue_names(data_dir() / "labelled" / "corpus", load_encoder(name), out)
        print(f"{name}: {count} issues in {out.name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
