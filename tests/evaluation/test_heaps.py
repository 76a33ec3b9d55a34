from __future__ import annotations

import numpy as np
import pytest

from rnn_intent.data.example import Example
from rnn_intent.evaluation import heaps as module
from rnn_intent.evaluation.heaps import WEIGHTS, heaps, pairs_weight
from rnn_intent.evaluation.rejection import fit_rejection

CHINESE = "".join(chr(0x4E00 + place) for place in range(400))


def test_heaps_are_made_of_the_common_characters_in_the_texts_own_scripts():
    (letters,) = heaps(["Turn on the light!"])
    assert set("".join(letters)) == set("turnohelig ")
    (characters,) = heaps([CHINESE, CHINESE[:300]])
    assert set("".join(characters)) == set(CHINESE[:300])
    assert len(heaps([CHINESE[:100], "turn on the light"])) == 2
    assert heaps(["?!"]) == []


def test_heaps_are_the_same_every_time():
    assert heaps(["turn on the light"]) == heaps(["turn on the light"])


@pytest.mark.parametrize(
    ("lead", "weight"), [(0.0, WEIGHTS[0]), (1.5, WEIGHTS[2]), (2.5, WEIGHTS[3]), (9.0, WEIGHTS[-1])]
)
def test_neighbours_weigh_as_little_as_is_enough(monkeypatch, lead, weight):
    """Heaps of nothing but new neighbours, for which the network leads valid rows by so much."""
    rows = {"valid": np.zeros((20, 2)), "heap": np.tile([lead, 1.0], (20, 1)) - [1e-9, 0]}
    monkeypatch.setattr(module, "heaps", lambda texts: [["heap"]])
    monkeypatch.setattr(module, "_evidence", lambda artifact, kinds: [rows[texts[0]] for texts in kinds])
    assert pairs_weight(None, ["train"], ["valid"], 0.05) == weight


def test_a_fitted_score_has_the_weight_and_the_pairs_of_its_training_rows():
    from random_models import random_artifact

    from rnn_intent.inference.familiarity import neighbours

    plain = random_artifact(labels=4, scale=1.0)
    rows = [Example(text, plain.labels[0]) for text in ("play some music", "what time is it")]
    fitted = fit_rejection(plain, rows, rows)
    assert fitted.rejection["score"]["pairs"] in WEIGHTS
    expected = neighbours([row.text.split() for row in rows])
    np.testing.assert_array_equal(fitted.tensors["rejection.pairs"], expected)
