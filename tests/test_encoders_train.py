"""The losses of the encoder's training, worked out on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from painpoints.encoders.batches import Sampler
from painpoints.encoders.losses import (
    contrastive_loss,
    label_loss,
    teacher_loss,
    touchpoint_loss,
    twin_loss,
)
from painpoints.encoders.recipe import Recipe
from painpoints.encoders.training_texts import IssueSet, TrainingTexts


def test_contrastive_loss_of_two_pairs_on_paper() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    # each row: its positive has cosine 1, the two others 0; temperature 1
    expected = -math.log(math.e / (math.e + 2))
    assert contrastive_loss(vectors, torch.tensor([0, 0, 1, 1]), 1.0).item() == pytest.approx(expected)


def test_a_row_without_a_positive_counts_for_nothing() -> None:
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    expected = -math.log(math.e / (math.e + 1))
    assert contrastive_loss(vectors, torch.tensor([0, 0, 1]), 1.0).item() == pytest.approx(expected)


def test_twins_that_are_equal_and_apart_from_others_cost_next_to_nothing() -> None:
    vectors = torch.eye(3)
    assert twin_loss(vectors, vectors, 0.05).item() < 1e-6
    assert twin_loss(vectors, vectors.roll(1, 0), 0.05).item() > 10


def test_the_teacher_is_followed_when_the_cosines_are_his() -> None:
    ours = torch.nn.functional.normalize(torch.randn(6, 8, generator=torch.Generator().manual_seed(0)), dim=1)
    rotation = torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(1)))[0]
    assert teacher_loss(ours, ours @ rotation, 0.1).item() == pytest.approx(0, abs=1e-5)
    assert teacher_loss(ours, ours.roll(1, 0), 0.1).item() > 0.1


def test_a_text_is_drawn_to_its_own_touchpoint_and_none_draws_no_text() -> None:
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    loss = touchpoint_loss(vectors, torch.eye(2), torch.tensor([0, 1, -1]), 1.0)
    assert loss.item() == pytest.approx(-math.log(math.e / (math.e + 1)))


def test_labels_that_are_not_known_cost_nothing() -> None:
    logits = [torch.tensor([[2.0, 0.0], [0.0, 2.0]]), torch.zeros(2, 3)]
    known = label_loss(logits, [torch.tensor([0, -1]), torch.tensor([-1, -1])])
    assert known.item() == pytest.approx(math.log(1 + math.exp(-2)))
    both = label_loss(logits, [torch.tensor([0, -1]), torch.tensor([-1, 1])])
    assert both.item() == pytest.approx((known.item() + math.log(3)) / 2)


def test_careless_vietnamese_is_now_and_then_restored_and_english_never() -> None:
    sampler = Sampler(
        toy_texts(), Recipe(issues=6, wordings=4, twins=0, plain=2, graded=1, noisy=1.0, restored=1.0)
    )
    batch = sampler.batch(0)
    for row, text in zip(batch.rows, batch.texts, strict=False):
        assert text.endswith("trả lại dấu") == (row < 12)


def toy_texts() -> TrainingTexts:
    texts = [f"câu {i}" for i in range(12)] + [f"sentence {i}" for i in range(12)]
    issues = tuple((i, i + 6, i + 12, i + 18) for i in range(6))
    near = ((1,), (0,), (), (), (), ())
    places = tuple(number % 2 for number in range(6) for _ in range(4))
    industry = IssueSet("shop", issues, near, (("giao hàng", "delivery"), ("thanh toán", "payment")), places)
    restored = [f"{text} trả lại dấu" for text in texts]
    sentiment = np.asarray([0, 1] * 12)
    return TrainingTexts(
        texts, restored, [True] * 12 + [False] * 12, [industry], {"sentiment": sentiment}, [2, 3, 4]
    )


def test_a_batch_follows_from_seed_and_step_and_holds_what_it_says() -> None:
    recipe = Recipe(issues=4, wordings=3, twins=2, plain=4, graded=3)
    sampler = Sampler(toy_texts(), recipe)
    batch, again = sampler.batch(5), sampler.batch(5)
    assert batch == again
    assert batch != sampler.batch(6)
    assert len(batch.issues) == 12
    assert len(batch.texts) == 12 + len(batch.clean) + 4 + 3 + 2
    assert all(batch.places[i] == batch.issues[i] % 2 for i in range(12))


def test_near_neighbours_come_together() -> None:
    sampler = Sampler(toy_texts(), Recipe(issues=2, wordings=2, twins=2, plain=4, graded=1))
    for step in range(20):
        labels = set(sampler.batch(step).issues)
        assert not labels & {0, 1} or labels == {0, 1} or len(labels & {0, 1}) == 1
    # whenever one of the two comes first, the other follows
    first = [sampler.batch(step).issues for step in range(60)]
    assert all(set(labels) == {0, 1} for labels in first if labels[0] in (0, 1))


def test_both_languages_of_an_issue_come_before_more_of_one() -> None:
    texts = toy_texts()
    sampler = Sampler(texts, Recipe(issues=3, wordings=2, twins=0, plain=2, graded=1, noisy=0.0))
    for step in range(10):
        batch = sampler.batch(step)
        for at in range(0, 6, 2):
            pair = batch.texts[at : at + 2]
            assert {t.split()[0] for t in pair} == {"câu", "sentence"}
