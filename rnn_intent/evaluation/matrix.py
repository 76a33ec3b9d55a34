"""Confusion matrices as inline SVG: a map of all intents, and close-ups of the blocks where the errors are."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from rnn_intent.page import shown

LABEL = 30  # how wide a name may be, in half-width characters
LETTER = 0.54  # width of a half-width letter, as a share of the font size


def confusion_counts(targets: np.ndarray, predicted: np.ndarray, intents: int) -> np.ndarray:
    """(intents, intents): rows by true intent, columns by answer. Rows with an unknown intent (-1) are left out."""
    counts = np.zeros((intents, intents), dtype=np.int64)
    known = targets >= 0
    np.add.at(counts, (targets[known], predicted[known]), 1)
    return counts


def named_matrix(names: Sequence[str], counts: np.ndarray, cell: float, written: bool) -> str:
    """A matrix whose rows carry a number and a name, and whose columns carry the same number.

    counts: (n, n) in display order; cell: size of a cell in pixels; written: with the counts in the cells.
    """
    size = len(names)
    font = min(13.0, cell * 0.95)
    numbered = [f"{name}  {index + 1}" for index, name in enumerate(_cut(name) for name in names)]
    left = max(_width(name) for name in numbered) * font * LETTER + 10
    top = font * (1.5 if cell >= 1.5 * font else 2.3)  # numbers of three digits stand upright over narrow columns
    parts = [_column_names(size, left, top, cell, font)]
    for index, name in enumerate(numbered):
        middle = top + (index + 0.5) * cell + font * 0.35
        parts.append(
            f'<text x="{left - 6:.1f}" y="{middle:.1f}" text-anchor="end" font-size="{font:.1f}">{shown(name)}</text>'
        )
    parts.append(f'<g transform="translate({left:.1f} {top:.1f})">{cells(names, counts, cell, written)}</g>')
    width, height = left + size * cell + 2, top + size * cell + 2
    return (
        f'<svg class="matrix" style="width:{width:.0f}px" viewBox="0 0 {width:.1f} {height:.1f}" role="img"'
        f' aria-label="confusion matrix of {size} intents">{"".join(parts)}</svg>'
    )


def map_matrix(names: Sequence[str], counts: np.ndarray, outlined: Sequence[tuple[int, int]], side: int = 640) -> str:
    """All intents without names, with numbered frames around the blocks. outlined: (first, after last) in order."""
    cell = side / len(names)
    parts = [cells(names, counts, cell, written=False)]
    for number, (first, end) in enumerate(outlined, start=1):
        start, width = first * cell - 1.5, (end - first) * cell + 3
        place = f'x="{start:.1f}" y="{start:.1f}" width="{width:.1f}" height="{width:.1f}"'
        parts.append(f'<rect class="frame" {place} rx="1.5"/>')
        parts.append(f'<text class="block" x="{start + width + 3:.1f}" y="{start + 9:.1f}">{number}</text>')
    return (
        f'<svg class="map" style="max-width:{side + 16}px" viewBox="-4 -4 {side + 20} {side + 8}" role="img"'
        f' aria-label="confusion matrix of {len(names)} intents, ordered so that confused ones are neighbours">'
        f"{''.join(parts)}</svg>"
    )


def cells(names: Sequence[str], counts: np.ndarray, cell: float, written: bool) -> str:
    """The squares: blue for right answers, rust for errors, stronger for a larger share of the row."""
    size = len(names) * cell
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    gap = min(1.0, cell * 0.08)
    parts = [f'<rect class="field" width="{size:.1f}" height="{size:.1f}"/>']
    for row, column in np.argwhere(counts):
        look = "right" if row == column else "wrong"
        strength = 0.15 + 0.5 * shares[row, column] if row == column else 0.25 + 0.75 * shares[row, column] ** 0.5
        place = f'x="{column * cell:.1f}" y="{row * cell:.1f}" width="{cell - gap:.2f}" height="{cell - gap:.2f}"'
        title = _title(names[row], names[column], int(counts[row, column]), int(counts[row].sum()))
        parts.append(f'<rect class="{look}" {place} fill-opacity="{strength:.2f}"><title>{title}</title></rect>')
        if written:
            middle = f'x="{(column + 0.5) * cell:.1f}" y="{(row + 0.5) * cell + 4:.1f}"'
            parts.append(f'<text class="count" {middle} text-anchor="middle">{counts[row, column]}</text>')
    return "".join(parts)


def _title(true: str, answer: str, count: int, rows: int) -> str:
    verdict = "right" if true == answer else f"answered {shown(answer)}"
    return f"{shown(true)}: {count} of {rows} {verdict}"


def _column_names(size: int, left: float, top: float, cell: float, font: float) -> str:
    parts = []
    for index in range(size):
        x = left + (index + 0.5) * cell
        if cell >= 1.5 * font:
            place = f'x="{x:.1f}" y="{top - 5:.1f}" text-anchor="middle"'
        else:
            place = f'transform="translate({x + font * 0.35:.1f} {top - 3:.1f}) rotate(-90)"'
        parts.append(f'<text {place} font-size="{font:.1f}">{index + 1}</text>')
    return "".join(parts)


def _width(name: str) -> int:
    """In half-width characters: a Chinese one counts two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in name)


def _cut(name: str) -> str:
    """A name that fits beside a matrix."""
    if _width(name) <= LABEL:
        return name
    while _width(name) > LABEL - 1:
        name = name[:-1]
    return name + "…"
