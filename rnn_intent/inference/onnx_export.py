"""A model as an ONNX graph, for the runtimes of other languages and devices.

    inputs   word_ids    (batch, time) int64, any number after a sentence's end
             ngram_rows  (batch, time, grams) int64 rows of the n-gram table; NO_NGRAM where there are fewer
             lengths     (batch,) int32, tokens of each sentence, at least 1
    outputs  logits, probabilities (batch, labels); the temperature is in the probabilities

Cutting a sentence into tokens stays outside the graph: `onnx_inputs` makes its inputs, and the file's metadata hold all
that another program needs to make them: vocabulary, labels, buckets and text settings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.errors import UsageError
from rnn_intent.files import write_atomically, writing
from rnn_intent.inference.embedding import own_rows, vocabulary_of
from rnn_intent.shapes import DIRECTIONS, directions
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import onnx

OPSET, IR_VERSION = 17, 8  # read by every onnxruntime since 1.12
NO_NGRAM = -1
OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
GATE_ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}  # torch's gates in the order of ONNX: iofc, zrh
LOWEST = np.float32(-3e38)


def write_onnx(artifact: Artifact, path: Path) -> None:
    """Writes the graph, whole or not at all. Raises UsageError without the extra [onnx] or if it cannot be written."""
    content = onnx_model(artifact).SerializeToString()
    with writing(path):
        write_atomically(path, content)


def onnx_model(artifact: Artifact) -> onnx.ModelProto:
    """The graph, checked by onnx itself. Raises UsageError without the extra [onnx]."""
    try:
        from onnx import TensorProto, checker, helper
    except ImportError:
        raise UsageError("ONNX export needs the extra [onnx]: pip install 'rnn-intent[onnx]'") from None
    graph = _Graph()
    states, last = _recurrent(graph, artifact, _embedding(graph, artifact))
    _head(graph, artifact, _pooled(graph, artifact, states, last))
    inputs = [
        helper.make_tensor_value_info("word_ids", TensorProto.INT64, ["batch", "time"]),
        helper.make_tensor_value_info("ngram_rows", TensorProto.INT64, ["batch", "time", "grams"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", len(artifact.labels)])
        for name in ("logits", "probabilities")
    ]
    if "embedding.ngrams" not in artifact.tensors:
        del inputs[1]
    made = helper.make_graph(graph.nodes, "rnn-intent", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    model.producer_name, model.producer_version = "rnn-intent", artifact.library_version
    helper.set_model_props(model, _metadata(artifact))
    checker.check_model(model, full_check=True)
    return model


def onnx_inputs(artifact: Artifact, texts: Sequence[str]) -> dict[str, np.ndarray]:
    """The graph's inputs for some sentences, padded to the longest."""
    tokenizer = Tokenizer(artifact.settings.text, artifact.user_words, artifact.dictionary)
    vocabulary = vocabulary_of(artifact)
    token_lists = [vocabulary.read(tokenizer.words(text)) for text in texts]
    ids = [vocabulary.ids(tokens) for tokens in token_lists]
    lengths = np.array([len(row) for row in ids], dtype=np.int32)
    word_ids = np.zeros((len(texts), lengths.max()), dtype=np.int64)
    for row, sentence in enumerate(ids):
        word_ids[row, : len(sentence)] = sentence
    inputs = {"word_ids": word_ids, "lengths": lengths}
    if "embedding.ngrams" in artifact.tensors:
        inputs["ngram_rows"] = _ngram_rows(artifact, token_lists, word_ids.shape)
    return inputs


