"""CLINC150 as published: one JSON object of lists (`train`, `val`, `test`, `oos_train`, …) of [text, intent] pairs.

Rows as objects do as well.
"""

from __future__ import annotations

from rnn_intent.data.formats import jsonl
from rnn_intent.data.formats.scan import BadJson, Scanner
from rnn_intent.data.rows import Rows

SPLITS = {
    "train": "train",
    "val": "valid",
    "valid": "valid",
    "test": "test",
    "oos_train": "oos_train",
    "oos_val": "oos_valid",
    "oos_valid": "oos_valid",
    "oos_test": "oos_test",
}


def read(text: str, rows: Rows) -> dict[str, tuple[int, int]]:
    """Reads all the lists into `rows`; returns for each split where its rows begin and end there."""
    scanner, places = Scanner(text), dict[str, tuple[int, int]]()
    try:
        for key in scanner.members():
            if key not in SPLITS:
                scanner.value()
                continue
            begin = len(rows.examples)
            for line in scanner.elements():
                _add(line, scanner.value(), rows)
            places[SPLITS[key]] = (begin, len(rows.examples))
        scanner.end()
    except BadJson as error:
        rows.problem(error.line, error.message)
    if not places and not rows.problems:
        rows.problem(1, f"none of the lists {', '.join(SPLITS)} is in this JSON object")
    return places


def _add(line: int, value: object, rows: Rows) -> None:
    if isinstance(value, list) and len(value) == 2:
        rows.add(line, value[0], value[1])
    elif isinstance(value, dict):
        jsonl.add(line, value, rows)
    else:
        rows.problem(line, 'no pair ["text", "intent"]')
