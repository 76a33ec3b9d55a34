from itertools import pairwise

import numpy as np
import pytest
import torch

from rnn_intent.settings import DistillationSettings, TrainingSettings
from rnn_intent.training.batches import shuffled_batches, sorted_batches
from rnn_intent.training.objective import class_weights, disagreement, taught_cross_entropy
from rnn_intent.training.optimizers import Optimizers
from rnn_intent.training.schedule import warmup_cosine

LENGTHS = np.random.default_rng(0).integers(1, 30, 1000)


def test_every_row_is_read_once_an_epoch_in_an_order_that_seed_and_epoch_decide():
    first = shuffled_batches(LENGTHS, 64, seed=1, epoch=1)
    assert sorted(np.concatenate(first)) == list(range(1000))
    assert all((a == b).all() for a, b in zip(first, shuffled_batches(LENGTHS, 64, seed=1, epoch=1), strict=True))
    for seed, epoch in ((2, 1), (1, 2)):
        assert np.concatenate(first).tolist() != np.concatenate(shuffled_batches(LENGTHS, 64, seed, epoch)).tolist()


def test_batches_hold_little_padding():
    batches = shuffled_batches(LENGTHS, 64, seed=1, epoch=1)
    padded = sum(len(rows) * LENGTHS[rows].max() for rows in batches)
    assert padded < 1.15 * LENGTHS.sum()


def test_evaluation_batches_cover_every_row_by_length():
    rows = np.concatenate(list(sorted_batches(LENGTHS, 128)))
    assert sorted(rows) == list(range(1000))
    assert (np.diff(LENGTHS[rows]) >= 0).all()


def test_class_weights_lift_rare_intents_and_keep_the_mean():
    targets = np.array([0] * 90 + [1] * 10)
    balanced = class_weights("balanced", targets, 2)
    square_root = class_weights("sqrt", targets, 2)
    assert class_weights("none", targets, 2) is None
    assert balanced is not None
    assert square_root is not None
    assert balanced[1] / balanced[0] == pytest.approx(9)
    assert square_root[1] / square_root[0] == pytest.approx(3)
    assert balanced[torch.from_numpy(targets)].mean() == pytest.approx(1)


def test_disagreement_is_zero_for_equal_logits_and_symmetric():
    first, second = torch.randn(4, 3), torch.randn(4, 3)
    assert disagreement(first, first) == pytest.approx(0, abs=1e-6)
    assert disagreement(first, second) == pytest.approx(float(disagreement(second, first)))
    assert disagreement(first, second) > 0


def test_the_learning_rate_rises_then_falls_to_zero():
    share = warmup_cosine(0.1, 100)
    values = [share(step) for step in range(101)]
    assert values[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert values[10] == pytest.approx(1)
    assert all(later <= earlier for earlier, later in pairwise(values[10:]))
    assert values[100] == pytest.approx(0)


def test_embeddings_get_sparse_steps_and_biases_no_decay():
    model = torch.nn.Sequential(torch.nn.Embedding(5, 3, sparse=True), torch.nn.Linear(3, 2))
    optimizers = Optimizers(model, TrainingSettings(weight_decay=0.5, learning_rate=0.1), steps=10)
    untouched, bias = model[0].weight[4].clone(), model[1].bias.clone()
    model(torch.tensor([1, 2])).sum().backward()
    model[1].bias.grad.zero_()
    optimizers.step()
    assert torch.equal(model[0].weight[4], untouched)
    assert not torch.equal(model[0].weight[1], untouched)
    assert torch.allclose(model[1].bias, bias)


def test_labels_and_teacher_share_the_loss():
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.1, 0.2], [0.0, 3.0, 1.0]])
    targets, taught = torch.tensor([1, 0, -1]), torch.tensor([[0.2, 0.7, 0.1], [0, 0, 0], [0.1, 0.1, 0.8]])
    settings = DistillationSettings(share=0.75, temperature=2.0)
    hard = torch.nn.functional.cross_entropy(logits, targets.clamp(min=0), reduction="none")

    def divergence(row: int) -> torch.Tensor:
        teacher = taught[row].sqrt() / taught[row].sqrt().sum()
        return (teacher * (teacher / (logits[row] / 2).softmax(dim=0)).log()).sum()

    expected = (0.25 * hard[0] + 0.75 * 4 * divergence(0)) + hard[1] + 4 * divergence(2)
    found = taught_cross_entropy(logits, targets, taught, settings, 0.0, None)
    assert found == pytest.approx(expected / 3)
