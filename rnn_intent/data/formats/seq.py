"""Folders as the slot-filling papers publish them: seq.in, label and, with slots, seq.out, line beside line."""

from __future__ import annotations

from rnn_intent.data.formats.bio import spans
from rnn_intent.data.rows import Rows
from rnn_intent.errors import printable

SENTENCES, LABELS, TAGS = "seq.in", "label", "seq.out"


def read(sentences: str, labels: str, tags: str | None, rows: Rows) -> None:
    """Reads the texts of the three files; `tags` is None when there is no seq.out."""
    texts, intents = _lines(sentences), _lines(labels)
    marks = None if tags is None else _lines(tags)
    counts = {SENTENCES: len(texts), LABELS: len(intents)} | ({} if marks is None else {TAGS: len(marks)})
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        rows.problem(min(counts.values()) + 1, f"the files differ in their number of lines: {told}")
        return
    for index, (text, intent) in enumerate(zip(texts, intents, strict=True)):
        words = text.split()
        try:
            slots = () if marks is None else spans(words, marks[index].split())
        except ValueError as error:
            rows.problem(index + 1, f"{TAGS}: {printable(str(error))}")
            continue
        rows.add(index + 1, " ".join(words), intent, slots)


def _lines(text: str) -> list[str]:
    return text.rstrip("\n").split("\n") if text.strip() else []
