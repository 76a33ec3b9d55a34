from __future__ import annotations

from collections import Counter

import numpy as np

from rnn_intent.data.ngrams import Ngrams

TEXTS = ["what time is it", "现在几点 了", "it is time", "a", "𠮷野家 ok"]


def counted(texts: list[str], length: int) -> list[Counter[str]]:
    """The n-grams as strings, cut out one by one."""
    found = []
    for text in texts:
        chinese = any("\u3400" <= c <= "\u9fff" for c in text)
        padded = f" {text} "
        cut = [padded[i : i + length] for i in range(len(padded) - length + 1)]
        found.append(Counter(piece for piece in cut if not chinese or (piece[0] != " " and piece[-1] != " ")))
    return found


def test_hashes_are_the_same_where_the_ngrams_are_and_nowhere_else() -> None:
    ngrams = Ngrams(TEXTS)
    for length in (1, 2, 3, 5):
        name: dict[int, str] = {}
        cut = counted(TEXTS, length)
        for chinese in (False, True):
            rows, hashes = ngrams.characters(length, chinese)
            for row in np.unique(rows):
                found = Counter(hashes[rows == row].tolist())
                assert sorted(found.values()) == sorted(cut[row].values())
        everything = np.concatenate([ngrams.characters(length, chinese).hashes for chinese in (False, True)])
        distinct = set().union(*cut)
        assert len(np.unique(everything)) == len(distinct)
        assert not name


def test_words_are_found_across_sentences() -> None:
    rows, hashes = Ngrams(["what time is it", "it is time"]).words(1)
    assert rows.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert hashes[:4].tolist() == [*hashes[:1].tolist(), hashes[6], hashes[5], hashes[4]]
    rows, hashes = Ngrams(["what time is it", "time is", "time"]).words(2)
    assert rows.tolist() == [0, 0, 0, 1]
    assert hashes[1] == hashes[3]


def test_texts_without_anything_have_no_ngrams() -> None:
    ngrams = Ngrams(["", "x"])
    assert ngrams.words(2).rows.tolist() == []
    assert 0 not in ngrams.characters(3, chinese=False).rows
