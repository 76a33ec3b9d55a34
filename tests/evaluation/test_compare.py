from __future__ import annotations

import math

import numpy as np
import pytest

from rnn_intent.evaluation.compare import compare, mcnemar, rows_needed
from rnn_intent.metrics import accuracy, intent_scores, macro_f1

INTENTS = np.array(["a", "b", "c", "d"])


def answered(truth: np.ndarray, share: float, seed: int) -> list[str]:
    """Answers of which a share is right for sure."""
    random = np.random.default_rng(seed)
    wrong = INTENTS[random.integers(0, 4, len(truth))]
    return np.where(random.random(len(truth)) < share, truth, wrong).tolist()


def truth_of(rows: int) -> np.ndarray:
    return INTENTS[np.random.default_rng(0).integers(0, 4, rows)]


def test_scores_are_those_of_the_metrics():
    truth = truth_of(200)
    answers = [answered(truth, 0.6, 1), answered(truth, 0.8, 2), ["elsewhere"] * 200]
    found = compare(["one", "two", "three"], truth.tolist(), answers, resamples=50)
    for score, row in zip(found.scores, answers, strict=True):
        assert score.accuracy == pytest.approx(accuracy(truth, row))
        assert score.macro_f1 == pytest.approx(macro_f1(intent_scores(truth, row)))


def test_intervals_are_those_of_rows_drawn_one_by_one():
    truth = truth_of(150)
    first, second = answered(truth, 0.5, 1), answered(truth, 0.75, 2)
    found = compare(["first", "second"], truth.tolist(), [first, second], seed=3, resamples=4000)
    random = np.random.default_rng(9)
    gaps, scores = [], []
    for _ in range(1500):
        rows = random.integers(0, len(truth), len(truth))
        drawn, one, two = (np.array(part)[rows].tolist() for part in (truth, first, second))
        gaps.append(accuracy(drawn, two) - accuracy(drawn, one))
        scores.append(macro_f1(intent_scores(drawn, two)) - macro_f1(intent_scores(drawn, one)))
    (difference,) = found.differences
    assert difference.accuracy_interval == pytest.approx(np.quantile(gaps, [0.025, 0.975]), abs=0.02)
    assert difference.macro_f1_interval == pytest.approx(np.quantile(scores, [0.025, 0.975]), abs=0.02)


@pytest.mark.parametrize(("won", "lost"), [(0, 0), (1, 0), (5, 5), (3, 12), (40, 20)])
def test_mcnemar_counts_every_division_at_least_as_uneven(won: int, lost: int):
    total, fewer = won + lost, min(won, lost)
    tail = sum(math.comb(total, count) for count in range(fewer + 1)) / 2**total
    exact, mid = mcnemar(won, lost)
    assert exact == pytest.approx(min(1.0, 2 * tail))
    assert mid == pytest.approx(min(1.0, 2 * tail - math.comb(total, fewer) / 2**total))
    assert (exact, mid) == mcnemar(lost, won)


def test_a_clear_difference_is_told_in_points():
    truth = truth_of(2000)
    found = compare(["weak", "strong"], truth.tolist(), [answered(truth, 0.6, 1), answered(truth, 0.8, 2)])
    (difference,) = found.differences
    assert difference.distinguishable
    assert difference.more_rows is None
    low, high = difference.accuracy_interval
    assert difference.verdict == f"better by {100 * difference.accuracy:.1f} ± {50 * (high - low):.1f}"
    back = compare(["strong", "weak"], truth.tolist(), [answered(truth, 0.8, 2), answered(truth, 0.6, 1)])
    assert back.differences[0].verdict.startswith("worse by ")
    assert (back.differences[0].won, back.differences[0].lost) == (difference.lost, difference.won)


def test_a_small_difference_asks_for_as_many_rows_as_would_show_it():
    rows, truth = 100, ["a"] * 100
    first = ["b"] * 6 + ["a"] * 90 + ["b"] * 4
    second = ["a"] * 6 + ["a"] * 90 + ["b"] * 4
    second[6:9] = ["b"] * 3  # 6 won, 3 lost
    (difference,) = compare(["first", "second"], truth, [first, second]).differences
    assert not difference.distinguishable
    assert difference.more_rows == rows_needed(6, 3, rows) - rows > 0
    assert "more test rows" in difference.verdict
    more = 1 + difference.more_rows // rows  # that many rows of the same kind do show it
    (shown,) = compare(["first", "second"], truth * more, [first * more, second * more]).differences
    assert shown.distinguishable


def test_the_same_answers_are_indistinguishable():
    truth = truth_of(50)
    row = answered(truth, 0.7, 1)
    (difference,) = compare(["one", "same"], truth.tolist(), [row, row], resamples=100).differences
    assert (difference.accuracy, difference.p_mid, difference.more_rows) == (0.0, 1.0, None)
    assert difference.verdict == "indistinguishable; as many rows are won as lost"


def test_the_same_seed_gives_the_same_intervals():
    truth = truth_of(80)
    rows = [answered(truth, 0.5, 1), answered(truth, 0.6, 2)]
    first, again, other = (compare(["a", "b"], truth.tolist(), rows, seed, 300) for seed in (1, 1, 2))
    assert first == again != other
