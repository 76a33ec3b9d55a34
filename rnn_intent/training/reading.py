"""What an epoch reads of the training rows: of long ones a passage, and words as they are typed in haste."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_intent.settings import TrainingSettings
from rnn_intent.training.batches import lengths_of
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.passages import passage, passage_length, passages_share
from rnn_intent.training.schedule import sentences_worth
from rnn_intent.training.typos import Typos


class Reading:
    """The rows, another way in each epoch; it follows from the seed and the epoch's number alone."""

    def __init__(
        self, rows: Sequence[np.ndarray], lexicon: Lexicon, settings: TrainingSettings, typos: float, seed: int
    ) -> None:
        """rows: encoded by the lexicon, which knows by now whatever else is read. typos: of how many of the words."""
        self._rows, self._seed = rows, seed
        self._lengths = lengths_of(rows).tolist()
        self._passages = passages_share(settings, self._lengths)
        self._typos = Typos(lexicon, rows, typos, seed) if typos else None

    @property
    def worth(self) -> int:
        """How many sentences of usual length an epoch is as much to read as."""
        return sentences_worth(map(self._usual_length, self._lengths))

    def of_epoch(self, number: int) -> Sequence[np.ndarray]:
        """As many sentences as there are rows, in their order."""
        read = self._of_passages(number)
        return read if self._typos is None else self._typos.misspelt(read, number)

    def _of_passages(self, epoch: int) -> Sequence[np.ndarray]:
        if not self._passages:
            return self._rows
        chance = np.random.default_rng((self._seed, epoch, 1)).random
        return [row[passage(len(row), chance)] if chance() < self._passages else row for row in self._rows]

    def _usual_length(self, words: int) -> float:
        """How much is read of a row of so many words, on average."""
        return self._passages * passage_length(words) + (1 - self._passages) * words
