"""Comma-separated values as spreadsheets write them: quoted cells, a header in any order; also `;`, tabs or `|`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial

from rnn_intent.data.example import Example
from rnn_intent.data.formats.columns import add_cells, add_table
from rnn_intent.data.formats.plain import has_languages, one_line
from rnn_intent.data.rows import Rows
from rnn_intent.errors import printable

DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[ \t]*(?:\n|$)', re.I)  # a first line that tells Excel the delimiter

# A spreadsheet runs a cell that starts so as a formula, some also with the wide characters of Chinese keyboards; an
# apostrophe in front says that it is text.
FORMULA = "=+-@＝＋－＠\t\r"
_FORMULA = re.compile(f"'*[{re.escape(FORMULA)}]")


def read(text: str, rows: Rows) -> None:
    """Reads a CSV file; a header is understood, in any order; without one the text stands first."""
    add_table(_records(text, rows), rows, partial(add_cells, clean=_clean))


def write(examples: Sequence[Example]) -> str:
    """The rows as CSV with a header; cells that a spreadsheet would run as a formula get an apostrophe in front."""
    languages = has_languages(examples)
    out = io.StringIO(newline="")  # a cell never holds a line end: a sentence is one line
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["text", "intent", "language"] if languages else ["text", "intent"])
    for row in examples:
        cells = [escape(one_line(cell)) for cell in (row.text, row.intent, row.language)]
        writer.writerow(cells if languages else cells[:2])
    return out.getvalue()


def escape(cell: str) -> str:
    """A cell that stays text in a spreadsheet; `unescape` is its inverse."""
    return "'" + cell if _FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    """A cell as it was before `escape`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _records(text: str, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """The records with the line each starts on."""
    told = _SEPARATOR.match(text)
    before, delimiter = (told[0].count("\n"), told[1]) if told else (0, _delimiter(text))
    line = before + 1
    body = io.StringIO(text[told.end() :] if told else text, newline="")
    reader = csv.reader(body, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        rows.problem(line, f"not CSV from here on: {printable(str(error))}; is a quotation mark left open?")


def _clean(cell: str) -> str:
    return unescape(cell.strip())


def _delimiter(text: str) -> str:
    # a comma unless the first line has none: spreadsheets in many countries write semicolons and still say CSV
    first = text.lstrip("\n").split("\n", 1)[0]
    return next((mark for mark in DELIMITERS if mark in first), ",")
