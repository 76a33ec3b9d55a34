"""Slots whose offsets are off: outside the text, crossing each other, or cutting through a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnn_intent.data.checks.finding import Finding, Row
from rnn_intent.data.example import Example, Slot
from rnn_intent.errors import quoted


def check_slots(rows: Sequence[Row]) -> Iterator[Finding]:
    """Looks at the slots of each row by themselves."""
    for _, example, _ in rows:
        end = 0
        for slot in sorted(example.slots, key=lambda slot: (slot.start, slot.end)):
            if not 0 <= slot.start < slot.end <= len(example.text):
                message = (
                    f"the slot {_named(slot)} lies outside the text of {len(example.text)} characters, or is empty"
                )
                yield Finding(example.source, "FIX", "slot", message, "count the characters anew, from 0, end excluded")
            elif slot.start < end:
                message = f"the slot {_named(slot)} overlaps the one before it"
                yield Finding(example.source, "FIX", "slot", message, "keep one of the two")
            elif problem := _cut(example.text, slot):
                message = f"the slot {_named(slot)} {problem}: {_surface(example, slot)}"
                yield Finding(example.source, "REVIEW", "slot", message, "move its start or end")
            end = max(end, slot.end)


def _named(slot: Slot) -> str:
    return f"{quoted(slot.name)} [{slot.start}:{slot.end}]"


def _surface(example: Example, slot: Slot) -> str:
    return quoted(example.text[slot.start : slot.end])


def _cut(text: str, slot: Slot) -> str:
    if text[slot.start].isspace() or text[slot.end - 1].isspace():
        return "begins or ends with a space"
    if _inside_word(text, slot.start) or _inside_word(text, slot.end):
        return "cuts through a word"
    return ""


def _inside_word(text: str, place: int) -> bool:
    # only letters of scripts with spaces: 10点 and 去北京 are two tokens each
    around = text[place - 1 : place + 1] if place else ""
    return len(around) == 2 and all(c.isalpha() and c < "\u0250" for c in around)
