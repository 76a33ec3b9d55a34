"""JSON rows, one a line: `{"text", "intent"[, "slots"][, "language"]}`, or words with BIO tags."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rnn_intent.data.example import Example, Slot
from rnn_intent.data.formats.bio import spans
from rnn_intent.data.formats.scan import BadJson, parse
from rnn_intent.data.rows import INTENT_NAMES, JSON_NAMES, SPLIT_NAMES, TEXT_NAMES, Rows
from rnn_intent.errors import printable


def read_lines(text: str, rows: Rows) -> None:
    """Reads a JSONL file; blank lines are skipped."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not line.isspace():
            try:
                add(number, parse(line, number), rows)
            except BadJson as error:
                rows.problem(number, error.message)


def write(examples: Sequence[Example]) -> str:
    """The rows as JSONL, the only format here that holds all of a row."""
    return "".join(json.dumps(_record(row), ensure_ascii=False) + "\n" for row in examples)


def add(line: int, value: object, rows: Rows) -> None:
    """Takes one JSON value as a row."""
    if not isinstance(value, dict):
        found = "null" if value is None else JSON_NAMES[type(value)]
        rows.problem(line, f'{found}, an object like {{"text": …, "intent": …}} is expected')
        return
    if absent := missing(value):
        keys = printable(", ".join(value) or "none", limit=200)
        rows.problem(line, f"no {absent}; the keys here are {keys}: rename one to {absent}")
        return
    try:
        text, slots = _text_and_slots(value)
    except ValueError as error:
        rows.problem(line, printable(str(error), limit=200))
        return
    intent = _first(value, INTENT_NAMES)
    if type(intent) is int:  # the number of a class, as data sets for machines have it
        intent = str(intent)
    rows.add(line, text, intent, slots, value.get("language") or "", _first(value, SPLIT_NAMES))


def missing(value: Mapping[str, object]) -> str:
    """Which of the two keys of a row stands there under no name that is known; of neither, the text."""
    if not any(name in value for name in (*TEXT_NAMES, "tokens")):
        return "text"
    return "" if any(name in value for name in INTENT_NAMES) else "intent"


def _text_and_slots(value: dict[str, object]) -> tuple[object, tuple[Slot, ...]]:
    words, slots = value.get("tokens"), value.get("slots")
    if words is not None and "text" not in value:
        if not _strings(words):
            raise ValueError("tokens is no list of strings")
        if slots is not None and not _strings(slots):
            raise ValueError("slots beside tokens are a list of BIO tags, all strings")
        return " ".join(words), () if slots is None else spans(words, slots)  # type: ignore[arg-type]
    return _first(value, TEXT_NAMES), _slots(slots)


def _slots(value: object) -> tuple[Slot, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError(f"slots is a {type(value).__name__}, a list is expected")
    return tuple(_slot(entry) for entry in value)


def _slot(entry: object) -> Slot:
    if isinstance(entry, dict):
        name, start, end = entry.get("slot"), entry.get("start"), entry.get("end")
        if isinstance(name, str) and type(start) is int and type(end) is int:
            return Slot(name, start, end)
    raise ValueError('a slot is no object like {"slot": "city", "start": 7, "end": 13}')


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _first(value: dict[str, object], names: Sequence[str]) -> object:
    return next((value[name] for name in names if name in value), None)


def _record(row: Example) -> dict[str, object]:
    record: dict[str, object] = {"text": row.text, "intent": row.intent}
    if row.language:
        record["language"] = row.language
    if row.slots:
        record["slots"] = [{"slot": slot.name, "start": slot.start, "end": slot.end} for slot in row.slots]
    return record
