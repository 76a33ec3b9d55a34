"""Hashed character n-grams: what a token looks like, so that typos and unseen words still mean something.

Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", with CRC-32 as the hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zlib import crc32

import numpy as np

from rnn_intent.settings import EmbeddingSettings
from rnn_intent.text.patterns import han_pattern

Buckets = np.ndarray[tuple[Any, ...], np.dtype[np.integer[Any]]]


def token_ngrams(token: str) -> list[str]:
    """Character n-grams of `<token>`, shortest first: 1–3 characters if it holds a Han character, 2–5 otherwise.

    The boundary marks are no 1-grams, and the whole of `<token>` is left out: it is the word's own row.
    """
    padded = f"<{token}>"
    shortest, longest = (1, 3) if not token.isascii() and han_pattern().search(token) else (2, 5)
    grams = list(token) if shortest == 1 else []
    for size in range(max(shortest, 2), min(longest, len(padded) - 1) + 1):
        grams += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return grams


def ngram_buckets(token: str, buckets: int) -> list[int]:
    """The bucket numbers of a token's n-grams, each once, in order of first appearance."""
    if not token.isascii():
        encoded = [gram.encode("utf-8", "surrogatepass") for gram in token_ngrams(token)]
        return list(dict.fromkeys([crc32(gram) % buckets for gram in encoded]))
    # The same for a token whose bytes are its characters, encoded once instead of once per n-gram.
    padded = b"<%b>" % token.encode()
    length = len(padded)
    return list(
        dict.fromkeys(
            [
                crc32(padded[start : start + size]) % buckets
                for size in range(2, min(5, length - 1) + 1)
                for start in range(length - size + 1)
            ]
        )
    )


class NgramVocabulary:
    """The buckets that training has seen often enough to learn something about, and their rows."""

    def __init__(self, buckets: int, kept: Buckets) -> None:
        """buckets: how many the hash knows; kept: (rows,), the bucket of each row, ascending."""
        self.buckets = buckets
        self.kept = kept

    @classmethod
    def build(cls, tokens: Iterable[str], settings: EmbeddingSettings, few: bool = False) -> NgramVocabulary:
        """Keep the buckets that at least `ngram_min_count` different tokens share, no more than `ngram_max_size`.

        Where these are too many, those that most tokens share stay, and among equals the lowest buckets. few: whether
        the tokens are of few rows, for which `auto` keeps all.
        """
        asked = settings.ngram_min_count
        least = asked if asked != "auto" else 1 if few else 2
        counts = np.zeros(settings.ngram_buckets, dtype=np.int32)
        for token in dict.fromkeys(tokens):
            counts[ngram_buckets(token, settings.ngram_buckets)] += 1
        kept = np.flatnonzero(counts >= least)
        most_shared = kept[np.argsort(-counts[kept], kind="stable")][: settings.ngram_max_size]
        return cls(settings.ngram_buckets, np.sort(most_shared).astype(np.int32))

    def rows(self, token: str) -> list[int]:
        """The rows of a token's known n-grams; empty if none is known."""
        return self._rows(ngram_buckets(token, self.buckets))

    def known_share(self, token: str) -> float:
        """How much of a token looks familiar: known n-grams over all of them, 0 to 1."""
        buckets = ngram_buckets(token, self.buckets)
        return len(self._rows(buckets)) / len(buckets) if buckets else 0.0

    def _rows(self, buckets: list[int]) -> list[int]:
        if not len(self.kept):
            return []
        # A binary search needs no table built at start; the dtype must match or all of `kept` is copied.
        wanted = np.array(buckets, dtype=self.kept.dtype)
        places = self.kept.searchsorted(wanted)
        found = self.kept.take(places, mode="clip") == wanted
        rows: list[int] = places[found].tolist()
        return rows

    def __len__(self) -> int:
        return len(self.kept)