def _ngram_rows(artifact: Artifact, token_lists: Sequence[Sequence[str]], shape: tuple[int, ...]) -> np.ndarray:
    buckets = artifact.settings.embedding.ngram_buckets
    ngrams = NgramVocabulary(buckets, artifact.tensors["embedding.ngram_buckets"])
    rows = [[ngrams.rows(token) for token in tokens] for tokens in token_lists]
    most = max((len(found) for sentence in rows for found in sentence), default=0)
    padded = np.full((*shape, max(most, 1)), NO_NGRAM, dtype=np.int64)
    for number, sentence in enumerate(rows):
        for place, found in enumerate(sentence):
            padded[number, place, : len(found)] = found
    return padded


class _Graph:
    """Nodes and constants, named as they come."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operator: str, inputs: Sequence[str], outputs: int = 1, name: str | None = None, **more: Any) -> Any:
        """A node; returns the name of its output, or their names if there are several."""
        from onnx import helper

        stem = name or f"{operator.lower()}_{len(self.nodes)}"
        names = [stem] if outputs == 1 else [f"{stem}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **more))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name


def _embedding(graph: _Graph, artifact: Artifact) -> str:
    """(batch, time, size)"""
    words = artifact.weights("embedding.words")
    if "embedding.vectors" in artifact.tensors:  # both depend on the word alone: one table
        words = words[own_rows(range(len(artifact.vocabulary)), len(words))]
        words = words + artifact.weights("embedding.vectors") @ artifact.weights("embedding.vectors_projection").T
    inputs: str = graph.add("Gather", [graph.constant(words), "word_ids"])
    if "embedding.ngrams" not in artifact.tensors:
        return inputs
    table = np.pad(artifact.weights("embedding.ngrams"), ((0, 1), (0, 0)))  # the last row, zeros, is NO_NGRAM's
    rows = graph.add("Gather", [graph.constant(table), "ngram_rows"])  # (batch, time, grams, size)
    known = graph.add("Cast", [graph.add("GreaterOrEqual", ["ngram_rows", graph.constant(0, np.int64)])], to=1)
    axis = graph.constant([2], np.int64)
    counts = graph.add("ReduceSum", [known, axis], keepdims=1)  # (batch, time, 1)
    sums = graph.add("ReduceSum", [rows, axis], keepdims=0)
    means = graph.add("Div", [sums, graph.add("Max", [counts, graph.constant(1)])])
    added: str = graph.add("Add", [inputs, means])
    return added


def _recurrent(graph: _Graph, artifact: Artifact, inputs: str) -> tuple[str, str]:
    """States (batch, time, features), zero after a sentence's end, and the last ones (batch, features)."""
    model = artifact.settings.model
    ways = directions(model)
    options: dict[str, Any] = {
        "direction": "bidirectional" if ways == 2 else "forward",
        "hidden_size": model.hidden_size,
    }
    if model.cell == "gru":
        options["linear_before_reset"] = 1  # the reset gate after the product, as PyTorch has it
    states: str = graph.add("Transpose", [inputs], perm=[1, 0, 2])  # (time, batch, size)
    flat = graph.constant([0, 0, -1], np.int64)
    for layer in range(model.layers):
        weights = [graph.constant(part) for part in _layer_weights(artifact, layer)]
        every, last, *_ = graph.add(
            OPERATORS[model.cell], [states, *weights, "lengths"], 3 if model.cell == "lstm" else 2, **options
        )
        by_time = graph.add("Transpose", [every], perm=[0, 2, 1, 3])  # (time, batch, directions, hidden)
        states = graph.add("Reshape", [by_time, flat])
    ends = graph.add("Transpose", [last], perm=[1, 0, 2])  # (batch, directions, hidden)
    both = graph.add("Reshape", [ends, graph.constant([0, -1], np.int64)])
    return graph.add("Transpose", [states], perm=[1, 0, 2]), both


