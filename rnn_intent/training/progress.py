"""How a training goes: what is told after every step, and what is kept of every epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Epoch:
    """One line of history.jsonl. Gradient norms are taken before clipping, over all weights but the embeddings."""

    epoch: int
    train_loss: float
    valid_loss: float
    valid_accuracy: float
    gradient_norm: float
    gradient_norm_max: float
    learning_rate: float


@dataclass(frozen=True)
class Progress:
    """Where training is, after every step."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    valid_accuracy: float | None
    stage: Literal["", "teacher", "refit"] = ""  # before the training proper, or after it, on the validation rows too
