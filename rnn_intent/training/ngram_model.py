"""A linear model of what a sentence is made of, in no order: a teacher as unlike a recurrent network as can be.

Words, pairs of neighbouring words and the words' character n-grams, weighted by TF-IDF (Spärck Jones 1972), under
multinomial logistic regression. It errs elsewhere than a network that reads, so that the two together know more than
two networks do (docs/recipe.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from rnn_intent.text.ngrams import token_ngrams
from rnn_intent.training.linear_head import best_weight
from rnn_intent.training.schedule import MANY_ROWS

STRENGTHS = (3.0, 10.0, 30.0)  # the regulariser's inverse; validation chooses
STEPS = 40  # of the optimizer; more change no answer
RAREST = 2  # sentences that a part must stand in to be learned, where they are many


class NgramModel:
    """parts: each known part's column and weight; weight: (columns + 1, classes), the bias as its last row.

    strength: that of the regulariser which it was fitted with.
    """

    def __init__(self, parts: dict[str, tuple[int, float]], weight: Tensor, strength: float) -> None:
        self._parts, self._weight, self.strength = parts, weight, strength

    def logits(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """(rows, classes)."""
        return _Bags(token_lists, self._parts).logits(self._weight).numpy()


def fit_ngrams(
    tokens: Sequence[Sequence[str]],
    targets: np.ndarray,
    valid_tokens: Sequence[Sequence[str]],
    valid_targets: np.ndarray,
    classes: int,
    strengths: Sequence[float] = STRENGTHS,
) -> NgramModel:
    """The model that is best on validation rows. targets: (rows,) class numbers."""
    parts = _weighted(tokens)
    train, valid = _Bags(tokens, parts), _Bags(valid_tokens, parts)
    shape = (len(parts) + 1, classes)
    weight, strength = best_weight(train.logits, targets, valid.logits, valid_targets, shape, strengths, STEPS)
    return NgramModel(parts, weight, strength)


def parts_of(tokens: Sequence[str]) -> Iterator[str]:
    """What a sentence is made of. A word's n-grams carry a mark, so that they are no words."""
    yield from tokens
    yield from map(" ".join, pairwise(["<", *tokens, ">"]))
    for token in tokens:
        yield from map("#{}".format, token_ngrams(token))


def _weighted(token_lists: Iterable[Sequence[str]]) -> dict[str, tuple[int, float]]:
    """Parts that stand in several sentences, or, of few sentences, all: column and inverse document frequency."""
    counts: Counter[str] = Counter()
    rows = 0
    for tokens in token_lists:
        counts.update(set(parts_of(tokens)))
        rows += 1
    rarest = RAREST if rows >= MANY_ROWS else 1
    known = [(part, count) for part, count in counts.items() if count >= rarest]
    known.sort()  # a set's order differs from process to process
    return {part: (column, math.log((1 + rows) / (1 + count)) + 1) for column, (part, count) in enumerate(known)}


class _Bags:
    """Sentences as weighted columns, each sentence's weights of length 1."""

    def __init__(self, token_lists: Sequence[Sequence[str]], parts: dict[str, tuple[int, float]]) -> None:
        columns: list[int] = []
        weights: list[float] = []
        starts = []
        for tokens in token_lists:
            starts.append(len(columns))
            found = [(parts[part], times) for part, times in Counter(parts_of(tokens)).items() if part in parts]
            own = [(1 + math.log(times)) * rarity for (_, rarity), times in found]
            length = math.sqrt(sum(weight * weight for weight in own)) or 1.0
            columns += [column for (column, _), _ in found]
            weights += [weight / length for weight in own]
        self._columns = torch.tensor(columns, dtype=torch.int64)
        self._starts = torch.tensor(starts, dtype=torch.int64)
        self._weights = torch.tensor(weights, dtype=torch.float32)

    def logits(self, weight: Tensor) -> Tensor:
        """(sentences, classes)."""
        summed = embedding_bag(self._columns, weight, self._starts, mode="sum", per_sample_weights=self._weights)
        return summed + weight[-1]
