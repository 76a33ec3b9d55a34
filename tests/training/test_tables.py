from __future__ import annotations

import numpy as np

from rnn_intent.settings import Settings
from rnn_intent.text.ngrams import ngram_buckets
from rnn_intent.training.tables import FEW_ROWS, Tables
from rnn_intent.training.token_sets import TokenSet


def test_below_some_rows_the_ngrams_of_a_single_word_have_rows_of_their_own_too():
    settings = Settings()
    own = set(ngram_buckets("restaurant", settings.embedding.ngram_buckets))
    kept = {}
    for rows in (FEW_ROWS - 1, FEW_ROWS):
        tables = Tables.build(settings, TokenSet([["restaurant"]] * rows, np.zeros(rows)))
        assert tables.ngrams is not None
        kept[rows] = set(tables.ngrams.kept.tolist())
    assert list(kept.values()) == [own, set()]


def test_made_sentences_do_not_count_as_rows():
    rows = TokenSet([["restaurant"]] * FEW_ROWS, np.zeros(FEW_ROWS), made=1)
    tables = Tables.build(Settings(), rows)
    assert tables.ngrams is not None
    assert len(tables.ngrams) > 0


def test_a_second_training_of_more_rows_keeps_the_ngrams_that_the_first_kept():
    first = Tables.build(Settings(), TokenSet([["restaurant"]] * (FEW_ROWS - 1), np.zeros(FEW_ROWS - 1)))
    more = TokenSet([["restaurant"]] * FEW_ROWS, np.zeros(FEW_ROWS))
    second = Tables.build(Settings(), more, first)
    assert first.ngrams is not None
    assert second.ngrams is not None
    assert second.ngrams.kept.tolist() == first.ngrams.kept.tolist()
