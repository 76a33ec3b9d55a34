"""Pretrained word vectors from a word2vec/fastText text file, for the words of a vocabulary."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rnn_intent.errors import DataError, printable
from rnn_intent.text.vocabulary import SPECIALS

LONGEST_LINE = 1 << 17  # bytes: 2,000 dimensions at 60 characters
MOST_BYTES = 64 << 30  # unpacked; the largest files in use have 7 GB


@dataclass(frozen=True)
class Vectors:
    """rows: (vocabulary, dimensions) float16, zero for a word that the file lacks; found: how many it has."""

    rows: np.ndarray
    found: int

    @property
    def coverage(self) -> float:
        """Share of the vocabulary, the special rows not counted, that has a vector."""
        return self.found / max(1, len(self.rows) - len(SPECIALS))


def read_vectors(path: Path, words: Sequence[str]) -> Vectors:
    """Reads `word v1 v2 … vn` lines, `.gz` too, in one pass; a first line `count dimensions` may stand before them.

    words: the vocabulary. A word that stands there twice, say in upper and lower case, keeps its first vector: such
    files are sorted by frequency. Raises DataError with file and line.
    """
    ids = {word: row for row, word in enumerate(words) if row >= len(SPECIALS)}
    rows: np.ndarray | None = None
    filled = np.zeros(len(words), dtype=bool)
    dimensions = 0
    for number, line in _lines(path):
        if rows is None:
            fields = line.split()
            if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
                continue  # the header
            dimensions = len(fields) - 1
            if dimensions < 1:
                raise DataError(f"{path}:{number}: {printable(line)!r}: no numbers after the word")
            rows = np.zeros((len(words), dimensions), dtype=np.float16)
        word, *values = line.rsplit(" ", dimensions)
        row = ids.get(word, ids.get(word.casefold()))
        if len(values) != dimensions:
            raise DataError(f"{path}:{number}: {len(values)} numbers, {dimensions} expected as in the rows before")
        if row is None or filled[row]:
            continue
        rows[row] = _numbers(values, path, number)
        filled[row] = True
    if rows is None:
        raise DataError(f"{path}: no vectors in it")
    return Vectors(rows, int(filled.sum()))


def _numbers(values: list[str], path: Path, number: int) -> np.ndarray:
    try:
        vector = np.array(values, dtype=np.float32)
    except ValueError:
        raise DataError(f"{path}:{number}: a value that is no number") from None
    if not np.isfinite(vector).all() or np.abs(vector).max() > 6e4:  # the largest float16
        raise DataError(f"{path}:{number}: a value that is infinite or too large")
    return vector


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    read = 0
    with _opened(path) as file:
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), start=1):
            read += len(line)
            if len(line) >= LONGEST_LINE:
                raise DataError(f"{path}:{number}: longer than {LONGEST_LINE:,} bytes: not a file of word vectors")
            if read > MOST_BYTES:
                raise DataError(f"{path}:{number}: more than {MOST_BYTES >> 30} GB unpacked: not read further")
            try:
                yield number, line.decode("utf-8").strip()
            except UnicodeDecodeError:
                continue  # published files hold words that were cut within a character


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            yield file  # type: ignore[misc]
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read as word vectors: {error}") from None
