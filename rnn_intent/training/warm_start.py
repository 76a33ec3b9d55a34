"""Where a second training begins that reads more rows than a first: part of the way back to random weights.

Weights that have settled on the first rows learn less from further ones than fresh weights do, and fresh ones have to
learn all again. Shrunk ones do neither (Ash & Adams 2020, shrink and perturb).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from rnn_intent.text.vocabulary import Vocabulary
from rnn_intent.training.tables import Tables

KEPT = 0.4  # share of the first training's weights
WORDS, NGRAMS = "encoder.embedding.words.weight", "encoder.embedding.ngrams.weight"


@dataclass(frozen=True)
class Start:
    """A classifier's weights, by name, and what the rows of its tables stand for."""

    weights: Mapping[str, Tensor]
    tables: Tables


@torch.no_grad()
def begin_from(start: Start, classifier: nn.Module, tables: Tables) -> None:
    """Moves the fresh weights of a classifier towards earlier ones; table rows that are new stay fresh."""
    common = {WORDS: _common_words(tables.own, start.tables.own)}
    if tables.ngrams is not None and start.tables.ngrams is not None:
        kept = tables.ngrams.kept, start.tables.ngrams.kept
        _, *places = np.intersect1d(*kept, assume_unique=True, return_indices=True)
        common[NGRAMS] = places[0], places[1]
    for name, fresh in classifier.named_parameters():
        earlier = start.weights[name]
        if name in common:
            new, old = (torch.from_numpy(rows) for rows in common[name])
            fresh[new] = torch.lerp(fresh[new], earlier[old].to(fresh.device), KEPT)
        else:
            fresh.lerp_(earlier.to(fresh.device), KEPT)


def _common_words(vocabulary: Vocabulary, earlier: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """The rows of words that both have, in the one and in the other."""
    place = {word: row for row, word in enumerate(earlier.words)}
    rows = [(row, place[word]) for row, word in enumerate(vocabulary.words) if word in place]
    new, old = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return new.copy(), old.copy()
