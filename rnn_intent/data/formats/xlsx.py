"""The first sheet of an Excel workbook, as openpyxl reads it (extra `[excel]`)."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from rnn_intent.data.formats.columns import add_table
from rnn_intent.data.rows import Rows
from rnn_intent.errors import UsageError, printable, quoted

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MOST_BYTES = 200_000_000  # unpacked; a stranger's workbook may unpack without end
MOST_ROWS, MOST_COLUMNS = 1 << 20, 50  # as many rows as Excel has; what stands further right is no table of sentences


def read(content: bytes, rows: Rows) -> None:
    """Reads the first sheet, as a CSV file is read: a header is understood, in any order; values, not formulas.

    Raises UsageError without the extra [excel].
    """
    try:
        from openpyxl import load_workbook
    except ImportError:
        remedy = "pip install 'rnn-intent[excel]', or save the table as CSV UTF-8"
        raise UsageError(f"an Excel workbook needs the extra [excel]: {remedy}") from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > MOST_BYTES:
            rows.problem(None, f"unpacks to {size:,} bytes, more than a table of sentences takes")
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about colours, charts and the like, which it does not read
            with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
                add_table(_records(book, rows), rows)
    except Exception as error:  # what openpyxl raises for a damaged file has no bounds
        rows.problem(None, f"not a workbook that can be read ({printable(str(error))}); save the table as CSV UTF-8")


def _records(book: Workbook, rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """The rows with their numbers, without the empty cells at the end."""
    first, *others = book.worksheets
    first.reset_dimensions()  # some programs write wrong ones
    for number, cells in enumerate(first.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1):
        if number > MOST_ROWS:
            break
        if not any(cells):
            continue
        record = list(map(_text, cells))
        while record and not record[-1]:
            record.pop()
        yield number, record
    if others and not (rows.examples or rows.problems):
        rows.problem(None, f"the first sheet, {quoted(first.title)}, has no rows; move the table there")
    if unread := [quoted(sheet.title) for sheet in others if (sheet.max_row or 0) > 1]:
        rows.warnings.append(f"{rows.name}: the sheet {quoted(first.title)} is read, not {', '.join(unread)}")


def _text(cell: object) -> str:
    """A cell as a spreadsheet shows it: without a fraction or a time of day that it does not have."""
    return "" if cell is None else str(cell).strip().removesuffix(".0" if isinstance(cell, float) else " 00:00:00")
