from __future__ import annotations

from collections import Counter
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_intent.settings import EmbeddingSettings
from rnn_intent.text.ngrams import NgramVocabulary, ngram_buckets, token_ngrams

SETTINGS = EmbeddingSettings(ngram_buckets=10_000, ngram_min_count=2)


@pytest.mark.parametrize(
    ("token", "ngrams"),
    [
        ("hi", ["<h", "hi", "i>", "<hi", "hi>"]),
        ("?", ["<?", "?>"]),
        ("好", ["好", "<好", "好>"]),
        ("天气", ["天", "气", "<天", "天气", "气>", "<天气", "天气>"]),
        ("t恤", ["t", "恤", "<t", "t恤", "恤>", "<t恤", "t恤>"]),
    ],
)
def test_ngrams_are_short_for_chinese_and_longer_otherwise(token: str, ngrams: list[str]) -> None:
    assert token_ngrams(token) == ngrams


def test_the_longest_ngrams_have_five_characters_or_three_in_chinese() -> None:
    assert max(map(len, token_ngrams("weather"))) == 5
    assert max(map(len, token_ngrams("四海之内皆兄弟"))) == 3


@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1))
def test_buckets_are_the_hashes_of_the_ngrams_each_once(token: str) -> None:
    hashes = [crc32(ngram.encode("utf-8", "surrogatepass")) % 64 for ngram in token_ngrams(token)]
    assert ngram_buckets(token, 64) == list(dict.fromkeys(hashes))


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=1))
def test_the_short_cut_for_ascii_gives_the_same_buckets(token: str) -> None:
    hashes = [crc32(ngram.encode()) % 10_000 for ngram in token_ngrams(token)]
    assert ngram_buckets(token, 10_000) == list(dict.fromkeys(hashes))


def test_the_hash_never_changes() -> None:
    assert ngram_buckets("hi", 262_144) == [229994, 207532, 253882, 196021, 233167]


def test_buckets_seen_in_too_few_tokens_are_left_out() -> None:
    vocabulary = NgramVocabulary.build(["play", "plays", "stop", "stop"], SETTINGS)
    shared = set(ngram_buckets("play", 10_000)) & set(ngram_buckets("plays", 10_000))
    assert vocabulary.kept.tolist() == sorted(shared)
    assert len(vocabulary) == len(shared)


def test_of_few_rows_all_buckets_stay_unless_a_number_is_given() -> None:
    auto = replace(SETTINGS, ngram_min_count="auto")
    tokens = ["play", "plays", "stop"]
    every = {bucket for token in tokens for bucket in ngram_buckets(token, 10_000)}
    assert NgramVocabulary.build(tokens, auto, few=True).kept.tolist() == sorted(every)
    shared = NgramVocabulary.build(tokens, SETTINGS, few=True).kept.tolist()
    assert NgramVocabulary.build(tokens, auto).kept.tolist() == shared
    assert 0 < len(shared) < len(every)


def test_where_they_are_too_many_the_buckets_that_most_tokens_share_stay() -> None:
    tokens = ["play", "plays", "player", "stop", "stops"]
    counts = Counter(bucket for token in tokens for bucket in ngram_buckets(token, 10_000))
    three_shared = {bucket for bucket, count in counts.items() if count == 3}
    two_shared = sorted(bucket for bucket, count in counts.items() if count == 2)
    most = len(three_shared) + 2
    vocabulary = NgramVocabulary.build(tokens, replace(SETTINGS, ngram_max_size=most))
    assert len(two_shared) > 2
    assert vocabulary.kept.tolist() == sorted([*three_shared, *two_shared[:2]])


def test_rows_point_at_the_kept_buckets() -> None:
    vocabulary = NgramVocabulary.build(["play", "plays"], SETTINGS)
    assert [int(vocabulary.kept[row]) for row in vocabulary.rows("play")] == [
        bucket for bucket in ngram_buckets("play", 10_000) if bucket in vocabulary.kept
    ]
    assert vocabulary.rows("zzz") == []


def test_a_typo_looks_familiar_and_noise_does_not() -> None:
    vocabulary = NgramVocabulary.build(["weather", "weathers"], SETTINGS)
    assert 0.0 == vocabulary.known_share("qxqx") < vocabulary.known_share("waether") < 1.0
    assert vocabulary.known_share("") == 0.0


@pytest.mark.parametrize("dtype", [np.int32, np.uint32])
def test_a_vocabulary_read_back_from_its_buckets_answers_the_same(dtype: type[np.integer]) -> None:
    built = NgramVocabulary.build(["play", "plays", "天气", "天"], SETTINGS)
    read = NgramVocabulary(built.buckets, built.kept.astype(dtype))
    assert all(read.rows(token) == built.rows(token) for token in ("play", "player", "天气", "x"))


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert NgramVocabulary.build([], SETTINGS).rows("play") == []
