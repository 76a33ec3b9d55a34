"""Linear classifiers: what makes a model of sentences a teacher of intents."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from rnn_intent.metrics import fit_temperature, softmax

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)  # the regulariser's inverse, as scikit-learn counts it; validation chooses
STEPS = 100

Logits = Callable[[Tensor], Tensor]  # from a weight, (features + 1, classes), to (rows, classes)
Loss = Callable[[Tensor, Tensor], Tensor]  # of logits and class numbers, (rows,): the rows' mean


class LinearFit(NamedTuple):
    """weight: (features + 1, classes), the bias as its last row. strength: that of the regulariser.

    temperature: the one at which validation rows are most likely. loss: what the weight makes least.
    """

    weight: Tensor
    strength: float
    temperature: float
    loss: Loss


class LinearHead:
    """centre: (features,), taken off every vector."""

    def __init__(self, fit: LinearFit, centre: np.ndarray) -> None:
        self.fit, self._centre = fit, centre

    def logits(self, vectors: np.ndarray) -> np.ndarray:
        """(rows, features) to (rows, classes)."""
        return _logits_of(vectors, self._centre)(self.fit.weight).numpy()

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """(rows, features) to (rows, classes)."""
        return softmax(self.logits(vectors), self.fit.temperature)

    def refit(self, vectors: np.ndarray, targets: np.ndarray) -> LinearHead:
        """The same of other rows, as strongly regularised and as sure."""
        logits = _logits_of(vectors, self._centre)
        return LinearHead(refitted(self.fit, logits, targets, vectors.shape[1]), self._centre)


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
    train, valid = _logits_of(vectors, centre), _logits_of(valid_vectors, centre)
    shape = (vectors.shape[1] + 1, classes)
    return LinearHead(best_fit(train, targets, valid, valid_targets, shape, strengths), centre)


def _logits_of(vectors: np.ndarray, centre: np.ndarray) -> Logits:
    inputs = torch.from_numpy((vectors - centre).astype(np.float32))
    return lambda weight: inputs @ weight[:-1] + weight[-1]


def squared_hinge(logits: Tensor, targets: Tensor) -> Tensor:
    """The loss of a support vector machine, each class against all others (LIBLINEAR's default, Fan et al. 2008).

    A row that its class has by a margin pulls no longer, nor does one class's nearness to a row hang on the others'.
    """
    signs = 2 * one_hot(targets, logits.shape[1]) - 1
    return (1 - signs * logits).relu().square().sum(dim=1).mean()


def best_fit(
    logits: Logits,
    targets: np.ndarray,
    valid_logits: Logits,
    valid_targets: np.ndarray,
    shape: tuple[int, int],
    strengths: Sequence[float],
    steps: int = STEPS,
    loss: Loss = cross_entropy,
) -> LinearFit:
    """Fits with one strength after the other until validation rows, calibrated, become less likely; gives the best.

    Few validation rows seldom differ in how many are right, but still in how likely they are.

    logits: a weight of the given shape, (features + 1, classes), to (rows, classes). targets: (rows,) class numbers, of
    validation rows -1 for an intent that training lacks.
    """
    weight, least = torch.zeros(shape), math.inf
    best = LinearFit(weight, 0.0, 1.0, loss)
    for strength in sorted(strengths):  # each starts where the one before ended
        weight = _fitted(logits, torch.from_numpy(targets), weight, strength, steps, loss)
        temperature, unlikely = fit_temperature(valid_logits(weight).numpy(), valid_targets)
        if unlikely > least:
            break
        best, least = LinearFit(weight, strength, temperature, loss), unlikely
    return best


def refitted(fit: LinearFit, logits: Logits, targets: np.ndarray, features: int, steps: int = STEPS) -> LinearFit:
    """The same of other rows: as strongly regularised, and as sure."""
    start = torch.zeros(features + 1, fit.weight.shape[1])
    weight = _fitted(logits, torch.from_numpy(targets), start, fit.strength, steps, fit.loss)
    return fit._replace(weight=weight)


def _fitted(logits: Logits, targets: Tensor, start: Tensor, strength: float, steps: int, loss: Loss) -> Tensor:
    weight = start.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weight], max_iter=steps, history_size=5, line_search_fn="strong_wolfe")

    def value() -> Tensor:
        optimizer.zero_grad()
        pulled = weight[:-1].square().sum() / (2 * strength * len(targets))
        total = loss(logits(weight), targets) + pulled
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(value)  # type: ignore[no-untyped-call]
    return weight.detach()
