"""Rows as somebody would type them in haste: words are misspelt, and a mark at the end is missing or one too many.

A misspelt word has no row of its own, no pretrained vector, and some of its n-grams; a network that has only read
clean words makes too much of what is left. In every epoch other words are misspelt, and the rows want what they wanted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from rnn_intent.settings import TrainingSettings
from rnn_intent.text.patterns import han_pattern
from rnn_intent.training.batches import lengths_of
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.schedule import MANY_ROWS

USUAL = 0.1  # of the words
SHORTEST = 3  # letters: with a typo, a shorter word is another word; of Chinese ones each character is known by itself
MARKS, HAN_MARKS = ".!?", "。!?"  # as they are once sentences are normalised

_NONE, _LETTERS, _HAN = range(3)  # what can be misspelt: nothing, letters, Chinese characters


def typos_share(settings: TrainingSettings, labelled: int, vectors: bool) -> float:
    """Of how many words there are typos.

    labelled: how many rows have an intent. vectors: whether words have pretrained ones. `auto` leaves few rows as they
    are, but for vectors: a network that has them learns to rely on them, and a misspelt word has none.
    """
    if settings.typos != "auto":
        return settings.typos
    return USUAL if vectors or labelled >= MANY_ROWS else 0.0


class Typos:
    """Misspells a share of the words of some sentences, and marks at the end of as many of these.

    Which ones follows from the seed and the epoch alone. The lexicon learns the misspelt words for as long as the epoch
    lasts: what it knew before stays, and what an earlier epoch has misspelt is forgotten.
    """

    def __init__(self, lexicon: Lexicon, rows: Sequence[np.ndarray], share: float, seed: int) -> None:
        """rows: encoded sentences, whose letters become wrong ones."""
        self._lexicon, self._share, self._seed = lexicon, share, seed
        self._words = lexicon.tokens
        self._kinds = np.array([_kind(word) for word in self._words], dtype=np.int8)
        used = np.unique(np.concatenate(rows))
        of_kind = {kind: used[self._kinds[used] == kind] for kind in (_LETTERS, _HAN)}
        self._letters = {kind: "".join(self._words[index] for index in found) for kind, found in of_kind.items()}

    def misspelt(self, rows: Sequence[np.ndarray], epoch: int) -> list[np.ndarray]:
        """The sentences of an epoch; those without a typo are the same arrays."""
        self._lexicon.forget(len(self._words))
        random = np.random.default_rng((self._seed, epoch, 2))
        lengths = lengths_of(rows)
        wrong = random.random(lengths.sum()) < self._share
        wrong &= self._kinds[np.concatenate(rows)] != _NONE
        marked = random.random(len(rows)) < self._share
        starts = np.cumsum(lengths) - lengths
        typed = list(rows)
        for row in np.flatnonzero(marked | np.logical_or.reduceat(wrong, starts)).tolist():
            places = wrong[starts[row] : starts[row] + lengths[row]]
            typed[row] = self._typed(rows[row], places, bool(marked[row]), random)
        return typed

    def _typed(self, row: np.ndarray, wrong: np.ndarray, marked: bool, random: np.random.Generator) -> np.ndarray:
        words: list[str] = []
        for index, misspelt in zip(row.tolist(), wrong.tolist(), strict=True):
            word = self._words[index]
            if not misspelt:
                words.append(word)
                continue
            kind = self._kinds[index]
            made = with_typo(word, self._letters[kind], random)
            words += made if kind == _HAN else [made]  # a word that jieba does not know falls apart
        if marked and words[-1]:
            words = _marked(words, random)
        return self._lexicon.encode([word for word in words if word])


def with_typo(word: str, letters: str, random: np.random.Generator) -> str:
    """A letter is missing, has changed places with the one before, is another one, or is there twice.

    letters: what another one is drawn from. Of a single letter another one comes.
    """
    kind, place = random.integers(4), int(random.integers(len(word)))
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if kind == 0 and len(word) > 1:
        return before + after
    if kind == 1 and place:
        return before[:-1] + letter + before[-1] + after
    if kind == 2 and len(word) > 1:
        return before + letter + letter + after
    return before + letters[random.integers(len(letters))] + after


def _marked(words: list[str], random: np.random.Generator) -> list[str]:
    """Without the mark at the end, or with one where there is none."""
    if len(words) > 1 and unicodedata.category(words[-1][-1]).startswith("P"):
        return words[:-1]
    marks = HAN_MARKS if any(map(han_pattern().search, words)) else MARKS
    return [*words, marks[random.integers(len(marks))]]


def _kind(word: str) -> int:
    if not word.isascii() and han_pattern().search(word):
        return _HAN if all(map(han_pattern().match, word)) else _NONE
    return _LETTERS if len(word) >= SHORTEST and word.replace("'", "").isalpha() else _NONE
