"""A linear model of what a sentence is made of, in no order: a teacher as unlike a recurrent network as can be.

Words, pairs of neighbouring words and the words' character n-grams, weighted by TF-IDF (Spärck Jones 1972); where
characters are words or syllables, they and their pairs too, whatever words they stand in; where there are pretrained
vectors, their mean, which is alike for sentences that say the same in other words. Multinomial logistic regression and
a support vector machine are fitted to them, the one better where rows are few and clean, the other where many say
little of their intent; validation rows tell how much each counts. It errs elsewhere than a network that reads, so that
the two together know more than two networks do (docs/measurements.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from rnn_intent.metrics import fit_mixture, softmax
from rnn_intent.text.ngrams import token_ngrams
from rnn_intent.text.patterns import syllable_pattern
from rnn_intent.text.vectors import mean_directions
from rnn_intent.training.linear_head import LinearFit, Logits, best_fit, refitted, squared_hinge
from rnn_intent.training.schedule import MANY_ROWS

WORDS = 0.3  # of a sentence's squared length, at least, is made of other parts than n-grams, which may be very many
SYLLABLE = 2.0  # times as much weight as another part has: few rows have most characters, but not most words
STRENGTHS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # the regulariser's inverse; validation chooses
MARGIN_STRENGTH = 3.0  # the same of the support vector machine, of which it matters little
MEANING = 0.7  # the length of the mean of the words' vectors, where all other parts together have length 1
LESS_MEANING = 0.35  # the same where vectors say less than the rows' own parts do
DOUBT = 2.0  # the logarithm of how much likelier validation rows must be for that
PRIOR = (2.0, 2.0)  # validation rows that speak for each of the two before any has spoken
STEPS = 40  # of the optimizer; more change no answer
RAREST = 2  # sentences that a part must stand in to be learned, where they are many

Parts = dict[str, tuple[int, float]]  # column and weight
WordVectors = Mapping[str, np.ndarray]  # (dimensions,) each; none at all, perhaps


@dataclass(frozen=True)
class Features:
    """What a sentence is to the model.

    vectors: pretrained ones. parts: each known part's column and weight. meaning: the length of the vectors' mean.
    """

    vectors: WordVectors
    parts: Parts
    meaning: float = MEANING

    @property
    def count(self) -> int:
        dimensions: int = mean_directions([], self.vectors).shape[1]
        return dimensions + len(self.parts)

    def logits(self, token_lists: Sequence[Sequence[str]]) -> Logits:
        """Of weights with a row for each dimension of the vectors, one for each column, and the bias."""
        meanings = torch.from_numpy(self.meaning * mean_directions(token_lists, self.vectors))
        dimensions, bags = meanings.shape[1], _bags(token_lists, self.parts)
        return lambda weight: meanings @ weight[:dimensions] + bags(weight[dimensions:])


class NgramModel:
    """fits: weights of the features. shares: how much each fit counts."""

    def __init__(self, features: Features, fits: Sequence[LinearFit], shares: np.ndarray) -> None:
        self.features, self.fits, self.shares = features, fits, shares

    def probabilities(self, token_lists: Sequence[Sequence[str]]) -> np.ndarray:
        """(rows, classes)."""
        said = _said(self.fits, self.features.logits(token_lists))
        mixture: np.ndarray = np.tensordot(self.shares.astype(np.float32), said, axes=1)
        return mixture

    def refit(self, token_lists: Sequence[Sequence[str]], targets: np.ndarray) -> NgramModel:
        """The same of other rows, as strongly regularised and as sure; each fit counts as before."""
        features = replace(self.features, parts=_weighted(token_lists))
        logits = features.logits(token_lists)
        again = [refitted(one, logits, targets, features.count, STEPS) for one in self.fits]
        return NgramModel(features, again, self.shares)


def fit_ngrams(
    tokens: Sequence[Sequence[str]],
    targets: np.ndarray,
    valid_tokens: Sequence[Sequence[str]],
    valid_targets: np.ndarray,
    classes: int,
    vectors: Callable[[Sequence[Sequence[str]]], WordVectors] = lambda _rows: {},
) -> NgramModel:
    """The model that is best on validation rows. targets: (rows,) class numbers, of validation rows -1 for others.

    vectors: of the words of such rows and of further ones. They count less where validation rows say so.
    """
    known = valid_targets >= 0

    def fitted(features: Features) -> tuple[NgramModel, float]:
        """And the logarithm of how likely the validation rows' intents are to it."""
        train, valid = map(features.logits, (tokens, valid_tokens))
        shape = (features.count + 1, classes)
        logistic = best_fit(train, targets, valid, valid_targets, shape, STRENGTHS, STEPS)
        margins = best_fit(train, targets, valid, valid_targets, shape, [MARGIN_STRENGTH], STEPS, squared_hinge)
        of_own = _said([logistic, margins], valid)[:, known, valid_targets[known]]  # (fits, rows)
        shares = fit_mixture(of_own, PRIOR)
        likelihood = np.log(np.maximum(shares @ of_own, np.finfo(np.float32).tiny)).sum()
        return NgramModel(features, [logistic, margins], shares), float(likelihood)

    features = Features(vectors(tokens), _weighted(tokens))
    model, likelihood = fitted(features)
    if not features.vectors:
        return model
    other, other_likelihood = fitted(replace(features, meaning=LESS_MEANING))
    return other if other_likelihood > likelihood + DOUBT else model


