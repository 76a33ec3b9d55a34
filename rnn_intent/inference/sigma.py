"""σ, the logistic function, in the way that is quickest on this machine.

    σ(v) = 1 / (1 + 2^(-v log2 e))      two passes over the array, where NumPy computes powers of two with AVX-512
    σ(v) = tanh(v / 2) / 2 + 1 / 2      three, elsewhere: there it computes such powers one number after the other

v is multiplied beforehand, in the weights. What the first way leaves are the inverses of the gates, and what a gate is
to let through is divided by them. The two differ by a rounding or two.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rnn_intent.inference.arrays import Floats

# As arrays, because turning a number into one takes as long as a small sum.
_HALF, _ONE = np.array(0.5, dtype=np.float32), np.array(1.0, dtype=np.float32)


class Sigma(NamedTuple):
    """factor: of v; gates: makes gates of the multiplied v, in place; through: (values, gates, out), values * σ(v)."""

    factor: float
    gates: Callable[[Floats], None]
    through: Callable[[Floats, Floats, Floats], object]


def _inverses(values: Floats) -> None:
    np.exp2(values, values)
    np.add(values, _ONE, values)


def _shares(values: Floats) -> None:
    np.tanh(values, values)
    np.multiply(values, _HALF, values)
    np.add(values, _HALF, values)


BY_POWERS = Sigma(-math.log2(math.e), _inverses, np.divide)
BY_TANH = Sigma(0.5, _shares, np.multiply)


def quickest() -> Sigma:
    """By powers on Linux with AVX-512, for which alone NumPy has them."""
    known = np.show_config(mode="dicts").get("SIMD Extensions", {})  # without "found" where nothing was
    wide = sys.platform == "linux" and not {"AVX512_SKX", "X86_V4"}.isdisjoint(known.get("found", ()))  # old name, new
    return BY_POWERS if wide else BY_TANH
