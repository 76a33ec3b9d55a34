"""A trace as one page for a browser: good enough for a slide, complete enough to be checked.

beliefs    after each token, and without each token    trace_score.py
cells      gates and states at each token              trace_score.py
path       where the state goes                        trace_states.py
network    unrolled, with its shapes                   trace_unrolled.py
equations  those of the code                           cells.py, reference.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rnn_intent.inference.cells import STEPS, equations
from rnn_intent.inference.reference import answer, read_vectors
from rnn_intent.inference.trace import Trace
from rnn_intent.inference.trace_score import beliefs, cells, least_width, rows_for
from rnn_intent.inference.trace_shapes import Shape
from rnn_intent.inference.trace_states import drawing, planes
from rnn_intent.inference.trace_unrolled import unrolled
from rnn_intent.page import asset, page, shown
from rnn_intent.settings import ModelSettings
from rnn_intent.version import VERSION

NAMES = {"rnn": "plain RNN", "lstm": "LSTM", "gru": "GRU"}


def trace_page(traces: Sequence[Trace]) -> str:
    """The whole page as HTML, for one sentence or two to compare."""
    first = traces[0]
    sections = [
        ("After each word", _belief_note(first, len(traces)), _pair(traces, _beliefs_of(traces))),
        ("What the cells did", _cells_note(first.model), _pair(traces, [cells(trace) for trace in traces])),
        ("Where the state goes", _path_note(len(traces)), _paths(traces)),
        ("The network, unrolled", _network_note(first.model), f'<div class="scroll">{unrolled(first)}</div>'),
        ("Its equations and their shapes", "", _equations(first)),
    ]
    body = "\n".join(
        f"<section><h2>{title}</h2>{f'<p>{note}</p>' if note else ''}<figure>{content}</figure></section>"
        for title, note, content in sections
    )
    title = " / ".join(trace.text for trace in traces)
    return page(f"{title}: trace", f"{_header(traces)}\n<main>\n{body}\n</main>", styles=asset("trace.css", __file__))


def describe(model: ModelSettings) -> str:
    """A model in a few words: `bidirectional GRU, 1 layer of 128`."""
    way = "bidirectional" if model.bidirectional else "forward"
    layers = f"{model.layers} layer{'s' * (model.layers > 1)} of {model.hidden_size}"
    return f"{way} {NAMES[model.cell]}, {layers}, {' + '.join(model.pooling)}"


def _header(traces: Sequence[Trace]) -> str:
    model = describe(traces[0].model)
    answers = "".join(
        f'<h1>{shown(trace.text or "(no words)", 600)}</h1><p class="verdict"><strong>{shown(trace.intent)}</strong> '
        f"{trace.confidence:.1%}{_settled(trace)}</p>"
        for trace in traces
    )
    return f'<header><p class="soft">rnn-intent {shown(VERSION)}, trace of a {shown(model)}</p>{answers}</header>'


def _settled(trace: Trace) -> str:
    if trace.settled_at == 0:
        return ", from the first word on"
    token = trace.steps[trace.settled_at].token
    return f", settled at <em>{shown(token)}</em>, word {trace.settled_at + 1} of {len(trace.steps)}"


def _beliefs_of(traces: Sequence[Trace]) -> list[str]:
    intents = rows_for(traces)
    return [beliefs(trace, intents) for trace in traces]


def _pair(traces: Sequence[Trace], contents: Sequence[str]) -> str:
    """One under the title; two under their sentences, side by side where both have room."""
    if len(contents) == 1:
        return contents[0]
    parts = zip(traces, contents, strict=True)
    wide = max(map(least_width, traces))
    return (
        f'<div class="pair" style="--least:{wide:.1f}em">'
        + "".join(f"<div><h3>{shown(t.text)}</h3>{c}</div>" for t, c in parts)
        + "</div>"
    )


def _belief_note(trace: Trace, sentences: int) -> str:
    anew = (
        "This network reads from both ends, so each column is the beginning of the sentence up to that word, read anew."
        if trace.model.bidirectional
        else "This network reads from left to right, so each column is what it believed on its way."
    )
    same = " Both sentences have the same rows." if sentences > 1 else ""
    return (
        f"Probability of each intent, in percent, had the sentence ended there. {anew} Framed: the intent that led. "
        f"Below: by how many points the final answer changes when the word is missing.{same}"
    )


def _cells_note(model: ModelSettings) -> str:
    gates = {
        "rnn": "A plain recurrent cell has no gates: only its state, whose length is shown.",
        "lstm": "Gates are means over the hidden numbers: 0 is shut, 1 is open. The forget gate says how much of the "
        "cell stays, the input gate how much of the new candidate comes in, the output gate how much is shown.",
        "gru": "Gates are means over the hidden numbers: 0 is shut, 1 is open. The reset gate says how much of the "
        "state the candidate sees, the update gate how much of the <em>old</em> state stays.",
    }
    return f"{gates[model.cell]} Norms are lengths; the field below shows every number of the state."


def _path_note(sentences: int) -> str:
    both = " Both sentences are drawn in the same plane." if sentences > 1 else ""
    return f"The state after each word, in the plane in which it moves most, from nothing read to all read.{both}"


def _paths(traces: Sequence[Trace]) -> str:
    parts = [
        f"<figure>{drawing(plane)}<figcaption>{shown(plane.direction)}: the plane shows {plane.explained:.0%} "
        "of the states' variance</figcaption></figure>"
        for plane in planes(traces)
    ]
    return f'<div class="charts">{"".join(parts)}</div>'


def _network_note(model: ModelSettings) -> str:
    ends = " Forward hands its state from left to right, backward from right to left." if model.bidirectional else ""
    return (
        "Words come in one by one, each state is fed back, one answer goes out: N inputs, 1 output. The cells of a row "
        f"are one cell with one set of weights, drawn once for each word.{ends}"
    )


def _equations(trace: Trace) -> str:
    blocks: list[tuple[str, Callable[..., Any]]] = [
        (f"step: {NAMES[trace.model.cell]}", STEPS[trace.model.cell]),
        ("directions", read_vectors),
        ("answer", answer),
    ]
    texts = "".join(f"<h3>{shown(name)}</h3><pre>{shown_lines(equations(what))}</pre>" for name, what in blocks)
    half = (len(trace.shapes) + 1) // 2 if len(trace.shapes) > 12 else len(trace.shapes)
    tables = "".join(_shape_table(part) for part in (trace.shapes[:half], trace.shapes[half:]) if part)
    letters = f"T = {len(trace.steps)} words; weights hold the gates one below the other, in the order of the equations"
    return (
        f'<div class="equations">{texts}<h3>shapes</h3><p class="note">{letters}.</p>'
        f'<div class="shapes">{tables}</div></div>'
    )


def _shape_table(shapes: Sequence[Shape]) -> str:
    rows = "".join(
        f"<tr><td>{shown(shape.place)}</td><td>{shown(shape.what)}</td>"
        f'<td class="number">{shown(_numbers(shape.shape))}</td></tr>'
        for shape in shapes
    )
    head = '<thead><tr><th>where</th><th>what</th><th class="number">shape</th></tr></thead>'
    return f"<table>{head}<tbody>{rows}</tbody></table>"


def shown_lines(text: str) -> str:
    return "\n".join(shown(line) for line in text.splitlines())


def _numbers(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
