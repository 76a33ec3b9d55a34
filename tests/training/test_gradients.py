from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.errors import DataError
from rnn_intent.settings import EmbeddingSettings, ModelSettings, Settings, TrainingSettings
from rnn_intent.training.fit import build_classifier
from rnn_intent.training.gradients import input_gradients, join_sentences, measure_gradients
from rnn_intent.training.tables import Tables
from rnn_intent.training.token_sets import TokenSet

CELLS = ["rnn", "lstm", "gru"]
SENTENCES = [["what", "time", "is", "it"], ["play", "some", "music"], ["it"]]
SETTINGS = Settings(
    embedding=EmbeddingSettings(size=5, ngram_buckets=64, ngram_min_count=1),
    model=ModelSettings(hidden_size=4, bidirectional=False, pooling=("last",)),
    training=TrainingSettings(threads=1, batch_size=4),
)


def made(cell: str):
    """A classifier in float64 that has been shaken, its batch of three sentences, and their classes."""
    torch.manual_seed(3)
    settings = replace(SETTINGS, model=replace(SETTINGS.model, cell=cell))
    tables = Tables.build(settings, TokenSet(SENTENCES, np.arange(3)))
    lexicon = tables.lexicon()
    classifier = build_classifier(settings, ["a", "b", "c"], tables).double()
    with torch.no_grad():
        for weights in classifier.parameters():
            weights.copy_(torch.randn_like(weights) * 0.7)
    return classifier, lexicon.batch([lexicon.encode(tokens) for tokens in SENTENCES]), torch.tensor([0, 2, 1])


def losses(classifier, batch, targets, sentence: int, place: int, feature: int, by: float) -> float:
    """The summed loss with one number of one word's vector changed."""

    def shake(_module, _arguments, output):
        moved = output.clone()
        moved[sentence, place, feature] += by
        return moved

    hook = classifier.encoder.embedding.register_forward_hook(shake)
    classifier.eval()
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(classifier(batch), targets, reduction="sum")
    hook.remove()
    return float(loss)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_those_of_finite_differences(cell: str) -> None:
    classifier, batch, targets = made(cell)
    norms = input_gradients(classifier, batch, targets)
    assert norms.shape == (3, 4)
    small = 1e-5
    for sentence, tokens in enumerate(SENTENCES):
        for place in range(len(tokens)):
            slopes = [
                (
                    losses(classifier, batch, targets, sentence, place, feature, small)
                    - losses(classifier, batch, targets, sentence, place, feature, -small)
                )
                / (2 * small)
                for feature in range(5)
            ]
            assert float(norms[sentence, place]) == pytest.approx(float(np.linalg.norm(slopes)), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_no_gradient_reaches_padding(cell: str) -> None:
    norms = input_gradients(*made(cell))
    assert float(norms[1, 3]) == 0
    assert norms[2, 1:].tolist() == [0, 0, 0]
    assert float(norms[2, 0]) > 0


def test_a_linear_chain_of_one_number_shrinks_by_its_weight_at_each_step() -> None:
    """h' = tanh(x + w h) near zero is h' = x + w h, so ∂loss/∂x falls by w a step: the reason why gradients vanish."""
    settings = replace(
        SETTINGS,
        embedding=EmbeddingSettings(size=1, ngrams=False),
        model=replace(SETTINGS.model, cell="rnn", hidden_size=1),
    )
    tokens = [["a"] * 8]
    tables = Tables.build(settings, TokenSet(tokens, np.zeros(1)))
    classifier = build_classifier(settings, ["x", "y"], tables).double()
    with torch.no_grad():
        classifier.encoder.embedding.words.weight.fill_(1e-9)
        for name, weights in classifier.encoder.recurrent.named_parameters():
            weights.fill_(0.6 if name == "weight_hh_l0" else 1.0 if name == "weight_ih_l0" else 0.0)
    lexicon = tables.lexicon()
    (norms,) = input_gradients(classifier, lexicon.batch([lexicon.encode(tokens[0])]), torch.tensor([0]))
    np.testing.assert_allclose((norms[:-1] / norms[1:]).numpy(), 0.6, rtol=1e-6)


def rows(*texts: str) -> TokenSet:
    return TokenSet([text.split() for text in texts], np.arange(len(texts)))


def test_long_sentences_end_where_a_real_one_ends_and_are_equally_long() -> None:
    examples = rows("a b c", "d e", "f g h i j k l", "m")
    long = join_sentences(examples, length=6, count=4, seed=1)
    assert [len(tokens) for tokens in long.tokens] == [6] * 4
    for tokens, target in zip(long.tokens, long.targets, strict=True):
        end = examples.tokens[target]
        assert tokens[-len(end) :] == end[-6:]
    assert long.tokens[long.targets.tolist().index(2)] == list("ghijkl")
    assert 1 < long.rows <= 4


def test_rows_without_words_or_with_an_unknown_class_are_left_out() -> None:
    examples = TokenSet([[], ["x", "y"], ["a", "b"]], np.array([0, -1, 2]))
    long = join_sentences(examples, length=2, count=9, seed=1)
    assert long.tokens == [["a", "b"]]


def test_too_few_words_are_a_data_error() -> None:
    with pytest.raises(DataError, match="fewer than 9 words"):
        join_sentences(rows("a b", "c"), length=9, count=1, seed=1)


@pytest.fixture(scope="module")
def measured():
    texts = {"time": "what time is it now", "music": "please play some music", "light": "turn the light on"}
    examples = [Example(f"{text} {n}", intent) for n in range(4) for intent, text in texts.items()]
    splits = Splits(train=examples, valid=examples, test=[], out_of_scope={}, files={}, warnings=[])
    settings = replace(SETTINGS, model=ModelSettings(hidden_size=8, pooling=("max",)))
    cells: list[str] = []
    return measure_gradients(settings, splits, epochs=2, length=12, sentences=5, on_cell=cells.append), cells


def test_every_cell_is_measured_untrained_and_trained(measured) -> None:
    found, told = measured
    assert told == [one.cell for one in found.cells] == CELLS
    assert (found.length, found.sentences, found.epochs) == (12, 5, 2)
    assert 2 < found.rows < 5
    for one in found.cells:
        assert one.untrained.shape == one.trained.shape == (12,)
        assert (one.untrained > 0).all()
        assert not np.allclose(one.untrained, one.trained)


def test_half_open_gates_let_untrained_gradients_vanish_with_the_distance(measured) -> None:
    for one in measured[0].cells[1:]:
        assert one.untrained[0] > 2 * one.untrained[4] > 4 * one.untrained[8]
