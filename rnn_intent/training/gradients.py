"""How strongly the loss at the end of a long sentence reaches each earlier word: the textbook's claim, measured.

for each cell: a network that reads forwards and answers from its last state
    untrained                   ∂loss/∂x_t for every word of long sentences
    after some epochs           the same again
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnn_intent.data.splits import Splits
from rnn_intent.errors import DataError
from rnn_intent.settings import Cell, Settings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.training.device import compute_repeatably, thread_count
from rnn_intent.training.encoder import IntentClassifier
from rnn_intent.training.fit import build_classifier
from rnn_intent.training.lexicon import TokenBatch
from rnn_intent.training.tables import Tables
from rnn_intent.training.token_sets import TokenSet, token_set
from rnn_intent.training.trainer import LabelledSet, Trainer

CELLS: tuple[Cell, ...] = ("rnn", "lstm", "gru")


@dataclass(frozen=True)
class LongSentences:
    """Equally long token lists with the class numbers of their ends; rows: how many data rows one holds on average."""

    tokens: list[list[str]]
    targets: np.ndarray
    rows: float


@dataclass(frozen=True)
class CellGradients:
    """The mean norm of ∂loss/∂x by distance from the end, (length,) each, distance 0 first; and how well it learned."""

    cell: Cell
    untrained: np.ndarray
    trained: np.ndarray
    accuracy: float


@dataclass(frozen=True)
class Gradients:
    """What was measured, and on what."""

    cells: list[CellGradients]
    length: int
    sentences: int
    rows: float
    epochs: int


def measure_gradients(
    settings: Settings,
    splits: Splits,
    epochs: int = 5,
    length: int = 40,
    sentences: int = 64,
    on_cell: Callable[[Cell], None] = lambda _: None,
) -> Gradients:
    """Measures every cell with the sizes and the training of an experiment, in one direction and with `last` pooling.

    Pretrained vectors are left out. Long sentences are validation rows, joined where they are short. Raises DataError
    if there are not enough words for one.
    """
    compute_repeatably(thread_count(settings.training), torch.device("cpu"))
    tokenizer = Tokenizer.of(settings.text)
    labels = sorted({example.intent for example in splits.train})
    train, valid = (token_set(tokenizer, labels, part) for part in (splits.train, splits.valid))
    long = join_sentences(valid, length, sentences, settings.seed)
    cells = []
    for cell in CELLS:
        on_cell(cell)
        cells.append(_measure_cell(_forward(settings, cell, epochs), labels, train, valid, long))
    return Gradients(cells, length, len(long.tokens), long.rows, epochs)


def input_gradients(classifier: IntentClassifier, tokens: TokenBatch, targets: Tensor) -> Tensor:
    """The norm of ∂loss/∂x_t for each token of each sentence, (batch, time); x_t is the vector the first layer reads.

    targets: (batch,) class numbers. Computed without dropout, in the classifier's precision.
    """
    inputs: list[Tensor] = []

    def keep(_module: nn.Module, _arguments: object, output: Tensor) -> None:
        output.retain_grad()
        inputs.append(output)

    classifier.eval()
    hook = classifier.encoder.embedding.register_forward_hook(keep)
    try:
        # the sum, not the mean: a sentence's gradients are its own, however many are in the batch
        loss = cross_entropy(classifier(tokens), targets, reduction="sum")
        loss.backward()  # type: ignore[no-untyped-call]
    finally:
        hook.remove()
    gradient = inputs[0].grad
    assert gradient is not None
    norms: Tensor = gradient.norm(dim=2)
    return norms


def join_sentences(examples: TokenSet, length: int, count: int, seed: int) -> LongSentences:
    """Long sentences that end where a real one ends, in random order, `length` tokens each.

    A row that is long enough stands alone; others get random rows put in front of them. What is too long loses its
    beginning. The class is that of the row at the end. Rows without tokens or with an unknown class (-1) are left out.
    """
    tokens, targets = examples.tokens, examples.targets
    usable = [row for row in range(len(tokens)) if len(tokens[row]) and targets[row] >= 0]
    if sum(len(tokens[row]) for row in usable) < length:
        raise DataError(f"the validation rows hold fewer than {length} words together: choose a smaller --length")
    random = np.random.default_rng(seed)
    joined, ends, rows = [], [], []
    for end in random.permutation(usable)[:count]:
        parts = [list(tokens[end])]
        for row in random.permutation(usable):
            if sum(map(len, parts)) >= length:
                break
            if row != end:
                parts.insert(0, list(tokens[row]))
        joined.append(list(chain.from_iterable(parts))[-length:])
        ends.append(targets[end])
        rows.append(len(parts))
    return LongSentences(joined, np.array(ends, dtype=np.int64), float(np.mean(rows)))


def _forward(settings: Settings, cell: Cell, epochs: int) -> Settings:
    """The experiment as the textbook draws it: one direction, the last state."""
    return replace(
        settings,
        embedding=replace(settings.embedding, vectors=None),
        model=replace(settings.model, cell=cell, bidirectional=False, pooling=("last",)),
        training=replace(settings.training, epochs=max(1, epochs), patience="auto"),
    )


def _measure_cell(
    settings: Settings, labels: Sequence[str], train: TokenSet, valid: TokenSet, long: LongSentences
) -> CellGradients:
    torch.manual_seed(settings.seed)
    tables = Tables.build(settings, train)
    classifier = build_classifier(settings, labels, tables)
    lexicon = tables.lexicon()
    sets = [LabelledSet([lexicon.encode(tokens) for tokens in part.tokens], part.targets) for part in (train, valid)]
    batch = lexicon.batch([lexicon.encode(tokens) for tokens in long.tokens])
    targets = torch.from_numpy(long.targets)
    untrained = _by_distance(classifier, batch, targets)
    trainer = Trainer(classifier, lexicon, sets[0], sets[1], settings.training, settings.seed)
    for _ in trainer.run():
        pass
    trained = _by_distance(classifier, batch, targets)
    return CellGradients(settings.model.cell, untrained, trained, trainer.history[-1].valid_accuracy)


def _by_distance(classifier: IntentClassifier, tokens: TokenBatch, targets: Tensor) -> np.ndarray:
    """(length,): the mean over sentences, the last word first. In float64, because the smallest are very small."""
    precise = copy.deepcopy(classifier).double()
    norms = input_gradients(precise, tokens, targets)  # (sentences, length)
    by_distance: np.ndarray = norms.mean(dim=0).flip(0).numpy()
    return by_distance
