"""The rows of a cross-validation: each part of them held out once, from a model that learns from the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rnn_intent.data.example import Example
from rnn_intent.data.split import split_examples, stratified_folds
from rnn_intent.data.splits import Fold, Splits


def folds(splits: Splits, count: int, valid_fraction: float, seed: int) -> Iterator[tuple[list[Example], Splits]]:
    """For each fold, the rows held out and what its model is made of; test rows stay as they are.

    Each model chooses its epoch by validation rows drawn from its own training rows, so that its fold judges it fairly.
    Raises DataError for fewer texts than folds.
    """
    rows = [*splits.train, *splits.valid]
    for number, numbers in enumerate(stratified_folds(rows, count, seed), start=1):
        held = set(numbers)
        left = [row for number, row in enumerate(rows) if number not in held]
        learned, valid, _ = split_examples(left, valid_fraction, 0.0, seed)
        yield [rows[row] for row in numbers], replace(splits, train=learned, valid=valid, fold=Fold(number, count))


def nth_fold(splits: Splits, fold: Fold, valid_fraction: float, seed: int) -> Splits:
    """What the model of one fold was made of."""
    for _, part in folds(splits, fold.of, valid_fraction, seed):
        if part.fold == fold:
            return part
    raise ValueError(f"no fold {fold.number} of {fold.of}")
