"""The recurrent layers at speed: many sentences and both directions at once.

What makes it fast, most important first:

1. The product of the inputs is not computed here: it depends on the token alone and is gathered from a table. So do
   the first token's state and what that state says to the gates.
2. Arrays are (gates, directions, sentences, hidden), every gate contiguous. A step takes few calls of NumPy for many
   sentences; only the matrix products take them by `at_once`.
3. Sentences come longest first; those that have ended are cut off, so that nothing is computed for padding.
4. σ takes the way that is quickest on the machine (`sigma.py`); its factor is already in the weights.
5. All steps write into the same memory, and every gate begins where a cache line does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.arrays import Floats, Indices, aligned, aligned_copy
from rnn_intent.inference.sigma import Sigma, quickest
from rnn_intent.shapes import DIRECTIONS, GATES, directions

# OpenBLAS multiplies small matrices where they lie, up to this many multiplications, and is then a fifth faster: larger
# ones it first copies.
SMALL_PRODUCT = 1_000_000
MOST_AT_ONCE, FEWEST_AT_ONCE = 128, 12
AT_ONCE = 32  # where hidden is so large that no useful product is small

# torch's gate order to ours: the σ gates first, so that they are one block.
ORDER = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}
SIGMOIDS = {"rnn": 0, "lstm": 3, "gru": 2}
STATES = {"rnn": 1, "lstm": 2, "gru": 1}  # hidden, and the cell of an LSTM
SIGMA = quickest()


class Buffers:
    """Views of one workspace, (gates, directions, sentences, hidden) or without gates, all of them contiguous.

    gates: what the inputs say, then the gates themselves; products: what the state says; hidden and cell: the state.
    known: products, hidden and cell in one, (gates + states, …); states: hidden and cell. bias: of the last product.
    slices: hidden and products of the sentences that are multiplied together.
    """

    def __init__(self, memory: Floats, cell: str, shape: tuple[int, int, int, int], bias: Floats) -> None:
        """memory: large enough for `room(cell, shape)` numbers; shape: (gates, directions, sentences, hidden)."""
        gates, _, sentences, hidden = shape
        parts = memory[: room(cell, shape)].reshape(-1, *shape[1:])
        self.gates, self.known = parts[:gates], parts[gates:]
        self.products, self.states = self.known[:gates], self.known[gates:]
        self.hidden, self.cell = self.states[0], self.states[-1]
        self.bias = bias
        # views are made once, not in every step
        self.gate, self.product = list(self.gates), list(self.products)
        sigma = SIGMOIDS[cell]
        self.sigmoids, self.sigmoid_products = self.gates[:sigma], self.products[:sigma]
        few = at_once(hidden)
        slices = [slice(first, first + few) for first in range(0, sentences, few)]
        self.slices = [(self.hidden[:, some], self.products[:, :, some]) for some in slices]


def room(cell: str, shape: tuple[int, int, int, int]) -> int:
    """How many numbers Buffers of this shape hold."""
    gates, directions, sentences, hidden = shape
    return (2 * gates + STATES[cell]) * directions * sentences * hidden


def at_once(hidden: int) -> int:
    """How many sentences' states to multiply by a matrix at a time: with 128 hidden, 60."""
    small = SMALL_PRODUCT // hidden**2 // 4 * 4
    return min(small, MOST_AT_ONCE) if small >= FEWEST_AT_ONCE else AT_ONCE


