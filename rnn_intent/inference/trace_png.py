"""A trace as a picture: heat map, the answer without each token, and the path of the state. Needs the extra [plot]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rnn_intent.inference.cells import Array
from rnn_intent.inference.trace import Trace
from rnn_intent.inference.trace_score import rows_for
from rnn_intent.inference.trace_states import Plane, planes
from rnn_intent.plotting import BLUE, INK, PAPER, RUST, SOFT, WASH, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST = 16  # characters of a token
MOST_TOKENS = 40  # columns of a picture; a longer sentence is shown up to there
LEAST_WIDTH, MOST_WIDTH = 4.2, 30.0  # inches of one sentence


def trace_picture(traces: Sequence[Trace]) -> bytes:
    """The PNG file of one sentence, or of two side by side. Raises UsageError without matplotlib."""
    intents = rows_for(traces)
    widths = [_width(trace) for trace in traces]
    words = " ".join([*intents, *(trace.text for trace in traces)])

    def draw(figure: Figure) -> None:
        heights = [0.34 * len(intents) + 1.4, 2.6]
        top, bottom = figure.subfigures(2, 1, squeeze=False, height_ratios=heights)[:, 0]
        parts = top.subfigures(1, len(traces), squeeze=False, width_ratios=widths)[0]
        for part, trace in zip(parts, traces, strict=True):
            heat, below = part.subplots(2, 1, sharex=True, height_ratios=[len(intents), 2.2])
            _heat(heat, trace, intents)
            _omissions(below, trace)
        found = planes(traces)
        for axes, plane in zip(bottom.subplots(1, len(found), squeeze=False)[0], found, strict=True):
            _path(axes, plane)

    return drawn(max(sum(widths), 6.4), 0.34 * len(intents) + 4.2, words, draw)


def _width(trace: Trace) -> float:
    return min(max(LEAST_WIDTH, 1.8 + 0.62 * min(len(trace.steps), MOST_TOKENS)), MOST_WIDTH)


def _heat(axes: Axes, trace: Trace, intents: Sequence[str]) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    steps = trace.steps[:MOST_TOKENS]
    numbers = [trace.labels.index(name) for name in intents]
    shares = np.stack([step.probabilities[numbers] for step in steps], axis=1)  # (intents, time)
    shades = LinearSegmentedColormap.from_list("belief", [WASH, BLUE])
    axes.pcolormesh(shares, cmap=shades, vmin=0, vmax=1, edgecolors=PAPER, linewidth=1.5)
    axes.invert_yaxis()
    for row, name in enumerate(intents):
        for place, step in enumerate(steps):
            share = float(shares[row, place])
            won = step.winner == name
            color, weight = (PAPER if share > 0.55 else INK), ("bold" if won else "normal")
            written = f"{100 * share:.0f}" if share >= 0.005 else ""
            axes.text(place + 0.5, row + 0.5, written, ha="center", va="center", color=color, weight=weight, size=8)
    axes.set_yticks(np.arange(len(intents)) + 0.5, intents)
    axes.set_xticks(np.arange(len(steps)) + 0.5, [_short(step.token) for step in steps])
    axes.tick_params(length=0, labelcolor=INK, labeltop=True, labelbottom=False)
    axes.axvline(trace.settled_at, color=BLUE, linewidth=1.5)
    axes.spines[:].set_visible(False)
    settled = trace.steps[trace.settled_at].token
    title = f"{_short(trace.text, 60)}\n{trace.intent} {trace.confidence:.0%}, settled at {_short(settled)}"
    axes.set_title(title, pad=8)


def _omissions(axes: Axes, trace: Trace) -> None:
    steps = trace.steps[:MOST_TOKENS]
    changes = [100 * step.omission.change if step.omission else 0.0 for step in steps]
    colors = [RUST if change < 0 else BLUE for change in changes]
    axes.bar(np.arange(len(steps)) + 0.5, changes, width=0.6, color=colors)
    axes.axhline(0, color=SOFT, linewidth=0.6)
    axes.set_ylabel("points\nwithout it")
    axes.tick_params(bottom=False, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    reach = max(10.0, *map(abs, changes))
    axes.set_ylim(min([*changes, -0.1 * reach]) * 1.1, max([*changes, 0.1 * reach]) * 1.1)


def _path(axes: Axes, plane: Plane) -> None:
    for path, tokens, color in zip(plane.paths, plane.tokens, (BLUE, RUST), strict=False):
        axes.plot(path[:, 0], path[:, 1], color=color, linewidth=1.2, alpha=0.55)
        axes.plot(path[1:, 0], path[1:, 1], "o", color=color, markersize=3.5)
        axes.plot(path[-1, 0], path[-1, 1], "o", color=color, markersize=7)
        for place in _apart(path[1:]):
            axes.annotate(
                _short(tokens[place]), path[place + 1], (5, 3), textcoords="offset points", color=color, size=8
            )
    start = plane.paths[0][0]
    axes.plot(*start, "o", color=SOFT, markerfacecolor=PAPER, markersize=6)
    axes.set_title(f"{plane.direction} state ({plane.explained:.0%} of its variance)", color=SOFT, size=9)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.15)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _apart(path: Array) -> list[int]:
    """The points whose names have room: the last one, and going back those far enough from the named ones."""
    room = 0.07 * float(np.ptp(path, axis=0).max())
    named: list[int] = []
    for place in range(len(path) - 1, -1, -1):
        if all(np.linalg.norm(path[place] - path[other]) > room for other in named):
            named.append(place)
    return named


def _short(words: str, most: int = LONGEST) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
