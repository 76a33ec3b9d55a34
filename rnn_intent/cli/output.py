"""How the command line speaks: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rnn_intent.errors import printable

if TYPE_CHECKING:
    from pathlib import Path

BAR = 24  # characters of a full bar
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_CONTROLS |= {9: "\\t", 10: "\\n", 13: "\\r"}
# Ends of lines, and what turns the direction of writing round: it can make a text look like another one.
_TURNING = {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_CONTROLS |= _TURNING
_IN_JSON = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)} | _TURNING  # which JSON itself would let pass


def say(message: str) -> None:
    """A line for the person at the terminal."""
    print(f"rnn-intent: {printable(message, limit=10_000)}", file=sys.stderr)


def write_file(path: Path, data: bytes) -> None:
    """A file that was asked for, whole or not at all. Raises UsageError."""
    from rnn_intent.files import write_atomically, writing

    with writing(path):
        write_atomically(path, data)
    say(f"wrote {path}")


def examples(*lines: str) -> str:
    """The end of a command's help."""
    return "\b\n" + "\n".join([f"Example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in lines)])


def one_line(text: str) -> str:
    """A text as it may stand in a column: no tabs, line ends or characters that a terminal would obey."""
    return text if text.isprintable() else text.translate(_CONTROLS)


def bar(share: float, most: int = BAR) -> str:
    return "█" * round(share * most)


def columns() -> int | None:
    """Columns of the terminal that shows standard output; None where it goes elsewhere, and nothing needs to fit."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def width(text: str) -> int:
    """Columns that a text takes in a terminal: Chinese characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that people can read and no terminal obeys: on one line, or indented."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isprintable() else text.translate(_IN_JSON)
