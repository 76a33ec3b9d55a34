"""The training sentences nearest to a sentence, by the cosine of their summaries: where the model puts it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.evaluation.causes import USUAL_SHARE
from rnn_intent.text.tokens import Token

MOST_ROWS = 50_000  # training rows that are compared with; their summaries are held in memory
SHOWN = 2
LOOKED_AT = 10  # nearest sentences of an intent whose words are compared


class Model(Protocol):
    """What is needed of a predictor."""

    @property
    def labels(self) -> Sequence[str]: ...

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Logits (rows, intents) and summaries (rows, size)."""


@dataclass(frozen=True)
class Neighbour:
    """A training sentence, where it stands, and its cosine."""

    text: str
    intent: str
    source: str
    similarity: float


class Neighbours:
    """Compares sentences with the training rows.

    rows: training rows by intent; seen: training occurrences by token; far_below: the similarity to the nearest
    training row that all but a hundredth of the `usual` sentences exceed.
    """

    def __init__(
        self,
        model: Model,
        train: Sequence[Example],
        tokenize: Callable[[str], Sequence[Token]],
        usual: Sequence[str],
    ) -> None:
        self.rows = Counter(example.intent for example in train)
        self.train = _evenly(train, MOST_ROWS)
        self._tokens = [tuple(token.text for token in tokenize(example.text)) for example in self.train]
        self.seen = Counter(token for tokens in self._tokens for token in tokens)
        self._model = model
        self._summaries = self._directions([example.text for example in self.train])  # (rows, size)
        self._by_intent: dict[str, list[int]] = defaultdict(list)
        for row, example in enumerate(self.train):
            self._by_intent[example.intent].append(row)
        nearest = [
            float(similar.max())
            for first in range(0, len(usual), 100)  # a similarity for every pair would fill the memory
            for similar in self.around(usual[first : first + 100])
        ]
        self.far_below = float(np.quantile(nearest, USUAL_SHARE)) if nearest else -1.0

    def around(self, texts: Sequence[str]) -> list[np.ndarray]:
        """For each text its cosine to every training row, (training rows,)."""
        return list(self._directions(texts) @ self._summaries.T) if texts else []

    def nearest(self, similar: np.ndarray, intent: str) -> list[Neighbour]:
        """The nearest training rows of an intent, nearest first, the same sentence once."""
        rows = islice(self._by_nearness(similar, intent), SHOWN)
        return [self._neighbour(row, float(similar[row])) for row in rows]

    def _neighbour(self, row: int, similarity: float) -> Neighbour:
        example = self.train[row]
        return Neighbour(example.text, example.intent, example.source, similarity)

    def twin(self, tokens: Sequence[str], intent: str, similar: np.ndarray) -> tuple[str | None, float]:
        """Where the training row of an intent stands that shares most words with these, and the share it shares."""
        best: tuple[str | None, float] = None, 0.0
        for row in islice(self._by_nearness(similar, intent), LOOKED_AT):
            overlap = _shared(tokens, self._tokens[row])
            if overlap > best[1]:
                best = self.train[row].source, overlap
        return best

    def _by_nearness(self, similar: np.ndarray, intent: str) -> Iterator[int]:
        """Training rows of an intent, nearest first, without those whose sentence has come before."""
        rows = np.array(self._by_intent.get(intent, []), dtype=np.int64)
        texts: set[str] = set()
        for row in rows[np.argsort(-similar[rows], kind="stable")].tolist():
            if self.train[row].text not in texts:
                texts.add(self.train[row].text)
                yield row

    def _directions(self, texts: Sequence[str]) -> np.ndarray:
        """Summaries of length one, (texts, size)."""
        summaries: np.ndarray = self._model.encode(list(texts))[1]
        lengths = np.linalg.norm(summaries, axis=1, keepdims=True)
        directions: np.ndarray = summaries / np.maximum(lengths, 1e-12)
        return directions


def _shared(one: Sequence[str], other: Sequence[str]) -> float:
    """Words in both, as a share of the words in either, each counted as often as it occurs."""
    first, second = Counter(one), Counter(other)
    return (first & second).total() / max(1, (first | second).total())


def _evenly(examples: Sequence[Example], most: int) -> list[Example]:
    if len(examples) <= most:
        return list(examples)
    return [examples[row] for row in np.linspace(0, len(examples) - 1, most).astype(int)]
