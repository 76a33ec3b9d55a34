"""Several models asked together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rnn_intent.errors import ModelError, quoted
from rnn_intent.inference.arrays import Floats
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import find_models


class Ensemble:
    """The mean of the members' probabilities; one member answers as it would alone.

    labels: the intents, in the order of `probabilities`.
    """

    def __init__(self, members: Sequence[Predictor]) -> None:
        self.members = members
        self.labels = members[0].labels
        for member in members[1:]:
            odd = sorted(set(self.labels) ^ set(member.labels))
            if odd:
                raise ModelError(f"an ensemble's models know the same intents; {quoted(odd[0])} some do not know")

    @classmethod
    def load(cls, run: str | os.PathLike[str]) -> Ensemble:
        """The models of a folder that `train --seeds` made, or a single run. Raises ModelError."""
        return cls.read(find_models(run))

    @classmethod
    def read(cls, models: Iterable[Path]) -> Ensemble:
        """These model files. Raises ModelError."""
        return cls([Predictor.load(path) for path in models])

    def probabilities(self, texts: Iterable[str]) -> Floats:
        """(texts, labels), each row a distribution over the intents."""
        texts = list(texts)
        total = np.zeros((len(texts), len(self.labels)), dtype=np.float64)
        for member in self.members:
            place = {label: column for column, label in enumerate(member.labels)}
            total += member.probabilities(texts)[:, [place[label] for label in self.labels]]
        mean: Floats = (total / len(self.members)).astype(np.float32)
        return mean