def _said(fits: Sequence[LinearFit], logits: Logits) -> np.ndarray:
    """(fits, rows, classes)."""
    return np.stack([softmax(logits(one.weight).numpy(), one.temperature) for one in fits])


def parts_of(tokens: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a sentence is made of: words, pairs of them, and syllables; n-grams. Marks keep the kinds apart."""
    pairs = map(" ".join, pairwise(["<", *tokens, ">"]))
    return [*tokens, *pairs, *_syllables(tokens)], [f"#{ngram}" for token in tokens for ngram in token_ngrams(token)]


def _syllables(tokens: Sequence[str]) -> list[str]:
    """Characters that are words or syllables, and pairs of them, across the bounds of words."""
    if all(map(str.isascii, tokens)):
        return []
    is_syllable = syllable_pattern().match
    atoms = list(chain.from_iterable(map(_atoms, tokens)))
    pairs = pairwise(["<", *atoms, ">"])
    return [f"@{atom}" for atom in atoms if is_syllable(atom)] + [
        f"@{first}{second}" for first, second in pairs if is_syllable(first) or is_syllable(second)
    ]


def _atoms(token: str) -> Sequence[str]:
    """A token with a syllable in it falls into its characters."""
    return token if syllable_pattern().search(token) else [token]


def _emphasis(part: str) -> float:
    return SYLLABLE if len(part) == 2 and part[0] == "@" else 1.0


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
    return {
        part: (column, _emphasis(part) * (math.log((1 + rows) / (1 + count)) + 1))
        for column, (part, count) in enumerate(known)
    }


def _bags(token_lists: Sequence[Sequence[str]], parts: Parts) -> Logits:
    """The known parts of sentences, each sentence's weights scaled."""
    columns: list[int] = []
    weights: list[float] = []
    groups: list[int] = []  # two for each sentence: words, pairs and syllables; n-grams
    for number, tokens in enumerate(token_lists):
        for kind, found in enumerate(parts_of(tokens)):
            known = [(*parts[part], times) for part, times in Counter(found).items() if part in parts]
            columns += [column for column, _, _ in known]
            weights += [(1 + math.log(times)) * rarity for _, rarity, times in known]
            groups += [2 * number + kind] * len(known)
    weighted, grouped = np.array(weights), np.array(groups, dtype=np.int64)
    squares = np.bincount(grouped, weighted**2, minlength=2 * len(token_lists)).reshape(-1, 2)
    scaled = torch.from_numpy((weighted * _scales(squares).ravel()[grouped]).astype(np.float32))
    starts = torch.from_numpy(np.searchsorted(grouped, 2 * np.arange(len(token_lists))))
    placed = torch.tensor(columns, dtype=torch.int64)

    def logits(weight: Tensor) -> Tensor:
        return embedding_bag(placed, weight, starts, mode="sum", per_sample_weights=scaled) + weight[-1]

    return logits


def _scales(squares: np.ndarray) -> np.ndarray:
    """What makes each sentence's weights of length 1, or less where no word is known: (sentences, kinds).

    squares: their squared length by kind. In English a word has twenty n-grams, which would leave words a fifth of the
    length. How many n-grams of a new word are known is chance, and must not decide what the known words count.
    """
    whole = np.maximum(squares.sum(axis=1), 1e-12)
    words = np.where(squares[:, 1] > 0, np.maximum(squares[:, 0] / whole, WORDS), 1.0)
    shares = np.stack([words, 1.0 - words], axis=1)
    scales: np.ndarray = np.sqrt(shares / np.maximum(squares, 1e-12))
    return scales
