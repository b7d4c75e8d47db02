"""Fine-tuning a whole (tiny) encoder: it learns, stops, goes on after a kill, and weighs two experts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from encoder_toys import write_packed_toy
from painpoints.classify.finetuned import load_finetuned
from painpoints.classify.tasks import Task
from painpoints.train import finetune as module
from painpoints.train.finetune import FineTuneRecipe, LabelledTexts, Split, finetune

TASK = Task("letter", ("a", "b"), 1.0)
RECIPE = FineTuneRecipe(epochs=4, batch=8, layer_rate=3e-3, output_rate=1e-2, noisy=0.0, save_every=5)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    folder.mkdir()
    return write_packed_toy(folder)


def rows() -> LabelledTexts:
    random = np.random.default_rng(1)
    truth = np.arange(120) % 2
    texts = ["".join(random.permutation(list("CDEF" + "AB"[label] * 3))) for label in truth]
    return LabelledTexts(texts, [False] * 120, truth)


SPLIT = Split(np.arange(0, 80), np.arange(80, 100), np.arange(100, 120))
FLAT = np.full((120, 2), 0.5, dtype=np.float32)
START = (np.zeros((2, 32), dtype=np.float32), np.zeros(2, dtype=np.float32))


def train(base: Path, folder: Path, say: Any = lambda _: None) -> Any:
    return finetune(TASK, rows(), SPLIT, START, FLAT, base, folder, say, RECIPE)


def test_it_learns_what_the_letters_say_and_is_stored(base: Path, tmp_path: Path) -> None:
    network = train(base, tmp_path / "out")
    judged = [rows().texts[i] for i in SPLIT.judge]
    found = network.joined(judged, FLAT[SPLIT.judge])
    assert (found.argmax(axis=1) == rows().truth[SPLIT.judge]).mean() > 0.9
    assert found.sum(axis=1) == pytest.approx(np.ones(20), abs=1e-5)
    stored = load_finetuned(tmp_path / "out")
    assert stored is not None
    assert stored.joined(judged, FLAT[SPLIT.judge]) == pytest.approx(found, abs=1e-4)
    assert not (tmp_path / "out" / "state.pt").exists()


def test_after_a_kill_it_goes_on_where_it_was(base: Path, tmp_path: Path) -> None:
    said: list[str] = []

    def killed(message: str) -> None:
        said.append(message)
        if "step 15 " in message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(base, tmp_path / "out", killed)
    said.clear()
    train(base, tmp_path / "out", said.append)
    assert said[0].startswith("fine-tuning: step 15 of")


def test_an_expert_that_knows_nothing_counts_nothing() -> None:
    truth = np.asarray([0, 1] * 20)
    sure = np.log(np.where(np.eye(2)[truth] == 1, 0.8, 0.2)).astype(np.float32)
    sure[:6] = sure[:6, ::-1]  # wrong now and then, as sure experts are
    chance = np.log(np.random.default_rng(0).dirichlet([5, 5], 40)).astype(np.float32)
    network, head = module._shares(sure, chance, truth)
    assert network > 0.5
    assert head < network / 2
