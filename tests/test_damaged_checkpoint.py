"""A checkpoint that is damaged, or made by a stranger, is told in a line and never becomes a model."""

from __future__ import annotations

import io
import os
import pickle
import random
from collections.abc import Callable
from hashlib import sha256

import pytest
import torch
from interrupted import Place, is_whole


@pytest.mark.parametrize(
    "garble",
    [
        lambda good: b"",
        lambda good: b"not a checkpoint",
        lambda good: good[:-100],
        lambda good: good[:5000] + bytes([good[5000] ^ 1]) + good[5001:],  # one bit of one weight
        lambda good: signed(b"PK\x03\x04" + bytes(100)),
        lambda good: signed(pickle.dumps(os.system)),
    ],
    ids=["empty", "text", "cut", "a bit", "no archive", "a function"],
)
def test_a_garbled_checkpoint_is_told_in_a_line(place: Place, garble: Callable[[bytes], bytes]) -> None:
    place.start_over()
    state = place.run.checkpoint / "state.pt"
    state.write_bytes(garble(state.read_bytes()))
    ended = place.train()
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert "not a readable checkpoint" in ended.err
    is_whole(place)


def signed(content: bytes) -> bytes:
    """As a stranger can make it: with a hash that fits."""
    return sha256(content).hexdigest().encode() + b"\n" + content


def with_other_weights(content: bytes) -> bytes:
    """The same state, but that the kept weights have other names."""
    state = torch.load(io.BytesIO(content), weights_only=True)
    state["kept_weights"] = {f"other.{name}": weight for name, weight in state["kept_weights"].items()}
    changed = io.BytesIO()
    torch.save(state, changed)
    return changed.getvalue()


def test_kept_weights_that_do_not_fit_are_told_in_a_line(place: Place) -> None:
    place.start_over()
    good = (place.wanted.checkpoint / "state.pt").read_bytes()[65:]
    (place.run.checkpoint / "state.pt").write_bytes(signed(with_other_weights(good)))
    ended = place.train()
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert "not a readable checkpoint" in ended.err


@pytest.mark.long
def test_two_hundred_garbled_checkpoints(place: Place) -> None:
    """With a hash that fits, so that the loader itself is reached; whatever it does, the end is a line, or good."""
    dice = random.Random(8)
    good = (place.wanted.checkpoint / "state.pt").read_bytes()[65:]
    for _ in range(200):
        place.start_over()
        garbled = bytearray(good)
        for _ in range(dice.randrange(1, 4)):
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
        cut = dice.choice([None, dice.randrange(len(garbled))])
        (place.run.checkpoint / "state.pt").write_bytes(signed(bytes(garbled[:cut])))
        ended = place.train()
        assert ended.code in (0, 2, 4), ended
        assert ended.err.count("\n") <= 1, ended
