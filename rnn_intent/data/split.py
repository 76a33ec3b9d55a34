"""Divides rows into training, validation and test: every intent by the same shares, the same way for the same seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from rnn_intent.data.example import Example
from rnn_intent.data.fold import fold
from rnn_intent.errors import DataError

Groups = list[list[int]]


def split_examples(
    examples: Sequence[Example], valid_fraction: float, test_fraction: float, seed: int
) -> tuple[list[Example], list[Example], list[Example]]:
    """Returns (train, valid, test), each in the order of the file.

    Rows with the same text stay together, so that no test sentence is in training, and every intent keeps a row to
    train on. An intent's rows are drawn by the seed and its name alone: a new intent leaves the others where they were.
    Raises DataError when a split that was asked for gets no rows.
    """
    groups = _shuffled_groups(examples, seed)
    test = _take(groups, test_fraction, "test")
    # the share of what is left that makes valid_fraction of the whole
    valid = _take(groups, min(valid_fraction / (1.0 - test_fraction), 1.0), "valid")
    train = [row for intent in groups.values() for group in intent for row in group]
    first, second, third = ([examples[row] for row in sorted(rows)] for rows in (train, valid, test))
    return first, second, third


def stratified_folds(examples: Sequence[Example], count: int, seed: int) -> list[list[int]]:
    """Row numbers in `count` parts of nearly equal size, each with its share of every intent.

    Rows with the same text stay together. Raises DataError for fewer texts than parts.
    """
    folds: list[list[int]] = [[] for _ in range(count)]
    dealt = 0  # goes on from intent to intent, so that the rare ones do not all lie in the first part
    for groups in _shuffled_groups(examples, seed).values():
        for group in groups:
            folds[dealt % count] += group
            dealt += 1
    if dealt < count:
        raise DataError(f"{dealt} different sentences cannot be divided into {count} parts")
    return [sorted(fold) for fold in folds]


def _shuffled_groups(examples: Sequence[Example], seed: int) -> dict[str, Groups]:
    """For each intent, in alphabetical order, its rows grouped by text, in random order."""
    groups: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, example in enumerate(examples):
        groups[example.intent][fold(example.text)].append(row)
    shuffled: dict[str, Groups] = {}
    for intent in sorted(groups):
        shuffled[intent] = list(groups[intent].values())
        random.Random(f"{seed}:{intent}").shuffle(shuffled[intent])
    return shuffled


def _take(groups: dict[str, Groups], fraction: float, name: str) -> list[int]:
    """Takes the share out of the groups of every intent; what rounding leaves over counts for the next intent."""
    taken: list[int] = []
    owed = 0.5
    for intent in groups.values():
        owed += len(intent) * fraction
        count = min(int(owed), len(intent) - 1)
        owed -= int(owed)
        for _ in range(count):
            taken += intent.pop()
    if fraction > 0 and not taken:
        largest = max(groups.values(), key=len, default=[])
        if len(largest) < 2:
            raise DataError(f"too few rows to draw a {name} split from: give data.{name} a file, or add rows")
        taken += largest.pop()
    return taken
