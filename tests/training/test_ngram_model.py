import subprocess
import sys

import numpy as np

from rnn_intent.training.ngram_model import NgramModel, fit_ngrams, parts_of

TOKENS = [["play", word] for word in ("music", "jazz", "songs")] + [["which", word] for word in ("hour", "time", "day")]
TARGETS = np.array([0, 0, 0, 1, 1, 1])


def model() -> NgramModel:
    return fit_ngrams(TOKENS, TARGETS, TOKENS, TARGETS, 2)


def test_a_sentence_is_made_of_words_pairs_and_pieces_of_words():
    pieces = ["#<o", "#on", "#n>", "#<on", "#on>"]
    assert list(parts_of(["on"])) == ["on", "< on", "on >", *pieces]
    assert list(parts_of(["on", "it"]))[:5] == ["on", "it", "< on", "on it", "it >"]


def test_it_learns_its_rows_and_reads_words_that_it_has_not_seen():
    assert model().logits(TOKENS).argmax(axis=1).tolist() == TARGETS.tolist()
    assert model().logits([["plays", "polka"], ["whichever"]]).argmax(axis=1).tolist() == [0, 1]


def test_a_sentence_of_nothing_known_gets_what_is_likely_anyway():
    unknown, empty = model().logits([["qqq"], []])
    np.testing.assert_allclose(unknown, empty)


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
