"""What depends on a token alone, computed once per token and kept: most of the work of reading it.

Two tables. Of every token: what it says to the first layer's gates, W·x + b, and what it adds to how strange a sentence
is. Of tokens that began a sentence, or ended one and so were the first to be read backward: the state after that one
token, and what this state says to the gates.
Both are bounded, `BUDGET` and `STARTS_BUDGET` bytes (or the needs of one call). A full table of tokens forgets the half
that came last, because frequent words come early; a full table of starts begins anew. A bidirectional GRU of 128 takes
3 kB a token, and 4 kB a token at an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np

from rnn_intent.inference.arrays import Floats, Indices, aligned
from rnn_intent.inference.embedding import Embedding
from rnn_intent.inference.familiarity import FACTS, Integers
from rnn_intent.inference.recurrence import STATES, Buffers, Layer

BUDGET, STARTS_BUDGET = 12 << 20, 8 << 20
LEAST_ROWS = 1024  # also where hidden is so large that the budget would hold fewer
AT_ONCE = 256  # tokens embedded together, so that their n-grams' rows take little memory

Token = str | None  # None: the `<unk>` that stands for a sentence without tokens
FactsOf = Callable[[Sequence[Token]], Integers]


class TokenTable:
    """Token strings to rows of `products`, (rows, gates * directions * hidden), and of `facts`, (rows, FACTS).

    starts: the states after one token. facts_of: what makes facts of tokens, for those who ask for them.
    """

    products: Floats
    facts: Integers
    starts: Starts
    _rows: _Rows

    def __init__(self, embedding: Embedding, layer: Layer, facts_of: FactsOf | None = None) -> None:
        self.embedding, self._layer, self._facts_of = embedding, layer, facts_of
        self._width = layer.gates * layer.directions * layer.hidden
        self._most_rows = max(BUDGET // (4 * self._width), LEAST_ROWS)
        self._begin(0)

    def rows(self, tokens: Sequence[Token]) -> Indices:
        """The row of every token, (tokens,). Rows are valid until the next call."""
        rows = self._numbers(tokens)
        if self._rows.new:
            if len(self._rows) > self._most_rows:
                rows = self._make_room(tokens)
            self._fill()
        return rows

    def _make_room(self, tokens: Sequence[Token]) -> Indices:
        """Forgets the later half, or everything for a call that needs more; the row of every token."""
        kept = min(self._most_rows // 2, len(self._rows) - len(self._rows.new))
        self._rows = _Rows(islice(self._rows.items(), kept))  # in the order in which they came
        self.starts.forget(kept)
        rows = self._numbers(tokens)
        if len(self._rows) > self._most_rows:
            self._begin(len(set(tokens)))
            rows = self._numbers(tokens)
        return rows

    def _numbers(self, tokens: Sequence[Token]) -> Indices:
        return np.fromiter(map(self._rows.__getitem__, tokens), dtype=np.intp, count=len(tokens))

    def _begin(self, needed: int) -> None:
        """Empty tables. All memory is asked for at once: the system gives it when it is written to."""
        self._rows = _Rows()
        length = max(needed, self._most_rows)
        self.products = aligned(length, self._width)
        self.facts = np.empty((length, FACTS), dtype=np.int32)
        self.starts = Starts(self._layer, self.products)

    def _fill(self) -> None:
        """Computes the rows of tokens that were not known yet."""
        new, self._rows.new = self._rows.new, []
        start = len(self._rows) - len(new)
        for first in range(0, len(new), AT_ONCE):
            tokens = self.embedding.vocabulary.read(new[first : first + AT_ONCE])
            place = slice(start + first, start + first + len(tokens))
            self._layer.input_products(self.embedding.vectors(tokens), out=self.products[place])
            if self._facts_of is not None:
                self.facts[place] = self._facts_of(tokens)


class _Rows(dict[Token, int]):
    """Token to row; an unknown token gets the next row and is remembered as new."""

    def __init__(self, known: Iterable[tuple[Token, int]] = ()) -> None:
        super().__init__(known)
        self.new: list[Token] = []

    def __missing__(self, token: Token) -> int:
        row = self[token] = len(self)
        self.new.append(token)
        return row


class Starts:
    """State and products after one token, (places, products and states, directions, hidden), in both directions."""

    def __init__(self, layer: Layer, table: Floats) -> None:
        self._layer, self._table = layer, table.reshape(-1, layer.hidden)
        self._parts = layer.gates + STATES[layer.cell]
        width = self._parts * layer.directions * layer.hidden
        self._known = aligned(max(STARTS_BUDGET // (4 * width), LEAST_ROWS), width)
        self._flat = self._known.reshape(-1, layer.hidden)
        self._planes = np.arange(self._parts * layer.directions).reshape(self._parts, layer.directions, 1)
        self._places: Indices = np.full(len(table), -1, dtype=np.intp)  # of each row of the table; -1: not known yet
        self._used = 0

    def fill(self, buffers: Buffers, rows: Indices) -> None:
        """Gathers the state that sentences have after the rows (directions, sentences), LEAST_ROWS / 2 at most."""
        places = self._places.take(rows)
        if np.minimum.reduce(places, axis=None) < 0:
            places = self._learn(rows, places)
        self._flat.take(places * self._planes.size + self._planes, 0, buffers.known, "clip")

    def forget(self, first: int) -> None:
        """Rows of the table from the first on are going to mean other tokens."""
        self._places[first:] = -1

    def _learn(self, rows: Indices, places: Indices) -> Indices:
        """Computes what is not known yet; the places of all rows."""
        new = _distinct(rows[places < 0])
        if self._used + len(new) > len(self._known):
            self._places.fill(-1)
            self._used, new = 0, _distinct(rows)
        end = self._used + len(new)
        self._places[new] = np.arange(self._used, end)
        self._compute(new, self._known[self._used : end])
        self._used = end
        return self._places.take(rows)

    def _compute(self, rows: Indices, out: Floats) -> None:
        layer = self._layer
        buffers = layer.buffers(len(rows))
        layer.first(buffers, self._table, rows * layer.planes.size + layer.planes)
        layer.multiply(buffers)
        out.reshape(len(rows), self._parts, layer.directions, layer.hidden)[...] = buffers.known.transpose(2, 0, 1, 3)


def _distinct(numbers: Indices) -> Indices:
    """Each once, ascending. Few they are; and np.unique() would import a module as large as the rest of a start-up."""
    return np.array(sorted(set(numbers.ravel().tolist())), dtype=np.intp)
