from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rnn_intent.evaluation.rejection_cost import (
    TAIL,
    at_threshold,
    coverage_curve,
    evidence_expected,
    operating_points,
    recall_curve,
    threshold_expected,
    threshold_for,
)

SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
CORRECT = np.array([False, False, True, True, True, True, True, True, True, True])
OUTSIDE = np.array([0.05, 0.15, 0.25, 0.95])


def test_a_threshold_is_counted_out_by_hand() -> None:
    point = at_threshold(0.2, SCORES, CORRECT, OUTSIDE)
    assert point.false_reject == pytest.approx(0.1)
    assert point.accuracy == pytest.approx(8 / 9)
    assert point.errors_kept_out == pytest.approx(0.5)
    assert point.recall == pytest.approx(0.5)


def test_without_out_of_scope_rows_there_is_no_recall() -> None:
    assert at_threshold(0.2, SCORES, CORRECT, None).recall is None


@pytest.mark.parametrize("budget", [0.0, 0.05, 0.1, 0.3, 0.999, 1.0])
def test_a_budget_is_kept_and_used(budget: float) -> None:
    lost = (threshold_for(SCORES, budget) > SCORES).mean()
    assert lost <= budget + 1e-12
    assert lost > budget - 1 / len(SCORES) - 1e-12


def test_ties_never_break_the_budget() -> None:
    assert threshold_for(np.array([0.5] * 10), 0.3) == 0.5


def lost_of_further(threshold: Callable[[np.ndarray], float], rows: int) -> float:
    """Share of further sentences below what so many rows set; the evidence's lower tail is exponential."""
    drawn = -TAIL * np.random.default_rng(0).gumbel(size=(2000, rows + 50))
    return float(np.mean([(row[rows:] < threshold(row[:rows])).mean() for row in drawn]))


@pytest.mark.parametrize("rows", [3, 5, 8, 12, 19, 40, 500])
def test_of_further_sentences_the_budget_is_lost_on_average(rows: int) -> None:
    assert lost_of_further(lambda scores: evidence_expected(scores, 0.05), rows) == pytest.approx(0.05, abs=0.025)


def test_the_lowest_of_three_would_turn_a_quarter_away() -> None:
    assert lost_of_further(lambda scores: threshold_for(scores, 0.05), 3) > 0.2


def test_no_more_evidence_is_asked_for_than_the_rows_have() -> None:
    assert evidence_expected(SCORES, 1.0) == 1.0
    assert evidence_expected(SCORES, 0.0) == SCORES.min()


@pytest.mark.parametrize("budget", [0.0, 0.01, 0.05, 0.1, 0.3, 0.999, 1.0])
def test_further_sentences_lower_the_threshold_and_never_raise_it(budget: float) -> None:
    assert 0.0 < threshold_expected(SCORES, budget) <= threshold_for(SCORES, budget)
    assert (threshold_expected(SCORES, budget) < SCORES.min()) == (0.0 < budget < 1 / 11)


def test_operating_points_lose_more_as_the_budget_grows() -> None:
    points = operating_points(SCORES, CORRECT, OUTSIDE)
    assert [point.threshold for point in points] == sorted(point.threshold for point in points)
    assert points[-1].false_reject == pytest.approx(0.2)


def test_the_recall_curve_rises_from_nothing_to_all() -> None:
    lost, kept_out = recall_curve(SCORES, OUTSIDE)
    assert (lost[0], kept_out[0], lost[-1], kept_out[-1]) == (0, 0, 1, 1)
    assert (np.diff(lost) >= 0).all()
    assert (np.diff(kept_out) >= 0).all()


def test_the_area_under_the_recall_curve_is_the_auroc() -> None:
    from rnn_intent.metrics import area_under_roc

    rng = np.random.default_rng(0)
    inside, outside = rng.normal(1, 1, 300), rng.normal(0, 1, 100)
    lost, kept_out = recall_curve(inside, outside, points=10_000)
    area = float(((lost[1:] - lost[:-1]) * (kept_out[1:] + kept_out[:-1]) / 2).sum())
    assert area == pytest.approx(area_under_roc(inside, outside), abs=1e-6)


def test_the_coverage_curve_ends_with_all_sentences_and_their_accuracy() -> None:
    share, accuracy = coverage_curve(SCORES, CORRECT)
    assert (share[-1], accuracy[-1]) == (1.0, pytest.approx(0.8))
    assert (share[0], accuracy[0]) == (pytest.approx(0.1), 1.0)


def test_sentences_of_equal_score_are_answered_together() -> None:
    share, accuracy = coverage_curve(np.array([0.5, 0.5, 0.9]), np.array([True, False, True]))
    assert share.tolist() == pytest.approx([1 / 3, 1.0])
    assert accuracy.tolist() == pytest.approx([1.0, 2 / 3])


def test_long_curves_are_thinned_but_keep_their_ends() -> None:
    rng = np.random.default_rng(0)
    share, _ = coverage_curve(rng.random(5000), rng.random(5000) > 0.1, points=50)
    assert len(share) == 50
    assert share[-1] == 1.0
