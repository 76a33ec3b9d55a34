"""The exported graph in onnxruntime beside our own network, on the same sentences with one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from rnn_intent.inference.onnx_export import onnx_inputs, onnx_model
from rnn_intent.inference.predictor import Predictor

BATCHES = (32, 60, 128)
ROUNDS = 5


def beside_onnxruntime(predictor: Predictor, texts: Sequence[str], sentences: Sequence[str]) -> dict[str, Any] | None:
    """Microseconds a sentence up to the probabilities, many at once (texts) and one at a time (sentences).

    Many are sorted by length, in the batches that suit onnxruntime best. Its inputs are ready-made, ours are tokens;
    what it takes to make either is left out. None where onnxruntime or onnx is not installed.
    """
    if not (find_spec("onnxruntime") and find_spec("onnx")):
        return None
    run = _session(predictor)
    by_batch = {size: _theirs(predictor, run, _batches(predictor, texts, size)) for size in BATCHES}
    fastest = min(by_batch, key=lambda size: by_batch[size]["onnxruntime"])
    alone = [[text] for text in sentences]
    return {
        "many": by_batch[fastest] | _own(predictor, [list(texts)]),
        "single": _theirs(predictor, run, alone) | _own(predictor, alone),
        "by_batch": by_batch,
    }


def _session(predictor: Predictor) -> Callable[[dict[str, np.ndarray]], Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    graph = onnx_model(predictor.artifact).SerializeToString()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(["probabilities"], inputs)


def _batches(predictor: Predictor, texts: Sequence[str], size: int) -> list[list[str]]:
    ordered = sorted(texts, key=lambda text: -len(predictor.tokenizer.words(text)))
    return [ordered[first : first + size] for first in range(0, len(ordered), size)]


def _theirs(
    predictor: Predictor, run: Callable[[dict[str, np.ndarray]], Any], batches: list[list[str]]
) -> dict[str, float]:
    ready = [onnx_inputs(predictor.artifact, batch) for batch in batches]
    return {"onnxruntime": _micros(lambda: [run(inputs) for inputs in ready], batches)}


def _own(predictor: Predictor, batches: list[list[str]]) -> dict[str, float]:
    """The same of our own network. Every token has been seen before."""
    token_lists = [[predictor.tokenizer.words(text) for text in batch] for batch in batches]

    def network() -> None:
        for lists in token_lists:
            for _, summaries in predictor._encoder.summaries(predictor._encoder.look_up(lists)):
                predictor._softmax(predictor._head.read(summaries)[0])

    return {"own": _micros(network, batches)}


def _micros(function: Callable[[], Any], batches: list[list[str]]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        function()
        best = min(best, time.process_time() - started)
    return 1e6 * best / sum(map(len, batches))
