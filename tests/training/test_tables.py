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
