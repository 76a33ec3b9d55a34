"""Sentences as arrays: each distinct token is looked up once, batches then carry indices only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.vocabulary import UNK, Vocabulary
from rnn_intent.training.batches import lengths_of


@dataclass(frozen=True)
class TokenBatch:
    """Equally or nearly equally long sentences, ready for the encoder.

    positions: (batch, time) indices into the rows below, 0 where a sentence has ended; lengths: (batch,).
    word_ids: (unique,) vocabulary ids; ngram_rows: (n,) flat rows of the n-gram table and ngram_offsets: (unique,),
    where the rows of each unique token start.
    """

    positions: Tensor
    lengths: Tensor
    word_ids: Tensor
    ngram_rows: Tensor
    ngram_offsets: Tensor

    @property
    def mask(self) -> Tensor:
        """True where a sentence has a token, (batch, time)."""
        steps = torch.arange(self.positions.shape[1], device=self.positions.device)
        return steps[None, :] < self.lengths[:, None]

    def repeated(self, times: int) -> TokenBatch:
        """The same sentences several times over, (times * batch, time); their distinct tokens stay the same."""
        return replace(self, positions=self.positions.repeat(times, 1), lengths=self.lengths.repeat(times))

    def to(self, device: torch.device) -> TokenBatch:
        return TokenBatch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


class Lexicon:
    """All distinct tokens of some sentences, with their vocabulary id and the rows of their n-grams."""

    def __init__(self, vocabulary: Vocabulary, ngrams: NgramVocabulary | None) -> None:
        self.vocabulary = vocabulary
        self.ngrams = ngrams
        self._index: dict[str | None, int] = {None: 0}  # None: the one token of a sentence that has none
        self._word_ids: list[int] = [UNK]
        self._ngram_rows: list[list[int]] = [[]]

    def encode(self, tokens: Sequence[str]) -> np.ndarray:
        """Token strings to lexicon indices, (time,), at least one."""
        return np.fromiter((self._add(token) for token in tokens or (None,)), dtype=np.int64)

    def forget(self, first: int) -> None:
        """Tokens of this index and later ones are as if they had never been seen."""
        while len(self) > first:
            self._index.popitem()
        del self._word_ids[first:], self._ngram_rows[first:]

    @property
    def tokens(self) -> list[str]:
        """By index; empty for the one token of a sentence that has none."""
        return [token or "" for token in self._index]

    def __len__(self) -> int:
        return len(self._index)

    def _add(self, token: str | None) -> int:
        index = self._index.get(token)
        if index is None:
            assert token is not None
            index = self._index[token] = len(self)
            self._word_ids.extend(self.vocabulary.ids([token]))
            self._ngram_rows.append(self.ngrams.rows(token) if self.ngrams is not None else [])
        return index

    def batch(self, sentences: Sequence[np.ndarray]) -> TokenBatch:
        """Pads encoded sentences to the longest and gathers what their distinct tokens need."""
        lengths = lengths_of(sentences)
        unique, flat = np.unique(np.concatenate(sentences), return_inverse=True)
        positions = np.zeros((len(sentences), int(lengths.max())), dtype=np.int64)
        positions[np.arange(positions.shape[1])[None, :] < lengths[:, None]] = flat
        rows = [self._ngram_rows[index] for index in unique]
        counts = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        return TokenBatch(
            positions=torch.from_numpy(positions),
            lengths=torch.from_numpy(lengths),
            word_ids=torch.tensor([self._word_ids[index] for index in unique]),
            ngram_rows=torch.tensor([row for token_rows in rows for row in token_rows], dtype=torch.int64),
            ngram_offsets=torch.from_numpy(np.cumsum(counts) - counts),
        )
