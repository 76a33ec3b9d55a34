"""Which answers not to believe: an in-scope score for each sentence, a threshold, and a word on why.

    score = sigmoid(a * energy - b * log(distance) - h * entropy - c * (unknown + 2 unknown⁴) - e * new⁴
                    + f * inside - g * outside + d)

    energy    log of the sum of exp(logits / temperature): low where no intent finds support (Liu et al. 2020)
    distance  squared distance of the summary to the centre of its most probable intent, along the directions that tell
              the intents apart and in units of the spread within an intent (Mahalanobis; Lee et al. 2018)
    entropy   of the probabilities: high where several intents find support
    unknown   share of the sentence's words that training never saw, those in letters that it never saw counted several
              times; where they are most or all, hardly any certainty of the network makes up for it, because it has
              read little but noise
    new       share of its pairs of neighbouring words that training never saw (`familiarity.py`); sentences of
              one's own have some, so that they weigh where they are nearly all

    inside    cosine of the logits to those of the training sentences of its most probable intent that answer alike
    outside   mean cosine of the logits to those of the nearest out-of-scope rows

a to h and those times stand in the model file's header, the directions, centres, pairs and logits beside the weights;
`evaluation/rejection.py` fits them. A model file without them is judged by its confidence; f and g are 0 where the
training data has no out-of-scope rows, h where its rows are many; one without pairs is of an earlier release, and e is
0; without times too, and all unknown words count alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.errors import ModelError
from rnn_intent.inference.arrays import Floats, Indices
from rnn_intent.inference.familiarity import Familiarity, Strangeness
from rnn_intent.inference.prediction import Status
from rnn_intent.inference.scores import entropies, entropy_of_one
from rnn_intent.text.vocabulary import SPECIALS

NO_WORDS = "no words"
LARGEST_FACTOR = 1e6  # of the header's numbers: far beyond any fitted one
LARGEST_TIMES = 1000  # that one unknown word counts
SMALLEST_DISTANCE = 1e-6  # its logarithm is finite
NEAREST = 3  # out-of-scope rows that a sentence is compared with

Verdict = tuple[Status, str | None]
ACCEPTED: Verdict = ("accepted", None)


class InScope:
    """The in-scope score of a model file. Raises ModelError if its parts do not fit together."""

    def __init__(self, artifact: Artifact, factors: Mapping[str, Any]) -> None:
        read = {name: _number(factors, name, "score.") for name in ("energy", "distance", "unknown", "offset")}
        self.energy, self.distance, self.unknown, self.offset = read.values()
        self.pairs, self.entropy = (_number({name: 0.0, **factors}, name, "score.") for name in ("pairs", "entropy"))
        if "rejection.projection" not in artifact.tensors or (self.pairs and "rejection.pairs" not in artifact.tensors):
            raise ModelError("header.rejection.score: its tensors are missing")
        self._temperature = artifact.temperature
        self.projection = artifact.weights("rejection.projection")
        self._centres = artifact.weights("rejection.centres")
        self._likeness = _Likeness(artifact, factors) if "outside" in factors else None
        # Not the words that are known from pretrained vectors alone: they come after those of training.
        known = artifact.vocabulary[len(SPECIALS) : len(artifact.tensors["embedding.words"])]
        pairs = artifact.tensors["rejection.pairs"] if self.pairs else np.empty(0, dtype=np.int32)
        self.familiarity = Familiarity(known, pairs, _times(factors))

    def beside(self, logits: Floats, places: Floats, best: Indices) -> np.ndarray:
        """What speaks for sentences beside their energy and their words, (sentences,).

        logits: (sentences, labels); places: projected summaries, (sentences, k); best: their intents, (sentences,).
        """
        if len(logits) == 1:  # half of the time that arrays of one take
            return np.array([self._beside_one(logits[0], places[0], best[0])])
        apart = places - self._centres.take(best, axis=0)
        distances = np.maximum(np.add.reduce(np.square(apart, out=apart), axis=1), SMALLEST_DISTANCE)
        found: np.ndarray = -self.distance * np.log(distances, dtype=np.float64)
        if self.entropy:
            found -= self.entropy * entropies(logits, self._temperature)
        return found if self._likeness is None else found + self._likeness.of(logits, best)

    def _beside_one(self, logits: Floats, place: Floats, best: int) -> float:
        apart = place - self._centres[best]
        found = -self.distance * math.log(max(float(apart.dot(apart)), SMALLEST_DISTANCE))
        if self.entropy:
            found -= self.entropy * entropy_of_one(logits, self._temperature)
        return found if self._likeness is None else found + self._likeness.of_one(logits, best)

    def scores(self, logits: Floats, confidences: Floats, beside: np.ndarray, strange: Strangeness) -> np.ndarray:
        """Between 0 and 1, the higher the more like the training sentences; all are (sentences,).

        logits, confidences: of the most probable intents; beside: what `beside` says.
        """
        columns = logits, confidences, beside, *strange
        if len(logits) == 1:  # a few numbers are no work for arrays
            return np.array([self._score(math, *(float(column[0]) for column in columns))])
        scores: np.ndarray = self._score(np, *np.array(columns))  # (signals, sentences), float64
        return scores

    def _score(self, functions: Any, logit: Any, confidence: Any, beside: Any, unknown: Any, new: Any) -> Any:
        """The equation, for numbers or arrays of them. functions: math or numpy."""
        # The logarithm of the sum, from one of its terms and that term's share.
        energy = logit / self._temperature - functions.log(confidence)
        signal = self.energy * energy + beside
        signal -= self.unknown * (unknown + 2 * unknown**4) + self.pairs * new**4
        return 0.5 + 0.5 * functions.tanh((signal + self.offset) / 2)  # a sigmoid that cannot overflow


class _Likeness:
    """How a sentence is answered, beside how training and out-of-scope rows are. Raises ModelError without these."""

    def __init__(self, artifact: Artifact, factors: Mapping[str, Any]) -> None:
        self._weights = [_number(factors, name, "score.") for name in ("inside", "outside")]
        if not {"rejection.inside", "rejection.outside"} <= artifact.tensors.keys():
            raise ModelError("header.rejection.score: its tensors are missing")
        inside, outside = (artifact.weights(f"rejection.{name}") for name in ("inside", "outside"))
        labels = len(artifact.labels)
        if not (len(inside) and len(outside)) or len(inside) % labels:
            raise ModelError("header.rejection.score: its tensors have not as many rows as they must")
        self._inside = by_label(inside)
        self._outside = np.ascontiguousarray(outside.T)

    def of(self, logits: Floats, best: Indices) -> Floats:
        """Of logits (sentences, labels) with the highest at `best`, (sentences,)."""
        inside, outside = likeness(logits, best, self._inside, self._outside)
        weighed: Floats = self._weights[0] * inside - self._weights[1] * outside
        return weighed

    def of_one(self, logits: Floats, best: int) -> float:
        """The same for one sentence, (labels,)."""
        total = float(logits.sum())
        square = float(logits.dot(logits)) - total * total / len(logits)
        far = logits.dot(self._outside)
        nearest = min(NEAREST, len(far))
        far.partition(len(far) - nearest)
        inside, outside = float(self._inside[best].dot(logits).max()), float(far[-nearest:].sum()) / nearest
        weighed = self._weights[0] * inside - self._weights[1] * outside
        return weighed / math.sqrt(max(square, SMALLEST_DISTANCE))


def by_label(inside: Floats) -> Floats:
    """As stored, (labels * kinds, labels), as many for each label, to (labels, kinds, labels)."""
    labels = inside.shape[1]
    return inside.reshape(labels, -1, labels)


def likeness(logits: Floats, best: Indices, inside: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """Cosines to the nearest inside, of the best intent, and to the `NEAREST` outside on average, (sentences,) each.

    Of the logits less their mean, which changes no probability. inside: (labels, kinds, labels); outside: (labels,
    rows); both without mean and of length one, so that the logits' own mean need not be taken off.
    """
    sums = np.add.reduce(logits, axis=1)
    squares = np.einsum("sl,sl->s", logits, logits) - sums * sums / logits.shape[1]
    lengths = np.sqrt(np.maximum(squares, SMALLEST_DISTANCE))
    near = np.maximum.reduce(inside.take(best, axis=0) @ logits[:, :, None], axis=1)[:, 0]
    far = logits @ outside
    nearest = min(NEAREST, far.shape[1])
    far.partition(far.shape[1] - nearest, axis=1)
    return near / lengths, np.add.reduce(far[:, -nearest:], axis=1) / (nearest * lengths)


class Rejection:
    """What a model file says about rejecting. Raises ModelError if that is nonsense.

    threshold: a sentence that scores less is rejected; 0 rejects nothing. margin: two intents whose probabilities
    differ by less are too close to call. in_scope: the score; None if the confidence serves as one.
    """

    def __init__(self, artifact: Artifact) -> None:
        header = artifact.rejection or {}
        self.threshold = _share(header, "threshold")
        self.margin = _share(header, "margin")
        factors = header.get("score")
        if factors is not None and type(factors) is not dict:
            raise ModelError("header.rejection.score: is no object")
        self.in_scope = None if factors is None else InScope(artifact, factors)

    def verdict(
        self,
        score: float,
        unknown: float,
        intents: Sequence[str],
        shares: Sequence[float],
        words: int,
        threshold: float,
    ) -> Verdict:
        """Status and reason of a sentence.

        unknown: share of its words; intents, shares: two or more, best first; words: how many tokens it has.
        """
        if not words:
            return "rejected", NO_WORDS
        if score < threshold:
            return "rejected", self._reason(score, unknown, threshold)
        if shares[0] - shares[1] < self.margin:
            return "ambiguous", f"two intents are about as likely: {intents[0]}, {intents[1]}"
        return ACCEPTED

    def _reason(self, score: float, unknown: float, threshold: float) -> str:
        if self.in_scope is None:
            return f"confidence {score:.3f} is below the threshold {threshold:.3f}"
        what = "hardly any known words" if unknown == 1.0 else "too unlike the training sentences"
        return f"{what} (score {score:.3f}, threshold {threshold:.3f})"


def _times(factors: Mapping[str, Any]) -> int:
    times = factors.get("foreign", 0)
    if type(times) is not int or not 0 <= times <= LARGEST_TIMES:
        raise ModelError("header.rejection.score.foreign: is no number that could stand there")
    return times


def _share(header: Mapping[str, Any], name: str) -> float:
    value = _number(header, name) if name in header else 0.0
    if not 0 <= value <= 1:
        raise ModelError(f"header.rejection.{name}: is no number between 0 and 1")
    return value


def _number(values: Mapping[str, Any], name: str, place: str = "") -> float:
    value: Any = values.get(name)
    if type(value) not in (int, float) or not abs(value) <= LARGEST_FACTOR:
        raise ModelError(f"header.rejection.{place}{name}: is no number that could stand there")
    return float(value)
