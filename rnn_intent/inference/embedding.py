"""What a token is to the network: its vector, from the tables of a model file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.inference.arrays import Floats, Indices
from rnn_intent.tensor_file import Array
from rnn_intent.text.ngrams import NgramVocabulary, ngram_buckets
from rnn_intent.text.vocabulary import UNK, Vocabulary


class Embedding:
    """Token strings to vectors: the word's row, plus the mean of its known n-grams' rows, plus its pretrained vector.

    None stands for the one token `<unk>` of a sentence without tokens: it has no n-grams.
    """

    def __init__(self, artifact: Artifact) -> None:
        self.vocabulary = vocabulary_of(artifact)
        tensors = artifact.tensors
        self.size = tensors["embedding.words"].shape[1]
        self._words = tensors["embedding.words"]
        self.ngrams: NgramVocabulary | None = None
        if "embedding.ngrams" in tensors:
            self._ngram_rows = tensors["embedding.ngrams"]
            buckets = artifact.settings.embedding.ngram_buckets
            self.ngrams = NgramVocabulary(buckets, tensors["embedding.ngram_buckets"])
        self._projection: Floats | None = None
        if "embedding.vectors" in tensors:
            self._vectors = tensors["embedding.vectors"]
            self._projection = artifact.weights("embedding.vectors_projection").T

    def ids(self, tokens: Sequence[str | None]) -> list[int]:
        """Vocabulary ids, as many as tokens."""
        return self.vocabulary.ids([token or "<unk>" for token in tokens]) if tokens else []

    def vectors(self, tokens: Sequence[str | None]) -> Floats:
        """(tokens, size), of tokens as they are read. Tables may be float16; only rows that are needed are widened."""
        ids = self.ids(tokens)
        vectors = self._words[own_rows(ids, len(self._words))].astype(np.float32)
        if self.ngrams is not None and len(self.ngrams):
            vectors += self._ngram_means(tokens, self.ngrams)
        if self._projection is not None:
            vectors += self._vectors[ids].astype(np.float32) @ self._projection
        return vectors

    def _ngram_means(self, tokens: Sequence[str | None], ngrams: NgramVocabulary) -> Floats:
        """(tokens, size), zero for a token without known n-grams. All tokens are looked up in one search."""
        found = [[] if token is None else ngram_buckets(token, ngrams.buckets) for token in tokens]
        owners = np.repeat(np.arange(len(tokens)), [len(buckets) for buckets in found])
        wanted = np.fromiter(chain.from_iterable(found), dtype=ngrams.kept.dtype, count=len(owners))
        rows = ngrams.kept.searchsorted(wanted)
        known = ngrams.kept.take(rows, mode="clip") == wanted
        rows, owners = rows[known], owners[known]
        means = np.zeros((len(tokens), self.size), dtype=np.float32)
        if len(rows):
            counts = np.bincount(owners, minlength=len(tokens))
            held = np.flatnonzero(counts)
            starts = (np.cumsum(counts) - counts)[held]
            means[held] = _sums(self._ngram_rows, rows, starts) / counts[held, None]
        return means


def vocabulary_of(artifact: Artifact) -> Vocabulary:
    """Which tokens the model knows, and what it reads typos of them as."""
    return Vocabulary(artifact.vocabulary, artifact.settings.vocabulary.respelling)


def own_rows(ids: Sequence[int], rows: int) -> list[int]:
    """Rows of the table of words: a word that has a pretrained vector only is unknown there."""
    return [row if row < rows else UNK for row in ids]


def _sums(table: Array, rows: Indices, starts: Indices) -> Floats:
    """Sums of consecutive groups of a table's rows, (groups, size); no group is empty."""
    sums: Floats = np.add.reduceat(table[rows], starts, axis=0, dtype=np.float32)
    return sums
