"""How much of a sentence training has seen: its words, and which of them stood next to each other.

A network knows no word order that it has not learned to heed, and is sure of many a heap of words. Neighbours tell:
few of those in a heap ever stood together. They are stored as numbers, half a percent of a model file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from rnn_intent.text.patterns import han_pattern

# They say little of what a sentence is about, so they count neither as known words nor as unknown ones.
MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + "，。？！、；：“”‘’（）《》〈〉「」『』【】…—–·～¿¡«»")
NUMBER = "0"  # all numbers are alike to their neighbours
LARGEST = 0x7FFFFFFF  # of a pair's number
SPREAD = 0x9E3779B1  # odd, so that different left neighbours stay different
MANIFOLD = re.compile("[\u4e00-\u9fff\u3400-\u4dbf\uac00-\ud7a3]")  # Chinese and Korean: training lacks many
EDGE = "\n"  # neighbour of the first word, and of the last
Integers = np.ndarray[tuple[Any, ...], np.dtype[np.int32]]

# Columns of a token's facts. LEFT, RIGHT: its share in the numbers of the pairs it begins and ends; NUMBERS: 1 for a
# number, which most languages write alike; UNKNOWN: 1 for an unknown word, more in unknown letters; PAIRS and NEW are
# those within it. What is no word has zeros.
LEFT, RIGHT, WORDS, NUMBERS, UNKNOWN, PAIRS, NEW = range(7)
FACTS = 7
MANY = 1000  # pairs that are looked up together
BITS_LEFT = 15  # of a pair's 31 bits: the others make a table that fits into the cache
NO_WORD = (0,) * FACTS


class Strangeness(NamedTuple):
    """Shares between 0 and 1, of each sentence. unknown: of the words, numbers apart, those that training never saw;
    new: of the pairs of neighbours.

    Both are 1 for a sentence of nothing but marks.
    """

    unknown: np.ndarray
    new: np.ndarray


class Familiarity:
    """known: the words of training; pairs: numbers of neighbours, as `neighbours` gives them.

    foreign: how many unknown words one with a letter that no training word has counts for. With 0, as in models of the
    first release, it counts for one, and a number is a word like any other.
    """

    def __init__(self, known: Iterable[str], pairs: np.ndarray, foreign: int = 0) -> None:
        self._known, self._foreign = frozenset(known), foreign
        self._pairs = np.sort(pairs) if len(pairs) else np.array([-1], dtype=np.int32)  # no pair has this number

    def facts(self, tokens: Iterable[str | None]) -> Integers:
        """What tokens add to a sentence, whatever stands beside them, (tokens, FACTS). None stands for no word."""
        return np.array([self._facts(token) for token in tokens], dtype=np.int32).reshape(-1, FACTS)

    def strangeness(self, facts: Integers, starts: np.ndarray) -> Strangeness:
        """From the facts of all tokens, one sentence's after the other's; starts: where each begins, (sentences,)."""
        if len(starts) == 1:
            return self._of_one(facts.tolist())
        words, numbers, unknown, pairs, new = np.add.reduceat(facts[:, WORDS:], starts).T  # marks have zeros
        new = new + self._new_neighbours(facts, words)
        found = Strangeness(np.minimum(unknown / np.maximum(words - numbers, 1), 1.0), new / (words + pairs + 1))
        for shares in found:
            shares[words == 0] = 1.0
        return found

    def _new_neighbours(self, facts: Integers, words: Integers) -> Integers:
        """How many pairs of neighbours in each sentence, its edges among them, are new; marks do not part two words.

        words: how many words each sentence has, (sentences,). What a sentence without words gets means nothing.
        """
        kept = facts[:, WORDS].nonzero()[0]
        left, right = facts[:, LEFT].take(kept), facts[:, RIGHT].take(kept)
        ends = np.cumsum(words)
        before = np.empty(len(kept) + 1, dtype=np.int32)
        before[1:] = left
        before[ends - words] = BEGINNING
        counted = np.zeros(len(kept) + 1, dtype=np.int32)
        np.cumsum(self._are_new(before[:-1] ^ right), out=counted[1:])
        after = np.append(left, BEGINNING)[ends - 1]
        found: Integers = counted[ends] - counted[ends - words] + self._are_new(after ^ END)
        return found

    def _of_one(self, facts: list[list[int]]) -> Strangeness:
        """The same for a single sentence, whose few numbers are no work for arrays."""
        asked = []
        left = BEGINNING
        words = numbers = unknown = pairs = new = 0
        for after, right, is_word, is_number, is_unknown, inner, inner_new in facts:
            if is_word:
                asked.append(left ^ right)
                left = after
                words, numbers, unknown = words + 1, numbers + is_number, unknown + is_unknown
                pairs, new = pairs + inner, new + inner_new
        if not words:
            return Strangeness(*np.ones((2, 1)))
        asked.append(left ^ END)
        new += int(np.count_nonzero(self._are_new(np.array(asked, dtype=np.int32))))
        shares = min(unknown / max(words - numbers, 1), 1.0), new / (words + pairs + 1)
        return Strangeness(*np.array(shares)[:, None])

    def of(self, token_lists: Sequence[Sequence[str]]) -> Strangeness:
        """The same for sentences of which there are no facts yet."""
        sentences = [tokens or (None,) for tokens in token_lists]
        starts = np.cumsum([0, *map(len, sentences)])[:-1]
        return self.strangeness(self.facts(chain.from_iterable(sentences)), starts)

    def _are_new(self, numbers: np.ndarray) -> np.ndarray:
        if len(numbers) < MANY:
            places: np.ndarray = self._pairs.searchsorted(numbers)
        else:
            # Bisecting, all at once, the few pairs that begin with the same bits: many times as fast.
            before, reaches = self._begins
            places = before.take(numbers >> BITS_LEFT)
            for reach in reaches:
                places += (self._pairs.take(places + reach, mode="clip") <= numbers) * np.int32(reach)
        found: np.ndarray = self._pairs.take(places, mode="clip") != numbers
        return found

    @cached_property
    def _begins(self) -> tuple[Integers, Sequence[int]]:
        """The place before the first pair that begins with each value of the first bits, and by how much to go on."""
        values = np.arange(LARGEST + 1, step=1 << BITS_LEFT)
        before = (self._pairs.searchsorted(values.astype(np.int32)) - 1).astype(np.int32)
        most = int(np.diff(before, append=len(self._pairs)).max())  # pairs that begin alike
        return before, [1 << power for power in reversed(range(most.bit_length()))]

    def _facts(self, token: str | None) -> tuple[int, ...]:
        if token is None or token in MARKS:
            return NO_WORD
        parts = _parts(token)
        within = np.array(_numbers(parts), dtype=np.int32)
        new = int(np.count_nonzero(self._are_new(within))) if len(within) else 0
        number = bool(self._foreign) and token.isdigit()
        unknown = 0 if number or token in self._known else self._unknown(token)
        return _left(parts[-1]), _right(parts[0]), 1, number, unknown, len(within), new

    def _unknown(self, word: str) -> int:
        return self._foreign if self._foreign and any(map(self._is_foreign, word)) else 1

    def _is_foreign(self, letter: str) -> bool:
        return letter.isalpha() and letter not in self._letters and not MANIFOLD.match(letter)

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset("".join(self._known))


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
