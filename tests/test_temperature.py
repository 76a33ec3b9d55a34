import numpy as np
import pytest

from rnn_intent.metrics import fit_temperature, softmax


@pytest.mark.parametrize("true_temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_made_the_answers_is_found(true_temperature: float):
    random = np.random.default_rng(0)
    logits = random.normal(size=(4000, 5)) * 3
    cumulative = softmax(logits, true_temperature).cumsum(axis=1)
    targets = (random.random((4000, 1)) > cumulative).sum(axis=1).clip(max=4)
    assert fit_temperature(logits, targets).temperature == pytest.approx(true_temperature, rel=0.1)


def test_rows_of_unknown_intents_are_left_out():
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [0.5, 0.0], [9.0, 0.0]])
    known = fit_temperature(logits[:3], np.array([0, 1, 1]))
    assert fit_temperature(logits, np.array([0, 1, 1, -1])) == known
    assert fit_temperature(logits, np.full(4, -1)).temperature == 1.0


def test_a_few_rows_make_no_model_sure_or_unsure_of_everything():
    logits = np.array([[2.0, 0.0], [3.0, 0.0], [0.0, 2.0]])
    right, wrong = np.array([0, 0, 1]), np.array([1, 1, 0])
    assert 0.6 < fit_temperature(logits, right).temperature < 1.0
    assert 1.0 < fit_temperature(logits, wrong).temperature < 5.0
    many = fit_temperature(np.tile(logits, (1000, 1)), np.tile(right, 1000))
    assert many.temperature < 0.4  # there are enough to believe it


def test_the_loss_tells_which_of_two_models_knows_the_rows_better():
    right = np.array([0, 1, 1])
    sure, unsure = (np.array([[size, 0.0], [0.0, size], [0.0, size]]) for size in (4.0, 0.4))
    assert fit_temperature(sure, right).loss < fit_temperature(unsure, right).loss
