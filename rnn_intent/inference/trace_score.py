"""A sentence as a score: tokens from left to right, and below each what the network believed and what its cells did.

HTML tables with the same columns, so that those of one sentence stand exactly below each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

import numpy as np

from rnn_intent.inference.cells import Array
from rnn_intent.inference.reference import DirectionReading
from rnn_intent.inference.trace import Step, Trace, measures
from rnn_intent.page import shown

NAMES = 9.5  # em that the first column takes; trace.css makes it narrower on a phone
STRONG = 0.65  # from this share of colour on, letters are those of the page's ground
SHADES = 5  # on each side of zero, in the picture of a state
MOST_STATES = 20_000  # numbers; larger pictures of states are left out


def rows_for(traces: Sequence[Trace], each: int = 3, most: int = 9) -> list[str]:
    """The intents worth a row: the best few at any token; the ones likeliest at the end first."""
    wanted = {name for trace in traces for place in range(len(trace.steps)) for name, _ in trace.ranking(place, each)}
    highest = np.max([step.probabilities for trace in traces for step in trace.steps], axis=0)
    final = np.max([trace.steps[-1].probabilities for trace in traces], axis=0)
    winners = {step.winner for trace in traces for step in trace.steps}
    labels = traces[0].labels
    order = sorted(wanted, key=lambda name: (name not in winners, -highest[labels.index(name)]))[:most]
    return sorted(order, key=lambda name: -final[labels.index(name)])


def beliefs(trace: Trace, intents: Sequence[str]) -> str:
    """Heat map of intents × tokens; below it, how the answer changes without each token."""
    numbers = [trace.labels.index(name) for name in intents]
    rows = []
    for name, number in zip(intents, numbers, strict=True):
        cells = "".join(_belief(step, name, number) for step in trace.steps)
        rows.append(f'<tr><th scope="row" title="{shown(name)}">{shown(name, 40)}</th>{cells}</tr>')
    body = f"<tbody>{''.join(rows)}</tbody>"
    if trace.steps[0].omission is not None:
        cells = "".join(_omission(step, trace.intent) for step in trace.steps)
        body += f'<tbody class="without"><tr><th scope="row">without it</th>{cells}</tr></tbody>'
    table = _table(trace, body, f"probability of each intent after each token of: {trace.text}")
    return table + _other_answers(trace)


def cells(trace: Trace) -> str:
    """Gates, norms and states of every direction of every layer."""
    parts = []
    for name, direction in trace.directions():
        way = "reads from the right" if "backward" in name else "reads from the left"
        rows = [f'<tr class="head"><th colspan="{len(trace.steps) + 1}">{shown(name)} <span>{way}</span></th></tr>']
        for measure, values in measures(direction).items():
            scale = np.sqrt(direction.states.shape[1]) if "norm" in measure else 1.0
            filled = "".join(_gate(float(value), float(value / scale)) for value in values)
            rows.append(f'<tr><th scope="row">{shown(measure)}</th>{filled}</tr>')
        if direction.states.size <= MOST_STATES:
            rows.append(_states_row(direction))
        parts.append(f"<tbody>{''.join(rows)}</tbody>")
    return _table(trace, "".join(parts), f"gates and states at each token of: {trace.text}")


def _belief(step: Step, name: str, number: int) -> str:
    share = float(step.probabilities[number])
    look = ("won " if name == step.winner else "") + ("strong" if share > STRONG else "")
    written = f"{100 * share:.0f}" if share >= 0.005 else ""
    return f'<td class="{look.strip()}" style="--v:{share:.3f}" title="{shown(name)} {share:.2%}">{written}</td>'


def _omission(step: Step, intent: str) -> str:
    assert step.omission is not None
    points = round(100 * step.omission.change)
    number = f"{points:+d}".replace("-", "−") if points else "0"
    other = "" if step.omission.winner == intent else "<small>→ other</small>"
    strength = abs(step.omission.change)
    look = ("lost" if points < 0 else "gained") + (" strong" if strength > STRONG else "")
    return f'<td class="{look}" style="--v:{strength:.3f}">{number}{other}</td>'


def _other_answers(trace: Trace, most: int = 6) -> str:
    """Which words the answer hangs on, in words."""
    hanging = [step for step in trace.steps if step.omission and step.omission.winner != trace.intent]
    hanging.sort(key=lambda step: step.omission.change if step.omission else 0.0)
    told = [
        f"without <em>{shown(step.token, 40)}</em> {shown(step.omission.winner)} ({step.omission.confidence:.0%})"
        for step in hanging[:most]
        if step.omission
    ]
    return f"<figcaption>Other answers: {', '.join(told)}.</figcaption>" if told else ""


def _gate(value: float, strength: float) -> str:
    strength = min(max(strength, 0.0), 1.0)
    written = f"{value:.2f}".removeprefix("0") if value < 10 else f"{value:.1f}"
    return f'<td class="gate" style="--v:{strength:.3f}">{written}</td>'


def least_width(trace: Trace) -> float:
    """em of its own letters that a sentence's tables need."""
    return NAMES + len(trace.steps) * _column(trace.steps)


