import numpy as np
import pytest

from rnn_intent.metrics import fit_temperature, softmax


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_answers_is_found(true_temperature: float):
    random = np.random.default_rng(0)
    logits = random.normal(size=(4000, 5)) * 3
    cumulative = softmax(logits, true_temperature).cumsum(axis=1)
    targets = (random.random((4000, 1)) > cumulative).sum(axis=1).clip(max=4)
    assert fit_temperature(logits, targets) == pytest.approx(true_temperature, rel=0.1)


def test_rows_of_unknown_intents_are_left_out():
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0], [9.0, 0.0]])
    known = fit_temperature(logits[:3], np.array([0, 1, 1]))
    assert fit_temperature(logits, np.array([0, 1, 1, -1])) == pytest.approx(known)
    assert fit_temperature(logits, np.full(4, -1)) == 1.0
