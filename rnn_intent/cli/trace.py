"""`rnn-intent trace`: how the network reads a sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Json, RunOption
from rnn_intent.cli.output import examples, json_text, write_file

if TYPE_CHECKING:
    from rnn_intent.inference.trace import Trace


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            'rnn-intent trace "What time is it ?"',
            'rnn-intent trace "What time is it ?" --gates --leave-one-out',
            'rnn-intent trace "What time is it ?" --contrast "When does it open ?"',
            'rnn-intent trace "What time is it ?" --html trace.html',
        )
    )(trace)


def trace(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The sentence.", show_default=False)],
    run: RunOption = None,
    top_k: Annotated[int, typer.Option(metavar="N", min=1, help="Intents shown for a token.")] = 3,
    gates: Annotated[
        bool, typer.Option("--gates", help="Show what the gates did and how long the states are.")
    ] = False,
    contrast: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A second sentence, shown beside the first.")
    ] = None,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Show how the answer changes when a token is missing.")
    ] = False,
    as_json: Json = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page for a browser: all of the above, with pictures.")
    ] = None,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a picture; needs the extra [plot].")] = None,
) -> None:
    """Show what the network believes after each token of a sentence.

    A network that reads from both ends sees each beginning of the sentence as if it were all of it.
    """
    from rnn_intent import artifact
    from rnn_intent.inference import trace as tracing
    from rnn_intent.runs import find_model

    path = find_model(run)
    model = artifact.read(path)
    whole = leave_one_out or html is not None or png is not None
    texts = [text] if contrast is None else [text, contrast]
    traces = [tracing.trace(model, one, whole) for one in texts]
    if html is not None:
        from rnn_intent.inference.trace_html import trace_page

        write_file(html, trace_page(traces).encode("utf-8"))
    if png is not None:
        from rnn_intent.inference.trace_png import trace_picture

        write_file(png, trace_picture(traces))
    if as_json:
        _print_json(traces, top_k, gates)
    elif html is None and png is None:
        print(_as_text(traces, top_k, gates))


def _print_json(traces: list[Trace], top_k: int, gates: bool) -> None:
    """One line a sentence."""
    for told in traces:
        print(json_text(told.to_dict(top_k, gates)))


def _as_text(traces: list[Trace], top_k: int, gates: bool) -> str:
    from shutil import get_terminal_size

    from rnn_intent.cli.trace_text import Look, show, side_by_side

    look = Look(get_terminal_size().columns, top_k, gates, color=_colors())
    return show(traces[0], look) if len(traces) == 1 else side_by_side(traces[0], traces[1], look)


def _colors() -> bool:
    """On a terminal that has not asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
