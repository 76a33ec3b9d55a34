"""The bytes of a .safetensors file: a length, a JSON header, the tensors one after the other.

Written and read here instead of by the safetensors library, because the same model must give the same bytes (the
library orders metadata by chance) and because a stranger's header must be bounded before anything is made of it. Any
safetensors reader opens these files; this one takes only what lies without gaps and carries its own SHA-256.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from rnn_intent.errors import ModelError, printable

Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]  # numpy.typing would take longer to import than a model to load

DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "I32": np.dtype("<i4")}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
LONGEST_HEADER = 32 << 20  # bytes
MOST_VALUES = 1_000_000  # in one header; brackets, commas and colons are counted, so that memory is bounded beforehand
BLANK = "0" * 64  # stands for the hash while it is computed
_HASH_KEY = b'"sha256":"'


def dump(tensors: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    """The file's bytes; metadata gains `sha256`, over the whole file with the hash's own digits as zeros."""
    # Wide numbers first, as the library does: then every tensor is aligned.
    names = sorted(tensors, key=lambda name: (-tensors[name].itemsize, name))
    header: dict[str, Any] = {"__metadata__": {**metadata, "sha256": BLANK}}
    blocks = []
    position = 0
    for name in names:
        tensor = np.ascontiguousarray(tensors[name])
        end = position + tensor.nbytes
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [position, end]}
        blocks.append(tensor.tobytes())
        position = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    check_header(text, 0, len(text))
    data = b"".join([len(text).to_bytes(8, "little"), text, *blocks])
    place = data.index(_HASH_KEY) + len(_HASH_KEY)
    return data[:place] + _digest(data, place).encode() + data[place + len(BLANK) :]


def load(data: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Tensors (views into data) and metadata. Raises ModelError, one line, unless every byte is as it was written."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise ModelError("not a model file, or cut short")
    check_header(data, 8, 8 + length)
    header = parse_json(_text(memoryview(data)[8 : 8 + length]))
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not all(type(value) is str for value in metadata.values()):
        raise ModelError("a safetensors file, but not a model of this program")
    _check_digest(data, length, metadata.get("sha256", ""))
    return _tensors(data, 8 + length, header), metadata


def check_header(data: bytes, start: int, end: int) -> None:
    """Raises ModelError for a header that would need more memory than any real model's."""
    if (
        end - start > LONGEST_HEADER
        or sum(data.count(mark, start, end) for mark in (b"[", b"{", b",", b":")) > MOST_VALUES
    ):
        raise ModelError(f"the header is larger than {LONGEST_HEADER >> 20} MB or {MOST_VALUES:,} values")


def _text(raw: memoryview) -> str:
    try:
        return str(raw, "utf-8")
    except UnicodeDecodeError:
        raise ModelError("not a model file: its header is no UTF-8") from None


def parse_json(text: str) -> dict[str, Any]:
    """A JSON object from a stranger. Raises ModelError for anything else, nesting without end included."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ModelError("not a model file: its header is no JSON") from None
    if not isinstance(value, dict):
        raise ModelError("not a model file: its header is no JSON object")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _tensors(data: bytes, start: int, header: Mapping[str, Any]) -> dict[str, Array]:
    tensors = {}
    position = 0
    for name, entry in sorted(header.items(), key=lambda item: _offsets(*item)):
        begin, end = _offsets(name, entry)
        dtype, shape = _layout(name, entry)
        count = math.prod(shape)
        if begin != position or end - begin != count * dtype.itemsize or end > len(data) - start:
            raise ModelError(f"tensor {printable(name)}: does not lie where the header says")
        tensors[name] = np.frombuffer(data, dtype, count, start + begin).reshape(shape)
        position = end
    if start + position != len(data):
        raise ModelError("the file is longer or shorter than its header says")
    return tensors


def _offsets(name: str, entry: Any) -> tuple[int, int]:
    match entry:
        case {"data_offsets": [int(begin), int(end)]} if 0 <= begin <= end:
            return begin, end
    raise ModelError(f"tensor {printable(name)}: has no usable place in the file")


def _layout(name: str, entry: Any) -> tuple[np.dtype[Any], list[int]]:
    match entry:
        case {"dtype": str(dtype), "shape": [*shape]} if (
            dtype in DTYPES and len(shape) <= 2 and all(type(size) is int and 0 <= size < 2**31 for size in shape)
        ):
            return DTYPES[dtype], shape
    raise ModelError(f"tensor {printable(name)}: has a type or shape that no model has")


def _check_digest(data: bytes, length: int, stored: str) -> None:
    digits = stored.encode("utf-8", "replace")
    place = data.find(_HASH_KEY + digits + b'"', 8, 8 + length) + len(_HASH_KEY)
    if len(digits) != len(BLANK) or place < 8 + len(_HASH_KEY) or _digest(data, place) != stored:
        raise ModelError("damaged: its bytes do not give the hash that it carries")


def _digest(data: bytes, place: int) -> str:
    from hashlib import sha256

    view = memoryview(data)
    digest = sha256(view[:place])
    digest.update(BLANK.encode())
    digest.update(view[place + len(BLANK) :])
    return digest.hexdigest()