def _table(trace: Trace, body: str, caption: str) -> str:
    columns = f'<col class="names"><col span="{len(trace.steps)}">'
    size = f"--columns:{len(trace.steps)};--column:{_column(trace.steps):.1f}em"
    tokens = "".join(_head(step) for step in trace.steps)
    marks = "".join(f"<td>{'changed' if step.changed else ''}</td>" for step in trace.steps[: trace.settled_at])
    marks += f'<td class="settled" colspan="{len(trace.steps) - trace.settled_at}">settled</td>'
    head = f'<tr><th></th>{tokens}</tr><tr class="marks"><th></th>{marks}</tr>'
    table = f'<table class="score" style="{size}" aria-label="{shown(caption)}"><colgroup>{columns}</colgroup>'
    return f'<div class="scroll">{table}<thead>{head}</thead>{body}</table></div>'


def _head(step: Step) -> str:
    token = shown(step.token, 40)
    if step.read_as is not None:
        return f'<th scope="col"><span class="unknown">{token}</span><small>≈ {shown(step.read_as, 40)}</small></th>'
    look = "" if step.known else ' class="unknown" title="not in the vocabulary: read by its n-grams alone"'
    return f'<th scope="col"><span{look}>{token}</span></th>'


def _column(steps: Sequence[Step]) -> float:
    """em that the longest token needs; the very long ones are broken."""
    letters = [sum(2 if east_asian_width(letter) in "WF" else 1 for letter in step.token) for step in steps]
    return min(max(3.2, 0.62 * max(letters) + 1.0), 6.2)


def _states_row(direction: DirectionReading) -> str:
    """Every number of the state at every token as a patch of colour, like numbers next to each other."""
    time, hidden = direction.states.shape
    picture = f'<svg viewBox="0 0 {time} {hidden}" preserveAspectRatio="none" role="img" '
    picture += f'aria-label="{hidden} numbers of the state at each token">{_patches(direction.states)}</svg>'
    return (
        f'<tr class="states"><th scope="row">state<small>{hidden} numbers, −1 to 1</small></th>'
        f'<td colspan="{time}">{picture}</td></tr>'
    )


def _patches(states: Array) -> str:
    """One path for each shade of each sign; the numbers are sorted by where the sentence takes them."""
    order = np.argsort(states.mean(axis=0) + 1e-9 * states[-1], kind="stable")
    shades = np.clip(np.rint(states[:, order] * SHADES), -SHADES, SHADES).astype(int)  # (time, hidden)
    paths = []
    for shade in sorted({*shades.ravel().tolist()} - {0}):
        strokes: list[str] = []
        for place, numbers in enumerate(shades):
            strokes += [f"M{place} {first}h1v{last - first}h-1z" for first, last in _runs(numbers == shade)]
        look = "high" if shade > 0 else "low"
        paths.append(f'<path class="{look}" opacity="{abs(shade) / SHADES:.1f}" d="{"".join(strokes)}"/>')
    return "".join(paths)


def _runs(marked: np.ndarray) -> list[tuple[int, int]]:
    """Where stretches of True begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
