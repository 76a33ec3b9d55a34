"""Word vectors in word2vec's or fastText's text format: a line a word, its numbers after it; packed as .gz or .zip too.

Such files come from anywhere, so lines and archives have bounds.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

import numpy as np

from rnn_intent.errors import DataError, printable, quoted

LONGEST_LINE = 1 << 17  # bytes: 2,000 dimensions at 60 characters
MOST_BYTES = 64 << 30  # unpacked; the largest files in use have 7 GB
MOST_TIMES = 50  # larger than packed; numbers shrink to a third
FREE_BYTES = 1 << 24  # unpacked before that is asked
ARCHIVES = (OSError, EOFError, zlib.error, BadZipFile, NotImplementedError, RuntimeError)  # the last two: encrypted

Pair = tuple[str, Callable[[], np.ndarray]]  # a word, and how to read its vector


def file_pairs(path: Path) -> Iterator[Pair]:
    """The words of a file, each with a function for its vector. Raises DataError with file and line."""
    dimensions = 0
    name = printable(str(path), 300)
    for number, line in _lines(path):
        if not dimensions:
            fields = line.split()
            if number == 1 and len(fields) == 2 and all(field.isdigit() for field in fields):
                continue  # the header
            dimensions = len(fields) - 1
            if dimensions < 1:
                raise DataError(f"{name}:{number}: {quoted(line)}: no numbers after the word")
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
