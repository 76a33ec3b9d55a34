import numpy as np
import pytest

from rnn_intent.training.linear_head import STRENGTHS, fit_head


def test_the_head_learns_what_a_line_can_part():
    random = np.random.default_rng(0)
    middles = random.normal(0, 1, (4, 10))
    targets = np.arange(200) % 4
    vectors = (middles[targets] + random.normal(0, 0.3, (200, 10)) + 5).astype(np.float32)
    head = fit_head(vectors[:150], targets[:150], vectors[150:], targets[150:], 4)
    assert (head.logits(vectors[150:]).argmax(axis=1) == targets[150:]).mean() > 0.95


def test_a_strong_pull_keeps_the_answers_careful():
    targets = np.array([0, 1] * 20)
    vectors = np.array([[1.0], [-1.0]] * 20, dtype=np.float32)
    careful, sure = (fit_head(vectors, targets, vectors, targets, 2, [pull]) for pull in (0.01, 100.0))
    assert np.abs(careful.logits(vectors)).max() < np.abs(sure.logits(vectors)).max()
    # the weights are w and -w: the minimum of log(1 + exp(-2 w)) + w² / (C n), found by trying
    tried = np.linspace(0, 5, 20001)
    best = tried[np.argmin(np.log1p(np.exp(-2 * tried)) + tried**2 / (0.01 * 40))]
    assert careful.logits(vectors)[0, 0] == pytest.approx(best, abs=1e-3)


def test_three_validation_rows_that_any_strength_gets_right_do_not_choose_the_weakest():
    targets = np.array([0, 1] * 20)
    vectors = np.array([[1.0], [-1.0]] * 20, dtype=np.float32)

    def chosen(valid_vectors, valid_targets):
        return fit_head(vectors, targets, valid_vectors, valid_targets, 2).fit.strength

    assert chosen(vectors[:3], targets[:3]) == STRENGTHS[-1]
    assert chosen(vectors[:0], targets[:0]) == STRENGTHS[-1]  # none has an objection
    assert chosen(vectors[:3], 1 - targets[:3]) == STRENGTHS[0]
