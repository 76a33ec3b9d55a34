"""A few sentences whose answers travel in the model file, so that any machine can prove that it answers alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from rnn_intent.errors import CheckFailed, ModelError, printable
from rnn_intent.text.tokenizer import Tokenizer

TOLERANCE = 1e-5  # largest difference of a probability
MOST_KEPT = 10  # probabilities a sentence


class Model(Protocol):
    """What is needed of a predictor."""

    tokenizer: Tokenizer

    @property
    def labels(self) -> Sequence[str]: ...

    def ids(self, tokens: Sequence[str]) -> list[int]: ...

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, labels)."""


def golden(model: Model, texts: Sequence[str]) -> list[dict[str, Any]]:
    """Tokens, ids and the highest probabilities of some sentences, as a model file keeps them."""
    answers = []
    for text in texts:
        tokens = model.tokenizer.words(text)
        probabilities = model.probabilities([text])[0]
        best = np.argsort(-probabilities, kind="stable")[:MOST_KEPT].tolist()
        answers.append(
            {
                "text": text,
                "tokens": tokens,
                "ids": model.ids(tokens),
                "probabilities": [[index, float(probabilities[index])] for index in best],
            }
        )
    return answers


def verify(model: Model, answers: Sequence[dict[str, Any]]) -> None:
    """Answers the golden sentences again. Raises CheckFailed that says what differs: tokens, ids or arithmetic."""
    problems = []
    for number, answer in enumerate(answers, start=1):
        difference = _difference(model, *_checked(answer, len(model.labels)))
        if difference:
            problems.append(f"golden sentence {number}: {difference}")
    if problems:
        raise CheckFailed(problems)


def _checked(answer: object, labels: int) -> tuple[str, list[str], list[int], list[tuple[int, float]]]:
    match answer:
        case {"text": str(text), "tokens": [*tokens], "ids": [*ids], "probabilities": [*pairs]}:
            found = [(index, share) for index, share in (pair for pair in pairs if _is_pair(pair, labels))]
            if len(found) == len(pairs):
                return text, tokens, ids, found
    raise ModelError("header.golden: is not what this program writes")


def _is_pair(pair: object, labels: int) -> bool:
    match pair:
        case [int(index), float() | int() as share] if type(index) is not bool:
            return 0 <= index < labels and 0 <= share <= 1 + TOLERANCE
    return False


def _difference(
    model: Model, text: str, tokens: list[str], ids: list[int], shares: list[tuple[int, float]]
) -> str | None:
    found = model.tokenizer.words(text)
    if found != tokens:
        return f"tokens differ: {_shown(found)} here, {_shown(tokens)} in the file"
    if model.ids(found) != ids:
        return "ids differ: the vocabulary is not the one of training"
    probabilities = model.probabilities([text])[0]
    gap = max((abs(float(probabilities[index]) - share) for index, share in shares), default=0.0)
    return None if gap <= TOLERANCE else f"arithmetic differs: a probability is off by {gap:.2g}"


def _shown(tokens: Sequence[object]) -> str:
    return printable("/".join(map(str, tokens[:20])))
