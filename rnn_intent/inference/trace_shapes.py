"""The true shapes of a sentence's way through the network, taken from the arrays themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.cells import Array
from rnn_intent.inference.reference import DirectionReading, Reading, cell_weights
from rnn_intent.shapes import DIRECTIONS


class Shape(NamedTuple):
    """One array: where it stands, what it is, how large it is."""

    place: str
    what: str
    shape: tuple[int, ...]


def shapes(artifact: Artifact, inputs: Array, reading: Reading) -> list[Shape]:
    """In the order of the computation; time is the first number of what holds a row a token."""
    model, tensors = artifact.settings.model, artifact.tensors
    told = [Shape("embedding", "x_1 … x_T", inputs.shape)]
    below = inputs
    for number, layer in enumerate(reading.layers):
        place = "layer" if model.layers == 1 else f"layer {number + 1}"
        for suffix, arrow, direction in zip(DIRECTIONS, "→←", layer, strict=False):
            weights = cell_weights(artifact, f"l{number}{suffix}", below.dtype)
            told += _step_shapes(f"{place} {arrow}", below, direction, weights.inputs, weights.state)
        below = np.concatenate([direction.states for direction in layer], axis=1)
        if len(layer) > 1:
            told.append(Shape(place, "h_1 … h_T, joined", below.shape))
    if "attention" in model.pooling:
        told.append(Shape("pooling", "w", tensors["pooling.attention"].shape))
    told.append(Shape("pooling", f"summary ({', '.join(model.pooling)})", reading.summary.shape))
    told.append(Shape("head", "W", tensors["head.weight"].shape))
    told.append(Shape("head", "logits, probabilities", reading.probabilities.shape))
    return told


def _step_shapes(place: str, below: Array, direction: DirectionReading, inputs: Array, state: Array) -> list[Shape]:
    """Those of one time step, which all steps share, and of all states together."""
    told = [Shape(place, "x_t", below[:1].shape), Shape(place, "W_i", inputs.shape)]
    told += [Shape(place, "h_(t-1)" if "→" in place else "h_(t+1)", direction.states[:1].shape)]
    told += [Shape(place, "W_h", state.shape)]
    told += [Shape(place, f"{name}_t", gate[:1].shape) for name, gate in _gates(direction).items()]
    return [*told, Shape(place, "h_1 … h_T", direction.states.shape)]


def _gates(direction: DirectionReading) -> dict[str, Array]:
    """By the letters of the equations."""
    letters = {"input": "i", "forget": "f", "output": "o", "candidate": "g", "reset": "r", "update": "z"}
    if "update" in direction.gates:
        letters["candidate"] = "n"
    cells = {} if direction.cells is None else {"c": direction.cells}
    return {letters[name]: gate for name, gate in direction.gates.items()} | cells
