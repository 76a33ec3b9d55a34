import subprocess
import sys

import numpy as np
import pytest

from rnn_intent.training.ngram_model import (
    WORDS,
    NgramModel,
    Parts,
    _Bags,
    _share_of_words,
    _weighted,
    fit_ngrams,
    parts_of,
)

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


@pytest.mark.parametrize("count", [1, 2, 20])
def test_long_words_do_not_drown_in_their_ngrams(count: int):
    """A sentence's own words weigh as much, whether they are long or very long, and so do its n-grams."""
    tokens = [["wonderful" * count, "weather"], ["terrible" * count, "music"]]
    parts = _weighted(tokens)
    assert _share_of_words(tokens, parts) < WORDS
    words = {part: column for part, (column, _) in parts.items() if not part.startswith("#")}
    squares = _bag_squares(tokens[0], parts, WORDS)
    assert sum(squares.values()) == pytest.approx(1, abs=1e-6)
    assert sum(squares.get(column, 0.0) for column in words.values()) == pytest.approx(WORDS, abs=1e-6)


def test_short_words_keep_the_share_that_they_have():
    tokens = [["我", "想", "听", "歌"], ["现在", "几点", "了"]]
    parts = _weighted(tokens)
    share = _share_of_words(tokens, parts)
    assert share > WORDS
    model = fit_ngrams(tokens, np.array([0, 1]), tokens, np.array([0, 1]), 2)
    as_it_is = _Bags(tokens, parts, None).logits(model._weight).numpy()
    np.testing.assert_array_equal(model.logits(tokens), as_it_is)


def _bag_squares(tokens: list[str], parts: Parts, words: float | None) -> dict[int, float]:
    bags = _Bags([tokens], parts, words)
    return dict(zip(bags._columns.tolist(), bags._weights.square().tolist(), strict=True))


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
