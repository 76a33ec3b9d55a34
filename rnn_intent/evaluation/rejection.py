"""Fits the in-scope score (`inference/rejection.py`) and sets its threshold. Rows that belong are enough.

1. directions  those in which the intents' centres lie apart, in units of the spread within an intent (Fisher's linear
               discriminant analysis), from the training rows' summaries
2. factors     of energy and distance, by logistic regression. What should be rejected is not known, so each validation
               row stands in for it once more, with its own intent taken out of the model. Few rows show directions in
               which they lie apart themselves, not their intents: then the fewer they are, the less the distance
               counts, and entropy does, too
3. pairs       the weight of new neighbours, such that heaps of characters are rejected (`heaps.py`)
4. likeness    to out-of-scope rows, where there are some, and to the training rows (`likeness.py`)
5. offset      such that the threshold on a budget of false rejections is one half
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.data.example import Example
from rnn_intent.data.outliers import made_outliers
from rnn_intent.evaluation.heaps import WEIGHTS, evidence, pairs_weight
from rnn_intent.evaluation.likeness import likeness_factors, likeness_tensors
from rnn_intent.evaluation.rejection_cost import evidence_expected, threshold_for
from rnn_intent.inference.familiarity import neighbours
from rnn_intent.inference.predictor import Predictor
from rnn_intent.inference.rejection import SMALLEST_DISTANCE
from rnn_intent.inference.scores import entropies

FALSE_REJECT = 0.05  # share of sentences that belong which the default threshold turns away
MARGIN = 0.2  # closer than this, the first of two intents is right half of the time
UNKNOWN = 2.0  # of unknown words; the unit is the standard deviation of the score (docs/rejection.md)
FOREIGN = 2  # unknown words that one with an unknown letter counts for
DIRECTIONS = 32
BLOCK = 4096  # rows whose spread is gathered at a time
ENOUGH_ROWS = 3_000  # of training; from here on, the directions are those of the intents
ENTROPY = 2.0  # times as much as energy counts the entropy, where rows are fewer
MADE, MADE_SEED = 2000, 13  # sentences that belong to no intent, where there are none
SHRINKAGE = 0.1  # of the covariance towards a sphere: an intent has fewer rows than a summary has numbers
FEW = 5  # rows that speak for a spread of 1: three that happen to be alike must not make a signal's factor huge
PENALTY = 1.0  # of the logistic regression, so that rows which part without error give no infinite factors
ROUNDING = 1e-4  # of the evidence, so that a sentence at the threshold is accepted
LARGEST_HALF = 60_000.0  # near the largest float16


@dataclass(frozen=True)
class Encoded:
    """Rows as the model sees them. logits: (rows, intents), divided by the temperature; targets: -1 for no intent."""

    logits: np.ndarray
    summaries: np.ndarray
    targets: np.ndarray


def fit_rejection(
    artifact: Artifact,
    train: Sequence[Example],
    valid: Sequence[Example],
    false_reject: float = FALSE_REJECT,
    outside: Sequence[Example] = (),
) -> Artifact:
    """The artifact with an in-scope score, and a threshold below which this share of further sentences is expected.

    The temperature must have been fitted before. Rows of intents that the model lacks are left out, and so are those of
    new words only, which no threshold tells from nonsense: as many as there are, are rejected beside that share.
    outside: rows that belong to no intent, which the model has not learned.
    """
    artifact = replace(artifact, rejection=None)
    predictor = Predictor(artifact)
    encoded = _encode(predictor, valid)
    if not len(encoded.targets):
        return artifact
    tensors = _places(predictor, train, outside)
    projection, centres = (tensors[f"rejection.{name}"].astype(np.float32) for name in ("projection", "centres"))
    if len(train) < ENOUGH_ROWS:
        factors = factors_of_few(encoded, projection, centres, len(train) / ENOUGH_ROWS)
    else:
        factors = fit_factors(encoded, projection, centres)
    score = {**factors, "unknown": UNKNOWN, "foreign": FOREIGN, "pairs": WEIGHTS[0], "offset": 0.0}
    rejection = {"threshold": 0.5, "margin": MARGIN, "score": score}
    artifact = replace(artifact, tensors={**artifact.tensors, **tensors}, rejection=rejection)
    texts = _with_known_words(Predictor(artifact), [row.text for row in valid if row.intent in artifact.labels])
    weight = pairs_weight(artifact, [row.text for row in train], texts, false_reject)
    artifact = _with_factors(artifact, {"pairs": weight})
    if outside:
        spread = float(evidence(Predictor(artifact), texts).std())
        artifact = _with_factors(artifact, likeness_factors(tensors, encoded.logits, spread))
    at = evidence_expected(evidence(Predictor(artifact), texts), false_reject)
    return _centred(artifact, at, {"false_reject": false_reject, "rows": len(texts)})


def calibrated_as(
    judged: Artifact,
    artifact: Artifact,
    train: Sequence[Example],
    further: Sequence[Example],
    outside: Sequence[Example] = (),
) -> Artifact:
    """A model of the same experiment that has learned further rows, calibrated as the one that has learned `train`.

    What the further rows have told, temperature and factors, stays; directions, centres and neighbours are of its own
    rows. The threshold is where as many made-up sentences, which neither has read, are rejected as by the other.
    """
    artifact = replace(artifact, temperature=judged.temperature, rejection=None)
    kept = judged.rejection
    if kept is None:
        return artifact
    likened = outside if "outside" in kept["score"] else ()
    tensors = {**artifact.tensors, **_places(Predictor(artifact), [*train, *further], likened)}
    other = Predictor(judged)
    texts = made_strangers(other, train)
    if not texts:
        return replace(artifact, tensors=tensors, rejection=kept)
    share = float((other.in_scope_scores(texts) < kept["threshold"]).mean())
    score = {**kept["score"], "offset": 0.0}
    artifact = replace(artifact, tensors=tensors, rejection={**kept, "score": score})
    return _centred(artifact, threshold_for(evidence(Predictor(artifact), texts), share), kept["budget"])


def made_strangers(predictor: Predictor, rows: Sequence[Example]) -> list[str]:
    """Sentences made of the rows' words that belong to no intent; none of rows of one intent."""
    tokens = [predictor.tokenizer.words(row.text) for row in rows]
    return [" ".join(made) for made in made_outliers(tokens, [row.intent for row in rows], MADE, MADE_SEED)]


