"""Hashes of all the character and word n-grams of many sentences, a few array operations for the lot.

With H(i) the sum of code[j] * BASE**j over j < i, modulo 2**64, the characters from i to j hash to
(H(j) - H(i)) / BASE**i, wherever they stand (Karp & Rabin 1987). BASE is odd, so that it can be divided by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_BASE = 0x9E3779B97F4A7C15
_SPACE, _END = 32, 10
_HAN = (0x3400, 0x9FFF)


class Occurrences(NamedTuple):
    """N-grams where they occur: the sentence each stands in and its hash, (occurrences,) each."""

    rows: np.ndarray
    hashes: np.ndarray

    @staticmethod
    def joined(parts: Sequence[Occurrences]) -> Occurrences:
        return Occurrences(np.concatenate([part.rows for part in parts]), np.concatenate([p.hashes for p in parts]))


class Ngrams:
    """The n-grams of `texts`, in which single spaces stand between words; every text gets one at either end.

    chinese: (texts,) of bool, whether a text holds a Chinese character.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "".join(f" {text.replace(chr(_END), ' ')} \n" for text in texts)
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        ends = codes == _END
        self._rows = (np.cumsum(ends) - ends).astype(np.int32)  # the text that each character belongs to
        self._space = ends | (codes == _SPACE)
        self._ends = ends
        self._sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        np.cumsum(codes * _powers(_BASE, len(codes)), out=self._sums[1:])
        self._inverse = _powers(pow(_BASE, -1, 1 << 64), len(codes))
        self.chinese = np.zeros(len(texts), dtype=bool)
        self.chinese[self._rows[(codes >= _HAN[0]) & (codes <= _HAN[1])]] = True

    def characters(self, length: int, chinese: bool) -> Occurrences:
        """N-grams of characters, those across words too, of the texts that hold Chinese characters or of the others."""
        starts = np.arange(len(self._rows) - length + 1, dtype=np.int32)
        stops = starts + np.int32(length)
        last = stops - 1
        fits = (self._rows[starts] == self._rows[last]) & ~self._ends[last]
        fits &= self.chinese[self._rows[starts]] == chinese
        if chinese:  # spaces say nothing in Chinese
            fits &= ~self._space[starts] & ~self._space[last]
        return self._hashed(starts[fits], stops[fits], length)

    def words(self, count: int) -> Occurrences:
        """N-grams of words: what stands between spaces."""
        starts = np.flatnonzero(self._space[:-1] & ~self._space[1:]) + 1
        stops = np.flatnonzero(~self._space[:-1] & self._space[1:]) + 1
        starts, stops = starts[: max(len(starts) - count + 1, 0)], stops[count - 1 :]
        fits = self._rows[starts] == self._rows[stops]
        return self._hashed(starts[fits], stops[fits], -count)  # a word is no n-gram of characters

    def _hashed(self, starts: np.ndarray, stops: np.ndarray, kind: int) -> Occurrences:
        hashes = (self._sums[stops] - self._sums[starts]) * self._inverse[starts]
        return Occurrences(self._rows[starts], mixed(hashes + np.uint64(kind % (1 << 64))))


def mixed(values: np.ndarray) -> np.ndarray:
    """Each 64-bit number as another, every bit of which depends on all of its bits (MurmurHash3's finalizer)."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


def _powers(base: int, count: int) -> np.ndarray:
    """base**0, base**1, … modulo 2**64, (count,)."""
    factors = np.full(count, base, dtype=np.uint64)
    factors[:1] = 1
    powers: np.ndarray = np.multiply.accumulate(factors)
    return powers
