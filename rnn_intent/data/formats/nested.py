"""JSON as tools and data sets nest it: a list of rows, at the top or below a key, or intents with their sentences.

Among what is read: `{"utterances": [row, …]}` (LUIS, Wit.ai), `{"rasa_nlu_data": {"common_examples": [row, …]}}`,
`{"intents": [{"tag": …, "patterns": [sentence, …]}, …]}` (chatbot tutorials), `{intent: [sentence, …], …}`,
`{"0": row, "1": row, …}`, and `{intent: [{"data": [{"text": …}, …]}, …]}` (Snips), where a sentence lies in pieces.
"""

from __future__ import annotations

from typing import Any

from rnn_intent.data.example import Slot
from rnn_intent.data.formats import jsonl
from rnn_intent.data.formats.scan import BadJson, Scanner
from rnn_intent.data.rows import INTENT_NAMES, Rows

HOLDERS = ("rasa_nlu_data", "common_examples", "utterances", "examples", "sentences", "rows", "data", "intents")
NAMES = (*INTENT_NAMES, "tag", "name")  # of an intent, where its sentences stand beside it
SENTENCES = ("patterns", "examples", "utterances", "sentences", "texts", "phrases")
PIECES = "data"
DEEPEST = 8  # levels that are looked into; each is read once more, to find out what it is


def read(text: str, rows: Rows) -> None:
    """Reads one JSON value; what follows a broken part is not read."""
    scanner = Scanner(text)
    try:
        _Walk(scanner, rows).value()
        scanner.end()
    except BadJson as error:
        rows.problem(error.line, error.message)


class _Walk:
    """Finds the rows in what a scanner meets."""

    def __init__(self, scanner: Scanner, rows: Rows) -> None:
        self._scanner, self._rows = scanner, rows

    def value(self, intent: str | None = None, listed: bool = False, depth: int = 0) -> None:
        """Takes the value that starts here. intent: the one named above; listed: whether it is an element of a list."""
        scanner, line, kind = self._scanner, self._scanner.line, self._scanner.peek()
        if kind == "[" and not listed:
            for _ in scanner.elements():
                self.value(intent, listed=True, depth=depth + 1)
            return
        place, found = scanner.place, scanner.value()
        if kind != "{":
            self._sentence(line, found, intent)
        elif not self._row(line, found, intent):
            below = {} if depth == DEEPEST else _below(found, intent, listed)
            if not below:
                jsonl.add(line, found, self._rows)  # which says what is missing
                return
            scanner.place = place
            for key in scanner.members():
                if key in below:
                    self.value(below[key], depth=depth + 1)
                else:
                    scanner.value()

    def _sentence(self, line: int, value: object, intent: str | None) -> None:
        """Of an intent that is named above. Without one, it is no row."""
        if intent is not None and isinstance(value, str):
            self._rows.add(line, value, intent)
        else:
            jsonl.add(line, value, self._rows)

    def _row(self, line: int, value: Any, intent: str | None) -> bool:
        """Takes an object that is a row, perhaps of the intent named above; gives whether it is one."""
        missing = jsonl.missing(value)
        if not missing or (missing == "intent" and intent is not None):
            jsonl.add(line, {**value, "intent": intent} if missing else value, self._rows)
        elif intent is not None and _in_pieces(value.get(PIECES)):
            self._rows.add(line, *_joined(value[PIECES], intent))
        else:
            return False
        return True


def _below(value: Any, intent: str | None, listed: bool) -> dict[str, str | None]:
    """Where the rows are in an object that is none: the keys to look below, with the intent that is named for each."""
    if listed:
        name = next((value[key] for key in NAMES if isinstance(value.get(key), str)), None)
        sentences = next((key for key in SENTENCES if isinstance(value.get(key), list)), None)
        return {} if name is None or sentences is None else {sentences: name}
    holder = next((key for key in HOLDERS if isinstance(value.get(key), list | dict)), None)
    if holder is not None:
        return {holder: intent}
    if intent is not None:
        return {}
    return {key: key for key, held in value.items() if isinstance(held, list | dict)}


def _in_pieces(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) and type(part.get("text")) is str for part in value)


def _joined(pieces: list[dict[str, Any]], intent: str) -> tuple[str, str, tuple[Slot, ...]]:
    """A sentence of its pieces, those that name an entity as its slots."""
    text, slots = "", list[Slot]()
    for piece in pieces:
        name = piece.get("slot_name") or piece.get("entity")
        end = len(text) + len(piece["text"])
        slots += [Slot(name, len(text), end)] if isinstance(name, str) else []
        text += piece["text"]
    return text, intent, tuple(slots)
