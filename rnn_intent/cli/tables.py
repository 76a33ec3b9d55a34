"""Rows as aligned columns, as wide as the terminal and no wider; what is piped keeps each row on one line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rnn_intent.cli.output import columns, width

LEAST = 12  # columns that the longest word keeps, where there is room for one


def table(rows: Sequence[Sequence[str]], right: str = "") -> str:
    """Rows as lines, the names of the columns first where there are more than three.

    right: "lrr" aligns the last two of three columns to the right. Where a terminal is too narrow, cells are wrapped,
    then columns move together; if that does not do, each row becomes a list.
    """
    most = columns()
    for space in ("  ", " "):
        widths = _widths(rows, most, len(space))
        if most is None or _total(widths, len(space)) <= most or len(widths) <= 3:
            return _aligned(rows, widths, right.ljust(len(widths), "l"), space)
    return "\n".join(_list(rows[0], row) for row in rows[1:])


def _aligned(rows: Sequence[Sequence[str]], widths: Sequence[int], sides: str, space: str) -> str:
    lines = []
    for row in rows:
        cells = [wrapped(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        for line in zip_longest(*cells, fillvalue=""):
            filled = [_filled(part, wide, side) for part, wide, side in zip(line, widths, sides, strict=True)]
            lines.append(space.join(filled).rstrip())
    return "\n".join(lines)


def _list(names: Sequence[str], row: Sequence[str]) -> str:
    told = table([[f"  {name}", cell] for name, cell in zip(names[1:], row[1:], strict=True) if cell])
    return f"{row[0]}\n{told}" if row[0] else told


def wrapped(text: str, wide: int) -> list[str]:
    """A text as lines of so many columns at most: parted between words, and within those that are longer."""
    if width(text) <= wide:
        return [text]
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer) <= wide:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if width(lines[-1] + character) > wide:
                lines.append("")
            lines[-1] += character
    return lines


def _widths(rows: Sequence[Sequence[str]], most: int | None, space: int) -> list[int]:
    """How wide each column is; where all of them together do not fit, the widest are narrowed."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if most is None:
        return widths
    words = [[width(word) for cell in column for word in cell.split(" ")] for column in zip(*rows, strict=True)]
    least = [min(max(found), LEAST) for found in words]
    while _total(widths, space) > most:
        wide = [place for place, fewest in enumerate(least) if widths[place] > fewest]
        if not wide:
            break
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def _total(widths: Sequence[int], space: int) -> int:
    return sum(widths) + space * (len(widths) - 1)


def _filled(part: str, wide: int, side: str) -> str:
    space = " " * (wide - width(part))
    return space + part if side == "r" else part + space
