from __future__ import annotations

import numpy as np
import pytest

from rnn_intent.inference.familiarity import MARKS, Familiarity, neighbours

TRAIN = [["play", "some", "music"], ["set", "7", "alarms"], ["现在", "几点", "了"], ["?"], []]
KNOWN = [token for tokens in TRAIN for token in tokens]
STRANGE = [
    (["music", "some", "play"], 0.0, 1.0),
    (["play", "bagpipes"], 0.5, 2 / 3),
    (["play", "some", "?", "music", "!"], 0.0, 0.0),
    (["set", "8", "alarms"], 1 / 3, 0.0),
    (["几点", "现在", "了"], 0.0, 3 / 6),
    (["现", "在", "几", "点", "了"], 0.8, 0.0),
    (["?"], 1.0, 1.0),
    ([], 1.0, 1.0),
]


def strangeness(*sentences: list[str], foreign: int = 0) -> list[tuple[float, float]]:
    """(unknown, new) of each sentence."""
    return list(zip(*Familiarity(KNOWN, neighbours(TRAIN), foreign).of(sentences), strict=True))


@pytest.mark.parametrize("tokens", [tokens for tokens in TRAIN if len(tokens) > 1])
def test_nothing_of_a_training_sentence_is_strange(tokens):
    assert strangeness(tokens) == [(0.0, 0.0)]


@pytest.mark.parametrize(("tokens", "unknown", "new"), STRANGE)
def test_words_are_unknown_and_neighbours_new_if_training_never_had_them(tokens, unknown, new):
    assert strangeness(tokens) == [pytest.approx((unknown, new))]


def test_sentences_are_as_strange_together_as_alone():
    sentences = [tokens for tokens, *_ in STRANGE] + TRAIN
    together = strangeness(*sentences)
    assert together == [strangeness(tokens)[0] for tokens in sentences]
    words_only = [tokens for tokens in sentences if tokens and not MARKS.intersection(tokens)]
    assert strangeness(*words_only) == [strangeness(tokens)[0] for tokens in words_only]
    assert strangeness(["?"], []) == [(1.0, 1.0)] * 2


ELSEWHERE = [
    (["play", "some", "pusic"], 1 / 3),  # unknown, in known letters
    (["play", "some", "mücke"], 2 / 3),
    (["некое", "play"], 1.0),
    (["play", "некое", "слово"], 1.0),  # four of three, and no share is above one
    (["set", "8", "alarms"], 0.0),
    (["set", "8", "allarmi"], 0.5),  # one of two, numbers apart
    (["8"], 0.0),
    (["现在", "龘"], 0.5),  # Chinese and Korean have more characters than any training rows
    (["음악", "play"], 0.5),
]


@pytest.mark.parametrize(("tokens", "unknown"), ELSEWHERE)
def test_words_in_unknown_letters_count_more_and_numbers_not_at_all(tokens, unknown):
    assert strangeness(tokens, foreign=2)[0][0] == pytest.approx(unknown)
    together = strangeness(*(tokens for tokens, _ in ELSEWHERE), foreign=2)
    assert [found for found, _ in together] == pytest.approx([unknown for _, unknown in ELSEWHERE])


def test_without_pairs_all_neighbours_are_new():
    assert Familiarity(KNOWN, np.empty(0, dtype=np.int32)).of([["play", "some"]]).new == [1.0]


def test_the_pairs_are_numbered_the_same_in_every_process_and_stored_in_order():
    numbers = neighbours([["a", "b"]])
    assert numbers.dtype == np.int32
    assert numbers.tolist() == [82557152, 199481514, 305699514]


def test_broken_characters_are_only_strange():
    assert strangeness(["\ud800"]) == [(1.0, 1.0)]


@pytest.mark.parametrize("spread", [1, 1 << 12])
def test_many_pairs_are_looked_up_as_few_are(spread):
    random = np.random.default_rng(0)
    pairs = random.integers(0, 2000, 500, dtype=np.int32) * np.int32(
        spread
    )  # far apart, or all of them beginning alike
    asked = np.concatenate([pairs, random.integers(0, 2**31 - 1, 1000, dtype=np.int32), [0, 2**31 - 1]]).astype(
        np.int32
    )
    familiarity, known = Familiarity(KNOWN, pairs), set(pairs.tolist())
    assert familiarity._are_new(asked).tolist() == [number not in known for number in asked.tolist()]
    assert familiarity._are_new(asked[:10]).tolist() == [False] * 10
