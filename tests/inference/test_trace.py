from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from random_models import SENTENCES, random_artifact

from rnn_intent.inference.cells import equations, gru_step, lstm_step, rnn_step
from rnn_intent.inference.predictor import Predictor
from rnn_intent.inference.reference import read_sentence, token_vectors
from rnn_intent.inference.trace import measures, trace
from rnn_intent.text.tokenizer import Tokenizer

CELLS = ["rnn", "lstm", "gru"]


def words_of(artifact, text):
    return Tokenizer(artifact.settings.text).words(text)


@pytest.mark.parametrize("pooling", [("last",), ("max", "mean", "last"), ("attention",)])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_each_step_answers_as_if_the_sentence_ended_there(cell, bidirectional, pooling) -> None:
    artifact = random_artifact(cell=cell, bidirectional=bidirectional, layers=2, pooling=pooling)
    text = "play sum music in the kitchen"
    told = trace(artifact, text)
    words = words_of(artifact, text)
    assert [step.token for step in told.steps] == words
    for end, step in enumerate(told.steps, start=1):
        alone = read_sentence(artifact, words[:end]).probabilities
        np.testing.assert_allclose(step.probabilities, alone, atol=1e-6)
        assert step.winner == artifact.labels[int(alone.argmax())]


@pytest.mark.parametrize("text", SENTENCES)
def test_the_last_step_is_the_prediction(text) -> None:
    artifact = random_artifact(scale=1.0)
    told = trace(artifact, text)
    predictor = Predictor(artifact)
    np.testing.assert_allclose(told.steps[-1].probabilities, predictor.probabilities([text])[0], atol=1e-6)
    np.testing.assert_allclose(told.reading.probabilities, told.steps[-1].probabilities, atol=1e-6)
    assert told.ranking(len(told.steps) - 1, 3)[0] == (told.intent, pytest.approx(told.confidence))


def test_a_running_network_has_the_states_of_the_full_sentence_at_each_prefix() -> None:
    artifact = random_artifact(bidirectional=False, pooling=("last",))
    told = trace(artifact, "what time is it")
    weight, bias = artifact.tensors["head.weight"], artifact.tensors["head.bias"]
    for state, step in zip(told.reading.states, told.steps, strict=True):
        logits = weight @ state + bias
        np.testing.assert_allclose(np.log(step.probabilities / step.probabilities[0]), logits - logits[0], atol=1e-4)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("seed", range(3))
def test_the_winner_changes_where_it_differs_and_is_settled_where_it_does_no_more(text, seed) -> None:
    told = trace(random_artifact(seed, scale=1.5), text)
    winners = [step.winner for step in told.steps]
    assert [step.changed for step in told.steps] == [
        False,
        *(a != b for a, b in pairwise(winners)),
    ]
    assert len(set(winners[told.settled_at :])) == 1
    assert told.settled_at == 0 or told.steps[told.settled_at].changed
    assert not any(step.changed for step in told.steps[told.settled_at + 1 :])


def test_offsets_slice_what_was_written_out_of_the_text() -> None:
    text = "帮我查 iPhone 15的价格, DON'T wait"
    told = trace(random_artifact(), text)
    assert [text[step.start : step.end].lower() for step in told.steps] == [step.token for step in told.steps]


def test_unknown_tokens_are_marked() -> None:
    told = trace(random_artifact(), "play sum music")
    assert [step.known for step in told.steps] == [True, False, True]


def test_a_typo_is_shown_with_the_word_that_it_is_read_as() -> None:
    told = trace(random_artifact(), "pllay sum music", leave_one_out=True)
    assert [(step.token, step.read_as, step.known) for step in told.steps] == [
        ("pllay", "play", True),
        ("sum", None, False),
        ("music", None, True),
    ]
    assert [step.get("read_as") for step in told.to_dict()["steps"]] == ["play", None, None]
    meant = trace(random_artifact(), "play sum music", leave_one_out=True)
    for typed, step in zip(told.steps, meant.steps, strict=True):
        np.testing.assert_array_equal(typed.probabilities, step.probabilities)
        assert typed.omission == step.omission


def test_leaving_a_token_out_is_the_prediction_without_it() -> None:
    artifact = random_artifact(scale=1.0)
    words = words_of(artifact, "What time is it ?")
    told = trace(artifact, "What time is it ?", leave_one_out=True)
    for place, step in enumerate(told.steps):
        without = read_sentence(artifact, words[:place] + words[place + 1 :]).probabilities
        assert step.omission is not None
        assert step.omission.winner == artifact.labels[int(without.argmax())]
        assert step.omission.confidence == pytest.approx(without.max(), abs=1e-6)
        change = without[artifact.labels.index(told.intent)] - told.confidence
        assert step.omission.change == pytest.approx(change, abs=1e-6)
    assert trace(artifact, "time").steps[0].omission is None


