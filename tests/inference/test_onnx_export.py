import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.artifact import Artifact
from rnn_intent.errors import UsageError
from rnn_intent.inference.onnx_export import NO_NGRAM, onnx_inputs, onnx_model, write_onnx
from rnn_intent.inference.predictor import Predictor
from tests.random_models import SENTENCES, random_artifact

pytest.importorskip("onnx", reason="the extra [onnx] is not installed")
runtime = pytest.importorskip("onnxruntime", reason="the extra [onnx] is not installed")

SHAPES = list(product(["rnn", "lstm", "gru"], [False, True], [1, 2]))
ALL_PARTS = ("attention", "max", "last", "mean")


def session(artifact: Artifact):
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(onnx_model(artifact).SerializeToString(), options, ["CPUExecutionProvider"])


def answer(graph, inputs: dict[str, np.ndarray]) -> np.ndarray:
    return graph.run(["probabilities"], inputs)[0]


@pytest.mark.parametrize(("cell", "bidirectional", "layers"), SHAPES)
def test_onnxruntime_gives_the_predictors_probabilities(cell, bidirectional, layers):
    artifact = random_artifact(
        cell=cell, bidirectional=bidirectional, layers=layers, pooling=ALL_PARTS, hidden_size=7, vectors=3
    )
    artifact.temperature = 0.7
    found = answer(session(artifact), onnx_inputs(artifact, SENTENCES))
    assert found == pytest.approx(Predictor(artifact).probabilities(SENTENCES), abs=1e-5)


@pytest.mark.parametrize("pooling", [("last",), ("max",), ("mean",), ("attention",)])
def test_batch_and_pads_leave_the_answer_unchanged(pooling):
    artifact = random_artifact(cell="gru", bidirectional=True, pooling=pooling, hidden_size=7)
    graph = session(artifact)
    inputs = onnx_inputs(artifact, SENTENCES)
    together = answer(graph, inputs)
    wider = {
        "word_ids": np.pad(inputs["word_ids"], ((0, 0), (0, 9)), constant_values=4),
        "ngram_rows": np.pad(inputs["ngram_rows"], ((0, 0), (0, 9), (0, 3)), constant_values=NO_NGRAM),
        "lengths": inputs["lengths"],
    }
    assert answer(graph, wider) == pytest.approx(together, abs=1e-6)
    for row, sentence in enumerate(SENTENCES):
        assert answer(graph, onnx_inputs(artifact, [sentence]))[0] == pytest.approx(together[row], abs=1e-6)


def test_words_that_have_a_pretrained_vector_only_are_known():
    artifact = random_artifact(vectors=3, extra=6, hidden_size=7)
    found = answer(session(artifact), onnx_inputs(artifact, SENTENCES))
    assert found == pytest.approx(Predictor(artifact).probabilities(SENTENCES), abs=1e-5)


def test_a_model_without_ngrams_needs_none():
    artifact = random_artifact(ngrams=False, hidden_size=5)
    inputs = onnx_inputs(artifact, SENTENCES)
    assert "ngram_rows" not in inputs
    found = answer(session(artifact), inputs)
    assert found == pytest.approx(Predictor(artifact).probabilities(SENTENCES), abs=1e-5)


def test_the_file_says_how_to_make_its_inputs(tmp_path: Path):
    artifact = random_artifact(hidden_size=5)
    write_onnx(artifact, tmp_path / "model.onnx")
    metadata = runtime.InferenceSession(str(tmp_path / "model.onnx")).get_modelmeta().custom_metadata_map
    assert tuple(json.loads(metadata["labels"])) == artifact.labels
    assert tuple(json.loads(metadata["vocabulary"])) == artifact.vocabulary
    assert json.loads(metadata["text"])["mode"] == "auto"
    assert json.loads(metadata["respelling"]) is True


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_onnx(random_artifact(hidden_size=5), tmp_path / "none" / "model.onnx")
