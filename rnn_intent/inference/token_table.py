"""What each token says to the first layer's gates, computed once per token and kept.

A token's input product W·x + b depends on the token alone: keeping it halves the work of a sentence. It costs
4 * gates * directions * hidden bytes a token (3 kB for a bidirectional GRU of 128), at most `BUDGET` in all; then the
table starts anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_intent.inference.embedding import Embedding
from rnn_intent.inference.recurrence import Floats, Indices, Layer

BUDGET = 32 << 20  # bytes
FIRST_ROWS = 256  # a single sentence should not pay for a large table
AT_ONCE = 256  # tokens embedded together, so that their n-grams' rows take little memory

Token = str | None  # None: the `<unk>` that stands for a sentence without tokens


class TokenTable:
    """Token strings to rows of `products`, (gates, directions, rows, hidden)."""

    def __init__(self, embedding: Embedding, layer: Layer) -> None:
        self.embedding, self._layer = embedding, layer
        row_bytes = 4 * layer.gates * layer.directions * layer.hidden
        self._most_rows = max(BUDGET // row_bytes, 4 * FIRST_ROWS)
        self._rows = _Rows()
        self.products = self._empty(FIRST_ROWS)

    def rows(self, tokens: Sequence[Token]) -> Indices:
        """The row of every token, (tokens,). Rows are valid until the next call."""
        rows = self._numbers(tokens)
        if self._rows.new:
            if len(self._rows) > self._most_rows:
                self._rows = _Rows()
                rows = self._numbers(tokens)
            self._fill()
        return rows

    def _numbers(self, tokens: Sequence[Token]) -> Indices:
        return np.fromiter(map(self._rows.__getitem__, tokens), dtype=np.intp, count=len(tokens))

    def _fill(self) -> None:
        """Computes the rows of tokens that were not known yet."""
        new, self._rows.new = self._rows.new, []
        start = len(self._rows) - len(new)
        self._grow(start, len(self._rows))
        for first in range(0, len(new), AT_ONCE):
            tokens = new[first : first + AT_ONCE]
            place = slice(start + first, start + first + len(tokens))
            self._layer.input_products(self.embedding.vectors(tokens), out=self.products[:, :, place])

    def _grow(self, used: int, rows: int) -> None:
        held = self.products.shape[2]
        if rows > held:
            products = self._empty(max(rows, min(2 * held, self._most_rows)))
            products[:, :, :used] = self.products[:, :, :used]
            self.products = products

    def _empty(self, rows: int) -> Floats:
        layer = self._layer
        empty: Floats = np.empty((layer.gates, layer.directions, rows, layer.hidden), dtype=np.float32)
        return empty


class _Rows(dict[Token, int]):
    """Token to row; an unknown token gets the next row and is remembered as new."""

    def __init__(self) -> None:
        super().__init__()
        self.new: list[Token] = []

    def __missing__(self, token: Token) -> int:
        row = self[token] = len(self)
        self.new.append(token)
        return row