def _layer_weights(artifact: Artifact, layer: int) -> list[np.ndarray]:
    """W (directions, gates * hidden, features), R (directions, gates * hidden, hidden), B (directions, 2 * …)."""
    model = artifact.settings.model
    kinds: dict[str, list[np.ndarray]] = {"weight_ih": [], "weight_hh": [], "bias_ih": [], "bias_hh": []}
    for suffix in DIRECTIONS[: directions(model)]:
        for kind, found in kinds.items():
            weights = artifact.weights(f"encoder.{kind}_l{layer}{suffix}")
            gates = np.split(weights, len(GATE_ORDER[model.cell]))
            found.append(np.concatenate([gates[gate] for gate in GATE_ORDER[model.cell]]))
    biases = [np.concatenate(pair) for pair in zip(kinds["bias_ih"], kinds["bias_hh"], strict=True)]
    return [np.stack(kinds["weight_ih"]), np.stack(kinds["weight_hh"]), np.stack(biases)]


def _pooled(graph: _Graph, artifact: Artifact, states: str, last: str) -> str:
    """(batch, parts * features)"""
    counts = graph.add("Cast", ["lengths"], to=7)  # int64
    column = graph.add("Unsqueeze", [counts, graph.constant([1], np.int64)])  # (batch, 1)
    time = graph.add("Gather", [graph.add("Shape", ["word_ids"]), graph.constant(1, np.int64)])
    steps = graph.add("Range", [graph.constant(0, np.int64), time, graph.constant(1, np.int64)])
    mask = graph.add("Less", [steps, column])  # (batch, time)
    wide = graph.add("Unsqueeze", [mask, graph.constant([2], np.int64)])  # (batch, time, 1)
    parts = []
    for name in artifact.settings.model.pooling:
        if name == "last":
            parts.append(last)
        elif name == "max":
            masked = graph.add("Where", [wide, states, graph.constant(LOWEST)])
            parts.append(graph.add("ReduceMax", [masked], axes=[1], keepdims=0))
        elif name == "mean":
            sums = graph.add("ReduceSum", [states, graph.constant([1], np.int64)], keepdims=0)
            parts.append(graph.add("Div", [sums, graph.add("Cast", [column], to=1)]))
        else:
            parts.append(_attended(graph, artifact, states, mask))
    summary: str = graph.add("Concat", parts, axis=1)
    return summary


def _attended(graph: _Graph, artifact: Artifact, states: str, mask: str) -> str:
    weight = graph.constant(artifact.weights("pooling.attention"))
    scores = graph.add("MatMul", [graph.add("Tanh", [states]), weight])  # (batch, time)
    shares = graph.add("Softmax", [graph.add("Where", [mask, scores, graph.constant(LOWEST)])], axis=1)
    row = graph.add("Unsqueeze", [shares, graph.constant([1], np.int64)])  # (batch, 1, time)
    mean: str = graph.add("Squeeze", [graph.add("MatMul", [row, states]), graph.constant([1], np.int64)])
    return mean


def _head(graph: _Graph, artifact: Artifact, summary: str) -> None:
    weight, bias = (graph.constant(artifact.weights(f"head.{name}")) for name in ("weight", "bias"))
    logits = graph.add("Gemm", [summary, weight, bias], name="logits", transB=1)
    scaled = graph.add("Div", [logits, graph.constant(artifact.temperature)])
    graph.add("Softmax", [scaled], name="probabilities", axis=1)


def _metadata(artifact: Artifact) -> dict[str, str]:
    """What another program needs to make the inputs and to name the outputs, as JSON."""
    values: dict[str, Any] = {
        "labels": artifact.labels,
        "vocabulary": artifact.vocabulary,
        "text": asdict(artifact.settings.text),
        "respelling": artifact.settings.vocabulary.respelling,
        "user_words": artifact.user_words,
        "dictionary": artifact.dictionary,
    }
    if "embedding.ngrams" in artifact.tensors:
        buckets: np.ndarray = artifact.tensors["embedding.ngram_buckets"]
        values["ngrams"] = {"hash": "crc32", "buckets": artifact.settings.embedding.ngram_buckets}
        values["ngram_buckets"] = buckets.tolist()
    return {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
