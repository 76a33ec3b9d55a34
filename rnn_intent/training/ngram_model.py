"""A linear model of what a sentence is made of, in no order: a teacher as unlike a recurrent network as can be.

Words, pairs of neighbouring words and the words' character n-grams, weighted by TF-IDF (Spärck Jones 1972), under
multinomial logistic regression. It errs elsewhere than a network that reads, so that the two together know more than
two networks do (docs/recipe.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from rnn_intent.text.ngrams import token_ngrams
from rnn_intent.training.linear_head import Regression, best_regression
from rnn_intent.training.schedule import MANY_ROWS

WORDS = 0.3  # of a sentence's squared length is made of words and their pairs, where n-grams would leave them less
STRENGTHS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # the regulariser's inverse; validation chooses
STEPS = 40  # of the optimizer; more change no answer
RAREST = 2  # sentences that a part must stand in to be learned, where they are many

Parts = dict[str, tuple[int, float]]  # column and weight


class NgramModel:
    """parts: each known part's column and weight; regression: one row of weights for each column, and the bias.

    words: the share of a sentence that words and pairs have, or none, for what they have by themselves.
    """

    def __init__(self, parts: Parts, words: float | None, regression: Regression) -> None:
        self._parts, self._words, self.regression = parts, words, regression

    def logits(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """(rows, classes)."""
        return _Bags(token_lists, self._parts).logits(self._words)(self.regression.weight).numpy()


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
    words = WORDS if train.share_of_words < WORDS else None
    shape = (len(parts) + 1, classes)
    regression = best_regression(
        train.logits(words), targets, valid.logits(words), valid_targets, shape, strengths, STEPS
    )
    return NgramModel(parts, words, regression)


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


class _Bags:
    """The known parts of sentences, with weights."""

    def __init__(self, token_lists: Sequence[Sequence[str]], parts: Parts) -> None:
        columns: list[int] = []
        weights: list[float] = []
        groups: list[int] = []  # two for each sentence: words and pairs, n-grams
        for number, tokens in enumerate(token_lists):
            for kind, found in enumerate(parts_of(tokens)):
                known = [(*parts[part], times) for part, times in Counter(found).items() if part in parts]
                columns += [column for column, _, _ in known]
                weights += [(1 + math.log(times)) * rarity for _, rarity, times in known]
                groups += [2 * number + kind] * len(known)
        self._columns, self._weights = torch.tensor(columns, dtype=torch.int64), np.array(weights)
        self._groups = np.array(groups, dtype=np.int64)
        self._starts = torch.from_numpy(np.searchsorted(self._groups, 2 * np.arange(len(token_lists))))
        squares = np.bincount(self._groups, self._weights**2, minlength=2 * len(token_lists))
        self._squares = squares.reshape(-1, 2)  # (sentences, kinds)

    @property
    def share_of_words(self) -> float:
        """How much of a sentence's squared length words and pairs have by themselves, on average.

        A fifth in English, where a word has twenty n-grams, a third in Chinese, where it has five.
        """
        return float((self._squares[:, 0] / np.maximum(self._squares.sum(axis=1), 1e-12)).mean())

    def logits(self, words: float | None) -> Callable[[Tensor], Tensor]:
        """From a weight to (sentences, classes), each sentence's own weights made of length 1.

        words: the share of the squared length that words and pairs have, and n-grams the rest, however many are known.
        """
        both = self._squares.sum(axis=1, keepdims=True)
        squares = both.repeat(2, axis=1) if words is None else self._squares / [words, 1 - words]
        lengths = np.sqrt(squares).ravel()[self._groups]
        weights = torch.from_numpy((self._weights / lengths).astype(np.float32))

        def logits(weight: Tensor) -> Tensor:
            summed = embedding_bag(self._columns, weight, self._starts, mode="sum", per_sample_weights=weights)
            return summed + weight[-1]

        return logits
