"""What a data file is made of: sentences with an intent, and the spans in them that matter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A marked span: `text[start:end]` of its example is, say, a city."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One row: the sentence as it was written, what it wants, and where it stands (`file:line`)."""

    text: str
    intent: str
    slots: tuple[Slot, ...] = ()
    source: str = ""
    language: str = ""
