"""A token: what the network reads, and where it stands in the sentence."""

from __future__ import annotations

from typing import NamedTuple


class Token(NamedTuple):
    """One token. `text` is normalised; `original[start:end]` is what was written.

    Two tokens may share a stretch of the original, where one character stands for several (½ reads 1, ⁄, 2).
    """

    text: str
    start: int
    end: int
