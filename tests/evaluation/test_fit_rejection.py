from __future__ import annotations

import numpy as np
import pytest
from random_models import random_artifact

from rnn_intent.data.example import Example
from rnn_intent.evaluation import rejection
from rnn_intent.evaluation.heaps import evidence
from rnn_intent.evaluation.likeness import grouped
from rnn_intent.evaluation.rejection import (
    Encoded,
    calibrated_as,
    discriminant,
    factors_of_few,
    fit_factors,
    fit_rejection,
    threshold_against,
)
from rnn_intent.evaluation.rejection_rows import Labelled, choose_threshold, rejection_rows, with_score
from rnn_intent.inference.predictor import Predictor

TEXTS = ["what time is it", "play some music", "in the kitchen", "现在 几点 了", "iphone music", "is it time"]


def examples(artifact, repeats: int = 4) -> list[Example]:
    """Sentences with the intents that the model itself gives them."""
    texts = [f"{text} {'now ' * extra}".strip() for text in TEXTS for extra in range(repeats)]
    return [Example(answer.text, answer.intent) for answer in Predictor(artifact).predict(texts)]


def test_the_directions_make_the_spread_within_an_intent_one_and_keep_the_intents_apart():
    random = np.random.default_rng(1)
    targets = np.repeat(np.arange(4), 300)
    centres = random.normal(size=(4, 10)) * 5
    scales = np.geomspace(0.1, 10, 10)
    summaries = centres[targets] + random.normal(size=(1200, 10)) * scales
    projection, places = discriminant(summaries, targets, 4)
    assert projection.shape == (10, 3)
    projected = summaries @ projection.astype(float)
    apart = projected - places.astype(float)[targets]
    assert apart.std(axis=0).max() < 1.1
    nearest = ((projected[:, None] - places.astype(float)[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == targets).mean() > 0.95


@pytest.mark.parametrize("rows", [1, 5])
def test_directions_are_finite_where_an_intent_has_hardly_a_row(rows):
    summaries = np.random.default_rng(2).normal(size=(rows * 2, 6))
    for values in (summaries, np.zeros_like(summaries)):
        projection, places = discriminant(values, np.arange(rows * 2) % 2, 2)
        assert np.isfinite(projection).all()
        assert np.isfinite(places).all()


def test_the_factor_of_the_distance_is_high_where_distance_tells_and_low_where_it_does_not():
    random = np.random.default_rng(3)
    targets = np.arange(200) % 4
    centres = 6 * np.eye(4)
    telling = Encoded(random.normal(size=(200, 4)), centres[targets] + random.normal(size=(200, 4)), targets)
    silent = Encoded(random.normal(size=(200, 4)), random.normal(size=(200, 4)), targets)
    silent.logits[np.arange(200), targets] += 9
    ratios = []
    for rows in (telling, silent):
        factors = fit_factors(rows, np.eye(4), centres)
        ratios.append(factors["distance"] / max(factors["energy"], 1e-9))
    assert ratios[0] > 10 * ratios[1]


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_of_few_rows_the_distance_counts_as_much_as_is_said_and_all_together_has_a_spread_of_one(share):
    random = np.random.default_rng(6)
    targets = np.arange(2000) % 4
    rows = Encoded(3 * random.normal(size=(2000, 4)), random.normal(size=(2000, 4)), targets)
    factors = factors_of_few(rows, np.eye(4), np.eye(4), share)
    shares = np.exp(rows.logits) / np.exp(rows.logits).sum(axis=1, keepdims=True)
    certainty = np.log(np.exp(rows.logits).sum(axis=1)) + 2.0 * (shares * np.log(shares)).sum(axis=1)
    near = -np.log(((rows.summaries - np.eye(4)[rows.logits.argmax(axis=1)]) ** 2).sum(axis=1))
    assert factors["entropy"] == 2.0 * factors["energy"]
    assert factors["distance"] * near.std() == pytest.approx(share * factors["energy"] * certainty.std(), rel=0.01)
    assert (factors["energy"] * certainty + factors["distance"] * near).std() == pytest.approx(1.0, rel=0.01)


def test_entropy_counts_where_training_rows_are_few(monkeypatch):
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    few = fit_rejection(plain, rows, rows).rejection["score"]
    monkeypatch.setattr(rejection, "ENOUGH_ROWS", len(rows))
    many = fit_rejection(plain, rows, rows).rejection["score"]
    assert few.keys() - many.keys() == {"entropy"}
    assert few["distance"] < many["distance"]


def test_three_rows_that_happen_to_be_alike_do_not_make_a_signal_huge():
    logits, summaries, targets = np.tile([4.0, 0.0], (3, 1)), np.tile([0.9, 0.1], (3, 1)), np.zeros(3, dtype=np.int64)
    alike = Encoded(logits, summaries, targets)
    for few in (fit_factors(alike, np.eye(2), np.eye(2)), factors_of_few(alike, np.eye(2), np.eye(2), 0.1)):
        assert 0.0 < few["energy"] + few["distance"] < 3.0


@pytest.mark.parametrize("false_reject", [0.0, 0.05, 0.1, 0.5])
def test_a_fitted_threshold_keeps_to_its_budget_of_false_rejections(false_reject):
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    fitted = fit_rejection(plain, rows, rows, false_reject)
    predictor = Predictor(fitted)
    assert predictor.threshold == pytest.approx(0.5, abs=1e-3)
    rejected = (predictor.in_scope_scores([row.text for row in rows]) < predictor.threshold - 1e-9).mean()
    assert rejected <= false_reject
    assert rejected > false_reject - 0.25
    assert fitted.rejection["budget"] == {"false_reject": false_reject, "rows": len(rows)}


def test_a_validation_row_of_new_words_only_does_not_let_nonsense_pass():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    valid = [*rows[:8], Example("xkcd qwfp", plain.labels[0])]
    predictor = Predictor(fit_rejection(plain, rows, valid))
    assert predictor.unknown_shares(["xkcd qwfp", rows[0].text]).tolist() == [1.0, 0.0]
    assert predictor.in_scope_scores([valid[-1].text, "zzz jkl", "bnm"]).max() < predictor.threshold
    assert (predictor.in_scope_scores([row.text for row in rows[:8]]) >= predictor.threshold).all()
    alone = Predictor(fit_rejection(plain, rows, valid[-1:]))
    assert alone.in_scope_scores([valid[-1].text])[0] >= alone.threshold


def test_unlike_sentences_score_less_than_those_of_training():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    predictor = Predictor(fit_rejection(plain, rows, rows))
    belong = predictor.in_scope_scores([row.text for row in rows])
    strange = predictor.in_scope_scores(["xkcd qwfp", "zzz", "龘靐齉", "@@ ##"])
    assert strange.max() < np.median(belong)


def test_sentences_answered_as_out_of_scope_rows_score_less():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    outside = [
        Example(text, "out_of_scope") for text in ("sing to the moon", "who wrote it", "buy a ticket", "no idea")
    ]
    without, likened = fit_rejection(plain, rows, rows), fit_rejection(plain, rows, rows, outside=outside)
    assert likened.tensors["rejection.inside"].shape == (32, 4)
    assert likened.tensors["rejection.outside"].shape == (4, 4)
    texts = {"inside": [row.text for row in rows], "outside": [row.text for row in outside]}
    gaps = []
    for artifact in (without, likened):
        scores = {name: evidence(Predictor(artifact), some) for name, some in texts.items()}
        gaps.append((scores["inside"].mean() - scores["outside"].mean()) / scores["inside"].std())
    assert gaps[1] > gaps[0]
    again = calibrated_as(likened, plain, rows, (), outside)
    np.testing.assert_array_equal(again.tensors["rejection.outside"], likened.tensors["rejection.outside"])
    assert {"rejection.inside", "rejection.outside"}.isdisjoint(
        calibrated_as(without, plain, rows, (), outside).tensors
    )


@pytest.mark.parametrize(("rows", "count"), [(0, 3), (2, 3), (3, 3), (40, 3)])
def test_groups_of_rows_point_their_ways(rows, count):
    random = np.random.default_rng(5)
    ways = np.eye(6)[np.arange(rows) % 3] + 0.05 * random.normal(size=(rows, 6))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    centres = grouped(ways, count)
    assert centres.shape == (count, 6)
    if rows >= count:
        assert (ways @ centres.T).max(axis=1).min() > 0.95
    elif rows:
        np.testing.assert_allclose((ways @ centres.T).max(axis=1), 1)


def test_rows_of_intents_that_the_model_lacks_count_for_nothing():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    strange = [Example("sing a song", "sing")] * 20
    assert fit_rejection(plain, rows, rows + strange).rejection == fit_rejection(plain, rows, rows).rejection
    assert fit_rejection(plain, rows, strange).rejection is None


def test_fitting_twice_gives_the_same_score():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    once = fit_rejection(plain, rows, rows)
    again = fit_rejection(once, rows, rows)
    assert once.rejection == again.rejection
    np.testing.assert_array_equal(once.tensors["rejection.projection"], again.tensors["rejection.projection"])


@pytest.mark.parametrize(("budget", "accepted"), [(0.0, 0), (0.25, 1), (0.5, 2), (0.99, 3)])
def test_the_threshold_against_outsiders_accepts_no_more_than_the_budget(budget, accepted):
    outside = np.array([0.1, 0.4, 0.3, 0.2])
    threshold = threshold_against(outside, budget)
    assert (outside >= threshold).sum() == accepted


def test_made_up_sentences_serve_where_there_are_no_out_of_scope_rows():
    plain = random_artifact(labels=4, scale=1.0)
    rows = examples(plain)
    labelled = Labelled(rows, (), rows)
    fitted = with_score(plain, labelled)
    assert fitted.rejection is not None
    found = rejection_rows(fitted, labelled)
    assert found.made
    assert len(found.outside) == 2000
    point = choose_threshold(found, false_accept=0.1)
    assert (found.outside >= point.threshold).mean() <= 0.1
