"""Which sentences are read together: the same order for the same seed and epoch, on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

POOL = 32  # batches that are sorted by length together: little padding, yet every epoch mixes anew


def shuffled_batches(lengths: np.ndarray, size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Row numbers in batches of `size`, each of nearly equal length, in random order."""
    random = np.random.default_rng((seed, epoch))
    order = random.permutation(len(lengths))
    batches: list[np.ndarray] = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches.extend(pool[first : first + size] for first in range(0, len(pool), size))
    return [batches[index] for index in random.permutation(len(batches))]


def sorted_batches(lengths: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Row numbers by length, for evaluation, where the order does not matter."""
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def lengths_of(sentences: Sequence[np.ndarray]) -> np.ndarray:
    return np.fromiter(map(len, sentences), dtype=np.int64, count=len(sentences))
