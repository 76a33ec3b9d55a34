"""A running average of the weights, which is judged and kept instead of the weights themselves."""

from __future__ import annotations

import copy
from typing import Any

import torch

from rnn_intent.training.encoder import IntentClassifier


class WeightAverage:
    """An exponential moving average of a classifier's weights (Polyak & Juditsky 1992), quicker at first.

    share: of itself that the average keeps in each step, from 0 to 1.
    """

    def __init__(self, classifier: IntentClassifier, share: float) -> None:
        self.classifier = copy.deepcopy(classifier)
        self._share, self._steps = share, 0

    @torch.no_grad()
    def step(self, classifier: IntentClassifier) -> None:
        self._steps += 1
        kept = min(self._share, (1 + self._steps) / (10 + self._steps))
        for mean, weights in zip(self.classifier.parameters(), classifier.parameters(), strict=True):
            mean.lerp_(weights, 1 - kept)

    def state(self) -> dict[str, Any]:
        return {"weights": self.classifier.state_dict(), "steps": self._steps}

    def restore(self, state: dict[str, Any]) -> None:
        self.classifier.load_state_dict(state["weights"])
        self._steps = state["steps"]
