"""Arithmetic over labels and probabilities. Knows no model, so that training and evaluation share it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

# where the temperature is looked for, and by which steps
COLDEST, HOTTEST = 0.05, 20.0
GOLDEN = (math.sqrt(5) - 1) / 2
MAXIMISATIONS = 100  # by which the shares of a mixture are found; they stand still much sooner
CAUTION = 4.0  # how far few rows are held to a temperature of 1 (docs/measurements.md, "Few validation rows")


@dataclass(frozen=True)
class IntentScore:
    """How well one intent is found; shares between 0 and 1. support: rows that have this intent."""

    precision: float
    recall: float
    f1: float
    support: int


def class_numbers(labels: Sequence[str], intents: Sequence[str]) -> np.ndarray:
    """Class numbers, (rows,), -1 for an intent that is not among the labels."""
    number = {label: index for index, label in enumerate(labels)}
    return np.array([number.get(intent, -1) for intent in intents], dtype=np.int64)


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of rows whose predicted intent is the true one; 0 for no rows."""
    return sum(map(str.__eq__, truth, predicted)) / max(1, len(truth))


def wilson_interval(right: int, rows: int, z: float = 1.96) -> tuple[float, float]:
    """Where the true share lies with 95 % confidence when `right` of `rows` hold (Wilson 1927); (0, 1) for no rows."""
    if not rows:
        return 0.0, 1.0
    share, weight = right / rows, z * z / rows
    middle = (share + weight / 2) / (1 + weight)
    reach = z * (share * (1 - share) / rows + weight / (4 * rows)) ** 0.5 / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def intent_scores(truth: Sequence[str], predicted: Sequence[str]) -> dict[str, IntentScore]:
    """Precision, recall and F1 for every intent that is true or predicted at least once, by name."""
    right = Counter(true for true, guess in zip(truth, predicted, strict=True) if true == guess)
    support, guesses = Counter(truth), Counter(predicted)
    return {name: _score(right[name], support[name], guesses[name]) for name in sorted(support | guesses)}


def _score(right: int, support: int, guesses: int) -> IntentScore:
    return IntentScore(
        precision=right / guesses if guesses else 0.0,
        recall=right / support if support else 0.0,
        f1=2 * right / (support + guesses) if right else 0.0,
        support=support,
    )


def macro_f1(scores: dict[str, IntentScore]) -> float:
    """Mean F1 over the intents that occur in the truth, each counting the same."""
    present = [score.f1 for score in scores.values() if score.support]
    return sum(present) / max(1, len(present))


def confusions(truth: Sequence[str], predicted: Sequence[str]) -> list[tuple[str, str, int]]:
    """(true intent, predicted intent, rows), most frequent first."""
    wrong = Counter((true, guess) for true, guess in zip(truth, predicted, strict=True) if true != guess)
    return [(true, guess, rows) for (true, guess), rows in sorted(wrong.items(), key=lambda item: (-item[1], item[0]))]


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities along the last axis; of the same precision as the logits."""
    scaled = logits / temperature
    shifted = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: np.ndarray = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def area_under_roc(positive: np.ndarray, negative: np.ndarray) -> float:
    """Chance that a positive row scores above a negative one, ties counting half (Mann-Whitney)."""
    scores = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # mean rank of tied scores, from 1
    wins = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(wins / (len(positive) * len(negative)))


def false_positive_rate_at(positive: np.ndarray, negative: np.ndarray, share: float = 0.95) -> float:
    """Share of negatives that score at least as high as the threshold which keeps `share` of the positives."""
    threshold = np.quantile(positive, 1 - share, method="lower")
    return float((negative >= threshold).mean())


@dataclass(frozen=True)
class Reliability:
    """Is the confidence honest? Lower is better for all three; ece and brier within [0, 1] and [0, 2]."""

    ece: float
    brier: float
    nll: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def reliability(probabilities: np.ndarray, targets: np.ndarray, bins: int = 15) -> Reliability:
    """Expected calibration error over bins of equal mass, Brier score and negative log-likelihood.

    probabilities: (rows, intents); targets: (rows,) class numbers, -1 for an intent that the model lacks.
    """
    rows = np.arange(len(targets))
    known = targets >= 0
    truth = np.zeros_like(probabilities)
    truth[rows[known], targets[known]] = 1.0
    of_truth = np.where(known, probabilities[rows, targets], 0.0)
    return Reliability(
        ece=expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == targets, bins),
        brier=float(((probabilities - truth) ** 2).sum(axis=1).mean()),
        nll=float(-np.log(np.maximum(of_truth, 1e-12)).mean()) + 0.0,  # never minus zero
    )


def expected_calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over bins of equal mass (Nixon et al. 2019)."""
    order = np.argsort(confidence, kind="stable")
    gaps = [
        len(part) * abs(float(confidence[part].mean()) - float(correct[part].mean()))
        for part in np.array_split(order, bins)
        if len(part)
    ]
    return sum(gaps) / max(1, len(confidence))


class Calibration(NamedTuple):
    """A temperature, and the loss that made it the best: the rows' negative log-likelihood, and the prior's."""

    temperature: float
    loss: float


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> Calibration:
    """The most likely temperature (Guo et al. 2017), given that before any row is seen it is 1.

    logits: (rows, intents); targets: (rows,), rows with -1 (an intent that the model lacks) are left out, and without
    any row it stays 1. The inverse temperature has a gamma distribution as its prior: a hundred rows outweigh it, but
    three that are all right do not make a model sure of everything. The loss, convex in the inverse temperature, is
    searched by golden sections.
    """
    known = targets >= 0
    if not known.any():
        return Calibration(1.0, 0.0)
    rows, own = logits[known].astype(np.float64), targets[known]

    def loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        of_truth = softmax(rows, temperature)[np.arange(len(rows)), own]
        prior = CAUTION * (1 / temperature - 1 + log_temperature)
        return float(-np.log(np.maximum(of_truth, 1e-30)).sum()) + prior

    low, high = math.log(COLDEST), math.log(HOTTEST)
    for _ in range(40):  # narrows the interval to 3e-8
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    found = (low + high) / 2
    return Calibration(math.exp(found), loss(found))


def fit_mixture(said: np.ndarray, prior: Sequence[float] | np.ndarray) -> np.ndarray:
    """How much each model counts, (models,), such that together they find the rows' own intents most likely.

    By expectation maximisation (Dempster et al. 1977). said: the probability that each gives each row's own intent,
    (models, rows). prior: (models,), rows that speak for each of them before any has spoken, so that few rows decide
    little.
    """
    rows = np.asarray(prior, dtype=np.float64)
    said = said[:, said.any(axis=0)].astype(np.float64)
    shares: np.ndarray = rows / rows.sum()
    for _ in range(MAXIMISATIONS):
        owed = shares[:, None] * said
        owned = (owed / owed.sum(axis=0)).sum(axis=1) + rows
        shares = owned / owned.sum()
    return shares
