import subprocess
import sys

import numpy as np
import pytest
import torch

from rnn_intent.training.ngram_model import WORDS, NgramModel, _Bags, _weighted, fit_ngrams, parts_of

TOKENS = [["play", word] for word in ("music", "jazz", "songs")] + [["which", word] for word in ("hour", "time", "day")]
TARGETS = np.array([0, 0, 0, 1, 1, 1])


def model() -> NgramModel:
    return fit_ngrams(TOKENS, TARGETS, TOKENS, TARGETS, 2)


def test_a_sentence_is_made_of_words_pairs_and_pieces_of_words():
    pieces = ["#<o", "#on", "#n>", "#<on", "#on>"]
    assert parts_of(["on"]) == (["on", "< on", "on >"], pieces)
    assert parts_of(["on", "it"])[0] == ["on", "it", "< on", "on it", "it >"]


def test_it_learns_its_rows_and_reads_words_that_it_has_not_seen():
    assert model().logits(TOKENS).argmax(axis=1).tolist() == TARGETS.tolist()
    assert model().logits([["plays", "polka"], ["whichever"]]).argmax(axis=1).tolist() == [0, 1]


def test_a_sentence_of_nothing_known_gets_what_is_likely_anyway():
    unknown, empty = model().logits([["qqq"], []])
    np.testing.assert_allclose(unknown, empty)


@pytest.mark.parametrize("length", [1, 5, 50])
def test_long_words_do_not_drown_in_their_ngrams(length: int):
    tokens = [["wonderful" * length, "weather"], ["terrible" * length, "music"]]
    parts = _weighted(tokens)
    bags = _Bags(tokens, parts)
    assert bags.share_of_words < WORDS
    each = torch.eye(len(parts) + 1, len(parts))  # every part speaks for itself, and the bias not at all
    squares = bags.logits(WORDS)(each).square()  # (sentences, parts)
    words = [column for part, (column, _) in parts.items() if not part.startswith("#")]
    np.testing.assert_allclose(squares.sum(dim=1), 1, rtol=1e-5)
    np.testing.assert_allclose(squares[:, words].sum(dim=1), WORDS, rtol=1e-5)


def test_short_words_keep_the_share_that_they_have():
    tokens, targets = [["我", "想", "听", "歌"], ["现在", "几点", "了"]], np.array([0, 1])
    parts = _weighted(tokens)
    bags = _Bags(tokens, parts)
    assert bags.share_of_words > WORDS
    model = fit_ngrams(tokens, targets, tokens, targets, 2)
    np.testing.assert_array_equal(model.logits(tokens), bags.logits(None)(model.regression.weight).numpy())


def test_another_process_finds_the_same_weights():
    script = (
        "from tests.training.test_ngram_model import *; import hashlib;"
        "print(hashlib.sha256(model().logits(TOKENS).tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
