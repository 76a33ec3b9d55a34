from __future__ import annotations

import json
from dataclasses import replace

from rnn_intent.artifact import read, write
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder


def test_info_shows_labels_tokens_and_a_line_per_layer(invoke, run: RunFolder) -> None:
    result = invoke("info", "words")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert "2: ask_time, ask_weather" in result.stdout
    assert ["embedding.words", "6", "x", "2", "12"] in lines
    assert ["encoder.weight_hh_l0", "2", "x", "2", "4"] in lines
    assert ["parameters", "30"] in lines


def test_info_tells_programs_the_same(invoke, run: RunFolder) -> None:
    facts = json.loads(invoke("info", "--json").stdout)
    assert (facts["labels"], facts["tokens"], facts["parameters"]) == (["ask_time", "ask_weather"], 6, 30)
    assert {"name": "head.bias", "shape": [2], "dtype": "float32", "numbers": 2} in facts["tensors"]


def test_golden_sentences_are_verified_and_a_changed_weight_is_found(invoke, run: RunFolder) -> None:
    assert invoke("info", "--verify").exit_code == 4  # no golden sentences in this model
    artifact = read(run.model)
    golden = Predictor(artifact).golden(["what time is it", "weather"])
    write(replace(artifact, golden=golden), run.model)
    result = invoke("info", "--verify")
    assert (result.exit_code, "verified: 2 golden sentences" in result.stdout) == (0, True)
    tensors = artifact.tensors | {"head.weight": artifact.tensors["head.weight"] * 1.01}
    write(replace(artifact, golden=golden, tensors=tensors), run.model)
    broken = invoke("info", "--verify")
    assert broken.exit_code != 0
    assert "arithmetic" in broken.stderr


def test_what_is_no_run_is_a_model_error(invoke, run: RunFolder) -> None:
    result = invoke("info", "wrods")
    assert result.exit_code == 4
    assert "words" in result.stderr
