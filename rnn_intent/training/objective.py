"""What training minimises: distance from labels and teachers, and between two readings of the same sentence."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div, log_softmax

from rnn_intent.settings import DistillationSettings


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


def taught_cross_entropy(
    logits: Tensor,
    targets: Tensor,
    taught: Tensor,
    settings: DistillationSettings,
    smoothing: float,
    weights: Tensor | None,
) -> Tensor:
    """What the labels ask for and what a teacher says, averaged over the batch (Hinton et al. 2015).

    (1 - share) * cross-entropy + share * T² * KL(teacher || student), both distributions softened by the temperature T;
    T² keeps the two parts' gradients of one size. targets: (batch,), -1 without a label: there only the teacher counts.
    taught: (batch, classes), zeros where the teacher says nothing: there only the label counts.
    """
    labelled, heard = targets >= 0, taught.sum(dim=1) > 0
    share = heard * torch.where(labelled, settings.share, 1.0)  # (batch,)
    hard = cross_entropy(logits, targets.clamp(min=0), weight=weights, label_smoothing=smoothing, reduction="none")
    softened = taught ** (1 / settings.temperature)
    softened = softened / softened.sum(dim=1, keepdim=True).clamp(min=1e-9)
    soft = kl_div(log_softmax(logits / settings.temperature, dim=1), softened, reduction="none").sum(dim=1)
    loss: Tensor = ((1 - share) * labelled * hard + share * settings.temperature**2 * soft).mean()
    return loss


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """Symmetric Kullback-Leibler divergence of two dropout passes, (batch, classes) each (R-Drop, Liang 2021)."""
    one, two = log_softmax(first, dim=1), log_softmax(second, dim=1)
    there = kl_div(one, two, log_target=True, reduction="batchmean")
    back = kl_div(two, one, log_target=True, reduction="batchmean")
    return (there + back) / 2
