"""What a check says about a row, and the rows as checks see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rnn_intent.data.example import Example

SHOWN = 60  # characters of a sentence: a message may hold two
_ORDER = {"": 0, "train": 0, "valid": 1, "test": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. FIX: wrong whatever the intents mean. REVIEW: only the author can tell.

    intent: the one that the row should have instead, where one is suggested.
    """

    place: str
    level: Literal["FIX", "REVIEW"]
    kind: str
    message: str
    suggestion: str
    intent: str | None = None

    def __str__(self) -> str:
        return f"{self.place}  {self.level}  {self.message}; {self.suggestion}"


class Row(NamedTuple):
    """An example with the name of its split; `in_scope` is false for rows that belong to no intent."""

    split: str
    example: Example
    in_scope: bool = True


def rows_of(splits: Mapping[str, Sequence[Example]], out_of_scope: str | None) -> list[Row]:
    """All rows, training first; splits named `oos_…` and the intent `out_of_scope` are out of scope."""
    return [
        Row(name.removeprefix("oos_"), example, not name.startswith("oos_") and example.intent != out_of_scope)
        for name in in_order(splits)
        for example in splits[name]
    ]


def in_order(names: Iterable[str]) -> list[str]:
    """The splits, training first: in this order rows are looked at."""
    return sorted(names, key=lambda name: _ORDER.get(name.removeprefix("oos_"), len(_ORDER)))
