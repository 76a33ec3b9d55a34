"""Who reads what when: sentences of one batch, longest first, forward and backward."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from rnn_intent.inference.arrays import Floats, Indices


class Batch:
    """The timetable of sentences of given lengths, (sentences,), descending.

    counts: sentences that have not ended, by step. positions: (time, 2, sentences), the place in its sentence that each
    direction reads at each step (where a sentence has ended: some place in it, which nobody looks at); (time, 2, 1) if
    all are equally long.
    """

    def __init__(self, lengths: Indices) -> None:
        self.lengths = lengths
        time = int(lengths[0])
        if lengths[-1] == time:
            self.counts = [len(lengths)] * time
            self.positions = _all_as_long(time)
        else:
            self.counts = (len(lengths) - lengths[::-1].searchsorted(np.arange(time), side="right")).tolist()
            self.positions = _positions(time, lengths - 1)

    @property
    def starts(self) -> Indices:
        """Where each step begins when the states of all steps stand one after the other, (time,)."""
        counts = np.array(self.counts)
        starts: Indices = np.cumsum(counts) - counts
        return starts

    @property
    def packed_places(self) -> Indices:
        """`positions` in packed states: step after step, without ended sentences; (time, 2, sentences)."""
        places: Indices = self.starts[self.positions] + np.arange(len(self.lengths))
        return places

    def packed(self, states: Iterable[Floats]) -> Floats:
        """All steps' states, (tokens, directions * hidden), both directions at the position that they have read."""
        steps = list(map(np.ndarray.copy, states))
        packed: Floats = np.concatenate(steps, axis=1)  # (directions, tokens, hidden), in the order of reading
        if len(packed) == 2:
            running = np.arange(len(steps))[:, None] < self.lengths
            packed[1] = packed[1][self.packed_places[:, 1][running]]
        by_token: Floats = packed.swapaxes(0, 1).reshape(packed.shape[1], -1)
        return by_token


def _positions(time: int, last: Indices) -> Indices:
    """What each direction reads at each step, (time, 2, sentences). last: each sentence's last place, (sentences,)."""
    steps = np.arange(time)[:, None]
    positions = np.empty((time, 2, len(last)), dtype=np.intp)
    np.minimum(steps, last, out=positions[:, 0])
    np.maximum(last - steps, 0, out=positions[:, 1])
    return positions


@lru_cache(maxsize=256)
def _all_as_long(length: int) -> Indices:
    return _positions(length, np.array([length - 1]))


@lru_cache(maxsize=256)
def alone(length: int) -> Batch:
    """The timetable of one sentence."""
    return Batch(np.array([length]))
