"""Word vectors of the package wordllama: 256 numbers for each of 32,000 pieces of words, English above all.

The package's files are read, not its program: that would fetch a file that it has already, and import many things.
A word is the mean of its pieces, as there; it is cut greedily, which for whole words and most others is the same cut.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from rnn_intent.errors import DataError, UsageError
from rnn_intent.settings import WORDLLAMA

PIECES, WEIGHTS = "tokenizers/l2_supercat_tokenizer_config.json", "weights/l2_supercat_256.safetensors"
START = "\u2581"  # stands before a piece that begins a word


def wordllama_pairs(words: Sequence[str]) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """The words, then all whole words among the pieces, roughly by frequency; each with a function for its vector.

    Raises UsageError without the extra [vectors], DataError if the package's files are not as expected.
    """
    folder = _folder()
    try:
        rows: dict[str, int] = json.loads((folder / PIECES).read_text("utf-8"))["model"]["vocab"]
        table = _table(folder / WEIGHTS, len(rows))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: not the files of wordllama that are known here: {error}") from None
    for word in words:
        if found := pieces(word, rows):
            yield word, partial(_mean, table, found)
    for piece, row in sorted(rows.items(), key=lambda item: item[1]):
        if piece.startswith(START) and len(piece) > 1:
            yield piece[len(START) :], partial(_mean, table, [row])


def pieces(word: str, rows: dict[str, int]) -> list[int]:
    """The rows of a word's pieces, the longest that fits first; characters that no piece has are left out."""
    text, found, start = START + word, [], 0
    while start < len(text):
        end = next((end for end in range(len(text), start, -1) if text[start:end] in rows), 0)
        if end:
            found.append(rows[text[start:end]])
        start = end or start + 1
    lonely = len(found) == 1 and found[0] == rows.get(START)
    return [] if lonely else found


def _mean(table: np.ndarray, rows: list[int]) -> np.ndarray:
    mean: np.ndarray = table[rows].astype(np.float32).mean(axis=0)
    return mean


def _folder() -> Path:
    spec = find_spec(WORDLLAMA)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError("embedding.vectors: wordllama needs the extra [vectors]: pip install 'rnn-intent[vectors]'")
    return Path(next(iter(spec.submodule_search_locations)))


def _table(path: Path, pieces: int) -> np.ndarray:
    """The one tensor of a safetensors file, (pieces, dimensions) float16."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    (entry,) = (value for name, value in json.loads(data[8:start]).items() if name != "__metadata__")
    if entry["dtype"] != "F16" or entry["shape"][0] != pieces:
        raise ValueError(f"{path.name} holds {entry['dtype']} {entry['shape']}")
    table: np.ndarray = np.frombuffer(data, "<f2", offset=start + entry["data_offsets"][0]).reshape(entry["shape"])
    return table
