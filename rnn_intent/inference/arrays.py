"""What this wing computes with, and where it begins in memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Floats = np.ndarray[tuple[Any, ...], np.dtype[np.float32]]
Indices = np.ndarray[tuple[Any, ...], np.dtype[np.intp]]

CACHE_LINE = 64  # bytes: as many as the widest registers take


def aligned(*shape: int) -> Floats:
    """An array with nothing in it yet that begins where a cache line does.

    Elsewhere, every wide load takes from two lines, and sums and products of arrays last a sixth longer.
    """
    size = 4 * math.prod(shape)
    memory = np.empty(size + CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    found: Floats = memory[start : start + size].view(np.float32).reshape(shape)
    return found


def aligned_copy(array: Floats) -> Floats:
    """The same numbers, contiguous, from the beginning of a cache line on."""
    copy = aligned(*array.shape)
    copy[...] = array
    return copy
