import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_models import WORDS, random_artifact

from rnn_intent.inference import recurrence
from rnn_intent.inference.encoder import Encoder
from rnn_intent.inference.pooling import by_sentence
from rnn_intent.inference.reference import read_sentence
from rnn_intent.inference.sigma import BY_POWERS, BY_TANH

CELLS = ["rnn", "lstm", "gru"]
SENTENCES = [WORDS[:5], ["is"], WORDS * 3, [], ["unseen", "time", "kitchens"], WORDS[5:11], ["is", "it"], WORDS[:5]]


def summaries(encoder, sentences):
    """All batches, back in the order of the sentences."""
    found = np.full((len(sentences), encoder.summary_size), np.nan)
    for places, batch in encoder.summaries(encoder.look_up(sentences)):
        found[places] = by_sentence(batch)
    return found


def plain(artifact, sentences):
    return np.stack([read_sentence(artifact, tokens).summary for tokens in sentences])


@pytest.mark.parametrize("pooling", [("last",), ("max", "mean", "last"), ("attention", "max")])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_fast_path_computes_the_equations(cell, bidirectional, layers, pooling):
    artifact = random_artifact(cell=cell, bidirectional=bidirectional, layers=layers, pooling=pooling)
    found = summaries(Encoder(artifact), SENTENCES)
    np.testing.assert_allclose(found, plain(artifact, SENTENCES), atol=2e-6)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("ngrams", [False, True])
@pytest.mark.parametrize(("vectors", "extra"), [(0, 0), (3, 0), (3, 6)])
def test_every_kind_of_embedding_is_read(ngrams, vectors, extra, half):
    artifact = random_artifact(ngrams=ngrams, vectors=vectors, extra=extra)
    if half:
        tables = ("embedding.words", "embedding.ngrams", "embedding.vectors")
        artifact.tensors |= {name: artifact.tensors[name].astype("f2") for name in tables if name in artifact.tensors}
    np.testing.assert_allclose(summaries(Encoder(artifact), SENTENCES), plain(artifact, SENTENCES), atol=2e-6)


@pytest.mark.parametrize("sigma", [BY_POWERS, BY_TANH])
@pytest.mark.parametrize("cell", CELLS)
def test_both_ways_to_sigma_compute_the_equations(cell, sigma, monkeypatch):
    monkeypatch.setattr(recurrence, "SIGMA", sigma)
    artifact = random_artifact(cell=cell, layers=2)
    np.testing.assert_allclose(summaries(Encoder(artifact), SENTENCES), plain(artifact, SENTENCES), atol=2e-6)


@pytest.mark.parametrize("sigma", [BY_POWERS, BY_TANH])
@pytest.mark.parametrize("cell", CELLS)
def test_gates_wide_open_or_shut_are_computed_without_a_warning(cell, sigma, monkeypatch):
    monkeypatch.setattr(recurrence, "SIGMA", sigma)
    artifact = random_artifact(cell=cell)
    biases = np.random.default_rng(0).choice([-1e3, 1e3], artifact.tensors["encoder.bias_ih_l0"].shape)
    artifact.tensors["encoder.bias_ih_l0"] = biases.astype(np.float32)
    with np.errstate(over="raise"):
        found = summaries(Encoder(artifact), SENTENCES)
    np.testing.assert_allclose(found, plain(artifact, SENTENCES), atol=2e-6)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_sentence_has_the_same_summary_in_any_company(cell, data):
    artifact = random_artifact(cell=cell, hidden_size=16, pooling=("max", "mean", "last", "attention"))
    tokens = st.lists(st.sampled_from([*WORDS, "unseen"]), max_size=12)
    sentences = data.draw(st.lists(tokens, min_size=1, max_size=20))
    ends = [sentence[:2] + data.draw(tokens) + sentence[-2:] for sentence in sentences]  # shared, and duplicates
    sentences += ends
    together = summaries(Encoder(artifact), sentences)
    encoder = Encoder(artifact)
    alone = np.concatenate([summaries(encoder, [sentence]) for sentence in sentences])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_many_batches_come_back_in_order(monkeypatch):
    artifact = random_artifact(hidden_size=7)
    encoder = Encoder(artifact)
    encoder._batch_size = 3
    rng = np.random.default_rng(0)
    sentences = [list(rng.choice(WORDS, rng.integers(1, 9))) for _ in range(50)]
    np.testing.assert_allclose(summaries(encoder, sentences), plain(artifact, sentences), atol=2e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_products_slice_by_slice_are_those_of_the_whole_batch(cell, monkeypatch):
    monkeypatch.setattr(recurrence, "at_once", lambda hidden: 3)
    artifact = random_artifact(cell=cell, layers=2)
    np.testing.assert_allclose(summaries(Encoder(artifact), SENTENCES), plain(artifact, SENTENCES), atol=2e-6)


def test_a_full_token_table_keeps_the_words_that_came_first_and_answers_the_same():
    artifact = random_artifact()
    encoder = Encoder(artifact)
    encoder.table._most_rows = 30
    for first in range(0, 200, 10):
        sentences = [[f"word{first + place}", "is", "it"] for place in range(10)]
        np.testing.assert_allclose(summaries(encoder, sentences), plain(artifact, sentences), atol=2e-6)
        assert len(encoder.table._rows) <= 30
    assert [token for token in ("word0", "is", "it", "word190") if token not in encoder.table._rows] == []


def test_a_list_with_more_words_than_the_table_holds_is_still_answered():
    artifact = random_artifact()
    encoder = Encoder(artifact)
    encoder.table._most_rows = 30
    sentences = [[f"word{place}", "is", "it"] for place in range(400)]
    np.testing.assert_allclose(summaries(encoder, sentences), plain(artifact, sentences), atol=2e-6)


def test_first_and_last_words_that_no_longer_fit_are_read_anew_and_answered_the_same():
    artifact = random_artifact(cell="lstm", hidden_size=4)
    encoder = Encoder(artifact)
    starts = encoder.table.starts
    starts._known = starts._known[:40]
    for first in range(0, 200, 10):
        sentences = [[f"word{first + place}", "is", f"end{place}"] for place in range(10)] + [[f"alone{first}"]]
        np.testing.assert_allclose(summaries(encoder, sentences), plain(artifact, sentences), atol=2e-6)
        assert 0 < starts._used <= 40


def test_a_word_is_known_at_the_start_once_it_has_stood_there():
    encoder = Encoder(random_artifact())
    summaries(encoder, [["what", "time"], ["is", "it", "time"], ["what"]])
    used = encoder.table.starts._used
    summaries(encoder, [["time", "what"], ["is"], ["what", "is", "it", "?", "what"]])
    assert used == encoder.table.starts._used == 3


def test_no_sentences_give_no_summaries():
    assert summaries(Encoder(random_artifact()), []).shape == (0, 3 * 2 * 7)
