"""How much new neighbours must weigh so that heaps of common characters are rejected.

A network that reads single Chinese characters knows all the common ones, and is sure of many a heap of them; of a heap
of letters it knows no word. The more new neighbours weigh, the fewer sentences of intents that it has never seen are
rejected, as these are often told in known words. So each model gets the least weight that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.evaluation.rejection_cost import evidence_expected, evidence_of
from rnn_intent.inference.familiarity import Familiarity
from rnn_intent.inference.predictor import Predictor
from rnn_intent.text.patterns import han_pattern

WEIGHTS = (1.0, 2.0, 3.0, 4.0)  # of new neighbours; the first is enough for most models
ENOUGH = 0.995  # of the heaps of each kind: a little more than is wanted of kinds that are not made here
COMMON = 300  # characters
HEAPS = 1000  # of each kind
SEED = 13


def pairs_weight(artifact: Artifact, train: Sequence[str], valid: Sequence[str], false_reject: float) -> float:
    """The least of `WEIGHTS` with which enough heaps lie below the threshold for this budget; else the last.

    artifact: with a score whose offset is 0 and in which new neighbours weigh `WEIGHTS[0]`.
    """
    belong, *strange = _evidence(artifact, [valid, *heaps(train)])
    for weight in WEIGHTS:
        threshold = evidence_expected(_weighed(belong, weight), false_reject)
        if all((_weighed(kind, weight) < threshold).mean() >= ENOUGH for kind in strange):
            return weight
    return WEIGHTS[-1]


def heaps(texts: Sequence[str]) -> list[list[str]]:
    """Made of the texts' common characters: Chinese ones in a row, others in words; no kind that the texts lack."""
    counts = Counter(character for text in texts for character in text.lower() if character.isalnum())
    common = sorted(counts, key=lambda character: (-counts[character], character))[:COMMON]
    chinese = [character for character in common if han_pattern().match(character)]
    others = [character for character in common if not han_pattern().match(character)]
    chance = Random(SEED)
    kinds = []
    if len(chinese) > COMMON // 10:
        kinds.append([in_a_row(chance, chinese) for _ in range(HEAPS)])
    if others:
        kinds.append([in_words(chance, others) for _ in range(HEAPS)])
    return kinds


def evidence(predictor: Predictor, texts: Sequence[str]) -> np.ndarray:
    """(texts,): how much speaks for each to belong."""
    return evidence_of(predictor.in_scope_scores(texts))


def _evidence(artifact: Artifact, kinds: Sequence[Sequence[str]]) -> list[np.ndarray]:
    """For each kind of texts, (texts, 2): the evidence, and the share of new neighbours, to the fourth."""
    predictor, familiarity = Predictor(artifact), Familiarity((), artifact.tensors["rejection.pairs"])

    def new(texts: Sequence[str]) -> np.ndarray:
        return familiarity.of([predictor.read(predictor.tokenizer.words(text)) for text in texts]).new ** 4

    return [np.stack([evidence(predictor, texts), new(texts)], axis=1) for texts in kinds]


def in_a_row(chance: Random, characters: Sequence[str]) -> str:
    """As many characters, drawn at random, as a Chinese sentence has."""
    return "".join(chance.choices(characters, k=chance.randint(4, 14)))


def in_words(chance: Random, characters: Sequence[str]) -> str:
    """As many made-up words as a sentence has."""
    return " ".join("".join(chance.choices(characters, k=chance.randint(1, 9))) for _ in range(chance.randint(2, 8)))


def _weighed(rows: np.ndarray, weight: float) -> np.ndarray:
    weighed: np.ndarray = rows[:, 0] - (weight - WEIGHTS[0]) * rows[:, 1]
    return weighed
