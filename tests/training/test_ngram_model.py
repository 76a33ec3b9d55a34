import subprocess
import sys

import numpy as np
import pytest
import torch

from rnn_intent.metrics import softmax
from rnn_intent.training.ngram_model import (
    LESS_MEANING,
    MEANING,
    SYLLABLE,
    WORDS,
    Features,
    NgramModel,
    _bags,
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
    assert model().probabilities(TOKENS).argmax(axis=1).tolist() == TARGETS.tolist()
    assert model().probabilities([["plays", "polka"], ["whichever"]]).argmax(axis=1).tolist() == [0, 1]


def test_a_sentence_of_nothing_known_gets_what_is_likely_anyway():
    unknown, empty = model().probabilities([["qqq"], []])
    np.testing.assert_allclose(unknown, empty)


def test_it_is_what_a_logistic_regression_and_a_support_vector_machine_say_together():
    linear_model, svm = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.svm")
    found = model()
    bags = _bags(TOKENS, found.features.parts)(
        torch.eye(len(found.features.parts) + 1, len(found.features.parts))
    ).numpy()
    logistic, margins = found.fits
    theirs = linear_model.LogisticRegression(C=2 * logistic.strength, tol=1e-8).fit(bags, TARGETS)  # of one weight
    ours = logistic.weight.numpy()
    np.testing.assert_allclose(ours[:-1, 1] - ours[:-1, 0], theirs.coef_[0], atol=0.01)
    theirs = svm.LinearSVC(C=margins.strength, tol=1e-6, intercept_scaling=100, dual=False).fit(bags, TARGETS)
    np.testing.assert_allclose(margins.weight.numpy()[:-1, 1], theirs.coef_[0], atol=0.01)
    parts = [softmax(bags @ w[:-1] + w[-1], one.temperature) for one in found.fits for w in [one.weight.numpy()]]
    mixed = found.shares[0] * parts[0] + found.shares[1] * parts[1]
    np.testing.assert_allclose(found.probabilities(TOKENS), mixed, atol=1e-5)


def test_validation_rows_say_which_of_the_two_counts_more():
    none = fit_ngrams(TOKENS, TARGETS, [], TARGETS[:0], 2)
    np.testing.assert_allclose(none.shares, [0.5, 0.5])
    assert 0.4 < model().shares[0] < 0.6  # six rows decide little
    noisy = [*TOKENS, ["which", "music"], ["play", "time"]] * 100
    found = fit_ngrams(TOKENS, TARGETS, noisy, np.tile([*TARGETS, 0, 1], 100), 2)

    def unlikely(share: float) -> float:
        mixed = NgramModel(found.features, found.fits, np.array([share, 1 - share])).probabilities(noisy[:8])
        return -np.log(mixed[np.arange(8), [*TARGETS, 0, 1]]).sum()

    assert found.shares.sum() == pytest.approx(1)
    assert unlikely(found.shares[0]) < min(map(unlikely, np.linspace(0, 1, 21))) + 1e-3


def test_characters_that_are_words_or_syllables_count_whatever_words_they_stand_in():
    words = ["你好", "世界"]
    assert parts_of(words)[0][-9:] == ["@你", "@好", "@世", "@界", "@<你", "@你好", "@好世", "@世界", "@界>"]
    assert parts_of(["안녕", "ok"])[0][-5:] == ["@안", "@녕", "@<안", "@안녕", "@녕ok"]
    assert parts_of(["カード"])[0][-7:] == ["@カ", "@ー", "@ド", "@<カ", "@カー", "@ード", "@ド>"]
    assert not any(part.startswith("@") for kind in parts_of(["schöne", "grüße", "мир"]) for part in kind)


def test_a_syllable_weighs_more_than_a_pair_as_rare():
    parts = _weighted([["我"], ["你好"]])
    assert parts["@我"][1] == pytest.approx(SYLLABLE * parts["@<我"][1])
    assert parts["我"][1] == parts["@<我"][1]


def squares_of(tokens: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """(sentences,): the squared length of each, whole and without n-grams."""
    parts = _weighted(tokens)
    each = torch.eye(len(parts) + 1, len(parts))  # every part speaks for itself, and the bias not at all
    squares = _bags(tokens, parts)(each).square().numpy()  # (sentences, parts)
    others = [column for part, (column, _) in parts.items() if not part.startswith("#")]
    return squares.sum(axis=1), squares[:, others].sum(axis=1)


@pytest.mark.parametrize("length", [1, 5, 50])
def test_long_words_do_not_drown_in_their_ngrams(length: int):
    whole, words = squares_of([["wonderful" * length, "weather"], ["terrible" * length, "music"]])
    np.testing.assert_allclose(whole, 1, rtol=1e-5)
    np.testing.assert_allclose(words, WORDS, rtol=1e-5)


def test_short_words_keep_the_share_that_they_have_and_beside_them_long_ones_do_not_drown():
    whole, words = squares_of([["我", "想", "听", "歌"], ["现在", "几点", "了"], ["wonderful", "weather"]])
    np.testing.assert_allclose(whole, 1, rtol=1e-5)
    assert min(words[:2]) > WORDS
    np.testing.assert_allclose(words[2], WORDS, rtol=1e-5)


MEANS = {"polka": [0.9, 0.1], "minute": [0.2, 0.8]}  # words that no row has


def with_vectors() -> dict[str, np.ndarray]:
    rows = {word: [1.0, 0.0] for word in ("music", "jazz", "songs")} | {w: [0.0, 1.0] for w in ("hour", "time", "day")}
    return {word: np.array(row, dtype=np.float16) for word, row in {**rows, **MEANS}.items()}


def test_words_that_no_row_has_are_known_by_what_they_mean():
    found = fit_ngrams(TOKENS, TARGETS, TOKENS, TARGETS, 2, lambda _rows: with_vectors())
    for told in (found, found.refit(TOKENS, TARGETS)):
        assert told.probabilities([["polka"], ["minute"]]).argmax(axis=1).tolist() == [0, 1]
    without = model().probabilities([["polka"], ["minute"]])
    assert np.ptp(found.probabilities([["polka"], ["minute"]])[:, 0]) > 3 * np.ptp(without[:, 0])


def test_what_words_mean_adds_to_what_they_are_and_takes_nothing_from_it():
    parts = {"music": (0, 1.0)}
    known, unknown = (Features(v, parts).logits([["music", "zzz"], ["zzz"]]) for v in (with_vectors(), {}))
    each = torch.eye(4, 3)  # two dimensions and a part speak for themselves, and the bias not at all
    np.testing.assert_allclose(known(each).numpy(), [[MEANING, 0, 1], [0, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(unknown(torch.eye(2, 1)).numpy(), [[1], [0]], atol=1e-6)


@pytest.mark.parametrize(("of_music", "meaning"), [([0.9, 0.1], MEANING), ([0.1, 0.9], LESS_MEANING)])
def test_vectors_count_less_where_validation_rows_say_that_they_mislead(of_music: list[float], meaning: float):
    vectors = with_vectors() | {"polka": np.array(of_music, dtype=np.float16)}
    rows = [["play", "polka"]] * 30
    found = fit_ngrams(TOKENS, TARGETS, rows, np.zeros(len(rows), dtype=np.int64), 2, lambda _rows: vectors)
    assert found.features.meaning == found.refit(TOKENS, TARGETS).features.meaning == meaning


def test_one_validation_row_does_not_make_vectors_count_less():
    vectors = with_vectors() | {"polka": np.array([0.1, 0.9], dtype=np.float16)}
    found = fit_ngrams(TOKENS, TARGETS, [["play", "polka"]], TARGETS[:1], 2, lambda _rows: vectors)
    assert found.features.meaning == MEANING


def test_another_process_finds_the_same_weights():
    script = (
        "from tests.training.test_ngram_model import *; import hashlib;"
        "print(hashlib.sha256(model().probabilities(TOKENS).tobytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