def with_threshold(artifact: Artifact, threshold: float, budget: dict[str, Any]) -> Artifact:
    """The same model with another threshold, and a record of what it was chosen for."""
    kept = artifact.rejection or {}
    return replace(artifact, rejection={**kept, "threshold": threshold, "budget": budget})


def threshold_against(outside: np.ndarray, false_accept: float) -> float:
    """The lowest threshold at which at most this share of the out-of-scope sentences is accepted.

    outside: (rows,), their scores. A score just above the highest that must be kept out; at most 1.
    """
    ordered = np.sort(outside)
    accepted = min(int(false_accept * len(ordered) + 1e-9), len(ordered))
    if accepted == len(ordered):
        return 0.0
    return float(min(1.0, np.nextafter(ordered[len(ordered) - accepted - 1], np.inf)))


def discriminant(summaries: np.ndarray, targets: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions (summary, k) and the intents' centres along them (labels, k), as float16.

    Along the directions the spread within an intent is one; k is at most `DIRECTIONS`, and less than the intents.
    """
    counts = np.bincount(targets, minlength=labels)[:, None]
    means = np.stack([np.bincount(targets, column, labels) for column in summaries.T], axis=1) / np.maximum(counts, 1)
    size = summaries.shape[1]
    covariance = np.zeros((size, size))
    for start in range(0, len(summaries), BLOCK):  # all at once would be most of the memory that a training takes
        rows = slice(start, start + BLOCK)
        apart = summaries[rows] - means[targets[rows]]
        covariance += apart.T @ apart / len(summaries)
    sphere = np.trace(covariance) / size
    covariance = (1 - SHRINKAGE) * covariance + (SHRINKAGE * sphere + 1e-6) * np.eye(size)
    variances, axes = np.linalg.eigh(covariance)
    whitening = axes / np.sqrt(variances)  # (summary, summary)
    centres = (means - summaries.mean(axis=0)) @ whitening
    most = min(DIRECTIONS, labels - 1, size)
    directions = np.linalg.svd(centres, full_matrices=False)[2][:most].T  # (summary, k)
    projection = _half(whitening @ directions)
    return projection, _half(means @ projection.astype(np.float64))


def fit_factors(rows: Encoded, projection: np.ndarray, centres: np.ndarray) -> dict[str, float]:
    """What a unit of each signal is worth, in standard deviations of the score."""
    distances = _distances(rows.summaries @ projection, centres)
    own = np.arange(len(rows.targets)), rows.targets
    belongs = _signals(rows.logits, distances)
    without = rows.logits.copy()
    without[own] = -np.inf
    stranger = _signals(without, distances)
    count, spread = len(belongs), _spread(belongs, np.ones(2))
    both = (np.concatenate([belongs, stranger]) - belongs.mean(axis=0)) / spread
    weights = np.maximum(_logistic(both, np.repeat([1.0, 0.0], count)), 0.0)
    if not weights.any():
        weights = np.array([1.0, 0.0])
    energy, distance = weights / spread / _spread(both[:count] @ weights, np.linalg.norm(weights))
    return {"energy": float(energy), "distance": float(distance)}


def factors_of_few(rows: Encoded, projection: np.ndarray, centres: np.ndarray, share: float) -> dict[str, float]:
    """The same where training rows are few, of entropy too.

    share: of the weight of energy and entropy that the distance has. What stands in above for strangers would give it
    most: without its own intent, a row is far from all others' centres, as a stranger is not.
    """
    signals = _signals(rows.logits, _distances(rows.summaries @ projection, centres))
    signals[:, 0] -= ENTROPY * entropies(rows.logits, 1.0)
    weights = np.array([1.0, share]) / _spread(signals, np.ones(2))
    energy, distance = (weights / _spread(signals @ weights, np.hypot(1.0, share))).tolist()
    return {"energy": energy, "distance": distance, "entropy": ENTROPY * energy}


def _places(predictor: Predictor, rows: Sequence[Example], outside: Sequence[Example]) -> dict[str, np.ndarray]:
    """Where training rows lie, which tokens stand beside each other in them, and how they and others are answered."""
    known = _encode(predictor, rows)
    projection, centres = discriminant(known.summaries, known.targets, len(predictor.labels))
    pairs = neighbours([predictor.tokenizer.words(row.text) for row in rows])
    places = {"rejection.projection": projection, "rejection.centres": centres, "rejection.pairs": pairs}
    if not outside:
        return places
    others = predictor.encode([row.text for row in outside])[0]
    return places | likeness_tensors(known.logits, known.targets, others)


def _with_known_words(predictor: Predictor, texts: Sequence[str]) -> list[str]:
    """Without the texts of new words only; all, if there are no others."""
    shares = predictor.unknown_shares(texts)
    return [text for text, share in zip(texts, shares, strict=True) if share < 1] or list(texts)


def _signals(logits: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Energy, and minus the log distance to the most probable intent's centre, (rows, 2)."""
    rows, best = np.arange(len(logits)), logits.argmax(axis=1)
    top = logits[rows, best]
    energy = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return np.stack([energy, -np.log(distances[rows, best])], axis=1)


def _spread(values: np.ndarray, usual: np.ndarray | np.floating) -> np.ndarray:
    """The standard deviation over the rows, drawn to the usual one where these are few. values: (rows, …)."""
    found: np.ndarray = np.sqrt((len(values) * values.var(axis=0) + FEW * usual**2) / (len(values) + FEW))
    return found


def _distances(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared, (rows, labels)."""
    squares = (places**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * places @ centres.T
    distances: np.ndarray = np.maximum(squares, SMALLEST_DISTANCE)
    return distances


def _logistic(signals: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Weights of a ridge logistic regression, (signals,), by Newton's method; the intercept is left off."""
    design = np.column_stack([signals, np.ones(len(signals))])
    ridge = np.diag([PENALTY] * signals.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 0.5 + 0.5 * np.tanh(design @ weights / 2)
        slope = design.T @ (chance - truth) + ridge @ weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, slope)
        weights -= step / max(1.0, float(np.abs(step).max()))  # no step beyond one: far out the curve is flat
        if np.abs(step).max() < 1e-6:
            break
    return weights[:-1]


def _centred(artifact: Artifact, at: float, budget: dict[str, Any]) -> Artifact:
    """With the offset that puts the threshold at one half, which lies at so much evidence."""
    return with_threshold(_with_factors(artifact, {"offset": ROUNDING - at}), 0.5, budget)


def _with_factors(artifact: Artifact, factors: Mapping[str, float]) -> Artifact:
    """With these in its score, beside those that it has or instead of them."""
    assert artifact.rejection is not None
    score = {**artifact.rejection["score"], **factors}
    return replace(artifact, rejection={**artifact.rejection, "score": score})


def _encode(predictor: Predictor, examples: Sequence[Example]) -> Encoded:
    number = {label: index for index, label in enumerate(predictor.labels)}
    known = [example for example in examples if example.intent in number]
    logits, summaries = predictor.encode([example.text for example in known])
    targets = np.array([number[example.intent] for example in known], dtype=np.int64)
    return Encoded(logits / predictor.artifact.temperature, summaries, targets)


def _half(values: np.ndarray) -> np.ndarray:
    halved: np.ndarray = np.clip(values, -LARGEST_HALF, LARGEST_HALF).astype(np.float16)
    return halved
