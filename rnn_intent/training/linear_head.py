"""Logistic regression on sentence vectors: what makes a model of sentences a teacher of intents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)  # the regulariser's inverse, as scikit-learn counts it; validation chooses
STEPS = 100


class LinearHead:
    """weight: (classes, features + 1), the bias as its last column; centre: (features,), taken off every vector."""

    def __init__(self, weight: np.ndarray, centre: np.ndarray) -> None:
        self._weight, self._centre = weight, centre

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """(rows, features) to (rows, classes)."""
        found: np.ndarray = (vectors - self._centre) @ self._weight[:, :-1].T + self._weight[:, -1]
        return found


def fit_head(
    vectors: np.ndarray,
    targets: np.ndarray,
    valid_vectors: np.ndarray,
    valid_targets: np.ndarray,
    classes: int,
    strengths: Sequence[float] = STRENGTHS,
) -> LinearHead:
    """The head that is best on validation rows. vectors: (rows, features); targets: (rows,) class numbers."""
    centre = vectors.mean(axis=0)
    inputs = torch.from_numpy(np.pad(vectors - centre, ((0, 0), (0, 1)), constant_values=1.0).astype(np.float32))
    weight = torch.zeros(classes, inputs.shape[1])
    best, best_score = LinearHead(weight.numpy(), centre), -1.0
    for strength in sorted(strengths):  # each starts where the one before ended
        weight = _fitted(inputs, torch.from_numpy(targets), weight, strength)
        head = LinearHead(weight.numpy(), centre)
        score = float((head.logits(valid_vectors).argmax(axis=1) == valid_targets).mean())
        if score > best_score:
            best, best_score = head, score
    return best


def _fitted(inputs: Tensor, targets: Tensor, start: Tensor, strength: float) -> Tensor:
    weight = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weight], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        pulled = weight[:, :-1].square().sum() / (2 * strength * len(targets))
        value = cross_entropy(inputs @ weight.T, targets) + pulled
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach()
