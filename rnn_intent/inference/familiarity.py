"""How much of a sentence training has seen: its words, and which of them stood next to each other.

A network knows no word order that it has not learned to heed, and is sure of many a heap of words. Neighbours tell:
few of those in a heap ever stood together. They are stored as numbers, half a percent of a model file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np

from rnn_intent.text.patterns import han_pattern

# They say little of what a sentence is about, so they count neither as known words nor as unknown ones.
MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + "，。？！、；：“”‘’（）《》〈〉「」『』【】…—–·～¿¡«»")
NUMBER = "0"  # all numbers are alike to their neighbours
LARGEST = 0x7FFFFFFF  # of a pair's number
SPREAD = 0x9E3779B1  # odd, so that different left neighbours stay different
EDGE = "\n"  # neighbour of the first word, and of the last
MOST_WORDS = 50_000  # whose parts are kept
PATIENCE = 500  # look-ups


class Strangeness(NamedTuple):
    """Shares between 0 and 1. unknown: of the words, those that training never saw; new: of the pairs of neighbours.

    Both are 1 for a sentence of nothing but marks.
    """

    unknown: float
    new: float


FAMILIAR = Strangeness(0.0, 0.0)  # to a model that does not ask


class _Word(NamedTuple):
    """What a word adds to a sentence. left, right: its share in the numbers of the pairs it begins and ends.

    pairs, new: within the word, counted; unknown: 0 or 1.
    """

    left: int
    right: int
    pairs: int
    new: int
    unknown: int


MARK = _Word(0, 0, 0, 0, 0)


class Pairs:
    """Numbers, (pairs,) int32. One sentence is looked up by halving; who asks more often pays once for a set."""

    def __init__(self, numbers: np.ndarray) -> None:
        self._numbers = np.sort(numbers)
        self._asked = 0

    def __contains__(self, number: int) -> bool:
        self._asked += 1
        place = int(self._numbers.searchsorted(number))
        return place < len(self._numbers) and bool(self._numbers[place] == number)

    def quick(self) -> Pairs | frozenset[int]:
        """What to ask next: itself, or, after many questions, a set."""
        return self if self._asked < PATIENCE else frozenset(self._numbers.tolist())


class Familiarity:
    """known: the words of training; pairs: numbers of neighbours, as `neighbours` gives them."""

    def __init__(self, known: Iterable[str], pairs: np.ndarray) -> None:
        self._known = frozenset(known)
        self._pairs: Pairs | frozenset[int] = Pairs(pairs)
        self._words: dict[str, _Word] = {}

    def strangeness(self, tokens: Sequence[str]) -> Strangeness:
        if isinstance(self._pairs, Pairs):
            self._pairs = self._pairs.quick()
        kept, seen = self._words, self._pairs
        words = unknown = pairs = new = 0
        left = BEGINNING
        for token in tokens:
            word = kept.get(token) or self._word(token)
            if word is MARK:
                continue
            after, right, inner, inner_new, is_unknown = word
            words += 1
            pairs += inner
            new += inner_new + (left ^ right not in seen)
            unknown += is_unknown
            left = after
        if not words:
            return Strangeness(1.0, 1.0)
        new += left ^ END not in seen
        return Strangeness(unknown / words, new / (words + pairs + 1))

    def _word(self, token: str) -> _Word:
        if token in MARKS:
            return MARK
        parts = _parts(token)
        within = [number not in self._pairs for number in _numbers(parts)]
        word = _Word(_left(parts[-1]), _right(parts[0]), len(within), sum(within), token not in self._known)
        if len(self._words) >= MOST_WORDS:
            self._words.clear()
        self._words[token] = word
        return word


def neighbours(sentences: Iterable[Sequence[str]]) -> np.ndarray:
    """The numbers of all pairs of neighbours in these tokenised sentences, ascending, int32."""
    found: set[int] = set()
    for tokens in sentences:
        parts = [part for token in tokens if token not in MARKS for part in _parts(token)]
        if parts:
            found.update(_numbers([EDGE, *parts, EDGE]))
    return np.array(sorted(found), dtype=np.int32)


def _parts(token: str) -> Sequence[str]:
    """A Chinese word's characters, as a cutter makes words of any characters; other words are whole."""
    if token.isdigit():
        return (NUMBER,)
    return token if not token.isascii() and han_pattern().search(token) else (token,)


def _numbers(parts: Sequence[str]) -> list[int]:
    return [_left(first) ^ _right(second) for first, second in pairwise(parts)]


def _left(part: str) -> int:
    return _right(part) * SPREAD & LARGEST


def _right(part: str) -> int:
    return crc32(part.encode("utf-8", "surrogatepass")) & LARGEST


BEGINNING, END = _left(EDGE), _right(EDGE)
