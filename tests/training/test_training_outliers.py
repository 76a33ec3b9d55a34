from __future__ import annotations

import numpy as np
import pytest
import torch

from rnn_intent.settings import EmbeddingSettings, ModelSettings, TrainingSettings, VocabularySettings
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.vocabulary import Vocabulary
from rnn_intent.training.encoder import Encoder, IntentClassifier
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.outliers import Outliers, certainty
from rnn_intent.training.trainer import LabelledSet, Trainer

STRANGE = ["zx", "qv", "kk", "zz", "vq"]
ROWS = [["play", "some", "music"], ["what", "time", "is", "it"], ["lights", "off"]] * 16


def trainer_with(share: float | None) -> Trainer:
    """A small trainer; beside its batches come made-up sentences of strange words. None: as without them."""
    torch.manual_seed(3)
    embedding = EmbeddingSettings(size=12, ngram_min_count=1, dropout=0.2, word_dropout=0.2)
    vocabulary = Vocabulary.build(ROWS, VocabularySettings())
    ngrams = NgramVocabulary.build({token for row in ROWS for token in row}, embedding)
    lexicon = Lexicon(vocabulary, ngrams)
    encoder = Encoder(embedding, ModelSettings(hidden_size=8), len(vocabulary), len(ngrams))
    rows = LabelledSet([lexicon.encode(row) for row in ROWS], np.arange(len(ROWS)) % 3)
    made = [lexicon.encode([word, other]) for word in STRANGE for other in STRANGE] if share else []
    outliers = Outliers(made, share or 0.0, seed=5)
    settings = TrainingSettings(epochs=4, batch_size=8, learning_rate=1e-2, embedding_learning_rate=1e-2)
    classifier = IntentClassifier(encoder, ["a", "b", "c"])
    return Trainer(classifier, lexicon, rows, rows, settings, seed=5, outliers=None if share is None else outliers)


def certainty_of(trainer: Trainer, tokens: list[str]) -> float:
    with torch.no_grad():
        return float(certainty(trainer.classifier.eval()(trainer.lexicon.batch([trainer.lexicon.encode(tokens)]))))


def test_certainty_is_nought_where_all_intents_are_as_likely_and_grows_with_the_winner():
    assert float(certainty(torch.zeros(2, 5))) == pytest.approx(0, abs=1e-6)
    small, large = (float(certainty(torch.tensor([[height, 0.0, 0.0]]))) for height in (1.0, 5.0))
    assert 0 < small < large


def test_the_network_learns_to_be_unsure_of_outliers_and_still_learns_the_rest():
    plain, doubting = trainer_with(0.0), trainer_with(0.5)
    for trainer in (plain, doubting):
        for _ in trainer.run():
            pass
        trainer.load_kept()
    assert certainty_of(doubting, STRANGE[:1]) < certainty_of(plain, STRANGE[:1])
    assert doubting.kept.valid_accuracy > 0.8


def test_what_is_drawn_follows_from_seed_and_epoch_alone():
    def draws(seed: int, epoch: int) -> list[int]:
        outliers = Outliers([np.array([number]) for number in range(100)], 0.5, seed)
        outliers.draw(7)
        outliers.begin(epoch)
        return [int(sentence[0]) for sentence in outliers.draw(16)]

    assert draws(1, 2) == draws(1, 2)
    assert draws(1, 2) != draws(1, 3)
    assert draws(1, 2) != draws(2, 2)


@pytest.mark.parametrize(("rows", "made"), [(64, 16), (3, 1)])
def test_a_batch_gets_its_share(rows, made):
    assert len(Outliers([np.array([2])], 0.25, seed=1).draw(rows)) == made


def test_without_outliers_nothing_is_drawn_and_training_is_as_it_was():
    plain, without = trainer_with(None), trainer_with(0.0)
    assert Outliers([np.array([1])], 0.0, seed=1).draw(64) == Outliers([], 0.5, seed=1).draw(64) == []
    for one, other in zip(plain.run(), without.run(), strict=True):
        assert one == other


def test_a_run_that_goes_on_after_an_interruption_draws_what_it_would_have_drawn():
    through = trainer_with(0.5)
    list(through.run())
    first, second = trainer_with(0.5), trainer_with(0.5)
    next(iter(first.run()))
    second.restore(first.state())
    list(second.run())
    assert second.history == through.history
