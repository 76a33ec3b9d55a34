"""The rows on which a threshold is chosen, and what choosing it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.data.example import Example
from rnn_intent.errors import DataError
from rnn_intent.evaluation.rejection import fit_rejection, made_strangers, threshold_against
from rnn_intent.evaluation.rejection_cost import OperatingPoint, at_threshold, threshold_expected
from rnn_intent.inference.predictor import Predictor


@dataclass(frozen=True)
class Labelled:
    """Rows that belong, rows that do not, and the training rows if they are here."""

    inside: Sequence[Example]
    outside: Sequence[Example] = ()
    train: Sequence[Example] = field(default=())


@dataclass(frozen=True)
class RejectionRows:
    """In-scope scores. scores, correct: (rows,), of sentences that belong; outside: (others,), of those that do not.

    made: the sentences that do not belong are made up.
    """

    scores: np.ndarray
    correct: np.ndarray
    outside: np.ndarray
    made: bool

    def at(self, threshold: float) -> OperatingPoint:
        return at_threshold(threshold, self.scores, self.correct, self.outside)


def with_score(artifact: Artifact, labelled: Labelled) -> Artifact:
    """The artifact with an in-scope score: its own, or one fitted to the rows where they allow it."""
    if (artifact.rejection and artifact.rejection.get("score")) or not labelled.train:
        return artifact
    return fit_rejection(artifact, labelled.train, labelled.inside)


def rejection_rows(artifact: Artifact, labelled: Labelled) -> RejectionRows:
    """Scores the rows. Raises DataError if none belongs to an intent of the model."""
    predictor = Predictor(artifact)
    inside = [row for row in labelled.inside if row.intent in artifact.labels]
    if not inside:
        raise DataError("no row has an intent that the model knows: nothing to measure rejection by")
    texts = [row.text for row in inside]
    found = predictor.probabilities(texts).argmax(axis=1)
    outside = [row.text for row in labelled.outside]
    made = not outside
    if made:
        outside = made_strangers(predictor, labelled.train or inside)
    return RejectionRows(
        scores=predictor.in_scope_scores(texts),
        correct=np.array([artifact.labels[best] == row.intent for best, row in zip(found, inside, strict=True)]),
        outside=predictor.in_scope_scores(outside),
        made=made,
    )


def choose_threshold(
    rows: RejectionRows, false_reject: float | None = None, false_accept: float | None = None
) -> OperatingPoint:
    """The threshold on one of the two budgets, and what it does."""
    if false_accept is not None:
        return rows.at(min(1.0, threshold_against(rows.outside, false_accept)))
    return rows.at(threshold_expected(rows.scores, 0.05 if false_reject is None else false_reject))
