"""What training minimises: cross-entropy, and agreement between two readings of the same sentence."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div, log_softmax


def class_weights(scheme: str, targets: np.ndarray, classes: int) -> Tensor | None:
    """A weight per intent so that rare ones count: `balanced` inverse to frequency, `sqrt` to its square root.

    targets: (rows,) class numbers. Returns (classes,) with mean 1 over the rows, or None for `none`.
    """
    if scheme == "none":
        return None
    counts = np.bincount(targets, minlength=classes).clip(min=1)
    weights = 1.0 / (counts if scheme == "balanced" else np.sqrt(counts))
    weights *= len(targets) / weights[targets].sum()
    return torch.tensor(weights, dtype=torch.float32)


def soft_cross_entropy(logits: Tensor, targets: Tensor, smoothing: float, weights: Tensor | None) -> Tensor:
    """Cross-entropy against class numbers (batch,) or against probabilities (batch, classes), averaged."""
    return cross_entropy(logits, targets, weight=weights, label_smoothing=smoothing)


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """Symmetric Kullback-Leibler divergence of two dropout passes, (batch, classes) each (R-Drop, Liang 2021)."""
    one, two = log_softmax(first, dim=1), log_softmax(second, dim=1)
    there = kl_div(one, two, log_target=True, reduction="batchmean")
    back = kl_div(two, one, log_target=True, reduction="batchmean")
    return (there + back) / 2
