"""Means of weights, on the tiny encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from encoder_toys import write_packed_toy
from painpoints.encoders.average import RunningMean, mean_of, move_towards
from painpoints.encoders.sentence_transformer import load_bert
from painpoints.encoders.trainee import write_packed

_WORDS = "embeddings.word_embeddings.weight"
_LAYER = "encoder.layer.0.attention.self.query.weight"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_packed_toy(tmp_path)


def test_the_mean_forgets_the_first_steps_and_replaces_the_weights(toy: Path) -> None:
    bert, _ = load_bert(toy)
    weight = bert.state_dict()[_LAYER]
    mean = RunningMean(bert, 0.9)
    for step, value in ((10, 1.0), (15, 99.0), (20, 2.0)):  # between two looks nothing is seen
        weight.fill_(value)
        mean.look(bert, step)
    mean.put_into(bert)
    share = 1 - 0.9**10
    assert bert.state_dict()[_LAYER][0, 0].item() == pytest.approx(1 + share, abs=1e-5)


def test_without_decay_the_last_weights_stay(toy: Path) -> None:
    bert, _ = load_bert(toy)
    mean = RunningMean(bert, 0.0)
    bert.state_dict()[_LAYER].fill_(7.0)
    mean.look(bert, 10)
    mean.put_into(bert)
    assert bert.state_dict()[_LAYER][0, 0].item() == 7.0


def test_weights_move_a_share_of_the_way_and_unknown_pieces_stay(toy: Path) -> None:
    bert, tokenizer = load_bert(toy)
    known = {name: tensor.clone() for name, tensor in bert.state_dict().items()}
    for name in (_LAYER, _WORDS):
        bert.state_dict()[name].add_(1.0)
    tokenizer.add_tokens(["unknown"])
    place = tokenizer.get_vocab()["A"]
    move_towards(bert, tokenizer, toy, 0.25)
    now = bert.state_dict()
    assert torch.allclose(now[_LAYER], known[_LAYER] + 0.75, atol=1e-5)
    assert torch.allclose(now[_WORDS][place], known[_WORDS][place] + 0.75, atol=1e-5)


def test_no_share_is_no_move(toy: Path) -> None:
    bert, tokenizer = load_bert(toy)
    before = {name: tensor.clone() for name, tensor in bert.state_dict().items()}
    move_towards(bert, tokenizer, toy / "nowhere", 0.0)
    assert all(torch.equal(before[name], tensor) for name, tensor in bert.state_dict().items())


def test_the_mean_of_two_trainings_lies_between_them(toy: Path, tmp_path: Path) -> None:
    bert, _ = load_bert(toy)
    before = bert.state_dict()[_LAYER].clone()
    bert.state_dict()[_LAYER].add_(1.0)
    other = write_packed(bert, toy, tmp_path / "other", {"recipes": [{"seed": 2}]})
    out = mean_of([toy, other], tmp_path / "mean")
    found, _ = load_bert(out)
    assert torch.allclose(found.state_dict()[_LAYER], before + 0.5, atol=0.02)  # packed at 8 bits
    assert json.loads((out / "meta.json").read_text())["mean_of"] == [[], [{"seed": 2}]]
