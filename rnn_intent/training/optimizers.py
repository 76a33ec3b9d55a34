"""AdamW for the network, its sparse sister for the embedding tables, one schedule for both."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from rnn_intent.settings import TrainingSettings
from rnn_intent.training.schedule import warmup_cosine


class Optimizers:
    """Steps dense and sparse parameters together.

    A dense Adam step over the embedding tables would cost more than the network itself; with sparse gradients only
    the rows of the batch are touched.
    """

    def __init__(self, model: nn.Module, settings: TrainingSettings, steps: int) -> None:
        sparse = [module.weight for module in model.modules() if isinstance(module, nn.Embedding) and module.sparse]
        names = {id(parameter) for parameter in sparse}
        self.dense = [parameter for parameter in model.parameters() if id(parameter) not in names]
        matrices = [parameter for parameter in self.dense if parameter.dim() > 1]
        vectors = [parameter for parameter in self.dense if parameter.dim() <= 1]  # biases are not decayed
        groups = [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        self._optimizers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(groups, lr=settings.learning_rate),
            torch.optim.SparseAdam(sparse, lr=settings.embedding_learning_rate),
        ]
        schedule = warmup_cosine(settings.warmup, steps)
        self._schedules = [LambdaLR(optimizer, schedule) for optimizer in self._optimizers]
        self._parts: list[Any] = [*self._optimizers, *self._schedules]

    def zero_grad(self) -> None:
        for optimizer in self._optimizers:
            optimizer.zero_grad(set_to_none=True)

    def step(self) -> None:
        for optimizer, schedule in zip(self._optimizers, self._schedules, strict=True):
            optimizer.step()
            schedule.step()

    @property
    def learning_rate(self) -> float:
        return float(self._schedules[0].get_last_lr()[0])

    def state(self) -> list[dict[str, Any]]:
        return [part.state_dict() for part in self._parts]

    def restore(self, states: list[dict[str, Any]]) -> None:
        for part, state in zip(self._parts, states, strict=True):
            part.load_state_dict(state)
