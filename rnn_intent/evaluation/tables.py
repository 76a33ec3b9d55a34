"""Tables and sentences of a report, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rnn_intent.charts import percent
from rnn_intent.page import shown


@dataclass(frozen=True)
class Cell:
    """HTML to show, and what a column is sorted by if that is not what is shown."""

    html: str
    value: float | str | None = None


@dataclass(frozen=True)
class Column:
    """name: plain text; number: set to the right; hint: what the column means, shown on hover."""

    name: str
    number: bool = False
    hint: str = ""


def table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], sortable: bool = False) -> str:
    """A table that scrolls by itself when it is wider than the page."""
    heads = "".join(f"<th{_class(column)}{_hint(column)}>{shown(column.name)}</th>" for column in columns)
    body = "\n".join(
        f"<tr>{''.join(_cell(column, cell) for column, cell in zip(columns, row, strict=True))}</tr>" for row in rows
    )
    look = ' class="sortable"' if sortable else ""
    return f'<div class="scroll"><table{look}><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def _class(column: Column) -> str:
    return ' class="number"' if column.number else ""


def _hint(column: Column) -> str:
    return f' title="{shown(column.hint)}"' if column.hint else ""


def _cell(column: Column, cell: Cell) -> str:
    value = "" if cell.value is None else f' data-value="{shown(cell.value)}"'
    return f"<td{_class(column)}{value}>{cell.html}</td>"


def text_cell(text: object, limit: int = 200) -> Cell:
    return Cell(shown(text, limit))


def share_cell(share: float) -> Cell:
    return Cell(percent(share), f"{share:.6f}")


def count_cell(count: int) -> Cell:
    return Cell(f"{count:,}", count)


def counted(count: int, one: str, many: str = "") -> str:
    """1 row, 2 rows, 3,000 rows."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def interval(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {percent(high)}"


def figures(values: Sequence[tuple[str, str, str]]) -> str:
    """Key figures in a row. values: (what, figure, remark), plain text of our own."""
    parts = (
        f"<div><dt>{name}</dt><dd>{figure}</dd><dd class='remark'>{remark}</dd></div>"
        for name, figure, remark in (map(escape, texts) for texts in values)
    )
    return f'<dl class="figures">{"".join(parts)}</dl>'


def section(number: int, name: str, question: str, body: str) -> str:
    return (
        f'<section id="{name}"><h2><span class="soft">{number}</span>&ensp;{shown(question)}</h2>\n{body}\n</section>'
    )
