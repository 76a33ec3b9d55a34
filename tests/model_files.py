"""Model files taken apart and put together again, as a stranger can: with a hash that fits."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

HASH = b'"sha256":"'


def header_of(data: bytes) -> dict[str, Any]:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])


def tensors_of(data: bytes) -> bytes:
    return data[8 + int.from_bytes(data[:8], "little") :]


def with_header(data: bytes, header: object) -> bytes:
    """The same tensors under another header, given as JSON values or as bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return signed(len(text).to_bytes(8, "little") + text + tensors_of(data))


def inner_of(data: bytes) -> dict[str, Any]:
    """The part of the header that is this program's own."""
    return json.loads(header_of(data)["__metadata__"]["rnn_intent"])


def with_inner(data: bytes, **changes: object) -> bytes:
    header = header_of(data)
    header["__metadata__"]["rnn_intent"] = json.dumps({**inner_of(data), **changes})
    return with_header(data, header)


def signed(data: bytes) -> bytes:
    """With the hash that these bytes give; as they are if there is no place for one."""
    place = data.find(HASH) + len(HASH)
    if place < 10:
        return data
    digest = sha256(data[:place] + b"0" * 64 + data[place + 64 :]).hexdigest()
    return data[:place] + digest.encode() + data[place + 64 :]
