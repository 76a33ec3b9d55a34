"""Token lists to summaries, as fast as NumPy goes; `reference.py` says the same without the haste."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.arrays import Floats, Indices, aligned
from rnn_intent.inference.batch import Batch, alone
from rnn_intent.inference.embedding import Embedding
from rnn_intent.inference.pooling import pool
from rnn_intent.inference.recurrence import Layer, at_once
from rnn_intent.inference.token_table import FactsOf, TokenTable

# With fewer, what each call of NumPy takes by itself counts; with more, memory grows and nothing is gained.
PRODUCTS = 4  # of each matrix with a batch's states
NO_TOKENS = (None,)
FIRST: Indices = np.zeros(1, dtype=np.intp)


class Sentences(NamedTuple):
    """Tokens looked up. rows: (tokens,), in the table of tokens, sentence after sentence; words: (sentences,), how many
    tokens each has; lengths and starts: (sentences,), of its rows. A sentence without tokens has a row of its own kind.
    """

    rows: Indices
    words: Indices
    lengths: Indices
    starts: Indices


class Encoder:
    """Embedding, recurrent layers and pooling of a model file. facts_of: what else to keep of a token in the table."""

    def __init__(self, artifact: Artifact, facts_of: FactsOf | None = None) -> None:
        model = artifact.settings.model
        self.layers = [Layer(artifact, layer) for layer in range(model.layers)]
        self.table = TokenTable(Embedding(artifact), self.layers[0], facts_of)
        self._pooling = model.pooling
        self._attention = artifact.weights("pooling.attention") if "attention" in model.pooling else None
        self._directions, self._hidden = self.layers[0].directions, model.hidden_size
        self.summary_size = len(model.pooling) * self._directions * self._hidden
        self._batch_size = PRODUCTS * at_once(model.hidden_size)
        self._memory = aligned(self.summary_size * self._batch_size)

    def look_up(self, token_lists: Iterable[Sequence[str]]) -> Sentences:
        """The table's rows of all tokens; valid until the next call."""
        tokens: list[str | None] = []
        counts = []
        for sentence in token_lists:  # none of the lists is kept: Python would look at each again, for circles
            tokens += sentence or NO_TOKENS
            counts.append(len(sentence))
        rows = self.table.rows(tokens)
        words = np.array(counts, dtype=np.intp)
        if len(counts) == 1:  # for which somebody may be waiting
            return Sentences(rows, words, np.array([len(rows)]), FIRST)
        lengths = np.maximum(words, 1)
        return Sentences(rows, words, lengths, np.cumsum(lengths) - lengths)

    def summaries(self, sentences: Sentences) -> Iterator[tuple[Indices, Floats]]:
        """Batches of sentences: their places in the list (n,), and their summaries (parts, n, hidden).

        Whatever else is in the list, a sentence's summary is its own. The next batch's are written over it.
        """
        rows, _, lengths, starts = sentences
        if len(lengths) == 1:
            yield FIRST, self._read(rows, FIRST, alone(len(rows)))
            return
        order = np.argsort(-lengths, kind="stable")  # sorted by length, so that a batch ends nearly together
        for first in range(0, len(order), self._batch_size):
            some = order[first : first + self._batch_size]
            yield some, self._read(rows, starts[some], Batch(lengths[some]))

    @np.errstate(over="ignore")  # a power that is infinite is a gate that is shut
    def _read(self, rows: Indices, starts: Indices, batch: Batch) -> Floats:
        """The summaries of a batch, (parts, sentences, hidden). starts: of each sentence's rows."""
        shape = (len(self._pooling), self._directions, len(batch.lengths), self._hidden)
        summaries = self._memory[: math.prod(shape)].reshape(shape)
        both = self._directions
        places = rows.take(batch.positions[:, :both] + starts)
        begin = partial(self.table.starts.fill, rows=places[0])
        states = self.layers[0].read(self.table.products, places, batch.counts, begin)
        for layer in self.layers[1:]:
            table = layer.input_products(batch.packed(states))  # of (tokens, directions * hidden)
            states = layer.read(table, batch.packed_places[:, :both], batch.counts)
        pool(states, batch, self._pooling, self._attention, summaries)
        parts: Floats = summaries.reshape(-1, *shape[2:])
        return parts
