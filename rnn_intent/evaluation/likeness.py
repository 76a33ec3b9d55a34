"""Which answers are like those to training rows, and which like those to out-of-scope rows (`inference/rejection.py`).

The network does not learn out-of-scope rows: then they would be rejected, and tell nothing of others. It is asked about
them, and what it answers is kept, as it is of the training rows, in a few groups for each intent.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnn_intent.inference.rejection import by_label, likeness

WEIGHT = 0.5  # of either cosine, a standard deviation of it against one of the score (docs/rejection.md)
KINDS, OTHERS = 8, 256  # groups that are kept: of each intent's rows; of out-of-scope rows, at most
ROUNDS = 10  # of grouping
SMALLEST_SPREAD = 0.05  # of cosines; a few rows that are all alike must not make their factor infinite


def likeness_tensors(logits: np.ndarray, targets: np.ndarray, others: np.ndarray) -> dict[str, np.ndarray]:
    """What is kept, (labels * kinds, labels) and (rows, labels), as float16.

    logits: of training rows, (rows, labels); targets: their class numbers; others: logits of out-of-scope rows.
    """
    own, outside = _unit(logits), _unit(others)
    inside = [grouped(own[targets == label], KINDS) for label in range(logits.shape[1])]
    return {
        "rejection.inside": np.concatenate(inside).astype(np.float16),
        "rejection.outside": grouped(outside, min(OTHERS, len(outside))).astype(np.float16),
    }


def likeness_factors(tensors: Mapping[str, np.ndarray], logits: np.ndarray, spread: float) -> dict[str, float]:
    """What a unit of each cosine is worth. logits: of the validation rows; spread: of the score without these."""
    inside, outside = (tensors[f"rejection.{name}"].astype(np.float32) for name in ("inside", "outside"))
    found = likeness(logits, logits.argmax(axis=1), by_label(inside), outside.T)
    weights = (WEIGHT * spread / max(float(cosines.std()), SMALLEST_SPREAD) for cosines in found)
    return dict(zip(("inside", "outside"), weights, strict=True))


def grouped(rows: np.ndarray, count: int) -> np.ndarray:
    """Centres of groups of rows that point the same way, (count, features), of length one (spherical k-means).

    rows: (rows, features), of length one. Fewer rows than groups are repeated; no rows are zeros.
    """
    if len(rows) <= count:
        return np.resize(rows, (count, rows.shape[1])) if len(rows) else np.zeros((count, rows.shape[1]))
    centres: np.ndarray = rows[np.linspace(0, len(rows) - 1, count).astype(int)]
    for _ in range(ROUNDS):
        group = (rows @ centres.T).argmax(axis=1)
        sums = np.stack([np.bincount(group, column, count) for column in rows.T], axis=1)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return centres


def _unit(logits: np.ndarray) -> np.ndarray:
    """Each row less its mean, and of length one."""
    centred = logits - logits.mean(axis=1, keepdims=True)
    unit: np.ndarray = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return unit
