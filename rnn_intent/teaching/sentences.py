"""What a student can learn from: the training rows, sentences without a label, and ones made of the rows' words."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import cycle, islice
from typing import TYPE_CHECKING, NamedTuple

from rnn_intent.data.example import Example
from rnn_intent.data.fold import fold
from rnn_intent.data.splits import Splits
from rnn_intent.settings import Settings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.word_neighbours import word_neighbours
from rnn_intent.training.passages import FEW, are_long, passage, passage_length
from rnn_intent.training.schedule import MANY_ROWS, sentences_worth
from rnn_intent.training.synthetic import made_sentences, share_of_new_words, written

if TYPE_CHECKING:
    from rnn_intent.teaching.gaps import Filler

PER_ROW, FEWEST, MOST = 24, 40_000, 360_000  # made sentences, where the settings leave it open


class Gathered(NamedTuple):
    """Sentences, each once: those that somebody has said, then those that are made.

    later: made of further rows, for when these are learned, too.
    """

    said: list[str]
    made: list[str]
    later: list[str]

    @property
    def texts(self) -> list[str]:
        return [*self.said, *self.made]


def gathered(
    settings: Settings,
    splits: Splits,
    further: Iterable[str] = (),
    made: Sequence[str] = (),
    *,
    fewest: int = FEWEST,
    later: Sequence[Example] = (),
    filler: Filler | None = None,
) -> Gathered:
    """The training rows, the further sentences, and made ones: those that were made elsewhere, and others.

    fewest: so many are made at least, where the settings leave it open. later: validation rows that a second training
    learns, and of which sentences are made for it, as many a row as of the training rows. filler: makes a share of all
    that are made.
    Sentences that stand among the validation or test rows are left out: no model may be judged by what it was taught.
    """
    own = _once(row.text for row in splits.train)
    barred = {"", *own, *(fold(row.text) for row in (*splits.valid, *splits.test))}
    making = _Making(settings, splits.train, filler)
    asked = settings.distillation.made
    count = making.count(fewest) if asked == "auto" else asked
    new = _once([*making.of_own(count), *made], barred)
    said = _once(further, {*barred, *new})  # what was made here, and labelled elsewhere, is still made
    further_made = _once(making.of_others(later, count), {*barred, *new})
    return Gathered([*own.values(), *said.values()], list(new.values()), list(further_made.values()))


def _once(texts: Iterable[str], barred: Collection[str] = ()) -> dict[str, str]:
    """Those that are not barred, by what they are without regard to case, width or spaces."""
    kept: dict[str, str] = {}
    for text in texts:
        if (folded := fold(text)) not in barred:
            kept.setdefault(folded, text)
    return kept


class _Making:
    """Makes sentences of an experiment's rows: of few long ones passages, which can be many more than whole ones.

    rows: those of the training split. filler: fills gaps in them.
    """

    def __init__(self, settings: Settings, rows: Sequence[Example], filler: Filler | None) -> None:
        self._settings, self._rows, self._filler = settings, rows, filler
        self._tokenizer = Tokenizer.of(settings.text)
        self._words = self._cut(rows)
        self._lengths = [len(words) for words in self._words]
        self._passages = len(rows) < FEW and are_long(self._lengths)

    def count(self, fewest: int) -> int:
        """How many are made where the settings leave it open: fewer where they are long."""
        rows = len(self._rows)
        worth = sentences_worth(map(passage_length, self._lengths) if self._passages else self._lengths)
        return round(min(max(PER_ROW * rows, fewest), MOST) * rows / worth)

    def of_own(self, count: int) -> list[str]:
        filled = self._filled(self._words, self._rows, count)
        return [*self._made(self._rows, self._words, count - len(filled)), *filled]

    def of_others(self, others: Sequence[Example], count: int) -> list[str]:
        """As many a row as `count` are of the training rows, which lend their words."""
        share = round(count * len(others) / len(self._rows))
        words = self._cut(others)
        filled = self._filled(words, others, share)
        both, begin = [*self._rows, *others], len(self._rows)
        return [*self._made(both, [*self._words, *words], share - len(filled), begin), *filled]

    def _filled(self, words: Sequence[list[str]], rows: Sequence[Example], count: int) -> list[str]:
        """The share of so many sentences in which gaps are filled."""
        share = round(count * self._settings.distillation.filled)
        if not self._filler:
            return []
        texts = self._passages_of(words, share) if self._passages else [row.text for row in rows]
        return list(self._filler(texts, share))

    def _passages_of(self, words: Sequence[list[str]], count: int) -> list[str]:
        draw = random.Random(self._settings.seed).random
        return [written(row[passage(len(row), draw)]) for row in islice(cycle(words), count)]

    def _cut(self, rows: Sequence[Example]) -> list[list[str]]:
        return [self._tokenizer.words(row.text) for row in rows]

    def _made(self, rows: Sequence[Example], words: Sequence[list[str]], count: int, begin: int = 0) -> list[str]:
        alike = self._alike if count else None
        new_words = share_of_new_words(self._words) if len(self._rows) < MANY_ROWS else 0.0
        return made_sentences(rows, words, count, self._settings.seed, alike, new_words, begin, self._passages)

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        """Words like those of the rows, by the experiment's pretrained vectors; none without vectors."""
        from rnn_intent.training.tables import vectors_of

        found = vectors_of(self._settings, self._words)
        if found is None:
            return {}
        vocabulary, vectors = found
        return word_neighbours([*vocabulary.words, *vectors.extra], vectors.rows, len(vocabulary))
