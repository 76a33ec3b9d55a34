import numpy as np
import pytest

from rnn_intent.metrics import (
    accuracy,
    area_under_roc,
    confusions,
    expected_calibration_error,
    false_positive_rate_at,
    fit_mixture,
    intent_scores,
    macro_f1,
    reliability,
    softmax,
)

TRUTH = ["a", "a", "a", "b", "b", "c"]
GUESS = ["a", "a", "b", "b", "d", "b"]


def test_accuracy_is_the_share_of_right_rows():
    assert accuracy(TRUTH, GUESS) == pytest.approx(3 / 6)
    assert accuracy([], []) == 0


def test_precision_recall_and_f1_of_an_intent():
    score = intent_scores(TRUTH, GUESS)["b"]
    assert (score.precision, score.recall, score.support) == (pytest.approx(1 / 3), pytest.approx(1 / 2), 2)
    assert score.f1 == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_macro_f1_counts_each_true_intent_once_and_no_invented_one():
    scores = intent_scores(TRUTH, GUESS)
    assert set(scores) == {"a", "b", "c", "d"}
    assert macro_f1(scores) == pytest.approx((0.8 + 0.4 + 0.0) / 3)


def test_confusions_come_most_frequent_first():
    assert confusions(["x", "x", "y"], ["y", "y", "x"]) == [("x", "y", 2), ("y", "x", 1)]


def test_softmax_sums_to_one_and_survives_large_logits():
    probabilities = softmax(np.array([[1000.0, 0.0], [0.0, 0.0]]))
    assert probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert softmax(np.array([2.0, 0.0]), temperature=2.0) == pytest.approx(softmax(np.array([1.0, 0.0])))


@pytest.mark.parametrize("seed", range(5))
def test_area_under_roc_is_the_chance_to_win_a_pair(seed: int):
    random = np.random.default_rng(seed)
    positive, negative = random.integers(0, 6, 40), random.integers(0, 5, 30)  # many ties
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert area_under_roc(positive, negative) == pytest.approx(np.mean(pairs))


def test_false_positive_rate_keeps_the_share_of_positives():
    positive = np.arange(100.0)
    assert false_positive_rate_at(positive, np.array([3.0, 4.0, 5.0, 50.0]), 0.95) == pytest.approx(3 / 4)


def test_calibration_error_is_zero_when_confidence_equals_accuracy():
    confidence = np.full(300, 0.75)
    correct = np.tile([True, True, True, False], 75)
    assert expected_calibration_error(confidence, correct, bins=3) == pytest.approx(0)
    assert expected_calibration_error(confidence, np.zeros(300, bool)) == pytest.approx(0.75)


def test_certainty_that_is_right_costs_nothing_and_is_written_so():
    assert str(reliability(np.eye(2), np.array([0, 1]), bins=1).nll) == "0.0"


def test_reliability_counts_an_unknown_intent_as_wrong():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8]])
    known = reliability(probabilities, np.array([0, 1]), bins=1)
    missing = reliability(probabilities, np.array([0, -1]), bins=1)
    assert known.ece == pytest.approx(0.15)
    assert known.brier == pytest.approx((0.02 + 0.08) / 2)
    assert known.nll == pytest.approx(-(np.log(0.9) + np.log(0.8)) / 2)
    assert missing.brier > known.brier
    assert missing.nll > known.nll


def test_the_shares_of_a_mixture_are_the_most_likely_ones():
    random = np.random.default_rng(0)
    said = random.uniform(0.05, 1, (2, 5_000))
    said[0] *= 1.5
    shares = fit_mixture(said, [0.1, 0.1])
    tried = np.linspace(0.001, 0.999, 999)
    likely = [np.log(share * said[0] + (1 - share) * said[1]).sum() for share in tried]
    assert shares[0] == pytest.approx(tried[np.argmax(likely)], abs=0.01)
    assert shares.sum() == pytest.approx(1)


def test_without_rows_a_mixture_is_as_before_and_rows_that_nobody_expected_tell_nothing():
    assert fit_mixture(np.zeros((2, 0)), [1.0, 3.0]) == pytest.approx([0.25, 0.75])
    assert fit_mixture(np.zeros((2, 9)), [1.0, 3.0]) == pytest.approx([0.25, 0.75])
    alike = np.full((2, 9), 0.5)
    alike[:, 3] = 0
    assert fit_mixture(alike, [1.0, 3.0]) == pytest.approx([0.25, 0.75])
