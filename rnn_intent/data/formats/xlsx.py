"""The first sheet of an Excel workbook, as openpyxl reads it (extra `[excel]`)."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from rnn_intent.data.formats.columns import add_cells, add_table
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
        title, records, others = _first_sheet(load_workbook, content)
    except Exception as error:  # what openpyxl raises for a damaged file has no bounds
        rows.problem(None, f"not a workbook that can be read ({printable(str(error))}); save the table as CSV UTF-8")
        return
    if others and not records:
        rows.problem(None, f"the first sheet, {quoted(title)}, has no rows; move the table there")
    elif others:
        rows.warnings.append(f"{rows.name}: the sheet {quoted(title)} is read, not {', '.join(map(quoted, others))}")
    add_table(records, rows, add_cells)


def _first_sheet(load: Callable[..., Workbook], content: bytes) -> tuple[str, list[tuple[int, list[str]]], list[str]]:
    """Its name, its filled rows with their numbers, without the empty cells at their ends, and which others have rows.

    load: openpyxl's `load_workbook`.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > MOST_BYTES:
        raise ValueError(f"it unpacks to {size:,} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about colours, charts and the like, which it does not read
        with closing(load(io.BytesIO(content), read_only=True, data_only=True)) as book:
            first, *others = book.worksheets
            first.reset_dimensions()  # some programs write wrong ones
            lines = enumerate(first.iter_rows(max_col=MOST_COLUMNS, values_only=True), start=1)
            records = [(line, _texts(cells)) for line, cells in islice(lines, MOST_ROWS) if any(cells)]
            return first.title, records, [sheet.title for sheet in others if (sheet.max_row or 0) > 1]


def _texts(cells: Iterable[object]) -> list[str]:
    texts = list(map(_text, cells))
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(cell: object) -> str:
    """A cell as a spreadsheet shows it: without a fraction or a time of day that it does not have."""
    match cell:
        case None:
            return ""
        case float():
            return str(cell).removesuffix(".0")
        case datetime():
            return str(cell).removesuffix(" 00:00:00")
    return str(cell).strip()
