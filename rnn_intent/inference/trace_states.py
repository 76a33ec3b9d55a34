"""Where the state goes while the network reads: its path in the plane in which it moves most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnn_intent.inference.cells import Array
from rnn_intent.inference.trace import DIRECTION_NAMES, Trace
from rnn_intent.page import shown

WIDTH, MARGIN = 380, 40
LEAST_HEIGHT, MOST_HEIGHT = 150.0, 320.0
LETTER = 6.6  # width of a letter of the labels

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


class Plane(NamedTuple):
    """The paths of one direction, one per sentence, (time + 1, 2), starting where nothing has been read.

    explained: the share of the states' variance that the plane shows.
    """

    direction: str
    paths: list[Array]
    tokens: list[list[str]]
    explained: float


def planes(traces: Sequence[Trace]) -> list[Plane]:
    """For each direction of the top layer, in the order of reading."""
    found = []
    for number, direction in enumerate(traces[0].reading.layers[-1]):
        step = -1 if number else 1
        states = [trace.reading.layers[-1][number].states[::step] for trace in traces]
        tokens = [[one.token for one in trace.steps[::step]] for trace in traces]
        start = np.zeros((1, direction.states.shape[1]))
        paths, explained = principal_plane([np.concatenate([start, one]) for one in states])
        found.append(Plane(DIRECTION_NAMES[number], paths, tokens, explained))
    return found


def principal_plane(paths: Sequence[Array]) -> tuple[list[Array], float]:
    """Points of several paths, (points, hidden) each, in the plane of their largest variance, (points, 2) each.

    Also the share of the variance that lies in it. The signs are fixed, so that the picture is always the same.
    """
    together = np.concatenate(paths)
    mean = together.mean(axis=0)
    _, lengths, axes = np.linalg.svd(together - mean, full_matrices=False)
    axes = np.pad(axes, ((0, max(0, 2 - len(axes))), (0, 0)))[:2]
    largest = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
    axes = axes * np.where(largest < 0, -1.0, 1.0)[:, None]
    total = float((lengths**2).sum())
    explained = float((lengths[:2] ** 2).sum()) / total if total else 1.0
    return [(path - mean) @ axes.T for path in paths], explained


def drawing(plane: Plane) -> str:
    """The paths as SVG: a dot a token, an arrow a step."""
    places, height = _placed(plane.paths)
    taken = [box for path in places for box in _occupied(path)]
    parts: list[str] = []
    for path, look in zip(places, ("first", "second"), strict=False):
        parts.append(f'<polyline class="path {look}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in path)}"/>')
    x, y = places[0][0]
    parts.append(f'<circle class="start" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
    parts.append(_label((x, y), "start", "soft", taken, height))
    for path, tokens, look in zip(places, plane.tokens, ("first", "second"), strict=False):
        for number, (point, token) in enumerate(zip(path[1:], tokens, strict=True), start=1):
            last = number == len(tokens)
            parts.append(f'<circle class="{look}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{5 if last else 3}"/>')
            parts.append(_label(point, token, f"{look} last" if last else look, taken, height))
    title = shown(f"path of the {plane.direction} state")
    return (
        f'<svg class="plane" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{title}">{"".join(parts)}</svg>'
    )


def _placed(paths: Sequence[Array]) -> tuple[list[list[Point]], float]:
    """In the units of the picture, one scale for both axes; and the height of the picture."""
    together = np.concatenate(paths)
    low, high = together.min(axis=0), together.max(axis=0)
    spread = np.maximum(high - low, 1e-9)
    scale = min((WIDTH - 2 * MARGIN) / spread[0], (MOST_HEIGHT - 2 * MARGIN) / spread[1])
    height = max(LEAST_HEIGHT, float(spread[1] * scale) + 2 * MARGIN)
    middle = (low + high) / 2
    points = [
        [(float(WIDTH / 2 + (x - middle[0]) * scale), float(height / 2 - (y - middle[1]) * scale)) for x, y in path]
        for path in paths
    ]
    return points, height


def _occupied(path: Sequence[Point]) -> list[Box]:
    """Where labels should not stand: on dots and lines."""
    dots = [(x - 5, y - 5, x + 5, y + 5) for x, y in path]
    shares = np.linspace(0.0, 1.0, 12)
    for (x1, y1), (x2, y2) in pairwise(path):
        dots += [
            (x - 1, y - 1, x + 1, y + 1) for x, y in zip(x1 + (x2 - x1) * shares, y1 + (y2 - y1) * shares, strict=True)
        ]
    return dots


def _label(point: Point, words: str, look: str, taken: list[Box], height: float) -> str:
    """A label beside its dot where there is room; where there is none it is left out, the dot keeps a tooltip."""
    x, y = point
    shown_words = words if len(words) <= 16 else words[:15] + "…"
    wide = sum(2 * LETTER if ord(character) > 0x2E7F else LETTER for character in shown_words)
    offers = [(8, 4, "start"), (-8, 4, "end"), (0, -10, "middle"), (0, 18, "middle")]
    offers += [(7, -8, "start"), (-7, -8, "end"), (7, 16, "start"), (-7, 16, "end")]
    for right, down, anchor in offers:
        left = x + right - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        box = (left, y + down - 10, left + wide, y + down + 3)
        inside = min(box[0], box[1], WIDTH - box[2], height - box[3]) >= 0
        if inside and not _hits(box, taken):
            taken.append(box)
            place = f'x="{x + right:.1f}" y="{y + down:.1f}" text-anchor="{anchor}"'
            return f'<text class="{look}" {place}>{shown(shown_words)}</text>'
    return f'<circle class="unnamed" cx="{x:.1f}" cy="{y:.1f}" r="6"><title>{shown(words)}</title></circle>'


def _hits(box: Box, taken: Sequence[Box]) -> bool:
    return any(box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken)
