"""Examples to files: the same rows in another format, and what that format could not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rnn_intent.data.encoding import shown
from rnn_intent.data.example import Example
from rnn_intent.data.formats import csv, fasttext, jsonl, rasa, tsv
from rnn_intent.errors import DataError, UsageError, quoted
from rnn_intent.files import write_atomically, writing

WRITERS: dict[str, Callable[[Sequence[Example]], str]] = {
    "jsonl": jsonl.write,
    "tsv": tsv.write,
    "csv": csv.write,
    "fasttext": fasttext.write,
    "rasa": rasa.write,
}
SUFFIXES = {".jsonl": "jsonl", ".tsv": "tsv", ".csv": "csv", ".txt": "fasttext", ".yml": "rasa", ".yaml": "rasa"}
_HOLDS_SLOTS = {"jsonl", "rasa"}
_HOLDS_LANGUAGE = {"jsonl", "tsv", "csv"}


def write_examples(
    examples: Sequence[Example], path: str | Path, format: str = "auto", force: bool = False
) -> list[str]:
    """Writes a UTF-8 file, whole or not at all; returns a line for everything that the format leaves out.

    Raises UsageError for an unknown format, a file that exists (without `force`) or a folder that cannot be written,
    and DataError for rows that would be read back as something else.
    """
    path = Path(path)
    name = SUFFIXES.get(path.suffix.lower(), "") if format == "auto" else format
    if not name:
        raise UsageError(f"{shown(path)}: the name tells no format to write; let it end in {', '.join(SUFFIXES)}")
    if name not in WRITERS:
        raise UsageError(f"{shown(path)}: no format {quoted(name)} to write; known: {', '.join(WRITERS)}")
    _refuse_existing(path, force)
    try:
        content = WRITERS[name](examples).encode("utf-8")
    except UnicodeEncodeError:
        raise DataError(f"{shown(path)}: a row holds half a character (a lone surrogate), which no file can") from None
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return _left_out(examples, name)


def write_splits(
    splits: Mapping[str, Sequence[Example]], folder: str | Path, format: str = "jsonl", force: bool = False
) -> list[str]:
    """Writes `train.…`, `valid.…`, `oos_test.…` and so on into a folder that read_splits reads; no empty ones.

    Nothing is written if one of the files exists (without `force`). Returns and raises as write_examples does.
    """
    suffix = next((suffix for suffix, name in SUFFIXES.items() if name == format), "")
    targets = {Path(folder) / f"{name}{suffix}": rows for name, rows in splits.items() if rows}
    for path in targets:
        _refuse_existing(path, force)
    return [line for path, rows in targets.items() for line in write_examples(rows, path, format, force)]


def _refuse_existing(path: Path, force: bool) -> None:
    if path.is_dir() or (path.exists() and not force):
        raise UsageError(f"{shown(path)}: exists already; choose another name or say --force")


def _left_out(examples: Sequence[Example], format: str) -> list[str]:
    slots = 0 if format in _HOLDS_SLOTS else sum(bool(row.slots) for row in examples)
    languages = 0 if format in _HOLDS_LANGUAGE else sum(bool(row.language) for row in examples)
    counts = {"slots": slots, "language": languages}
    return [f"{format} cannot hold the {what} of {count} rows" for what, count in counts.items() if count]
