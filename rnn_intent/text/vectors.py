"""Pretrained word vectors, from a word2vec/fastText text file or a package, for the words of a vocabulary and more."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

import numpy as np

from rnn_intent.errors import DataError, printable
from rnn_intent.settings import WORDLLAMA
from rnn_intent.text.vocabulary import SPECIALS
from rnn_intent.text.wordllama import wordllama_pairs

LONGEST_LINE = 1 << 17  # bytes: 2,000 dimensions at 60 characters
MOST_BYTES = 64 << 30  # unpacked; the largest files in use have 7 GB
MOST_TIMES = 50  # larger than packed; numbers shrink to a third
FREE_BYTES = 1 << 24  # unpacked before that is asked
ARCHIVES = (OSError, EOFError, zlib.error, BadZipFile, NotImplementedError, RuntimeError)  # the last two: encrypted

Pair = tuple[str, Callable[[], np.ndarray]]  # a word, and how to read its vector


@dataclass(frozen=True)
class Vectors:
    """rows: (vocabulary and extra words, dimensions) float16, zero for a word that the source lacks.

    found: how many words of the vocabulary it has; extra: words beyond the vocabulary, the most frequent first.
    """

    rows: np.ndarray
    found: int
    extra: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the vocabulary, the special rows not counted, that has a vector."""
        return self.found / max(1, len(self.rows) - len(self.extra) - len(SPECIALS))


def read_vectors(
    source: str,
    words: Sequence[str],
    extra: int = 0,
    size: int | None = None,
    as_token: Callable[[str], str | None] = lambda word: word,
) -> Vectors:
    """The vectors of a vocabulary and of the most frequent `extra` other words.

    source: a file of `word v1 v2 … vn` lines, perhaps with a first line `count dimensions`, perhaps packed as `.gz` or
    as the only file of a `.zip`; or `wordllama`.
    size: numbers that are kept of each vector. as_token: a word of the source as texts will show it, None if they will
    not. A word that stands there twice, say in upper and lower case, keeps its first vector: such files are sorted by
    frequency. Raises DataError with file and line.
    """
    table = _Table(words, extra, as_token)
    for word, vector in wordllama_pairs(words[len(SPECIALS) :]) if source == WORDLLAMA else _pairs(Path(source)):
        table.take(word, vector)
    if table.met is None:
        raise DataError(f"{printable(source, 300)}: no vectors in it")
    return table.vectors(size)


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

    def vectors(self, size: int | None) -> Vectors:
        assert self.met is not None
        rows = np.zeros((self._words + len(self._extra), len(self.met)), dtype=np.float32)
        for row, vector in self._rows.items():
            rows[row] = vector
        if self._extra:
            rows[self._words :] = list(self._extra.values())
        return Vectors(reduced(rows, size, self._words).astype(np.float16), len(self._rows), tuple(self._extra))


def reduced(rows: np.ndarray, size: int | None, telling: int) -> np.ndarray:
    """Rows along principal directions, (rows, size), those of the first `telling` rows, which the task speaks of.

    A row of zeros, a word without a vector, stays one.
    """
    if size is None or size >= rows.shape[1]:
        return rows
    chosen = rows[:telling]
    _, directions = np.linalg.eigh(chosen.T.astype(np.float64) @ chosen)  # the strongest last
    chosen = directions[:, ::-1][:, :size]
    chosen = chosen * np.where(chosen.sum(axis=0) < 0, -1.0, 1.0)  # a direction is as good as its opposite
    found: np.ndarray = rows @ chosen.astype(np.float32)
    return found


def _pairs(path: Path) -> Iterator[Pair]:
    """Words and vectors of a file."""
    dimensions = 0
    name = printable(str(path), 300)
    for number, line in _lines(path):
        if not dimensions:
            fields = line.split()
            if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
                continue  # the header
            dimensions = len(fields) - 1
            if dimensions < 1:
                raise DataError(f"{name}:{number}: {printable(line)!r}: no numbers after the word")
        word, *values = line.rsplit(" ", dimensions)
        if len(values) != dimensions:
            raise DataError(f"{name}:{number}: {len(values)} numbers, {dimensions} expected as in the rows before")
        yield word, partial(_numbers, values, f"{name}:{number}")


def _numbers(values: list[str], place: str) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):  # told below
            vector = np.array(values, dtype=np.float32)
    except ValueError:
        raise DataError(f"{place}: a value that is no number") from None
    if not np.isfinite(vector).all() or np.abs(vector).max() > 6e4:  # the largest float16
        raise DataError(f"{place}: a value that is infinite or too large")
    return vector


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    read = 0
    name = printable(str(path), 300)
    with _opened(path) as file:
        most = _most(path)
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            read += len(line)
            if len(line) >= LONGEST_LINE:
                raise DataError(f"{name}:{number}: longer than {LONGEST_LINE:,} bytes: not a file of word vectors")
            if read > most:
                raise DataError(f"{name}:{number}: unpacks to more than {most:,} bytes: not read further")
            try:
                yield number, line.decode("utf-8").strip()
            except UnicodeDecodeError:
                continue  # published files hold words that were cut within a character


def _most(path: Path) -> int:
    """Bytes that are read of a file: a small archive may unpack to more than any disk holds."""
    return min(MOST_BYTES, FREE_BYTES + MOST_TIMES * path.stat().st_size)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        with UNPACKED.get(path.suffix.lower(), _plain)(path) as file:
            yield file
    except ARCHIVES as error:
        told = printable(str(error), 300) or type(error).__name__  # some say nothing
        raise DataError(f"{printable(str(path), 300)}: cannot be read as word vectors: {told}") from None


def _plain(path: Path) -> IO[bytes]:
    return path.open("rb")


def _gzipped(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path))


@contextmanager
def _zipped(path: Path) -> Iterator[IO[bytes]]:
    """The only file of an archive; its name is of no consequence."""
    with ZipFile(path) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(files) != 1:
            raise BadZipFile(f"{len(files)} files in it, one is expected")
        with archive.open(files[0]) as file:
            yield file


UNPACKED: dict[str, Callable[[Path], AbstractContextManager[IO[bytes]]]] = {".gz": _gzipped, ".zip": _zipped}
