"""What a linear classifier says to each sentence when it has learned from all the others.

Ridge regression onto the intents, on TF-IDF weights of word and character n-grams that are hashed, with signs, into a
few thousand numbers (Weinberger et al. 2009). Leaving a sentence out needs no second training: with the answer f of
the classifier that saw it, its intent y and its leverage h = x'(X'X + RIDGE)^-1 x, the answer of the one that did not
see it is (f - h y) / (1 - h) (Allen 1974). So every sentence is judged by all the others for the price of one training.
Three such classifiers look at a sentence, and their answers are averaged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from rnn_intent.data.ngrams import Ngrams, Occurrences, mixed

SIZE = 2048  # numbers a sentence becomes
RIDGE = 1.0
BLOCK = 2048  # sentences at a time: the vectors of all of them would be most of the memory
_COUNTED = 20  # bits of a hash by which n-grams are counted


class View(NamedTuple):
    """What a classifier sees of a sentence: the lengths of its n-grams, and the seed by which they are hashed."""

    words: tuple[int, ...]
    characters: tuple[int, ...]
    chinese: tuple[int, ...]  # characters, of texts that hold Chinese ones
    seed: int


# Three views of 2048 numbers find as much as one of 4096, in less time (docs/data-check.md).
VIEWS = (
    View((1, 2), (2, 3, 4, 5), (1, 2, 3), 0),
    View((1, 2), (2, 3, 4, 5), (1, 2, 3), 1),
    View((1, 2), (), (1, 2), 2),
)


class Answers(NamedTuple):
    """Of each sentence, (sentences,) each: how much the others speak for its own intent and for the best other one.

    About 1 is full support, 0 none. other: the number of that intent.
    """

    own: np.ndarray
    best: np.ndarray
    other: np.ndarray


class LeaveOneOut:
    """`texts` as `variants.plain` gives them; `intents`: (texts,) numbers from 0, `count` of them, two or more."""

    def __init__(self, texts: Sequence[str], intents: np.ndarray, count: int) -> None:
        self._ngrams = Ngrams(texts)
        self._intents = intents
        self._count = count

    def answers(self) -> Answers:
        scores = np.zeros((len(self._intents), self._count), dtype=np.float32)
        for view in VIEWS:
            self._add(scores, Vectors(self._ngrams, view))
        mine = np.arange(len(scores)), self._intents
        own = scores[mine]
        scores[mine] = -np.inf
        return Answers(own, scores.max(axis=1), scores.argmax(axis=1))

    def nearest(self, sentences: np.ndarray, intents: np.ndarray) -> np.ndarray:
        """Of each of some `sentences`, numbers in order, the most similar one of the intent given for it."""
        vectors = Vectors(self._ngrams, VIEWS[0])
        chosen = np.concatenate([inputs[_inside(sentences, place)] for place, inputs in vectors.blocks()])
        found = np.zeros(len(sentences), dtype=np.intp)
        closest = np.full(len(sentences), -np.inf, dtype=np.float32)
        for place, inputs in vectors.blocks():
            similarity = chosen @ inputs.T  # (sentences, block)
            similarity[self._intents[place] != intents[:, None]] = -np.inf
            best = similarity.argmax(axis=1)
            value = similarity[np.arange(len(sentences)), best]
            found = np.where(value > closest, best + place.start, found)
            closest = np.maximum(closest, value)
        return found

    def _add(self, scores: np.ndarray, vectors: Vectors) -> None:
        """What one classifier says, to what the others have said, (sentences, intents)."""
        inverse, sums = self._learned(vectors)
        for place, inputs in vectors.blocks():
            projected = inputs @ inverse  # (sentences, size)
            leverage = np.einsum("ij,ij->i", projected, inputs)[:, None]
            seen = projected @ sums - leverage * self._targets(place)  # (sentences, intents)
            scores[place] += seen / np.maximum(1 - leverage, 1e-3) / len(VIEWS)

    def _learned(self, vectors: Vectors) -> tuple[np.ndarray, np.ndarray]:
        """(X'X + RIDGE)^-1, (size, size), and X'Y, (size, intents)."""
        gram = np.zeros((vectors.size, vectors.size), dtype=np.float32)
        sums = np.zeros((vectors.size, self._count), dtype=np.float32)
        for place, inputs in vectors.blocks():
            gram += inputs.T @ inputs
            sums += inputs.T @ self._targets(place)
        gram[np.diag_indices(vectors.size)] += RIDGE
        inverse: np.ndarray = np.linalg.inv(gram)
        return inverse, sums

    def _targets(self, place: slice) -> np.ndarray:
        """(sentences, intents): 1 for the sentence's intent, else 0."""
        intents = self._intents[place]
        targets = np.zeros((len(intents), self._count), dtype=np.float32)
        targets[np.arange(len(intents)), intents] = 1
        return targets


class Vectors:
    """Sentences as vectors of length 1, `size` numbers each, made anew for each block."""

    def __init__(self, ngrams: Ngrams, view: View) -> None:
        self.count = len(ngrams.chinese)
        self.size = min(SIZE, max(256, 1 << self.count.bit_length()))
        rows, hashes = _occurrences(ngrams, view)
        counted = (hashes >> np.uint64(64 - _COUNTED)).astype(np.intp)
        counts = np.bincount(counted, minlength=1 << _COUNTED)[counted]
        shared = counts > 1  # an n-gram that occurs once says nothing about other sentences
        rows, hashes, counts = rows[shared], hashes[shared], counts[shared]
        order = np.argsort(rows, kind="stable")
        self._rows, hashes = rows[order], hashes[order]
        self._columns = (hashes % np.uint64(self.size)).astype(np.int32)
        signs = ((hashes >> np.uint64(30)) & np.uint64(1)).astype(np.float32) * 2 - 1
        weights = np.log((1 + self.count) / (1 + np.minimum(counts[order], self.count))) + 1
        self._weights = signs * weights.astype(np.float32)

    def blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Places of sentences and their vectors, (sentences, size)."""
        for start in range(0, self.count, BLOCK):
            stop = min(start + BLOCK, self.count)
            first, last = np.searchsorted(self._rows, (start, stop))
            cells = (self._rows[first:last] - start) * self.size + self._columns[first:last]
            sums = np.bincount(cells, self._weights[first:last], minlength=(stop - start) * self.size)
            vectors = sums.reshape(stop - start, self.size).astype(np.float32)
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
            yield slice(start, stop), vectors


def _occurrences(ngrams: Ngrams, view: View) -> Occurrences:
    parts = [ngrams.words(count) for count in view.words]
    parts += [ngrams.characters(length, chinese=False) for length in view.characters]
    parts += [ngrams.characters(length, chinese=True) for length in view.chinese]
    rows, hashes = Occurrences.joined(parts)
    return Occurrences(rows, mixed(hashes + np.uint64(view.seed)))


def _inside(numbers: np.ndarray, place: slice) -> np.ndarray:
    """The places in a block of those of the numbers that lie in it."""
    inside: np.ndarray = numbers[(numbers >= place.start) & (numbers < place.stop)] - place.start
    return inside
