"""Results and models made for tests: no network behind them, only numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.evaluation.results import Background, Results
from rnn_intent.metrics import softmax


def results(
    intents: int = 5,
    rows: int = 200,
    seed: int = 0,
    labels: Sequence[str] | None = None,
    sharpness: float = 3.0,
    **more: Any,
) -> Results:
    """Rows spread over the intents, most of them answered right; neighbours are confused more often than others."""
    rng = np.random.default_rng(seed)
    labels = labels or [f"intent_{number}" for number in range(intents)]
    targets = np.arange(rows) % len(labels)
    logits = rng.normal(0, 1, (rows, len(labels)))
    logits[np.arange(rows), targets] += sharpness
    logits[np.arange(rows), (targets + 1) % len(labels)] += sharpness / 2
    examples = [
        Example(f"sentence {row}", labels[target], source=f"test.tsv:{row + 1}") for row, target in enumerate(targets)
    ]
    return Results(labels, examples, softmax(logits, 0.7), uncalibrated=softmax(logits), **more)


def with_out_of_scope(intents: int = 5, rows: int = 200, others: int = 60, threshold: float | None = 0.5) -> Results:
    rng = np.random.default_rng(1)
    outside = [Example(f"alien {row}", "oos", source=f"oos.tsv:{row + 1}") for row in range(others)]
    probabilities = softmax(rng.normal(0, 1, (others, intents)))
    return results(intents, rows, out_of_scope=outside, out_of_scope_probabilities=probabilities, threshold=threshold)


def background(epochs: int = 4) -> Background:
    history = [
        {
            "epoch": epoch,
            "train_loss": 2 / epoch,
            "valid_loss": 1.5 / epoch,
            "valid_accuracy": 1 - 0.5 / epoch,
            "gradient_norm": 0.5,
            "gradient_norm_max": 1.0 * epoch,
            "learning_rate": 0.001,
        }
        for epoch in range(1, epochs + 1)
    ]
    return Background(
        title="a run",
        history=history,
        files={"train.tsv": "ab" * 32},
        rows={"train": 30, "test": 20},
        counts={"train": {"intent_0": 20, "intent_1": 10}, "test": {"intent_0": 20}},
        environment={"python": "3.11"},
        settings="seed: 13\n",
        warnings=["train.tsv: a warning"],
    )


class BagOfWords:
    """A model that counts words: an intent gets a point for each of its words in the sentence."""

    def __init__(self, words: dict[str, Sequence[str]]) -> None:
        self.labels = list(words)
        self.vocabulary = sorted({word for group in words.values() for word in group})
        self._weights = np.array([[float(word in words[label]) for word in self.vocabulary] for label in self.labels])

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        counts = np.array([[text.split().count(word) for word in self.vocabulary] for text in texts], dtype=float)
        counts = counts.reshape(len(texts), len(self.vocabulary))
        return counts @ self._weights.T, counts

    def results(self, examples: Sequence[Example], **more: Any) -> Results:
        probabilities = softmax(self.encode([example.text for example in examples])[0])
        return Results(self.labels, examples, probabilities, **more)