class Layer:
    """One recurrent layer, forward or in both directions.

    cell, directions, hidden, gates: its kind and sizes. Weights are stored transposed, ready for `state @ weights`.
    """

    def __init__(self, artifact: Artifact, layer: int) -> None:
        model = artifact.settings.model
        self.cell, self.gates = model.cell, GATES[model.cell]
        self.directions, self.hidden = directions(model), model.hidden_size
        self._sigma = SIGMA
        input_weights = self._gathered(artifact, "weight_ih", layer)  # (gates, directions, hidden, inputs)
        self._input_weights = np.ascontiguousarray(input_weights.reshape(-1, input_weights.shape[-1]).T)
        input_bias = self._gathered(artifact, "bias_ih", layer)  # (gates, directions, hidden)
        state_weights = self._gathered(artifact, "weight_hh", layer)
        state_bias = self._gathered(artifact, "bias_hh", layer)
        if self.cell == "gru":  # the candidate's second bias stands behind the reset gate
            input_bias[:2] += state_bias[:2]
        else:
            input_bias += state_bias
        self._input_bias = input_bias.reshape(-1)
        self._state_bias = state_bias[-1][:, None]  # (directions, 1, hidden)
        self._state_weights = aligned_copy(state_weights.swapaxes(2, 3))  # (gates, directions, hidden, hidden)
        # where in a row of the table, or of `input_products`, each gate and direction stands, counted in `hidden`
        self.planes = np.arange(self.gates * self.directions).reshape(self.gates, self.directions, 1)
        self._memory = aligned(0)
        self._buffers: dict[int, Buffers] = {}

    def input_products(self, inputs: Floats, out: Floats | None = None) -> Floats:
        """What inputs (n, features) say to every gate, biases included: (n, gates * directions * hidden)."""
        out = np.matmul(inputs, self._input_weights, out=out)
        out += self._input_bias
        return out

    def read(
        self, table: Floats, rows: Indices, counts: Sequence[int], begin: Callable[[Buffers], None] | None = None
    ) -> Iterator[Floats]:
        """Steps through the sentences and yields each step's states, (directions, active sentences, hidden).

        table: (n, gates * directions * hidden), what inputs say; rows: (time, directions, sentences), which of the n
        each sentence reads at each step in each direction; counts: sentences that have not ended, by step, never
        rising; begin: fills in the state after the first step and its products, where these are known.
        The yielded array is overwritten by the next step.
        """
        flat = table.reshape(-1, self.hidden)
        places = list(rows[:, None] * self.planes.size + self.planes)  # (gates, directions, sentences) of each step
        buffers = self.buffers(counts[0])
        if begin is None:
            self.first(buffers, flat, places[0])
        else:
            begin(buffers)
        yield buffers.hidden
        multiplied = begin is not None
        for step, active in enumerate(counts[1:], start=1):
            if active < buffers.hidden.shape[1]:
                buffers = self._shrunk(buffers, active, multiplied)
            if not multiplied:
                self.multiply(buffers)
            multiplied = False
            self.step(buffers, flat, places[step][..., :active])
            yield buffers.hidden

    def first(self, buffers: Buffers, flat: Floats, places: Indices) -> None:
        """The step that no state precedes; products are not computed."""
        buffers.known.fill(0.0)
        self.step(buffers, flat, places)

    def step(self, buffers: Buffers, flat: Floats, places: Indices) -> None:
        """One step from state and products. places: (gates, directions, sentences), of what inputs say in flat."""
        # "clip", because checking the range would make take() go through a copy
        flat.take(places, 0, buffers.gates, "clip")
        STEPS[self.cell](buffers, self._sigma)

    def multiply(self, buffers: Buffers) -> None:
        """What the state says to the gates."""
        for hidden, products in buffers.slices:
            np.matmul(hidden, self._state_weights, products)

    def buffers(self, sentences: int) -> Buffers:
        """The workspace, made larger if need be, cut to this number of sentences so that all of it is contiguous."""
        if sentences not in self._buffers:
            shape = (self.gates, self.directions, sentences, self.hidden)
            if len(self._memory) < room(self.cell, shape):
                self._memory = aligned(room(self.cell, shape))
                # as large as what it is added to: a sum of one row with all the others takes three times as long
                self._bias = aligned_copy(self._state_bias.repeat(sentences, axis=1))
                self._buffers.clear()
            self._buffers[sentences] = Buffers(self._memory, self.cell, shape, self._bias[:, :sentences])
        return self._buffers[sentences]

    def _shrunk(self, old: Buffers, active: int, multiplied: bool) -> Buffers:
        new = self.buffers(active)
        if multiplied:
            new.known[...] = old.known[:, :, :active]
        else:
            new.states[...] = old.states[:, :, :active]
        return new

    def _gathered(self, artifact: Artifact, kind: str, layer: int) -> Floats:
        """Both directions' tensor of a kind, (gates, directions, hidden[, inputs]), σ's factor in its gates."""
        names = [f"encoder.{kind}_l{layer}{suffix}" for suffix in DIRECTIONS[: self.directions]]
        stacked = np.stack([artifact.weights(name) for name in names])  # (directions, gates * hidden, …)
        split = stacked.reshape(self.directions, self.gates, self.hidden, *stacked.shape[2:])
        ordered: Floats = split.swapaxes(0, 1)[list(ORDER[self.cell])]
        ordered[: SIGMOIDS[self.cell]] *= np.float32(self._sigma.factor)
        return ordered


def _rnn(buffers: Buffers, _: Sigma) -> None:
    np.add(buffers.gates, buffers.products, buffers.gates)
    np.tanh(buffers.gate[0], buffers.hidden)


def _lstm(buffers: Buffers, sigma: Sigma) -> None:
    np.add(buffers.gates, buffers.products, buffers.gates)
    sigma.gates(buffers.sigmoids)
    i, f, o, g = buffers.gate
    np.tanh(g, g)
    sigma.through(buffers.cell, f, buffers.cell)
    sigma.through(g, i, g)
    np.add(buffers.cell, g, buffers.cell)
    np.tanh(buffers.cell, g)
    sigma.through(g, o, buffers.hidden)


def _gru(buffers: Buffers, sigma: Sigma) -> None:
    r, z, n = buffers.gate
    from_state, sigmoids, hidden = buffers.product[2], buffers.sigmoids, buffers.hidden
    np.add(sigmoids, buffers.sigmoid_products, sigmoids)
    sigma.gates(sigmoids)
    np.add(from_state, buffers.bias, from_state)
    sigma.through(from_state, r, from_state)
    np.add(n, from_state, n)
    np.tanh(n, n)
    np.subtract(hidden, n, hidden)  # (1 - z) * n + z * h = n + z * (h - n)
    sigma.through(hidden, z, hidden)
    np.add(hidden, n, hidden)


STEPS: dict[str, Callable[[Buffers, Sigma], None]] = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
