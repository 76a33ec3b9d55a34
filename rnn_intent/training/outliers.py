"""Sentences of no intent beside each batch, of which the network learns to be unsure (Hendrycks et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

OUTLIER_WEIGHT = 0.3  # of their loss; measured in docs/rejection.md
GIVEN = 1 / 16  # real out-of-scope rows beside a batch, for each of its rows


class Outliers:
    """Which sentences come beside a batch: of those given as out of scope, and of made-up ones."""

    def __init__(self, given: Sequence[np.ndarray], made: Sequence[np.ndarray], share: float, seed: int) -> None:
        """given, made: encoded sentences, either may be none; share: made-up sentences for each row of a batch."""
        self._groups = [(group, part) for group, part in ((given, GIVEN), (made, share)) if len(group) and part]
        self._seed = seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """What is drawn from here on follows from seed and epoch, whatever was drawn before."""
        self._random = np.random.default_rng((self._seed, epoch))

    def draw(self, rows: int) -> list[np.ndarray]:
        """At least one of each kind for a batch of so many rows; none where there are no outliers."""
        return [
            group[place]
            for group, share in self._groups
            for place in self._random.integers(len(group), size=max(1, round(share * rows)))
        ]


def certainty(logits: Tensor) -> Tensor:
    """How far the answers are from `any intent is as likely`: the divergence from it, averaged over the sentences.

    logits: (sentences, intents). 0 where all are equal.
    """
    far: Tensor = (logits.logsumexp(dim=1) - logits.mean(dim=1)).mean() - float(np.log(logits.shape[1]))
    return far
