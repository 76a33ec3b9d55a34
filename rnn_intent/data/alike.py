"""Finds sentences that share most of their character n-grams, among many, in time that grows with their number.

1. Each sentence becomes a set of n-grams: 3 characters, Chinese 1 and 2. The second "ha" of "ha ha" counts as another.
2. MinHash (Broder 1997): 80 numbers a sentence, each of which two sentences share as often as they share n-grams.
3. Sentences that agree in 4 numbers of a band are compared, first by all 80, then by the n-grams themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnn_intent.data.ngrams import Ngrams, Occurrences, mixed

LENGTHS = {False: (3,), True: (1, 2)}  # of n-grams, without and with Chinese characters
BANDS, PER_BAND = 20, 4
NEXT = 32  # sentences of a band that each one is compared with: bounds the work where thousands are alike
_SLACK = 0.17  # three standard deviations of a share estimated from 80 numbers


class Pair(NamedTuple):
    """Two sentences by their number, first < second, and the share of n-grams they have in common (Dice)."""

    first: int
    second: int
    similarity: float


def alike(texts: Sequence[str], at_least: float) -> list[Pair]:
    """All but a thousandth of the pairs that have `at_least` (0.85 or more) in common, in order.

    texts: as `variants.plain` gives them.
    """
    if len(texts) < 2:
        return []
    grams = _numbered(texts)
    starts = np.searchsorted(grams.rows, np.arange(len(texts) + 1))
    filled = np.flatnonzero(np.diff(starts))
    signatures = _signatures(grams.hashes, starts[filled])
    found = filled[_candidates(signatures, at_least)]
    sets = {int(row): frozenset(grams.hashes[starts[row] : starts[row + 1]].tolist()) for row in np.unique(found)}
    pairs = []
    for first, second in found.tolist():
        one, other = sets[first], sets[second]
        similarity = 2 * len(one & other) / (len(one) + len(other))
        if similarity >= at_least:
            pairs.append(Pair(first, second, similarity))
    return pairs


def _numbered(texts: Sequence[str]) -> Occurrences:
    """The n-grams of each text, in the order of the texts; repeated ones differ by how often they came before."""
    ngrams = Ngrams(texts)
    parts = [ngrams.characters(n, chinese) for chinese, lengths in LENGTHS.items() for n in lengths]
    rows, hashes = Occurrences.joined(parts)
    order = np.lexsort((hashes, rows))
    rows, hashes = rows[order], hashes[order]
    places = np.arange(len(rows))
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (rows[1:] != rows[:-1]) | (hashes[1:] != hashes[:-1])
    before = places - np.maximum.accumulate(np.where(new, places, 0))
    return Occurrences(rows, mixed(hashes + before.astype(np.uint64)))


def _signatures(hashes: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """(sentences, BANDS * PER_BAND): for each of as many orders of all n-grams, the first one of the sentence."""
    signatures = np.empty((len(starts), BANDS * PER_BAND), dtype=np.uint32)
    for number in range(signatures.shape[1]):
        shuffled = (hashes * np.uint64(mixed(np.array([number + 1], dtype=np.uint64))[0] | np.uint64(1))) >> np.uint64(
            32
        )
        signatures[:, number] = np.minimum.reduceat(shuffled, starts)
    return signatures


def _candidates(signatures: np.ndarray, at_least: float) -> np.ndarray:
    """Pairs of sentences that look alike, (pairs, 2), in order."""
    jaccard = at_least / (2 - at_least)
    count = len(signatures)
    found: list[np.ndarray] = []
    for band in range(BANDS):
        part = np.ascontiguousarray(signatures[:, band * PER_BAND : (band + 1) * PER_BAND])
        keys = part.view(np.dtype((np.void, part.dtype.itemsize * PER_BAND))).ravel()
        _, group = np.unique(keys, return_inverse=True)
        order = np.argsort(group, kind="stable")
        group = group[order]
        for step in range(1, min(NEXT + 1, count)):
            same = np.flatnonzero(group[step:] == group[:-step])
            if not len(same):
                break
            first, second = order[same], order[same + step]
            agree = (signatures[first] == signatures[second]).mean(axis=1) >= jaccard - _SLACK
            found.append(first[agree] * count + second[agree])
    pairs = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)
    return np.stack([pairs // count, pairs % count], axis=1)
