"""Sentences of no intent beside each batch, of which the network learns to be unsure (Hendrycks et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

OUTLIER_WEIGHT = 0.3  # of their loss; measured in docs/rejection.md


class Outliers:
    """Which made-up sentences come beside a batch."""

    def __init__(self, made: Sequence[np.ndarray], share: float, seed: int) -> None:
        """made: encoded sentences, or none; share: how many for each row of a batch."""
        self._made, self._share, self._seed = made, share, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """What is drawn from here on follows from seed and epoch, whatever was drawn before."""
        self._random = np.random.default_rng((self._seed, epoch))

    def draw(self, rows: int) -> list[np.ndarray]:
        """At least one for a batch of so many rows; none where there are no outliers."""
        if not (len(self._made) and self._share):
            return []
        return [
            self._made[place]
            for place in self._random.integers(len(self._made), size=max(1, round(self._share * rows)))
        ]


def certainty(logits: Tensor) -> Tensor:
    """How far the answers are from `any intent is as likely`: the divergence from it, averaged over the sentences.

    logits: (sentences, intents). 0 where all are equal.
    """
    far: Tensor = (logits.logsumexp(dim=1) - logits.mean(dim=1)).mean() - float(np.log(logits.shape[1]))
    return far
