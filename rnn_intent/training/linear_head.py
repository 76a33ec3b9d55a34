"""Logistic regression: what makes a model of sentences a teacher of intents."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from rnn_intent.metrics import fit_temperature

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)  # the regulariser's inverse, as scikit-learn counts it; validation chooses
STEPS = 100


class Regression(NamedTuple):
    """weight: (features + 1, classes), the bias as its last row. strength: that of the regulariser.

    temperature: the one at which validation rows are most likely.
    """

    weight: Tensor
    strength: float
    temperature: float


class LinearHead:
    """centre: (features,), taken off every vector."""

    def __init__(self, regression: Regression, centre: np.ndarray) -> None:
        self.regression, self._centre = regression, centre

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """(rows, features) to (rows, classes)."""
        weight = self.regression.weight.numpy()
        found: np.ndarray = (vectors - self._centre) @ weight[:-1] + weight[-1]
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
    inputs, valid = (torch.from_numpy((some - centre).astype(np.float32)) for some in (vectors, valid_vectors))
    regression = best_regression(
        lambda weight: inputs @ weight[:-1] + weight[-1],
        targets,
        lambda weight: valid @ weight[:-1] + weight[-1],
        valid_targets,
        (vectors.shape[1] + 1, classes),
        strengths,
    )
    return LinearHead(regression, centre)


def best_regression(
    logits: Callable[[Tensor], Tensor],
    targets: np.ndarray,
    valid_logits: Callable[[Tensor], Tensor],
    valid_targets: np.ndarray,
    shape: tuple[int, int],
    strengths: Sequence[float],
    steps: int = STEPS,
) -> Regression:
    """Fits with one strength after the other until validation rows, calibrated, become less likely; gives the best.

    Few validation rows seldom differ in how many are right, but still in how likely they are.

    logits: a weight of the given shape, (features + 1, classes), to (rows, classes). targets: (rows,) class numbers, of
    validation rows -1 for an intent that training lacks.
    """
    weight, least = torch.zeros(shape), math.inf
    best = Regression(weight, 0.0, 1.0)
    for strength in sorted(strengths):  # each starts where the one before ended
        weight = _fitted(logits, torch.from_numpy(targets), weight, strength, steps)
        temperature, loss = fit_temperature(valid_logits(weight).numpy(), valid_targets)
        if loss > least:
            break
        best, least = Regression(weight, strength, temperature), loss
    return best


def _fitted(logits: Callable[[Tensor], Tensor], targets: Tensor, start: Tensor, strength: float, steps: int) -> Tensor:
    weight = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weight], max_iter=steps, history_size=5, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        pulled = weight[:-1].square().sum() / (2 * strength * len(targets))
        value = cross_entropy(logits(weight), targets) + pulled
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach()