@pytest.mark.parametrize("text", ["", "  \n", "\u200b"])
def test_a_text_without_tokens_is_one_unknown_token(text) -> None:
    told = trace(random_artifact(), text, leave_one_out=True)
    (step,) = told.steps
    assert (step.token, step.start, step.end, step.known) == ("<unk>", 0, 0, False)
    assert step.omission is not None
    assert step.omission.change == 0
    assert told.settled_at == 0


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def by_hand(artifact, name, inputs):
    """A direction's gates and states from torch's published formulas, gate by gate; (time, hidden) by name."""
    parts = {"lstm": 4, "gru": 3, "rnn": 1}[artifact.settings.model.cell]
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    tensors = [artifact.tensors[f"encoder.{kind}_{name}"].astype(np.float64) for kind in kinds]
    w, u, b, d = ([*tensor.reshape(parts, -1, *tensor.shape[1:])] for tensor in tensors)
    h = c = np.zeros(7)
    rows = []
    for x in inputs:
        if parts == 4:
            i, f, o = (sigmoid(w[k] @ x + b[k] + u[k] @ h + d[k]) for k in (0, 1, 3))
            c = f * c + i * np.tanh(w[2] @ x + b[2] + u[2] @ h + d[2])
            h = o * np.tanh(c)
            rows.append({"input": i, "forget": f, "output": o, "cell": c, "state": h})
        elif parts == 3:
            r, z = (sigmoid(w[k] @ x + b[k] + u[k] @ h + d[k]) for k in (0, 1))
            n = np.tanh(w[2] @ x + b[2] + r * (u[2] @ h + d[2]))
            h = (1 - z) * n + z * h
            rows.append({"reset": r, "update": z, "state": h})
        else:
            h = np.tanh(w[0] @ x + b[0] + u[0] @ h + d[0])
            rows.append({"state": h})
    return {key: np.stack([row[key] for row in rows]) for key in rows[0]}


@pytest.mark.parametrize("cell", CELLS)
def test_gates_and_states_are_those_computed_by_hand(cell) -> None:
    artifact = random_artifact(cell=cell, scale=0.8)
    told = trace(artifact, "what time is it")
    inputs = token_vectors(artifact, ["what", "time", "is", "it"])
    names, directions = zip(*told.directions(), strict=True)
    assert names == ("forward", "backward")
    expected = [by_hand(artifact, "l0", inputs)]
    expected.append({name: rows[::-1] for name, rows in by_hand(artifact, "l0_reverse", inputs[::-1]).items()})
    for direction, hand in zip(directions, expected, strict=True):
        told_rows = {**direction.gates, "state": direction.states, "cell": direction.cells}
        for name, rows in hand.items():
            np.testing.assert_allclose(told_rows[name], rows, atol=1e-12)
        shown = measures(direction)
        np.testing.assert_allclose(shown["state norm"], np.sqrt((hand["state"] ** 2).sum(axis=1)))
        for name in ("input", "forget", "output", "reset", "update"):
            assert (f"{name} gate" in shown) == (name in hand)
            if name in hand:
                np.testing.assert_allclose(shown[f"{name} gate"], hand[name].mean(axis=1))


def test_shapes_are_those_of_the_arrays() -> None:
    artifact = random_artifact(cell="lstm", layers=2, pooling=("max", "attention"))
    told = {(shape.place, shape.what): shape.shape for shape in trace(artifact, "what time is it").shapes}
    assert told["embedding", "x_1 … x_T"] == (4, 6)
    assert told["layer 1 →", "x_t"] == (1, 6)
    assert told["layer 1 →", "W_i"] == (28, 6)
    assert told["layer 2 ←", "x_t"] == (1, 14)
    assert told["layer 2 ←", "W_h"] == (28, 7)
    assert told["layer 2 ←", "c_t"] == (1, 7)
    assert told["layer 2", "h_1 … h_T, joined"] == (4, 14)
    assert told["pooling", "summary (max, attention)"] == (28,)
    assert told["head", "W"] == (5, 28)


@pytest.mark.parametrize("gates", [False, True])
def test_the_dictionary_is_plain_json(gates) -> None:
    told = trace(random_artifact(cell="lstm"), "what time\nis it", leave_one_out=True).to_dict(top_k=2, gates=gates)
    read = json.loads(json.dumps(told, allow_nan=False))
    assert read == told
    assert [len(step["intent_ranking"]) for step in read["steps"]] == [2, 2, 2, 2]
    assert ("cells" in read) == gates
    if gates:
        assert np.shape(read["cells"][1]["gates"]["forget"]) == (4, 7)


def test_equations_are_the_lines_of_the_docstrings() -> None:
    assert equations(rnn_step) == "h' = tanh(W_i x + b_i + W_h h + b_h)"
    assert equations(lstm_step).splitlines()[-1] == "h' = o * tanh(c')"
    assert equations(gru_step).splitlines()[-1] == "h' = (1 - z) * n + z * h"
    assert len(equations(gru_step).splitlines()) == 4
