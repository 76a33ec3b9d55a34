"""Mends what can be mended without knowing what the intents mean, and says what it did. All else is left as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from rnn_intent.data.checks.duplicates import twins
from rnn_intent.data.checks.finding import in_order, rows_of
from rnn_intent.data.checks.texts import HIDDEN, is_blank, repair
from rnn_intent.data.example import Example, Slot
from rnn_intent.errors import quoted

_DROPPED = {"duplicate": "the same text and intent as", "leak": "the same text is in another split:"}


class Change(NamedTuple):
    """What was done to a row, which stands at `place` in the original."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}  {self.what}"


def mend(
    splits: Mapping[str, Sequence[Example]], out_of_scope: str | None = None
) -> tuple[dict[str, list[Example]], list[Change]]:
    """The splits without what is plainly wrong, and the changes, in the order of the rows.

    1. Texts: blank rows go; text in a wrong encoding is read anew, invisible characters are deleted.
    2. Slots: spaces at their ends are left out, as long as something remains.
    3. Rows whose text came before, in their split or an earlier one, go; so does a row whose intent is contradicted
       by three times as many rows of the same text.
    """
    changes: dict[str, list[Change]] = {}
    mended = {name: _each(splits[name], changes.setdefault(name, [])) for name in in_order(splits)}
    rows = rows_of(mended, out_of_scope)
    dropped: dict[int, str] = {}
    for twin in twins(rows):
        like, other = rows[twin.kept].example, rows[twin.kept].example.intent
        if twin.kind in _DROPPED:
            dropped[twin.number] = f"deleted: {_DROPPED[twin.kind]} {like.source}"
        elif twin.clear:
            said = f"{quoted(rows[twin.number].example.intent)} where most rows say {quoted(other)}"
            dropped[twin.number] = f"deleted: says {said}, as {like.source} does"
    kept: dict[str, list[Example]] = {}
    number = 0
    for name, examples in mended.items():
        numbers = range(number, number + len(examples))
        number += len(examples)
        kept[name] = [example for place, example in zip(numbers, examples, strict=True) if place not in dropped]
        changes[name] += [Change(rows[place].example.source, dropped[place]) for place in numbers if place in dropped]
    order = {row.source: place for place, row in enumerate(row for name in mended for row in splits[name])}
    return kept, sorted((change for part in changes.values() for change in part), key=lambda c: order[c.place])


def _each(examples: Sequence[Example], changes: list[Change]) -> list[Example]:
    mended = []
    for example in examples:
        if is_blank(example.text):
            changes.append(Change(example.source, f"deleted: nothing in {quoted(example.text)} can be seen"))
            continue
        for step in (_encoding, _hidden, _slots):
            found = step(example)
            if found is not None:
                example, what = found
                changes.append(Change(example.source, what))
        mended.append(example)
    return mended


def _encoding(example: Example) -> tuple[Example, str] | None:
    """Where the slots of a garbled text belong nobody can tell; such rows are left."""
    text = None if example.slots else repair(example.text)
    if text is None:
        return None
    return replace(example, text=text), f"read anew: {quoted(example.text)} is now {quoted(text)}"


def _hidden(example: Example) -> tuple[Example, str] | None:
    text = HIDDEN.sub("", example.text)
    if text == example.text:
        return None

    def moved(place: int) -> int:
        return len(HIDDEN.sub("", example.text[:place]))

    slots = tuple(Slot(slot.name, moved(slot.start), moved(slot.end)) for slot in example.slots)
    found = ", ".join(sorted({f"U+{ord(c):04X}" for c in HIDDEN.findall(example.text)}))
    return replace(example, text=text, slots=slots), f"invisible characters deleted ({found}): {quoted(text)}"


def _slots(example: Example) -> tuple[Example, str] | None:
    slots = tuple(_trimmed(example.text, slot) for slot in example.slots)
    if slots == example.slots:
        return None
    moved = [
        f"{quoted(new.name)} is now [{new.start}:{new.end}] {quoted(example.text[new.start : new.end])}"
        for old, new in zip(example.slots, slots, strict=True)
        if old != new
    ]
    return replace(example, slots=slots), f"spaces left out of slots: {', '.join(moved)}"


def _trimmed(text: str, slot: Slot) -> Slot:
    surface = text[slot.start : slot.end] if 0 <= slot.start < slot.end <= len(text) else ""
    if not surface.strip():
        return slot
    start = slot.start + len(surface) - len(surface.lstrip())
    return Slot(slot.name, start, start + len(surface.strip()))
