"""What every model is given, and what it gives back: the only things that own models and baselines share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.metrics import accuracy

Answer = Callable[[Sequence[str]], tuple[Sequence[str], np.ndarray]]
"""Sentences to intents and how sure each is, (sentences,): the higher, the more in scope."""


@dataclass(frozen=True)
class Task:
    """Learn this. Test rows are not in it: nothing can be chosen by them.

    refit: the validation rows may be learned too, once they have served. chinese: read by characters. scratch: an empty
    folder for files, removed afterwards. members: where models are kept that other tasks may need too.
    """

    train: Sequence[Example]
    valid: Sequence[Example]
    chinese: bool
    seed: int
    threads: int
    scratch: Path
    members: Path
    refit: bool = True


@dataclass(frozen=True)
class Cost:
    """Of a training: by the clock, and of the processor."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass(frozen=True)
class Trained:
    """A model that answers.

    megabytes: on disk, with all that it needs besides code. details: for the raw rows. in_scope: sentences to how much
    each is in scope, (sentences,), where the model has a better word for that than how sure it is. earlier: what was
    spent on it before, by tasks that needed a part of it too.
    """

    answer: Answer
    megabytes: float
    details: Mapping[str, float | int | str]
    in_scope: Callable[[Sequence[str]], np.ndarray] | None = None
    earlier: Cost = Cost()


def texts(rows: Sequence[Example]) -> list[str]:
    return [row.text for row in rows]


def intents(rows: Sequence[Example]) -> list[str]:
    return [row.intent for row in rows]


def accuracy_of(answer: Answer, rows: Sequence[Example]) -> float:
    return accuracy(intents(rows), list(answer(texts(rows))[0]))


def megabytes(*paths: Path) -> float:
    return sum(path.stat().st_size for path in paths) / 1e6
