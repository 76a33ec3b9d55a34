"""The network of one sentence, unrolled in time, as SVG: words come in below, one answer goes out above.

Shapes at the right margin are those of the arrays that were computed.
"""

from __future__ import annotations

from collections.abc import Sequence

from rnn_intent.inference.trace import Trace
from rnn_intent.page import shown

WIDTH, LEFT, RIGHT = 960, 74, 262
CELL, STATE, ROW = 40, 26, 78  # heights: of a cell, of a box with a state, from one row to the next
MOST_COLUMNS = 6
WAYS = (("forward", "→", -1), ("backward", "←", 1))  # look, arrow of the equations, side of the column


def unrolled(trace: Trace) -> str:
    """An SVG; of a long sentence the first and last tokens."""
    return _Drawing(trace).svg()


class _Drawing:
    """Draws from the top down; `y` is where the next row begins."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        both = len(trace.reading.layers[0]) == 2
        self.ways = WAYS if both else (("forward", "", -1),)
        time = len(trace.steps)
        few = time <= MOST_COLUMNS
        self.columns: list[int | None] = list(range(time)) if few else [0, 1, 2, None, time - 2, time - 1]
        self.step = min(170.0, (WIDTH - LEFT - RIGHT) / len(self.columns))
        self.cell = min(74.0, self.step * 0.5)
        self.shift = 15.0 if len(self.ways) == 2 else 0.0
        self.parts: list[str] = []
        self.y = 12.0

    def svg(self) -> str:
        self._answer()
        layers = self.trace.reading.layers
        for number in range(len(layers) - 1, -1, -1):
            self._layer(number)
        self._inputs()
        title = shown(f"the network unrolled over: {self.trace.text}")
        return (
            f'<svg class="unrolled" viewBox="0 0 {WIDTH} {self.y:.0f}" role="img" aria-label="{title}">'
            f"<defs>{_markers()}</defs>{''.join(self.parts)}</svg>"
        )

    def _center(self, place: int) -> float:
        return LEFT + (place + 0.5) * self.step

    def _answer(self) -> None:
        """Answer, head and pooling: boxes across all columns."""
        trace, reading = self.trace, self.trace.reading
        end = LEFT + len(self.columns) * self.step
        middle = (LEFT + end) / 2
        self._text(middle, self.y + 16, f"{trace.intent} {trace.confidence:.0%}", "answer")
        self._margin(self.y + 16, "probabilities", reading.probabilities.shape)
        self._arrow(middle, self.y + 48, middle, self.y + 24, "plain")
        head = (reading.probabilities.shape[0], reading.summary.shape[0])
        self._box(LEFT, self.y + 48, end - LEFT, 30, "head", "softmax((W summary + b) / temperature)")
        self._margin(self.y + 68, "W", head)
        self._arrow(middle, self.y + 102, middle, self.y + 78, "plain")
        self._box(LEFT, self.y + 102, end - LEFT, 30, "pool", f"summary = [{', '.join(trace.model.pooling)}]")
        self._margin(self.y + 122, "summary", reading.summary.shape)
        self.y += 132
        self._pooled(self.y)
        self.y += 34

    def _pooled(self, y: float) -> None:
        """From which states the summary comes: all, for all but `last`; there, where each direction has ended."""
        if set(self.trace.model.pooling) - {"last"}:
            for place, column in enumerate(self.columns):
                if column is not None:
                    self._arrow(self._center(place), y + 34, self._center(place), y, "faint")
        if "last" in self.trace.model.pooling:
            for (look, _, side), place in zip(self.ways, (len(self.columns) - 1, 0), strict=False):
                x = self._center(place) + side * (self.shift + 6 if self.shift else 0)
                self._arrow(x, y + 34, x, y, look)

    def _layer(self, number: int) -> None:
        """A layer from its joined states down to its cells."""
        layer = self.trace.reading.layers[number]
        joined = len(layer) == 2
        wide = sum(direction.states.shape[1] for direction in layer)
        top, self.y = self.y, self.y + STATE
        rows = [self.y + 34 + ROW * place for place in range(len(layer))]  # backward above forward
        feet = rows[-1] + CELL + 30
        for place, column in enumerate(self.columns):
            if column is None:
                self._text(self._center(place), top + STATE - 7, "⋯", "gap")
                continue
            label, extra = ("[→h, ←h]", 14.0) if joined else ("h", 0.0)
            left = self._center(place) - (self.cell + extra) / 2
            self._box(left, top, self.cell + extra, STATE, "state", label, str(column + 1))
        self._margin(top + 17, "h_t", (1, wide), "joined" if joined else "")
        for (look, arrow, side), y in zip(self.ways, reversed(rows), strict=False):
            self._direction(number, look, arrow, side * self.shift, y, top + STATE, feet)
        self.y = feet

    def _direction(self, number: int, look: str, arrow: str, shift: float, y: float, roof: float, feet: float) -> None:
        """A row of cells, the state handed from each to the next, x coming from below, h leaving upwards."""
        name = self.trace.model.cell
        hidden = self.trace.reading.layers[number][0].states.shape[1]
        both = ", c" if name == "lstm" else ""  # an LSTM hands on two states
        outer = self.cell * 0.32
        for place, column in enumerate(self.columns):
            x = self._center(place) + shift
            if column is None:
                self._text(x, y + CELL / 2 + 5, "⋯", "gap")
            else:
                out = self._center(place) + (-1 if shift < 0 else 1 if shift > 0 else 0) * (self.shift + 6)
                self._arrow(out, y, out, roof, look)
                into = x + (outer if shift > 0 else -outer if shift < 0 else 0)
                self._arrow(into, feet, into, y + CELL, "faint")
                self._box(x - self.cell / 2, y, self.cell, CELL, look, name.upper())
            self._handed(place, shift, look, arrow, y + CELL / 2, both)
        self._margin(y + 15, f"{arrow}h{both}", (1, hidden))
        weights = {(s.place, s.what): s.shape for s in self.trace.shapes}
        place_name = ("layer" if len(self.trace.reading.layers) == 1 else f"layer {number + 1}") + f" {arrow or '→'}"
        self._margin(y + 33, "W_i", weights[place_name, "W_i"])
        self._margin(y + 51, "W_h", weights[place_name, "W_h"])

    def _handed(self, place: int, shift: float, look: str, arrow: str, y: float, both: str) -> None:
        """The state that goes into this column's cell, from the left or, backward, from the right."""
        sign = -1 if arrow == "→" else 1
        column = self.columns[place]
        edge = self.cell / 2 if column is not None else 14
        end = self._center(place) + shift + sign * edge
        neighbour = place + sign
        first = not 0 <= neighbour < len(self.columns)
        if first:
            start = end + sign * 30
            self._text(start + sign * 4, y + 4, f"{arrow}h = 0", f"small {look} {'end' if sign < 0 else 'start'}")
        else:
            away = self.cell / 2 if self.columns[neighbour] is not None else 14
            start = self._center(neighbour) + shift - sign * away
            before = self.columns[neighbour]
            if before is not None and column is not None:
                self._text(
                    (start + end) / 2,
                    y - 7,
                    f"{arrow}h{both if self.step > 110 else ''}",
                    f"small {look}",
                    str(before + 1),
                )
        self._arrow(start, y, end, y, look)

    def _inputs(self) -> None:
        """The tokens and their vectors."""
        size = self.trace.shapes[0].shape[1]
        for place, column in enumerate(self.columns):
            x = self._center(place)
            if column is None:
                self._text(x, self.y + 17, "⋯", "gap")
                continue
            token = self.trace.steps[column].token
            self._box(x - self.cell / 2, self.y, self.cell, STATE, "state", "x", str(column + 1))
            self._arrow(x, self.y + STATE + 26, x, self.y + STATE, "faint")
            self._text(x, self.y + STATE + 46, token if len(token) <= 14 else token[:13] + "…", "token")
        self._margin(self.y + 17, "x_t", (1, size), "embedding")
        self.y += STATE + 58

    def _margin(self, y: float, what: str, shape: Sequence[int], remark: str = "") -> None:
        x = LEFT + len(self.columns) * self.step + (70 if len(self.ways) == 2 else 24)
        numbers = f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"
        self._text(x, y, f"{what} {numbers}", "shape start", remark=remark)

    def _box(self, x: float, y: float, wide: float, high: float, look: str, words: str, index: str = "") -> None:
        place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
        self.parts.append(f'<rect class="{look}" {place} rx="3"/>')
        self._text(x + wide / 2, y + high / 2 + 5, words, f"in {look}", index)

    def _text(self, x: float, y: float, words: str, look: str, index: str = "", remark: str = "") -> None:
        below = f'<tspan class="index" dy="4">{shown(index)}</tspan>' if index else ""
        below += f'<tspan class="remark"> {shown(remark)}</tspan>' if remark else ""
        self.parts.append(f'<text class="{look}" x="{x:.1f}" y="{y:.1f}">{shown(words)}{below}</text>')

    def _arrow(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self.parts.append(f'<line class="{look}" {place} marker-end="url(#tip-{look})"/>')


def _markers() -> str:
    shape = '<path d="M0 0L8 4L0 8z"/>'
    size = 'viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="6" markerHeight="6" orient="auto"'
    return "".join(
        f'<marker id="tip-{look}" class="{look}" {size}>{shape}</marker>'
        for look in ("forward", "backward", "plain", "faint")
    )
