"""fastText's supervised format: `__label__greet good morning`, one row a line."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_intent.data.example import Example
from rnn_intent.data.formats.plain import one_line
from rnn_intent.data.rows import Rows, refuse
from rnn_intent.errors import quoted

MARK = "__label__"


def read(text: str, rows: Rows) -> None:
    """Reads the lines of a fastText file; the label may stand anywhere in its line, but only once."""
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        labels = [word for word in words if word.startswith(MARK)]
        if len(labels) == 1:
            words.remove(labels[0])
            rows.add(number, " ".join(words), labels[0][len(MARK) :])
        elif words and not labels:
            rows.problem(number, f"no {MARK}… in {quoted(line)}")
        elif words:
            rows.problem(number, f"{len(labels)} labels; a sentence has one intent here")


def write(examples: Sequence[Example]) -> str:
    """The rows in fastText's format; a DataError names what it cannot hold: an intent or word it would misread."""
    refuse([f"{row.source or 'row'}: {problem}" for row in examples if (problem := _unfit(row))])
    return "".join(f"{MARK}{row.intent} {' '.join(one_line(row.text).split())}\n" for row in examples)


def _unfit(row: Example) -> str:
    if row.intent.split() != [row.intent]:
        return f"fastText labels hold no spaces: rename the intent {quoted(row.intent)}"
    if any(word.startswith(MARK) for word in row.text.split()):
        return f"the text {quoted(row.text)} holds a word that fastText reads as a label"
    return ""
