"""Learn, across the journeys of the labelled corpus, how much each kind of likeness says about the touchpoint.

Two steps. *Towers*: a segment and a touchpoint are mapped into one space in which a segment is near its own
touchpoint and far from the others of the same journey, on the industries that the encoder was trained on.
*Weights*: a conditional logit over all evidence, fitted on `UNSEEN_INDUSTRIES`, which neither encoder nor towers
saw, so that neither is trusted more than it deserves on a new journey.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from painpoints.classify.features import fold_ngrams
from painpoints.classify.linker import (
    EVIDENCE,
    TouchpointProfile,
    centred,
    evidence,
    link,
    profiles_of,
)
from painpoints.classify.neighbours import nearest, neighbour_sums, sharpened
from painpoints.classify.training_data import UNSEEN_INDUSTRIES
from painpoints.journey import Journey, load_journey
from painpoints.resources import data_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_matrix

    from painpoints.encoders import Encoder

    Floats = npt.NDArray[np.float32]

__all__ = ["LinkerParameters", "train_linker"]

_WIDTH = 48
_BUCKETS = 2**14
_EPOCHS = 12
_BATCH = 256
_TOWER_SHARPNESS = 12.0
_EXAMPLES = 4
_RIDGE = 1e-3
_POWERS = (0.5, 6.0)
_SEED = 20_240


@dataclass(frozen=True)
class LinkerParameters:
    """What `evidence` and `link` need, and the figures measured on journeys never seen."""

    arrays: dict[str, Floats]
    meta: dict[str, Any]


@dataclass
class _Industry:
    """The rows of one corpus industry and its touchpoints."""

    name: str
    journey: Journey
    rows: npt.NDArray[np.int64]
    truth: npt.NDArray[np.int64]
    """index of the touchpoint, or the number of touchpoints for none of them"""
    profiles: list[TouchpointProfile] = field(default_factory=list)


def train_linker(
    frame: pd.DataFrame,
    vectors: Floats | None,
    ngrams: csr_matrix,
    encoder: Encoder | None,
    centre: Floats | None,
    say: Callable[[str], object] = print,
) -> LinkerParameters:
    """Towers, weights and figures from the rows of `frame` that carry a touchpoint; `vectors` are centred by
    `centre`."""
    unit = None if vectors is None else centred(vectors, np.zeros(vectors.shape[1], dtype=np.float32))
    industries = _industries(frame, encoder, centre)
    unseen = [i for i in industries if i.name in UNSEEN_INDUSTRIES]
    towers = _train_towers([i for i in industries if i not in unseen], unit, ngrams)
    texts = frame["match_text"].to_numpy()
    found = {
        i.name: evidence(
            texts[i.rows].tolist(), None if unit is None else unit[i.rows], ngrams[i.rows], i.profiles, towers
        )
        for i in unseen
    }
    twin = frame["twin"].to_numpy()
    figures = _figures(unseen, found, twin, unit)
    weights, none_bias = _fit_weights(unseen, found)
    power = _fit_power(unseen, found, twin, unit, weights, none_bias)
    say(f"touchpoints: weights {dict(zip(EVIDENCE, weights.round(2).tolist(), strict=True))}, {figures}")
    meta = {
        "evidence": list(EVIDENCE),
        "weights": [round(float(w), 4) for w in weights],
        "none_bias": round(none_bias, 4),
        "neighbour_power": round(power, 3),
        "figures": figures,
    }
    return LinkerParameters(towers, meta)


def _industries(frame: pd.DataFrame, encoder: Encoder | None, centre: Floats | None) -> list[_Industry]:
    random = np.random.default_rng(_SEED)
    industries = []
    for path in sorted((data_dir() / "labelled" / "corpus").glob("*/journey.yaml")):
        journey = load_journey(path)
        ids = [t.id for t in journey.touchpoints]
        rows = np.flatnonzero((frame["group"] == path.parent.name) & frame["touchpoint"].isin([*ids, "none"]))
        touchpoints = frame["touchpoint"].to_numpy()[rows]
        truth = np.asarray([ids.index(t) if t != "none" else len(ids) for t in touchpoints])
        rows, truth, journey = _give_examples(frame, journey, rows, truth, random)
        profiles = profiles_of(journey.touchpoints, encoder, centre)
        industries.append(_Industry(path.parent.name, journey, rows, truth, profiles))
    return industries


def _give_examples(
    frame: pd.DataFrame,
    journey: Journey,
    rows: npt.NDArray[np.int64],
    truth: npt.NDArray[np.int64],
    random: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Journey]:
    """Every other touchpoint gets example sentences, as journey files have them; rows of those issues are left out."""
    from dataclasses import replace

    issues = frame["issue"].to_numpy()
    texts = frame["text"].to_numpy()
    touchpoints = list(journey.touchpoints)
    used: set[str] = set()
    for t in range(0, len(touchpoints), 2):
        candidates = sorted(set(issues[rows[truth == t]]))
        if len(candidates) < 3:
            continue
        chosen = random.choice(candidates, size=len(candidates) // 3, replace=False)
        used.update(chosen)
        pool = rows[(truth == t) & np.isin(issues[rows], chosen)]
        examples = tuple(texts[random.choice(pool, size=min(_EXAMPLES, len(pool)), replace=False)])
        touchpoints[t] = replace(touchpoints[t], examples=examples)
    keep = ~np.isin(issues[rows], list(used))
    return rows[keep], truth[keep], replace(journey, touchpoints=tuple(touchpoints))


def _train_towers(
    industries: Sequence[_Industry], unit: Floats | None, ngrams: csr_matrix
) -> dict[str, Floats]:
    """Both towers by softmax over the touchpoints of the row's journey; AdamW, seeded."""
    import torch

    torch.manual_seed(_SEED)
    random = np.random.default_rng(_SEED)
    sides = {}
    for side in ("segment", "touchpoint"):
        bag = torch.nn.EmbeddingBag(_BUCKETS, _WIDTH, mode="sum")
        torch.nn.init.normal_(bag.weight, std=0.1)
        linear = None if unit is None else torch.nn.Linear(unit.shape[1], _WIDTH, bias=False)
        sides[side] = (bag, linear)
    modules = [m for pair in sides.values() for m in pair if m is not None]
    optimiser = torch.optim.AdamW([p for m in modules for p in m.parameters()], lr=5e-3, weight_decay=0.05)
    folded = fold_ngrams(ngrams, _BUCKETS)
    docs = [_documents(i) for i in industries]

    def embed(side: str, words: csr_matrix, vectors: Floats | None) -> torch.Tensor:
        bag, linear = sides[side]
        common = bag(
            torch.from_numpy(words.indices.astype(np.int64)),
            torch.from_numpy(words.indptr[:-1].astype(np.int64)),
            per_sample_weights=torch.from_numpy(words.data),
        )
        if linear is not None and vectors is not None:
            common = common + linear(torch.from_numpy(vectors))
        return torch.nn.functional.normalize(common, dim=1)

    for _ in range(_EPOCHS):
        batches = [
            (i, chunk)
            for i, industry in enumerate(industries)
            for chunk in np.array_split(
                random.permutation(len(industry.rows)), max(1, len(industry.rows) // _BATCH)
            )
        ]
        for number in random.permutation(len(batches)):
            i, chunk = batches[number]
            industry, (words, about) = industries[i], docs[i]
            of_touchpoint = industry.truth[chunk] < len(industry.profiles)
            rows, truth = industry.rows[chunk][of_touchpoint], industry.truth[chunk][of_touchpoint]
            left = embed("segment", folded[rows], None if unit is None else unit[rows])
            logits = _TOWER_SHARPNESS * left @ embed("touchpoint", words, about).T
            loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(truth), label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    arrays = {}
    for side, (bag, linear) in sides.items():
        arrays[f"{side}_ngrams"] = bag.weight.detach().numpy().astype(np.float32)
        if linear is not None:
            arrays[f"{side}_vectors"] = linear.weight.detach().numpy().T.astype(np.float32)
    return arrays


def _documents(industry: _Industry) -> tuple[csr_matrix, Floats | None]:
    from scipy.sparse import vstack

    words = fold_ngrams(vstack([p.words for p in industry.profiles], format="csr"), _BUCKETS)
    if not all(p.about.size for p in industry.profiles):
        return words, None
    return words, np.stack(
        [np.concatenate([p.about, p.keywords, p.examples]).mean(axis=0) for p in industry.profiles]
    )


def _fit_weights(industries: Sequence[_Industry], found: dict[str, Floats]) -> tuple[Floats, float]:
    """Conditional logit with one constant for "none"; every touchpoint of every journey counts alike."""
    from scipy.optimize import minimize
    from scipy.special import softmax

    kinds = len(EVIDENCE)
    scale = np.concatenate([found[i.name].reshape(-1, kinds) for i in industries]).std(axis=0)
    scale[scale == 0] = 1
    blocks = [(_with_none(found[i.name] / scale), i.truth) for i in industries]

    def loss(parameters: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        total, gradient = _RIDGE * float(parameters @ parameters), 2 * _RIDGE * parameters
        for block, truth in blocks:
            probability = softmax(block @ parameters, axis=1)
            rows = np.arange(len(truth))
            total -= float(np.log(probability[rows, truth] + 1e-12).mean()) / len(blocks)
            expected = np.einsum("nt,ntk->nk", probability, block)
            gradient = gradient + (expected - block[rows, truth]).mean(axis=0) / len(blocks)
        return total, gradient

    limits = [(0.0, None)] * kinds + [(None, None)]  # likeness never speaks against a touchpoint
    best = minimize(loss, np.zeros(kinds + 1), jac=True, method="L-BFGS-B", bounds=limits).x
    return (best[:-1] / scale).astype(np.float32), float(best[-1])


def _with_none(block: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """`block` with one more candidate, none, whose only evidence is a constant: ``[n, t + 1, k + 1]``."""
    wider = np.zeros((block.shape[0], block.shape[1] + 1, block.shape[2] + 1))
    wider[:, :-1, :-1] = block
    wider[:, -1, -1] = 1
    return wider


def _sums(
    industry: _Industry,
    found: Floats,
    rows: npt.NDArray[np.integer],
    unit: Floats | None,
    weights: Floats,
    none_bias: float,
) -> tuple[Floats, Floats]:
    """`neighbour_sums` of some rows of an industry, as in a run that holds these alone."""
    probability = link(found[rows], weights, none_bias)
    lends = np.ones(len(rows), dtype=np.float32)
    if unit is None:
        return probability, 0 * lends
    return neighbour_sums(probability, nearest(unit[industry.rows[rows]]), lends)


def _fit_power(
    industries: Sequence[_Industry],
    found: dict[str, Floats],
    twin: npt.NDArray[np.object_],
    unit: Floats | None,
    weights: Floats,
    none_bias: float,
) -> float:
    """The power that makes the truth likeliest; twins are left out, being their own neighbours."""
    from scipy.optimize import minimize_scalar

    if unit is None:
        return 1.0
    cases = []
    for industry in industries:
        rows = np.flatnonzero(twin[industry.rows] == "")
        sums = _sums(industry, found[industry.name], rows, unit, weights, none_bias)
        cases.append((sums, industry.truth[rows]))

    def loss(power: float) -> float:
        return -float(
            np.mean(
                [
                    np.log(sharpened(*sums, power)[np.arange(len(truth)), truth] + 1e-9).mean()
                    for sums, truth in cases
                ]
            )
        )

    return float(minimize_scalar(loss, bounds=_POWERS, method="bounded").x)


def _figures(
    unseen: Sequence[_Industry],
    found: dict[str, Floats],
    twin: npt.NDArray[np.object_],
    unit: Floats | None,
) -> dict[str, Any]:
    """Accuracy and macro-F1 a journey, averaged; the weights for each journey were fitted on the other unseen ones."""
    from sklearn.metrics import f1_score

    scores: dict[str, list[tuple[float, float]]] = {}
    for industry in unseen:
        weights, none_bias = _fit_weights([i for i in unseen if i is not industry], found)
        for name, kind in (
            ("as_written", ""),
            ("without_diacritics", "unaccented"),
            ("careless", "careless"),
        ):
            rows = np.flatnonzero(twin[industry.rows] == kind)
            sums, _ = _sums(industry, found[industry.name], rows, unit, weights, none_bias)
            truth, guess = industry.truth[rows], sums.argmax(axis=1)
            f1 = f1_score(truth, guess, average="macro", labels=np.unique(truth), zero_division=0)
            scores.setdefault(name, []).append((float((guess == truth).mean()), float(f1)))
    return {
        name: {
            "journeys": len(s),
            "accuracy": round(float(np.mean([a for a, _ in s])), 4),
            "macro_f1": round(float(np.mean([f for _, f in s])), 4),
        }
        for name, s in scores.items()
    }
