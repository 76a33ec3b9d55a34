from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from rnn_intent.settings import EmbeddingSettings, TrainingSettings, VocabularySettings
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.vocabulary import UNK, Vocabulary
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.reading import Reading
from rnn_intent.training.typos import Typos, typos_share, with_typo

ROWS = [["wake", "me", "up", "at", "7", "tomorrow", "morning"], ["what's", "the", "weather", "like", "?"]]
CHINESE = [["明天", "早上", "七点", "叫", "我", "。"]]


def lexicon_of(rows: Sequence[Sequence[str]]) -> Lexicon:
    vocabulary = Vocabulary.build(rows, VocabularySettings())
    words = [word for row in rows for word in row]
    return Lexicon(vocabulary, NgramVocabulary.build(words, EmbeddingSettings(), few=True))


def typed(rows: Sequence[Sequence[str]], share: float, epoch: int = 1) -> list[list[str]]:
    lexicon = lexicon_of(rows)
    encoded = [lexicon.encode(row) for row in rows]
    read = Typos(lexicon, encoded, share, seed=5).misspelt(encoded, epoch)
    return [[str(lexicon.tokens[index]) for index in row] for row in read]


def test_a_typo_is_a_letter_less_one_twice_another_one_or_two_in_each_others_place():
    random = np.random.default_rng(1)
    made = Counter(with_typo("word", "xz", random) for _ in range(4_000))
    missing, twice = {"ord", "wrd", "wod", "wor"}, {"wword", "woord", "worrd", "wordd"}
    swapped = {"owrd", "wrod", "wodr"}
    others = {"word"[:place] + letter + "word"[place + 1 :] for place in range(4) for letter in "xz"}
    assert set(made) == missing | twice | swapped | others
    for kind, share in ((missing, 1 / 4), (twice, 1 / 4), (swapped, 3 / 16), (others, 5 / 16)):
        assert sum(made[word] for word in kind) / 4_000 == pytest.approx(share, abs=0.03)


def test_of_a_single_letter_another_one_comes():
    random = np.random.default_rng(1)
    assert {with_typo("我", "你他", random) for _ in range(50)} == {"你", "他"}


def test_a_share_of_the_words_are_misspelt_and_none_that_would_be_other_ones():
    rows = ROWS * 1_000
    read = typed(rows, 0.2)
    changed: Counter[str] = Counter()
    marks = 0
    for row, seen in zip(rows, read, strict=True):
        marks += len(row) != len(seen)
        for word, other in zip(row, seen, strict=False):
            changed[word] += word != other
    assert {"me", "up", "at", "7", "?"} & {word for word, times in changed.items() if times} == set()
    for word in ("wake", "tomorrow", "morning", "what's", "weather", "like"):
        assert changed[word] / 1_000 == pytest.approx(0.2 * 0.97, abs=0.05)  # "ee" may change places
    assert marks / len(rows) == pytest.approx(0.2, abs=0.04)


def test_a_mark_at_the_end_goes_and_one_comes_where_there_is_none():
    read = typed([["stop", "it", "!"], ["go", "on"], CHINESE[0][:-1], ["?"]] * 200, 0.99)
    assert {len(row) for row in read[::4]} == {2, 3}
    assert {row[-1] for row in read[1::4] if len(row) > 2} == set(".!?")
    assert {row[-1] for row in read[2::4]} >= set("。!?")
    assert all(row[0] == "?" for row in read[3::4])  # a sentence keeps what it has


def test_a_chinese_word_with_a_wrong_character_falls_apart():
    rows = CHINESE * 500
    for row in typed(rows, 0.3):
        whole = {word for word in row if len(word) > 1}
        assert whole <= {"明天", "早上", "七点"}
    pieces = {word for row in typed(rows, 0.3) for word in row}
    assert {"明", "天", "叫", "我"} <= pieces <= {*CHINESE[0], *"明天早上七点叫我。!?"}


def test_what_is_misspelt_follows_from_seed_and_epoch_and_an_earlier_epoch_is_forgotten():
    lexicon, other = lexicon_of(ROWS), lexicon_of(ROWS)
    encoded, again = ([each.encode(row) for row in ROWS * 50] for each in (lexicon, other))
    known = len(lexicon)
    typos = Typos(lexicon, encoded, 0.3, seed=5)
    first, second, third = (typos.misspelt(encoded, epoch) for epoch in (1, 2, 3))
    resumed = Typos(other, again, 0.3, seed=5).misspelt(again, 3)
    assert [row.tolist() for row in third] == [row.tolist() for row in resumed]
    assert lexicon.tokens == other.tokens
    assert [row.tolist() for row in first] != [row.tolist() for row in second]
    assert len(lexicon) == 1 + max(int(row.max()) for row in third) > known


def test_misspelt_words_have_no_row_of_their_own_and_the_n_grams_that_are_left():
    lexicon = lexicon_of(ROWS)
    encoded = [lexicon.encode(row) for row in ROWS * 20]
    known = len(lexicon)
    read = Typos(lexicon, encoded, 0.5, seed=5).misspelt(encoded, 1)
    batch = lexicon.batch(read)
    strange = sorted({int(index) for row in read for index in row if index >= known})
    assert strange
    assert [int(lexicon.batch([np.array([index])]).word_ids[0]) for index in strange] == [UNK] * len(strange)
    assert lexicon.ngrams is not None
    for index in strange:
        rows = lexicon.batch([np.array([index])]).ngram_rows.tolist()
        assert rows == lexicon.ngrams.rows(str(lexicon.tokens[index]))
    assert len(batch.lengths) == len(read)


def test_many_rows_have_typos_and_few_have_some_beside_vectors_or_when_asked():
    for vectors, wanted in ((False, [0, 0.1]), (True, [0.1, 0.1])):
        assert [typos_share(TrainingSettings(), labelled, vectors) for labelled in (4_999, 5_000)] == wanted
        for asked in (0.0, 0.3):
            settings = TrainingSettings(typos=asked)
            assert [typos_share(settings, labelled, vectors) for labelled in (10, 5_000)] == [asked, asked]


def test_without_typos_the_rows_are_read_as_they_are():
    lexicon = lexicon_of(ROWS)
    encoded = [lexicon.encode(row) for row in ROWS]
    read = Reading(encoded, lexicon, TrainingSettings(), typos=0.0, seed=5).of_epoch(1)
    assert all(one is other for one, other in zip(read, encoded, strict=True))


def test_long_rows_are_misspelt_in_the_passages_that_are_read_of_them():
    rows = [[f"word{chr(97 + place % 26)}" for place in range(64)]] * 100
    lexicon = lexicon_of(rows)
    encoded = [lexicon.encode(row) for row in rows]
    known = len(lexicon)
    reading = Reading(encoded, lexicon, TrainingSettings(), typos=0.3, seed=5)
    read = reading.of_epoch(1)
    assert np.mean([len(row) for row in read]) < 30
    assert np.mean(np.concatenate(read) >= known) == pytest.approx(0.3, abs=0.05)
