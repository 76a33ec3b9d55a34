"""Words that mean about the same, by their vectors."""

import numpy as np
import pytest

from rnn_intent.text import word_neighbours as module
from rnn_intent.text.word_neighbours import word_neighbours

WORDS = ["<pad>", "big", "large", "huge", "red", "crimson", "unseen"]
ROWS = np.array([[0, 0], [2, 0], [3, 0.3], [1, 0.2], [0, 1], [0.1, 4], [0, 0]])


def test_the_likest_words_come_first_and_nobody_is_its_own():
    found = word_neighbours(WORDS, ROWS, asked=len(WORDS))
    assert found["big"] == ["large", "huge"]
    assert found["red"] == ["crimson"]
    assert all(word not in like for word, like in found.items())


def test_a_word_without_a_vector_is_nobodys_neighbour():
    found = word_neighbours(WORDS, ROWS, asked=len(WORDS))
    assert not {"<pad>", "unseen"} & (set(found) | {word for like in found.values() for word in like})


def test_only_those_asked_for_are_answered_but_all_may_be_named():
    assert set(word_neighbours(WORDS, ROWS, asked=5)) == {"big", "large", "huge", "red"}
    assert word_neighbours(WORDS, ROWS, asked=5)["red"] == ["crimson"]


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_blocks_change_nothing(at_once, monkeypatch):
    whole = word_neighbours(WORDS, ROWS, asked=7)
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    assert word_neighbours(WORDS, ROWS, asked=7) == whole
