"""Tab-separated text and intent, one row a line, no quoting: a quotation mark is a quotation mark."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_intent.data.example import Example
from rnn_intent.data.formats.columns import Columns, add_filled, add_table
from rnn_intent.data.formats.plain import has_languages, one_line
from rnn_intent.data.rows import Rows
from rnn_intent.errors import quoted


def read(text: str, rows: Rows) -> None:
    """Reads the lines of a TSV file; a header `text<TAB>intent` is understood, and so are other column orders."""
    if "\t" not in text and text.strip():
        rows.problem(1, "no tab between text and intent, here or in any line; is it another format? See --format")
        return
    lines = enumerate(text.split("\n"), start=1)
    add_table(((number, line.split("\t")) for number, line in lines), rows, _add)


def write(examples: Sequence[Example]) -> str:
    """The rows as TSV with a header; tabs and line ends inside a text become spaces."""
    languages = has_languages(examples)
    lines = ["text\tintent\tlanguage" if languages else "text\tintent"]
    for row in examples:
        cells = [one_line(row.text), row.intent, one_line(row.language)]
        lines.append("\t".join(cells if languages else cells[:2]))
    return "\n".join(lines) + "\n"


def _add(number: int, cells: Sequence[str], columns: Columns, rows: Rows) -> None:
    if len(cells) == 1:
        rows.problem(number, f"no tab between text and intent in {quoted(cells[0])}")
    elif len(cells) > columns.width and any(cell.strip() for cell in cells[columns.width :]):
        rows.problem(number, f"{len(cells)} columns, {columns.width} are expected; is there a tab inside the text?")
    elif len(cells) <= max(columns.text, columns.intent):
        rows.problem(number, f"{len(cells)} columns, {columns.width} are expected")
    else:
        add_filled(number, cells, columns, rows, str.strip)
