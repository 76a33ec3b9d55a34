from __future__ import annotations

import random

import numpy as np
import pytest

from rnn_intent.settings import TrainingSettings
from rnn_intent.training.passages import are_long, passage, passage_length, passages_share


def test_passages_have_all_lengths_short_ones_more_often_and_stand_everywhere():
    chance = random.Random(3).random
    found = [passage(64, chance) for _ in range(20_000)]
    assert all(0 <= piece.start < piece.stop <= 64 for piece in found)
    lengths = np.array([piece.stop - piece.start for piece in found])
    assert (lengths.min(), lengths.max()) == (4, 64)
    shares = [((lengths >= low) & (lengths < 2 * low)).mean() for low in (4, 8, 16, 32)]
    assert shares == pytest.approx([0.25] * 4, abs=0.04)  # rounded up where they are short
    read = np.zeros(64)
    for piece in found:
        read[piece] += 1
    assert read.min() > 0
    assert read[8:56].min() > 0.5 * read.max()


@pytest.mark.parametrize("words", [5, 17, 64, 256])
def test_the_usual_length_is_their_mean(words: int):
    chance = random.Random(3).random
    lengths = [piece.stop - piece.start for piece in (passage(words, chance) for _ in range(20_000))]
    assert passage_length(words) == pytest.approx(np.mean(lengths), abs=0.02 * words + 0.5)


@pytest.mark.parametrize("words", [0, 1, 4])
def test_what_is_short_stays_whole(words: int):
    assert list(range(words))[passage(words, lambda: 0.99)] == list(range(words))
    assert passage_length(words) == words


def test_rows_are_long_by_their_mean():
    assert not any(map(are_long, ([16] * 10, [200, *[4] * 20], [])))
    assert all(map(are_long, ([17] * 10, [4, 40])))


def test_of_few_long_rows_all_are_read_in_passages_and_none_of_many_unless_asked():
    auto, asked = TrainingSettings(), TrainingSettings(passages=0.25)
    sets = [[64] * 4_999, [64] * 5_000, [16] * 100]
    assert [passages_share(auto, lengths) for lengths in sets] == [1, 0, 0]
    assert [passages_share(asked, lengths) for lengths in sets] == [0.25, 0.25, 0]
    assert passages_share(TrainingSettings(passages=0.0), [64] * 100) == 0
