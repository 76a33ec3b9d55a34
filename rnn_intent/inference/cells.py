"""The recurrent cells, one time step each, as PyTorch computes them: what the weights of a model file mean.

    h_t, gates_t = step(x_t, h_(t-1))        one word in, the state fed back

Notation: x inputs, h hidden state, c cell state, W_i* weights for inputs, W_h* for the state, b_* biases, * the product
element by element, σ the logistic function. They compute in the precision of what they are given, float64 included.
The fast path in `recurrence.py` computes the same in another order; tests hold the two, and PyTorch, to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[tuple[Any, ...], np.dtype[np.floating[Any]]]
State = tuple[Array, ...]  # (h,) or, for an LSTM, (h, c); each (batch, hidden)
Gates = dict[str, Array]  # by name, each (batch, hidden)


class Weights(NamedTuple):
    """One layer and direction, in torch's layout: the gates' rows one below the other.

    inputs: (gates * hidden, features); state: (gates * hidden, hidden); both biases: (gates * hidden,).
    """

    inputs: Array
    state: Array
    input_bias: Array
    state_bias: Array


def rnn_step(inputs: Array, state: State, weights: Weights) -> tuple[State, Gates]:
    """One step of a plain recurrent network (Elman 1990), as torch.nn.RNN computes it.

        h' = tanh(W_i x + b_i + W_h h + b_h)

    inputs: (batch, features). Returns the new state, ((batch, hidden),), and no gates: this cell has none.
    """
    (hidden,) = state
    from_inputs, from_state = _products(inputs, hidden, weights)
    return (np.tanh(from_inputs + from_state),), {}


def lstm_step(inputs: Array, state: State, weights: Weights) -> tuple[State, Gates]:
    """One step of a long short-term memory (Hochreiter & Schmidhuber 1997, Gers et al. 2000), as torch.nn.LSTM does.

        i = σ(W_ii x + b_ii + W_hi h + b_hi)       input gate: how much of the candidate is let in
        f = σ(W_if x + b_if + W_hf h + b_hf)       forget gate: how much of the cell stays
        g = tanh(W_ig x + b_ig + W_hg h + b_hg)    candidate
        o = σ(W_io x + b_io + W_ho h + b_ho)       output gate: how much of the cell is shown
        c' = f * c + i * g
        h' = o * tanh(c')

    inputs: (batch, features). Returns the new state (h', c'), each (batch, hidden), and the gates.
    """
    hidden, cell = state
    from_inputs, from_state = _products(inputs, hidden, weights)
    input_gate, forget_gate, candidate, output_gate = np.split(from_inputs + from_state, 4, axis=1)
    i, f, g, o = sigmoid(input_gate), sigmoid(forget_gate), np.tanh(candidate), sigmoid(output_gate)
    cell = f * cell + i * g
    return (o * np.tanh(cell), cell), {"input": i, "forget": f, "candidate": g, "output": o}


def gru_step(inputs: Array, state: State, weights: Weights) -> tuple[State, Gates]:
    """One step of a gated recurrent unit (Cho et al. 2014), as torch.nn.GRU computes it.

        r = σ(W_ir x + b_ir + W_hr h + b_hr)            reset gate: how much of the state the candidate sees
        z = σ(W_iz x + b_iz + W_hz h + b_hz)            update gate: how much of the *old* state stays
        n = tanh(W_in x + b_in + r * (W_hn h + b_hn))   candidate
        h' = (1 - z) * n + z * h

    Textbooks often apply r to h before the product, and let z stand for the share of the *new* state. PyTorch does
    neither, and these weights are PyTorch's. inputs: (batch, features). Returns the new state, ((batch, hidden),),
    and the gates.
    """
    (hidden,) = state
    from_inputs, from_state = _products(inputs, hidden, weights)
    input_r, input_z, input_n = np.split(from_inputs, 3, axis=1)
    state_r, state_z, state_n = np.split(from_state, 3, axis=1)
    r = sigmoid(input_r + state_r)
    z = sigmoid(input_z + state_z)
    n = np.tanh(input_n + r * state_n)
    return ((1 - z) * n + z * hidden,), {"reset": r, "update": z, "candidate": n}


Step = Callable[[Array, State, Weights], tuple[State, Gates]]

STEPS: dict[str, Step] = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


def equations(function: Callable[..., Any]) -> str:
    """The equations that a docstring states: its indented lines. Documents and pictures quote them from here."""
    from inspect import cleandoc  # not for those who only want to predict

    lines = cleandoc(function.__doc__ or "").splitlines()
    return "\n".join(line[4:] for line in lines if line.startswith("    "))


def first_state(cell: str, batch: int, weights: Weights) -> State:
    """Nothing has been read yet: zeros."""
    zeros = np.zeros((batch, weights.state.shape[1]), dtype=weights.state.dtype)
    return (zeros, zeros) if cell == "lstm" else (zeros,)


def sigmoid(values: Array) -> Array:
    """σ(v) = 1 / (1 + exp(-v)), written so that no v overflows."""
    result: Array = 0.5 * (np.tanh(0.5 * values) + 1)
    return result


def _products(inputs: Array, hidden: Array, weights: Weights) -> tuple[Array, Array]:
    """(batch, gates * hidden) twice: what the inputs say and what the state says."""
    return inputs @ weights.inputs.T + weights.input_bias, hidden @ weights.state.T + weights.state_bias
