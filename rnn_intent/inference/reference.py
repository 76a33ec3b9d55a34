"""A sentence read the plain way, word by word through the equations: slow, complete, in any precision.

The trace shows what this computes, and the fast path is tested against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.cells import STEPS, Array, Gates, Weights, first_state
from rnn_intent.inference.embedding import own_rows, vocabulary_of
from rnn_intent.metrics import softmax
from rnn_intent.shapes import DIRECTIONS, directions
from rnn_intent.text.ngrams import NgramVocabulary


@dataclass(frozen=True)
class DirectionReading:
    """What one direction of one layer did, by position in the sentence (for backward the last word was read first).

    states: (time, hidden); cells: (time, hidden), None but for an LSTM; gates: by name, each (time, hidden).
    """

    states: Array
    cells: Array | None
    gates: Gates


@dataclass(frozen=True)
class Reading:
    """One sentence, read.

    layers: per layer its one or two directions; states: (time, directions * hidden) of the top layer;
    summary: (parts * directions * hidden,); logits and probabilities: (labels,).
    """

    layers: list[list[DirectionReading]]
    states: Array
    summary: Array
    logits: Array
    probabilities: Array


def read_sentence(artifact: Artifact, tokens: Sequence[str], dtype: type[np.floating[Any]] = np.float64) -> Reading:
    """Tokens in one by one, one answer out."""
    return read_vectors(artifact, token_vectors(artifact, tokens, dtype))


def read_vectors(artifact: Artifact, inputs: Array) -> Reading:
    """The same from the tokens' vectors, (time, size), whose precision decides that of the arithmetic.

    Each layer reads the states of the one below; for the first, x is the tokens' vectors. T is the last token.

        →h_t = step(x_t, →h_(t-1))    forward, from →h_0 = 0
        ←h_t = step(x_t, ←h_(t+1))    backward, from ←h_(T+1) = 0, if the model is bidirectional
        h_t = [→h_t, ←h_t]            joined: what the layer gives

    →h is `directions[0].states` of a layer, ←h `directions[1].states`.
    """
    layers: list[list[DirectionReading]] = []
    model = artifact.settings.model
    states = inputs
    for layer in range(model.layers):
        suffixes = DIRECTIONS[: directions(model)]
        layers.append([_read_direction(artifact, f"l{layer}{suffix}", states) for suffix in suffixes])
        states = _joined(layers[-1])
    return answer(artifact, layers)


def answer(artifact: Artifact, layers: list[list[DirectionReading]]) -> Reading:
    """What follows from what the layers did. h are the states of the top layer.

        last = [→h_T, ←h_1]                                  where each direction has read the whole sentence
        max, mean                                            of h_t over t, number by number
        attention = Σ_t a_t h_t, a = softmax_t(tanh(h_t) w)
        summary = [what the model pools]
        probabilities = softmax((W summary + b) / temperature)

    w, W and b are the tensors `pooling.attention`, `head.weight` and `head.bias`.
    """
    model, states = artifact.settings.model, _joined(layers[-1])
    summary = np.concatenate([_pool(name, layers[-1], states, artifact) for name in model.pooling])
    weight, bias = (_cast(artifact, f"head.{name}", states.dtype) for name in ("weight", "bias"))
    logits = weight @ summary + bias
    return Reading(layers, states, summary, logits, softmax(logits, artifact.temperature))


def _joined(directions: Sequence[DirectionReading]) -> Array:
    """(time, directions * hidden)."""
    return np.concatenate([direction.states for direction in directions], axis=1)


def token_vectors(artifact: Artifact, tokens: Sequence[str], dtype: type[np.floating[Any]] = np.float64) -> Array:
    """(time, size), tokens as they are read. A sentence without tokens is the one token `<unk>`, without n-grams."""
    tensors = artifact.tensors
    vocabulary = vocabulary_of(artifact)
    tokens = vocabulary.read(tokens)
    ids = vocabulary.ids(tokens)
    words = tensors["embedding.words"]
    vectors: Array = words[own_rows(ids, len(words))].astype(dtype)
    if "embedding.ngrams" in tensors:
        ngrams = NgramVocabulary(artifact.settings.embedding.ngram_buckets, tensors["embedding.ngram_buckets"])
        for place, token in enumerate(tokens):
            if rows := ngrams.rows(token):
                vectors[place] += tensors["embedding.ngrams"][rows].astype(dtype).mean(axis=0)
    if "embedding.vectors" in tensors:
        vectors += (
            tensors["embedding.vectors"][ids].astype(dtype) @ _cast(artifact, "embedding.vectors_projection", dtype).T
        )
    return vectors


def cell_weights(artifact: Artifact, name: str, dtype: Any) -> Weights:
    """name: `l0`, `l0_reverse`, `l1`, …"""
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return Weights(*(_cast(artifact, f"encoder.{kind}_{name}", dtype) for kind in kinds))


def _read_direction(artifact: Artifact, name: str, inputs: Array) -> DirectionReading:
    cell = artifact.settings.model.cell
    weights = cell_weights(artifact, name, inputs.dtype)
    state = first_state(cell, 1, weights)
    order = range(len(inputs) - 1, -1, -1) if name.endswith(DIRECTIONS[1]) else range(len(inputs))
    steps = {}
    for time in order:
        state, gates = STEPS[cell](inputs[time : time + 1], state, weights)
        steps[time] = (state, gates)
    by_time = [steps[time] for time in range(len(inputs))]
    hidden, *cells = (np.concatenate(parts) for parts in zip(*(state for state, _ in by_time), strict=True))
    gates = {gate: np.concatenate([step[gate] for _, step in by_time]) for gate in by_time[0][1]}
    return DirectionReading(hidden, cells[0] if cells else None, gates)


def _pool(name: str, top: Sequence[DirectionReading], states: Array, artifact: Artifact) -> Array:
    """One part of the summary, (directions * hidden,)."""
    if name == "last":  # each direction's state when it has read the whole sentence
        return np.concatenate([direction.states[end] for direction, end in zip(top, (-1, 0), strict=False)])
    if name == "attention":
        shares = softmax(np.tanh(states) @ _cast(artifact, "pooling.attention", states.dtype))
        return np.asarray(shares @ states)
    return np.asarray(states.max(axis=0) if name == "max" else states.mean(axis=0))


def _cast(artifact: Artifact, name: str, dtype: Any) -> Array:
    return np.asarray(artifact.tensors[name].astype(dtype))
