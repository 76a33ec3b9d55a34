"""Makes the confidence honest: one temperature, chosen on the validation split."""

from __future__ import annotations

import math

import numpy as np

from rnn_intent.metrics import softmax

COLDEST, HOTTEST = 0.05, 20.0
GOLDEN = (math.sqrt(5) - 1) / 2


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The temperature with the lowest negative log-likelihood (Guo et al. 2017), by golden-section search.

    logits: (rows, intents); targets: (rows,), rows with -1 (an intent that the model lacks) are left out. The loss has
    a single minimum in the inverse temperature. Returns 1.0 if no row is left.
    """
    known = targets >= 0
    if not known.any():
        return 1.0
    rows = logits[known].astype(np.float64)

    def loss(log_temperature: float) -> float:
        probabilities = softmax(rows, math.exp(log_temperature))
        return float(-np.log(np.maximum(probabilities[np.arange(len(rows)), targets[known]], 1e-30)).mean())

    low, high = math.log(COLDEST), math.log(HOTTEST)
    for _ in range(40):  # narrows the interval to 3e-8
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return math.exp((low + high) / 2)
