"""What a block of sentences was answered, before words are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_intent.inference.arrays import Floats, Indices

FEW = 10  # rows, or places in a ranking


class Scores(NamedTuple):
    """A block's answers as arrays, small enough to travel between processes.

    best: (sentences, k) label numbers, best first, two or more; shares: (sentences, k) their probabilities;
    words (how many), in-scope scores and shares of unknown words, (sentences,). top_k: intents to be shown.
    """

    best: np.ndarray
    shares: np.ndarray
    words: np.ndarray
    in_scope: np.ndarray
    unknown: np.ndarray
    top_k: int


def best_of(probabilities: Floats, count: int) -> tuple[Indices, Floats]:
    """The highest probabilities of each row, best first: their label numbers and themselves, (rows, count) each."""
    rows = np.arange(len(probabilities))
    if count > FEW or len(rows) < FEW:
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
        return best, probabilities[rows[:, None], best]
    # Looking for the best a few times over takes a fifth of the time that sorting takes.
    left = probabilities.copy()
    best = np.empty((len(rows), count), dtype=np.intp)
    for place in range(count):
        best[:, place] = left.argmax(axis=1)
        left[rows, best[:, place]] = -1.0
    return best, probabilities[rows[:, None], best]


def in_order(groups: Sequence[tuple[np.ndarray, ...]]) -> Sequence[np.ndarray]:
    """What was found group by group, in the order of the sentences; first in each group are their places in it."""
    if len(groups) == 1 and len(groups[0][0]) == 1:
        return groups[0][1:]
    places, *columns = map(np.concatenate, zip(*groups, strict=True))
    order = np.empty_like(places)
    order[places] = np.arange(len(places))
    return [column[order] for column in columns]
