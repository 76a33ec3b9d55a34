"""Recurrent layers over padded sentences, as PyTorch's modules compute them over packed ones, in less time.

For packed sentences PyTorch cuts the batch anew for every word, and on the way back writes as many zeros as the batch
has numbers for each of them: the time grows with the square of the length. Here each direction reads the padded batch
whole, the one from the end after every sentence has been turned around on its own; batches hold sentences of nearly
equal length, so there is little padding to read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

READ: dict[str, Callable[..., Any]] = {"RNN_TANH": torch.rnn_tanh, "LSTM": torch.lstm, "GRU": torch.gru}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def states_of(recurrent: nn.RNNBase, inputs: Tensor, lengths: Tensor, mask: Tensor) -> Tensor:
    """The last layer's states, (batch, time, directions * hidden), zero after a sentence's end.

    inputs: (batch, time, size), whatever after the end; lengths: (batch,); mask: (batch, time), True where a sentence
    has a word.
    """
    places = torch.arange(inputs.shape[1], device=inputs.device)
    turned = (lengths[:, None] - 1 - places).clamp(min=0)[:, :, None]  # which word stands there from the end
    states = inputs
    for layer in range(recurrent.num_layers):
        if layer:
            states = dropout(states, recurrent.dropout, recurrent.training)
        directions = [_read(recurrent, f"l{layer}", states)]
        if recurrent.bidirectional:
            backwards = _read(recurrent, f"l{layer}_reverse", _placed(states, turned))
            directions.append(_placed(backwards, turned))
        states = torch.cat(directions, dim=2)
    return states.masked_fill(~mask[:, :, None], 0.0)


def _read(recurrent: nn.RNNBase, name: str, inputs: Tensor) -> Tensor:
    """One direction of one layer, from the first word to the last: (batch, time, hidden)."""
    weights = [getattr(recurrent, f"{weight}_{name}") for weight in WEIGHTS]
    first = inputs.new_zeros(1, len(inputs), recurrent.hidden_size)
    start = (first, first) if recurrent.mode == "LSTM" else first
    states: Tensor = READ[recurrent.mode](inputs, start, weights, True, 1, 0.0, recurrent.training, False, True)[0]
    return states


def _placed(states: Tensor, places: Tensor) -> Tensor:
    """(batch, time, features), at each place the state of another. places: (batch, time, 1)."""
    return states.gather(1, places.expand(-1, -1, states.shape[2]))
