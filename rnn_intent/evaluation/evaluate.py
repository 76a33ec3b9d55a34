"""How good is a model on labelled rows? Judged through the predictor, because that is what will run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.errors import DataError
from rnn_intent.metrics import (
    IntentScore,
    Reliability,
    accuracy,
    class_numbers,
    confusions,
    intent_scores,
    macro_f1,
    reliability,
)

if TYPE_CHECKING:
    from rnn_intent.inference.predictor import Predictor


@dataclass(frozen=True)
class Evaluation:
    """A model's scores on labelled rows. Rejection plays no part here: the best intent counts, however unsure."""

    rows: int
    accuracy: float
    macro_f1: float
    per_intent: dict[str, IntentScore]
    confused: list[tuple[str, str, int]]
    reliability: Reliability
    unknown_intents: list[str]
    seconds: float

    @property
    def sentences_per_second(self) -> float:
        return self.rows / max(self.seconds, 1e-9)

    def scores(self) -> dict[str, Any]:
        """What depends on model and data alone, the same on every run: for metrics.json."""
        values = asdict(self)
        del values["seconds"]
        return values

    def to_dict(self) -> dict[str, Any]:
        return {**self.scores(), "throughput": self.sentences_per_second}


def evaluate(predictor: Predictor, examples: Sequence[Example]) -> Evaluation:
    """Scores every example; an intent that the model does not know counts as an error.

    Raises DataError for no examples.
    """
    if not examples:
        raise DataError("no rows to evaluate: the split is empty")
    started = time.perf_counter()
    probabilities = predictor.probabilities([example.text for example in examples])  # (rows, intents)
    seconds = time.perf_counter() - started
    return judge(predictor.labels, probabilities, [example.intent for example in examples], seconds)


def judge(labels: Sequence[str], probabilities: np.ndarray, truth: Sequence[str], seconds: float) -> Evaluation:
    """The scores of given probabilities, (rows, intents)."""
    predicted = [labels[index] for index in probabilities.argmax(axis=1)]
    scores = intent_scores(truth, predicted)
    return Evaluation(
        rows=len(truth),
        accuracy=accuracy(truth, predicted),
        macro_f1=macro_f1(scores),
        per_intent=scores,
        confused=confusions(truth, predicted),
        reliability=reliability(probabilities, class_numbers(labels, truth)),
        unknown_intents=sorted(set(truth) - set(labels)),
        seconds=seconds,
    )
