"""How well segments are led to themes that the user named beforehand, and what that does to the rest.

    python -m benchmarks.codebook [--items 1500] [--seed 0] [--examples 1 3 6]

The codebook holds every other pain of each simulated industry, with so many example sentences (two thirds Vietnamese, one
third English) that stand in no item of the export: spans that say one of them word for word are not measured. From the
export to the themes as in a run; a true span is in the theme of the segment that covers most of it.

- precision: of the spans led to an entry those that tell it; recall: of the spans that tell an entry those led to it (means
  over entries, and the worst entry);
- elsewhere: spans of entries that are led to another entry; taken: spans of the other issues that an entry takes in;
- ARI, NMI: of all themes, beside a run without a codebook (first line).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.simulator import FOLDER, INDUSTRIES, Simulated, simulate, simulated_options
from benchmarks.theme_ablations import Prepared
from benchmarks.theme_metrics import figures
from benchmarks.themes import pain_spans, theme_of_spans
from painpoints.encoders import Encoder, load_encoder
from painpoints.settings import Settings
from painpoints.themes.codebook import CodebookEntry, known_from

SEED = 7


@dataclass(frozen=True)
class Codebook:
    """The entries by issue, and the sentences that they quote."""

    entries: dict[str, CodebookEntry]

    @property
    def sentences(self) -> set[str]:
        return {text for entry in self.entries.values() for text in entry.texts}


def codebook_of(industry: str, examples: int) -> Codebook:
    """Every other pain, with that many of its wordings."""
    issues = pd.read_csv(FOLDER / industry / "issues.csv")
    wordings = pd.read_csv(FOLDER / industry / "wordings.csv")
    chosen = issues.loc[issues["kind"] == "pain", "issue"].tolist()[::2]
    entries = {}
    for issue in chosen:
        own = wordings[(wordings["issue"] == issue) & (wordings["sentiment"] == "neg")]
        english = round(examples / 3)
        texts = [
            *own[own["lang"] != "en"].sample(examples - english, random_state=SEED)["text"],
            *own[own["lang"] == "en"].sample(english, random_state=SEED)["text"],
        ]
        name = issue.replace("_", " ")
        entries[issue] = CodebookEntry(name, name, tuple(texts))
    return Codebook(entries)


def measured_spans(simulated: Simulated, codebook: Codebook) -> np.ndarray:
    """bool a pain span: it does not say one of the codebook's sentences."""
    spans = pain_spans(simulated).merge(simulated.items[["id", "text"]], on="id")
    said = [
        t[a:b].strip(" .!?,") for t, a, b in zip(spans["text"], spans["start"], spans["end"], strict=True)
    ]
    quoted = {text.strip(" .!?,").casefold() for text in codebook.sentences}
    return np.array([text.casefold() not in quoted for text in said])


def judged(truth: np.ndarray, found: np.ndarray, codebook: Codebook) -> dict[str, float]:
    """Shares as in the heading; `found` are theme ids."""
    ids = {issue: entry.theme_id for issue, entry in codebook.entries.items()}
    entered = np.isin(found, list(ids.values()))
    rows = []
    for issue, theme_id in ids.items():
        led, tells = found == theme_id, truth == issue
        if tells.any():
            rows.append(((led & tells).sum() / max(1, led.sum()), (led & tells).sum() / tells.sum()))
    precision, recall = np.array(rows).T
    of_entry = np.isin(truth, list(ids))
    right = np.array([ids.get(issue, "") == theme_id for issue, theme_id in zip(truth, found, strict=True)])
    return {
        "precision": precision.mean(),
        "worst": precision.min(),
        "recall": recall.mean(),
        "worst recall": recall.min(),
        "elsewhere": (of_entry & entered & ~right).sum() / of_entry.sum(),
        "taken": (~of_entry & entered).sum() / (~of_entry).sum(),
    }


def tell(industry: str, examples: int, prepared: Prepared, simulated: Simulated, encoder: Encoder) -> None:
    """One line."""
    codebook = codebook_of(industry, max(1, examples))
    known = known_from(tuple(codebook.entries.values()), encoder) if examples else None
    spans = pain_spans(simulated)
    found = theme_of_spans(spans, prepared.themed(Settings().themes, known))
    truth, rows = spans["issue"].to_numpy(), measured_spans(simulated, codebook)
    cells = judged(truth[rows], found[rows], codebook) if examples else {}
    whole = figures(truth, found)
    values = [*cells.values(), whole["ARI"], whole["NMI"]]
    told = " | ".join(["–"] * (8 - len(values)) + [f"{value:.3f}" for value in values])
    print(f"| {industry} | {examples} | {told} |", flush=True)


def main() -> None:
    """All lines of both industries."""
    parser = simulated_options(__doc__)
    parser.add_argument("--examples", type=int, nargs="*", default=[1, 3, 6])
    options = parser.parse_args()
    print("| set | examples | precision | worst | recall | worst | elsewhere | taken | ARI | NMI |")
    print("|---" * 10 + "|")
    encoder = load_encoder("accurate")
    for industry in INDUSTRIES:
        simulated = simulate(industry, options.items, seed=options.seed)
        prepared = Prepared(simulated, encoder)
        for examples in (0, *options.examples):
            tell(industry, examples, prepared, simulated, encoder)


if __name__ == "__main__":
    main()
