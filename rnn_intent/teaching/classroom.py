"""What a teacher is, and what it may learn from before it teaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.settings import Settings, TextSettings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.training.progress import Progress


@dataclass(frozen=True)
class Classroom:
    """What a teacher may learn from before it teaches.

    fine_tune: epochs, for those that can be tuned; adversarial: how far their sentences are pushed. on_tune: hears a
    teacher's name and where its tuning is, every step. vectors: of the words of such rows and of further ones, the
    experiment's pretrained ones.
    """

    labels: Sequence[str]
    train: Sequence[Example]
    valid: Sequence[Example]
    seed: int
    threads: int
    fine_tune: int = 0
    tokenizer: Tokenizer = field(default_factory=lambda: Tokenizer(TextSettings()))
    on_tune: Callable[[str, Progress], None] = lambda _name, _progress: None
    adversarial: float = 0.0
    vectors: Callable[[Sequence[Sequence[str]]], Mapping[str, np.ndarray]] = lambda _rows: {}

    @classmethod
    def of(
        cls,
        settings: Settings,
        splits: Splits,
        fine_tune: int = 0,
        on_tune: Callable[[str, Progress], None] = lambda _name, _progress: None,
    ) -> Classroom:
        """For the rows of an experiment."""
        from rnn_intent.training.device import thread_count
        from rnn_intent.training.tables import vectors_by_word

        labels, threads = sorted({row.intent for row in splits.train}), thread_count(settings.training)
        tokenizer = Tokenizer.of(settings.text)
        push, vectors = settings.training.adversarial, partial(vectors_by_word, settings)
        return cls(
            labels, splits.train, splits.valid, settings.seed, threads, fine_tune, tokenizer, on_tune, push, vectors
        )

    @property
    def known_valid(self) -> list[Example]:
        """The validation rows whose intent training knows."""
        return [row for row in self.valid if row.intent in self.labels]

    def targets(self, rows: Sequence[Example]) -> np.ndarray:
        """Class numbers, (rows,), -1 for an intent that training does not know."""
        number = {label: index for index, label in enumerate(self.labels)}
        return np.array([number.get(row.intent, -1) for row in rows], dtype=np.int64)


class Reader(Protocol):
    """What a pretrained model makes of words and sentences, whatever the intents."""

    def words(self) -> Iterable[str]:
        """Whole words that it knows, the most frequent first."""
        ...

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, features)."""
        ...


class Teacher(Protocol):
    """Anything that gives sentences probabilities.

    labels: its intents; texts: sentences that it brings along, beside those that it is asked about; made: further ones,
    which nobody has said. models: how many it stands for, an ensemble for all its members. reader: what it reads with,
    of a pretrained one.
    """

    labels: Sequence[str]
    texts: Sequence[str]
    made: Sequence[str]
    models: int
    reader: Reader | None

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, labels), zeros for a sentence that it has nothing to say about."""
        ...

    def refit(self, room: Classroom) -> Teacher:
        """One that has learned the validation rows as well; itself, if it cannot or need not."""
        ...
