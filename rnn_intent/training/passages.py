"""Passages of long rows: what a page wants stands in a few of its words; whoever reads pieces of it learns which."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rnn_intent.settings import TrainingSettings
from rnn_intent.training.schedule import MANY_ROWS, sentences_worth

SHORTEST = 4  # words
FEW = 1_500  # rows: of fewer, sentences for a student are passages, too; of more, whole ones teach it as much


def are_long(lengths: Sequence[float]) -> bool:
    """Whether rows of so many words each are read in passages."""
    return sentences_worth(lengths) > len(lengths)


def passages_share(settings: TrainingSettings, lengths: Sequence[float]) -> float:
    """Of how many of the rows an epoch reads a passage only. `auto`: of all, unless they are many."""
    if not are_long(lengths):
        return 0.0
    if settings.passages == "auto":
        return float(len(lengths) < MANY_ROWS)
    return settings.passages


def passage(words: int, chance: Callable[[], float]) -> slice:
    """Some words in a row, of so many: four to eight as often as eight to sixteen, and so on.

    chance: draws from [0, 1).
    """
    if words <= SHORTEST:
        return slice(words)
    size = round(SHORTEST * (words / SHORTEST) ** chance())
    start = int(chance() * (words - size + 1))
    return slice(start, start + size)


def passage_length(words: int) -> int:
    """How long a passage of so many words is on average."""
    return round((words - SHORTEST) / math.log(words / SHORTEST)) if words > SHORTEST else words
