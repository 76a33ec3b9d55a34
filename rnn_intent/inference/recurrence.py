"""The recurrent layers at speed: the equations of `cells.py`, many sentences and both directions at once.

What makes it fast, most important first:

1. The product of the inputs is not computed here: it depends on the token alone and is gathered from a table.
2. Arrays are (gates, directions, sentences, hidden): one matrix product per step, and every gate is contiguous.
3. Sentences come longest first; those that have ended are cut off, so that nothing is computed for padding.
4. σ(v) = tanh(v / 2) / 2 + 1/2 with the halved v already in the weights: all gates take the fast hyperbolic tangent.
5. The first step has no state to multiply, and all steps write into the same memory, which stays in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.shapes import DIRECTIONS, GATES, directions
from rnn_intent.tensor_file import Array

Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float32]]
Indices = np.ndarray[tuple[Any, ...], np.dtype[np.intp]]

# torch's gate order to ours: the σ gates first, so that they are one block.
_ORDER = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}
_SIGMOIDS = {"rnn": 0, "lstm": 3, "gru": 2}
_HALF = np.array(0.5, dtype=np.float32)  # as an array, because turning a number into one takes as long as a small sum


@dataclass
class Buffers:
    """Views of one workspace for a number of sentences, (gates, directions, sentences, hidden) or without gates.

    gates: what the inputs say, then the gates themselves; products: what the state says; hidden and cell: the state.
    """

    sigma: int  # how many of the gates are σ gates
    gates: Floats
    products: Floats
    hidden: Floats
    cell: Floats

    def __post_init__(self) -> None:
        # views are made once, not in every step
        self.gate, self.product = list(self.gates), list(self.products)
        self.sigmoids, self.sigmoid_products = self.gates[: self.sigma], self.products[: self.sigma]


class Layer:
    """One recurrent layer, forward or in both directions.

    directions, hidden, gates: its sizes. Weights are stored transposed, ready for `state @ weights`.
    """

    def __init__(self, artifact: Artifact, layer: int) -> None:
        model = artifact.settings.model
        self.gates, self.directions, self.hidden = GATES[model.cell], directions(model), model.hidden_size
        self._step = _STEPS[model.cell]
        self._sigmoids = _SIGMOIDS[model.cell]
        parts = {
            kind: self._gathered(artifact, kind, layer) for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        self._input_weights = np.ascontiguousarray(
            parts["weight_ih"].swapaxes(2, 3)
        )  # (gates, directions, inputs, hidden)
        self._state_weights = np.ascontiguousarray(
            parts["weight_hh"].swapaxes(2, 3)
        )  # (gates, directions, hidden, hidden)
        self._input_bias = parts["bias_ih"][:, :, None]
        if model.cell == "gru":  # the candidate's second bias stands behind the reset gate
            self._input_bias[:2] += parts["bias_hh"][:2, :, None]
        else:
            self._input_bias += parts["bias_hh"][:, :, None]
        self._candidate_bias = parts["bias_hh"][-1][:, None]  # (directions, 1, hidden)
        self._memory: list[Array] = []
        self._buffers: Buffers | None = None

    def input_products(self, inputs: Floats, out: Floats | None = None) -> Floats:
        """What inputs (n, features) say to each gate and direction, biases included: (gates, directions, n, hidden)."""
        out = np.matmul(inputs, self._input_weights, out=out)
        out += self._input_bias
        return out

    def read(self, table: Floats, rows: Indices, counts: Sequence[int]) -> Iterator[Floats]:
        """Steps through the sentences and yields each step's states, (directions, active sentences, hidden).

        table: (gates, directions, n, hidden), what inputs say; rows: (time, directions, sentences), which of the n each
        sentence reads at each step in each direction; counts: sentences that have not ended, by step, never rising.
        The yielded array is overwritten by the next step.
        """
        flat = table.reshape(-1, self.hidden)
        planes = np.arange(self.gates * self.directions).reshape(self.gates, self.directions, 1) * table.shape[2]
        places = planes + rows[:, None]  # (time, gates, directions, sentences)
        buffers = self._fresh(counts[0])
        for step, active in enumerate(counts):
            if step == 0:
                buffers.products.fill(0.0)
            else:
                if active < buffers.hidden.shape[1]:
                    buffers = self._shrunk(buffers, active)
                np.matmul(buffers.hidden, self._state_weights, buffers.products)
            # "clip", because checking the range would make take() go through a copy
            flat.take(places[step, :, :, :active], 0, buffers.gates, "clip")
            self._step(self, buffers)
            yield buffers.hidden

    def _fresh(self, sentences: int) -> Buffers:
        """Buffers with a state of zeros."""
        if self._buffers is None or self._buffers.hidden.shape[1] != sentences:
            self._buffers = self._views(sentences)
        self._buffers.hidden.fill(0.0)
        self._buffers.cell.fill(0.0)
        return self._buffers

    def _shrunk(self, old: Buffers, active: int) -> Buffers:
        new = self._views(active)
        new.hidden[...] = old.hidden[:, :active]
        new.cell[...] = old.cell[:, :active]
        self._buffers = new
        return new

    def _views(self, sentences: int) -> Buffers:
        """The workspace, made larger if need be, cut to this number of sentences so that all of it is contiguous."""
        size = self.directions * sentences * self.hidden
        if not self._memory or len(self._memory[2]) < size:
            sizes = (self.gates * size, self.gates * size, size, size)
            self._memory = [np.empty(size, dtype=np.float32) for size in sizes]
        shape = (self.directions, sentences, self.hidden)
        shapes = [(self.gates, *shape), (self.gates, *shape), shape, shape]
        parts = zip(self._memory, shapes, strict=True)
        views: list[Floats] = [memory[: math.prod(shape)].reshape(shape) for memory, shape in parts]
        return Buffers(self._sigmoids, *views)

    def _gathered(self, artifact: Artifact, kind: str, layer: int) -> Floats:
        """Both directions' tensor of a kind, (gates, directions, hidden[, inputs]), σ gates halved."""
        names = [f"encoder.{kind}_l{layer}{suffix}" for suffix in DIRECTIONS[: self.directions]]
        stacked = np.stack([artifact.weights(name) for name in names])  # (directions, gates * hidden, …)
        split = stacked.reshape(self.directions, self.gates, self.hidden, *stacked.shape[2:])
        ordered: Floats = split.swapaxes(0, 1)[list(_ORDER[artifact.settings.model.cell])]
        ordered[: self._sigmoids] *= 0.5  # exact in binary: nothing is lost
        return ordered

    def _sigmoid(self, values: Floats) -> None:
        """σ of what has been halved, in place."""
        np.tanh(values, values)
        np.multiply(values, _HALF, values)
        np.add(values, _HALF, values)

    def _rnn(self, buffers: Buffers) -> None:
        np.add(buffers.gates, buffers.products, buffers.gates)
        np.tanh(buffers.gate[0], buffers.hidden)

    def _lstm(self, buffers: Buffers) -> None:
        np.add(buffers.gates, buffers.products, buffers.gates)
        self._sigmoid(buffers.sigmoids)
        i, f, o, g = buffers.gate
        np.tanh(g, g)
        np.multiply(buffers.cell, f, buffers.cell)
        np.multiply(i, g, i)
        np.add(buffers.cell, i, buffers.cell)
        np.tanh(buffers.cell, g)
        np.multiply(o, g, buffers.hidden)

    def _gru(self, buffers: Buffers) -> None:
        r, z, n = buffers.gate
        from_state = buffers.product[2]
        sigmoids = buffers.sigmoids
        np.add(sigmoids, buffers.sigmoid_products, sigmoids)
        self._sigmoid(sigmoids)
        np.add(from_state, self._candidate_bias, from_state)
        np.multiply(r, from_state, from_state)
        np.add(n, from_state, n)
        np.tanh(n, n)
        hidden = buffers.hidden  # (1 - z) * n + z * h = n + z * (h - n)
        np.subtract(hidden, n, hidden)
        np.multiply(hidden, z, hidden)
        np.add(hidden, n, hidden)


_STEPS: dict[str, Callable[[Layer, Buffers], None]] = {"rnn": Layer._rnn, "lstm": Layer._lstm, "gru": Layer._gru}
