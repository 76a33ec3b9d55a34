"""From states to one summary per sentence, while the states go by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rnn_intent.inference.arrays import Floats
from rnn_intent.inference.batch import Batch


def pool(
    states: Iterator[Floats], batch: Batch, names: Sequence[str], attention: Floats | None, summaries: Floats
) -> None:
    """Fills summaries, (names, directions, sentences, hidden).

    states: each step's (directions, active, hidden). Maximum, mean and last state do not care in which order positions
    are read, so each direction is pooled as it goes; attention looks at both at once and has to wait for the end.
    """
    first = next(states)
    summaries[...] = first  # right for all of them when a sentence has one word
    parts = dict(zip(names, summaries, strict=True))
    kept = [first.copy()] if attention is not None else []
    active = first.shape[1]
    highest, total, last = map(parts.get, ("max", "mean", "last"))
    for hidden, following in zip(states, [*batch.counts, 0][2:], strict=True):
        if hidden.shape[1] < active:
            active = hidden.shape[1]
            highest, total = (None if part is None else part[:, :active] for part in (highest, total))
        if highest is not None:
            np.maximum(highest, hidden, out=highest)
        if total is not None:
            np.add(total, hidden, total)
        if last is not None and following < active:
            last[:, following:active] = hidden[:, following:]
        if attention is not None:
            kept.append(hidden.copy())
    if "mean" in parts:
        parts["mean"] /= batch.lengths[:, None].astype(np.float32)  # by integers, it would go through float64
    if attention is not None:
        weighted = _attention(batch.packed(kept), batch, attention)
        parts["attention"][...] = weighted.reshape(len(weighted), *first.shape[::2]).swapaxes(0, 1)


def by_sentence(parts: Floats) -> Floats:
    """Summaries as the head's weights count them, (sentences, parts * hidden), of (parts, sentences, hidden)."""
    count, sentences, hidden = parts.shape
    summaries: Floats = parts.swapaxes(0, 1).reshape(sentences, count * hidden)
    return summaries


def _attention(states: Floats, batch: Batch, attention: Floats) -> Floats:
    """Sums of the states weighted by softmax(tanh(states) @ attention), (sentences, features).

    states: (tokens, features), packed.
    """
    scores = (np.tanh(states) * attention).sum(axis=1)  # (tokens,); a product could depend on how many there are
    best = np.full(len(batch.lengths), -np.inf, dtype=np.float32)
    steps = [slice(start, start + count) for start, count in zip(batch.starts, batch.counts, strict=True)]
    for step, active in zip(steps, batch.counts, strict=True):
        np.maximum(best[:active], scores[step], out=best[:active])
    total = np.zeros(len(batch.lengths), dtype=np.float32)
    summed = np.zeros((len(batch.lengths), states.shape[1]), dtype=np.float32)
    for step, active in zip(steps, batch.counts, strict=True):
        shares = np.exp(scores[step] - best[:active])
        total[:active] += shares
        summed[:active] += shares[:, None] * states[step]
    return summed / total[:, None]
