"""Token lists to summaries, as fast as NumPy goes; `reference.py` says the same without the haste."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.batch import Batch
from rnn_intent.inference.embedding import Embedding
from rnn_intent.inference.pooling import pool
from rnn_intent.inference.recurrence import Floats, Indices, Layer
from rnn_intent.inference.token_table import TokenTable

# Numbers in one gate of one batch: with 128 hidden and two directions 128 sentences, whose buffers fit into a
# second-level cache of a megabyte. Fewer waste calls, more waste the cache.
BATCH_NUMBERS = 128 * 2 * 128


class Encoder:
    """Embedding, recurrent layers and pooling of a model file."""

    def __init__(self, artifact: Artifact) -> None:
        model = artifact.settings.model
        self.layers = [Layer(artifact, layer) for layer in range(model.layers)]
        self.table = TokenTable(Embedding(artifact), self.layers[0])
        self._pooling = model.pooling
        self._attention = artifact.weights("pooling.attention") if "attention" in model.pooling else None
        width = self.layers[0].directions * self.layers[0].hidden
        self.summary_size = width * len(model.pooling)
        self._batch_size = max(8, BATCH_NUMBERS // width)

    def summaries(self, token_lists: Sequence[Sequence[str]]) -> Iterator[tuple[Indices, Floats]]:
        """Batches of sentences: their places in the list (n,), and their summaries (n, summary).

        Whatever else is in the list, a sentence's summary is its own. One batch at a time, so that what is made of a
        summary is made while it is in the cache.
        """
        if not token_lists:
            return
        sentences = [tokens or (None,) for tokens in token_lists]
        lengths = np.fromiter(map(len, sentences), dtype=np.intp, count=len(sentences))
        rows = self.table.rows(list(chain.from_iterable(sentences)))
        starts = np.cumsum(lengths) - lengths
        order = np.argsort(-lengths, kind="stable")  # sorted by length, so that a batch ends nearly together
        for first in range(0, len(order), self._batch_size):
            chosen = order[first : first + self._batch_size]
            yield chosen, self._batch(rows, starts[chosen], Batch(lengths[chosen]))

    def _batch(self, rows: Indices, starts: Indices, batch: Batch) -> Floats:
        """Summaries of one batch, (sentences, summary). starts: where each sentence's rows begin."""
        both = self.layers[0].directions
        table, places = self.table.products, rows.take(batch.positions[:, :both] + starts)
        for layer, following in pairwise(self.layers):
            states = batch.packed(layer.read(table, places, batch.counts))  # (tokens, directions * hidden)
            table, places = following.input_products(states), batch.packed_places[:, :both]
        return pool(self.layers[-1].read(table, places, batch.counts), batch, self._pooling, self._attention)
