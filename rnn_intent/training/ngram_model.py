"""A linear model of what a sentence is made of, in no order: a teacher as unlike a recurrent network as can be.

Words, pairs of neighbouring words and the words' character n-grams, weighted by TF-IDF (Spärck Jones 1972), under
multinomial logistic regression. It errs elsewhere than a network that reads, so that the two together know more than
two networks do (docs/recipe.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from rnn_intent.text.ngrams import token_ngrams
from rnn_intent.training.linear_head import best_weight
from rnn_intent.training.schedule import MANY_ROWS

WORDS = 0.3  # of a sentence's squared length is made of words and their pairs, where n-grams would leave them less
STRENGTHS = (3.0, 10.0, 30.0, 100.0)  # the regulariser's inverse; validation chooses
STEPS = 40  # of the optimizer; more change no answer
RAREST = 2  # sentences that a part must stand in to be learned, where they are many

Parts = dict[str, tuple[int, float]]  # column and weight


class NgramModel:
    """parts: each known part's column and weight; weight: (columns + 1, classes), the bias as its last row.

    words: the share of a sentence that words and pairs have, or none, for what they have by themselves. strength: that
    of the regulariser which it was fitted with.
    """

    def __init__(self, parts: Parts, words: float | None, weight: Tensor, strength: float) -> None:
        self._parts, self._words, self._weight, self.strength = parts, words, weight, strength

    def logits(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """(rows, classes)."""
        return _Bags(token_lists, self._parts, self._words).logits(self._weight).numpy()


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
    words = WORDS if _share_of_words(tokens, parts) < WORDS else None
    train, valid = _Bags(tokens, parts, words), _Bags(valid_tokens, parts, words)
    shape = (len(parts) + 1, classes)
    weight, strength = best_weight(train.logits, targets, valid.logits, valid_targets, shape, strengths, STEPS)
    return NgramModel(parts, words, weight, strength)


def parts_of(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a sentence is made of: words and pairs of them; n-grams, with a mark, so that they are no words."""
    pairs = map(" ".join, pairwise(["<", *tokens, ">"]))
    return [*tokens, *pairs], [f"#{ngram}" for token in tokens for ngram in token_ngrams(token)]


def _weighted(token_lists: Iterable[Sequence[str]]) -> Parts:
    """Parts that stand in several sentences, or, of few sentences, all: column and inverse document frequency."""
    counts: Counter[str] = Counter()
    rows = 0
    for tokens in token_lists:
        counts.update(set(chain.from_iterable(parts_of(tokens))))
        rows += 1
    rarest = RAREST if rows >= MANY_ROWS else 1
    known = [(part, count) for part, count in counts.items() if count >= rarest]
    known.sort()  # a set's order differs from process to process
    return {part: (column, math.log((1 + rows) / (1 + count)) + 1) for column, (part, count) in enumerate(known)}


def _share_of_words(token_lists: Iterable[Sequence[str]], parts: Parts) -> float:
    """How much of a sentence's squared length words and pairs have by themselves, on average.

    A fifth in English, where a word has twenty n-grams, a third in Chinese, where it has five.
    """
    squares = np.array([[_square(bag) for bag in _bags(tokens, parts)] for tokens in token_lists])  # (rows, kinds)
    return float((squares[:, 0] / np.maximum(squares.sum(axis=1), 1e-12)).mean())


def _bags(tokens: Sequence[str], parts: Parts) -> tuple[list[tuple[int, float]], ...]:
    """Columns and weights of a sentence's known parts, those of each kind."""

    def weighed(kind: Sequence[str]) -> list[tuple[int, float]]:
        found = [(*parts[part], times) for part, times in Counter(kind).items() if part in parts]
        return [(column, (1 + math.log(times)) * rarity) for column, rarity, times in found]

    return tuple(map(weighed, parts_of(tokens)))


def _square(bag: Sequence[tuple[int, float]]) -> float:
    return sum(weight * weight for _, weight in bag)


class _Bags:
    """Sentences as weighted columns, each sentence's weights of length 1.

    words: the share of the squared length that words and pairs have, and n-grams the rest, however many are known.
    """

    def __init__(self, token_lists: Sequence[Sequence[str]], parts: Parts, words: float | None) -> None:
        columns: list[int] = []
        weights: list[float] = []
        starts = []
        for tokens in token_lists:
            starts.append(len(columns))
            bags = _bags(tokens, parts)
            squares = [_square(bag) for bag in bags]
            wanted = [sum(squares)] * 2 if words is None else [squares[0] / words, squares[1] / (1 - words)]
            for bag, square in zip(bags, wanted, strict=True):
                length = math.sqrt(square) or 1.0
                columns += [column for column, _ in bag]
                weights += [weight / length for _, weight in bag]
        self._columns = torch.tensor(columns, dtype=torch.int64)
        self._starts = torch.tensor(starts, dtype=torch.int64)
        self._weights = torch.tensor(weights, dtype=torch.float32)

    def logits(self, weight: Tensor) -> Tensor:
        """(sentences, classes)."""
        summed = embedding_bag(self._columns, weight, self._starts, mode="sum", per_sample_weights=self._weights)
        return summed + weight[-1]
