"""What a block of sentences was answered, before words are made of it."""

from __future__ import annotations

import math
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


def best_of(logits: Floats, count: int, temperature: float) -> tuple[Indices, Floats, Floats]:
    """The most probable labels of each row and their probabilities, (rows, count), and the highest logits, (rows,)."""
    rows = np.arange(len(logits))[:, None]
    best = _highest(logits, count)
    highest = logits[rows, best[:, :1]]
    terms = logits - highest
    terms /= np.float32(temperature)
    np.exp(terms, terms)  # in its place: more memory than needed is soon more than the cache holds
    shares: Floats = np.divide(terms[rows, best], np.add.reduce(terms, axis=1, keepdims=True))
    return best, shares, highest[:, 0]


def entropies(logits: Floats, temperature: float) -> Floats:
    """Of the probabilities, in nats, (rows,). logits: (rows, labels)."""
    terms = (logits - np.maximum.reduce(logits, axis=1, keepdims=True)) / np.float32(temperature)
    shares = np.exp(terms)
    total = np.add.reduce(shares, axis=1)
    found: Floats = np.log(total) - np.einsum("rl,rl->r", shares, terms) / total
    return found


def entropy_of_one(logits: Floats, temperature: float) -> float:
    """The same of a single row, (labels,), in half of the time."""
    terms = logits - logits.max()
    terms /= np.float32(temperature)
    shares = np.exp(terms)
    total = float(np.add.reduce(shares))
    return math.log(total) - float(shares.dot(terms)) / total


def _highest(values: Floats, count: int) -> Indices:
    """Where the highest values of each row stand, the highest first, (rows, count)."""
    if count > FEW or len(values) < FEW:
        return np.argsort(-values, axis=1, kind="stable")[:, :count]
    # Looking for the highest a few times over takes a fifth of the time that sorting takes.
    left = values.copy()
    places = np.empty((len(values), count), dtype=np.intp)
    firsts = np.arange(0, left.size, left.shape[1])
    for place in range(count):
        left.argmax(axis=1, out=places[:, place])
        left.put(places[:, place] + firsts, -np.inf)
    return places


def in_order(groups: Sequence[tuple[np.ndarray, ...]]) -> Sequence[np.ndarray]:
    """What was found group by group, in the order of the sentences; first in each group are their places in it."""
    if len(groups) == 1 and len(groups[0][0]) == 1:
        return groups[0][1:]
    places, *columns = map(np.concatenate, zip(*groups, strict=True))
    order = np.empty_like(places)
    order[places] = np.arange(len(places))
    return [column[order] for column in columns]
