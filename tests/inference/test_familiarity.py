from __future__ import annotations

import numpy as np
import pytest

from rnn_intent.inference import familiarity
from rnn_intent.inference.familiarity import Familiarity, neighbours

TRAIN = [["play", "some", "music"], ["set", "7", "alarms"], ["现在", "几点", "了"], ["?"], []]
KNOWN = [token for tokens in TRAIN for token in tokens]


def reader() -> Familiarity:
    return Familiarity(KNOWN, neighbours(TRAIN))


@pytest.mark.parametrize("tokens", [tokens for tokens in TRAIN if len(tokens) > 1])
def test_nothing_of_a_training_sentence_is_strange(tokens):
    assert reader().strangeness(tokens) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("tokens", "unknown", "new"),
    [
        (["music", "some", "play"], 0.0, 1.0),
        (["play", "bagpipes"], 0.5, 2 / 3),
        (["play", "some", "?", "music", "!"], 0.0, 0.0),
        (["set", "8", "alarms"], 1 / 3, 0.0),
        (["几点", "现在", "了"], 0.0, 3 / 6),
        (["现", "在", "几", "点", "了"], 0.8, 0.0),
        (["?"], 1.0, 1.0),
        ([], 1.0, 1.0),
    ],
)
def test_words_are_unknown_and_neighbours_new_if_training_never_had_them(tokens, unknown, new):
    assert reader().strangeness(tokens) == pytest.approx((unknown, new))


def test_the_pairs_are_numbered_the_same_in_every_process_and_stored_in_order():
    numbers = neighbours([["a", "b"]])
    assert numbers.dtype == np.int32
    assert numbers.tolist() == [82557152, 199481514, 305699514]


def test_forgetting_words_changes_no_answer(monkeypatch):
    sentences = [["play", "music", "bagpipes"], ["现在", "some"], ["7", "8", "9"]]
    answers = [reader().strangeness(tokens) for tokens in sentences]
    monkeypatch.setattr(familiarity, "MOST_WORDS", 2)
    forgetful = reader()
    assert [forgetful.strangeness(tokens) for tokens in [*sentences, *sentences]] == [*answers, *answers]
    assert len(forgetful._words) <= 2


def test_broken_characters_are_only_strange():
    assert reader().strangeness(["\ud800"]) == (1.0, 1.0)


def test_one_look_up_and_thousands_find_the_same():
    numbers = neighbours(TRAIN)
    often = reader()
    first = [often.strangeness(tokens) for tokens in [*TRAIN, ["never", "seen"]]]
    for _ in range(1000):
        often.strangeness(TRAIN[0])
    assert isinstance(often._pairs, frozenset)
    assert often._pairs == set(numbers.tolist())
    assert [often.strangeness(tokens) for tokens in [*TRAIN, ["never", "seen"]]] == first
