"""Summaries to logits and, in the same product, to the places from which the in-scope score takes distances."""

from __future__ import annotations

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.arrays import Floats, aligned_copy
from rnn_intent.inference.recurrence import SMALL_PRODUCT


class Head:
    """The last layer of a model file, and beside it the directions of its in-scope score."""

    def __init__(self, artifact: Artifact, directions: Floats | None = None) -> None:
        """directions: (summary, k)."""
        weight, bias = artifact.weights("head.weight"), artifact.weights("head.bias")
        self.labels = len(bias)
        if directions is not None:
            weight = np.concatenate([weight, directions.T])
            bias = np.concatenate([bias, np.zeros(directions.shape[1], dtype=np.float32)])
        # (parts, 1, hidden, labels + k): each part of the summary is multiplied apart, because shorter sums round less
        parts = weight.T.reshape(-1, 1, artifact.settings.model.hidden_size, len(bias))
        self._weight = aligned_copy(parts)  # a tenth faster than a transposed view
        self._bias = bias

    def read(self, summaries: Floats) -> tuple[Floats, Floats]:
        """Logits (sentences, labels) and projected summaries (sentences, k), of (parts, sentences, hidden)."""
        parts, sentences, hidden = summaries.shape
        slices = summaries.reshape(parts, -1, self._at_once(sentences), hidden)
        found: Floats = np.add.reduce(np.matmul(slices, self._weight), axis=0).reshape(sentences, -1)
        found += self._bias
        return found[:, : self.labels], found[:, self.labels :]

    def _at_once(self, sentences: int) -> int:
        """How many sentences to multiply at a time: so few that the products are small, if they can be halved so."""
        few, each = sentences, self._weight[0].size
        while few * each > SMALL_PRODUCT:
            if few % 2:
                return sentences
            few //= 2
        return few
