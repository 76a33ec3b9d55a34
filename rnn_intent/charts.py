"""Charts as inline SVG: thin lines, few ticks, the name of a line at its end instead of a legend.

Drawn 380 units wide, about the width of a phone, so that letters stay readable there. Colours are CSS classes, which
follow the page into the dark and onto paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rnn_intent.page import shown

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 18, 38

Format = Callable[[float], str]


def percent(value: float) -> str:
    """0.945 -> 94.5 %, with one decimal, so that columns align; no share is called nothing that is something."""
    if 0 < value < 0.0005:
        return "≤\u00a00.1\u00a0%"
    return f"{100 * value:.1f}\u00a0%"


def tick_percent(value: float) -> str:
    """0.5 -> 50 %"""
    return f"{100 * value:.4g}\u00a0%"


def plain(value: float) -> str:
    return f"{value:.4g}"


@dataclass(frozen=True)
class Line:
    """One line of a chart. look: CSS classes; named at its end unless the name is empty. step: drawn as a staircase."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    look: str = "first"
    step: bool = False


@dataclass(frozen=True)
class Axis:
    """A range of values, where its ticks stand and how they are written; `log` for values over several magnitudes."""

    low: float
    high: float
    name: str
    write: Format = plain
    log: bool = False

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high end."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(max(value, self.low)) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        if self.log:
            powers = range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)
            return [10.0**power for power in powers]
        step = _nice((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [(first + index) * step for index in range(count)]


def axis(values: Sequence[float], name: str, write: Format = plain, zero: bool = False, log: bool = False) -> Axis:
    """An axis that holds all finite values. zero: begins there; log: logarithmic, if the values differ so much."""
    finite = [float(value) for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if log and low > 0 and high / low > 100:
        return Axis(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)), name, write, log=True)
    if zero and low >= 0:
        return Axis(0.0, high * 1.04 or 1.0, name, write)
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 0.5
    if write is tick_percent:  # there is nothing below 0 % or above 100 %
        return Axis(max(low - margin, 0.0), min(high + margin, 1.0), name, write)
    return Axis(low - margin, high + margin, name, write)


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, at least as large as the step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


class Chart:
    """A frame with axes to which marks are added; `svg(title)` closes it. Values are given in data units."""

    def __init__(self, x: Axis, y: Axis, height: int = HEIGHT) -> None:
        self.x, self.y, self.height = x, y, height
        self._marks: list[str] = []
        self._ends: list[tuple[float, str, str]] = []

    def across(self, value: float) -> float:
        return LEFT + self.x.share(value) * (WIDTH - LEFT - RIGHT)

    def up(self, value: float) -> float:
        return self.height - BOTTOM - self.y.share(value) * (self.height - TOP - BOTTOM)

    def line(self, line: Line) -> None:
        points = [(self.across(x), self.up(y)) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(x + y)]
        if not points:
            return
        if line.step:
            points = [corner for one, two in pairwise(points) for corner in (one, (two[0], one[1]))]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._marks.append(f'<polyline class="line {line.look}" points="{path}"/>')
        if len(points) == 1:
            self.dot(line.xs[0], line.ys[0], line.look)
        if line.name:
            self._ends.append((points[-1][1], line.name, line.look))

    def dot(self, x: float, y: float, look: str = "first", title: str = "", radius: float = 3.0) -> None:
        inside = f"<title>{shown(title)}</title>" if title else ""
        place = f'cx="{self.across(x):.1f}" cy="{self.up(y):.1f}" r="{radius:g}"'
        self._marks.append(f'<circle class="dot {look}" {place}>{inside}</circle>')

    def span(self, x: float, low: float, high: float, look: str = "first") -> None:
        """A vertical stroke from low to high."""
        place = f'x1="{self.across(x):.1f}" x2="{self.across(x):.1f}" y1="{self.up(low):.1f}" y2="{self.up(high):.1f}"'
        self._marks.append(f'<line class="span {look}" {place}/>')

    def upright(self, x: float, name: str) -> None:
        """A vertical line through the whole chart with a name at its top."""
        place, floor = self.across(x), self.height - BOTTOM
        self._marks.append(f'<line class="mark" x1="{place:.1f}" x2="{place:.1f}" y1="{TOP}" y2="{floor}"/>')
        self._marks.append(_text("name", place, TOP - 5, "middle", name))

    def note(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        self._marks.append(_text("name", self.across(x), self.up(y), anchor, words))

    def svg(self, title: str) -> str:
        """title: what a reader who cannot see the chart is told."""
        parts = [self._axes(), *self._marks, self._names()]
        return (
            f'<svg class="chart" viewBox="0 0 {WIDTH} {self.height}" role="img" aria-label="{shown(title)}">'
            f"{''.join(parts)}</svg>"
        )

    def _axes(self) -> str:
        floor, right, parts = self.height - BOTTOM, WIDTH - RIGHT, []
        for tick in self.y.ticks():
            place = self.up(tick)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{place:.1f}" y2="{place:.1f}"/>')
            parts.append(_text("tick", LEFT - 5, place + 3.5, "end", self.y.write(tick)))
        for tick in self.x.ticks():
            place = self.across(tick)
            parts.append(f'<line class="axis" x1="{place:.1f}" x2="{place:.1f}" y1="{floor}" y2="{floor + 4}"/>')
            parts.append(_text("tick", place, floor + 16, "middle", self.x.write(tick)))
        parts.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{floor}" y2="{floor}"/>')
        parts.append(_text("name", right, self.height - 5, "end", self.x.name))
        return "".join(parts)

    def _names(self) -> str:
        """The names of the lines at their right ends, pushed apart where they would overlap."""
        parts, lowest = [], -math.inf
        for place, name, look in sorted(self._ends):
            lowest = max(place - 5, lowest + 13, TOP + 8)
            parts.append(_text(f"name {look}", WIDTH - RIGHT - 2, lowest, "end", name))
        return "".join(parts)


def _text(look: str, x: float, y: float, anchor: str, words: str) -> str:
    return f'<text class="{look}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{shown(words)}</text>'


def line_chart(
    lines: Sequence[Line], x_name: str, write: Format = plain, zero: bool = False, log: bool = False
) -> Chart:
    """A chart with axes that hold all the lines."""
    xs = [x for line in lines for x in line.xs]
    ys = [y for line in lines for y in line.ys]
    chart = Chart(Axis(min(xs), max(max(xs), min(xs) + 1), x_name), axis(ys, "", write, zero, log))
    for line in lines:
        chart.line(line)
    return chart


def shares_below(parts: Sequence[tuple[np.ndarray, str]], x: Axis, height: int = HEIGHT) -> Chart:
    """How much of each set of values lies below x. parts: (values, look)."""
    chart = Chart(x, Axis(0.0, 1.0, "", tick_percent), height)
    places = np.linspace(x.low, x.high, 121)
    for values, look in parts:
        below = np.searchsorted(np.sort(values), places, side="right") / len(values)
        chart.line(Line("", places.tolist(), below.tolist(), look))
    return chart
