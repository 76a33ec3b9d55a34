"""`rnn-intent gradients`: how far back the loss reaches, for each cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Config, Json, Overrides
from rnn_intent.cli.output import examples, say, write_file
from rnn_intent.cli.tables import table
from rnn_intent.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from rnn_intent.training.gradients import Gradients

ROWS = 12  # distances that the table shows


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples("rnn-intent gradients", "rnn-intent gradients configs/zh.yaml --epochs 3 --png gradients.png")
    )(gradients)


def gradients(
    config: Config = None,
    overrides: Overrides = None,
    epochs: Annotated[int, typer.Option(metavar="N", min=1, help="Epochs to train each cell for.")] = 5,
    length: Annotated[int, typer.Option(metavar="N", min=2, max=1000, help="Words of a long sentence.")] = 40,
    sentences: Annotated[int, typer.Option(metavar="N", min=1, help="How many of them.")] = 64,
    as_json: Json = False,
    png: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a picture; needs the extra [plot].")] = None,
) -> None:
    """Measure how far back the loss of a long sentence reaches.

    For each of rnn, lstm and gru, reading forwards and answering from the last state: the norm of the loss's gradient
    with respect to a word's vector, by the word's distance from the end, before training and after. Long sentences are
    validation rows of the experiment, joined where they are short.
    """
    if png is not None:
        from rnn_intent.plotting import require

        require()  # before minutes of training, not after
    from rnn_intent.config import load
    from rnn_intent.data.splits import load_splits
    from rnn_intent.training.gradients import measure_gradients

    settings = load(config, overrides or [])
    if length > settings.text.max_tokens:
        raise UsageError(
            f"--length {length}: the experiment reads text.max_tokens, {settings.text.max_tokens}, at most"
        )
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    told = f"{epochs} epoch{'s' * (epochs > 1)}"
    measured = measure_gradients(
        settings, splits, epochs, length, sentences, lambda cell: say(f"training a forward {cell}, {told}")
    )
    if png is not None:
        write_file(png, _picture(measured))
    print(_as_json(measured) if as_json else _as_table(measured))


def _as_json(measured: Gradients) -> str:
    import json

    told = {name: getattr(measured, name) for name in ("length", "sentences", "epochs")}
    told["rows_per_sentence"] = measured.rows
    cells = {
        one.cell: {"untrained": one.untrained.tolist(), "trained": one.trained.tolist(), "accuracy": one.accuracy}
        for one in measured.cells
    }
    return json.dumps({**told, "cells": cells}, ensure_ascii=False)


def _as_table(measured: Gradients) -> str:
    after = f"{measured.epochs} epoch{'s' * (measured.epochs > 1)}"
    rows = [["", *(part for one in measured.cells for part in (one.cell, ""))]]
    rows.append(["distance", *("untrained", after) * len(measured.cells)])
    for distance in shown_distances(measured.length):
        norms = [part[distance] for one in measured.cells for part in (one.untrained, one.trained)]
        rows.append([str(distance), *(f"{norm:.1e}" for norm in norms)])
    rows.append(["1/100 at", *(reach(part) for one in measured.cells for part in (one.untrained, one.trained))])
    accuracies = [part for one in measured.cells for part in ("", f"{one.accuracy:.1%}")]
    rows.append(["accuracy", *accuracies])
    joined = f"{measured.rows:.1f} validation rows each" if measured.rows > 1 else "validation rows"
    told = f"mean of {measured.sentences} sentences of {measured.length} words, {joined}"
    return f"norm of ∂loss/∂x by distance from the end\n{told}\n\n{table(rows, 'r' * len(rows[0]))}"


def shown_distances(length: int) -> list[int]:
    """Close together near the end, further apart before; the first word is the last row."""
    distances = {round((length - 1) ** (step / (ROWS - 2))) for step in range(ROWS - 1)} if length > 2 else {1}
    return sorted({0, *distances})


def reach(norms: np.ndarray) -> str:
    """The distance from which on the gradient stays below a hundredth of what reaches the last word."""
    above = [distance for distance, norm in enumerate(norms) if norm >= norms[0] / 100]
    return str(above[-1] + 1) if above[-1] + 1 < len(norms) else "never"


def _picture(measured: Gradients) -> bytes:
    from rnn_intent.plotting import BLUE, RUST, SOFT, drawn

    colors = {"rnn": RUST, "lstm": BLUE, "gru": SOFT}

    def draw(figure: object) -> None:
        axes = figure.subplots()  # type: ignore[attr-defined]
        for one in measured.cells:
            distances = range(measured.length)
            axes.semilogy(distances, one.untrained, color=colors[one.cell], linewidth=1.2, linestyle=(0, (2, 2)))
            axes.semilogy(distances, one.trained, color=colors[one.cell], linewidth=1.8, label=one.cell)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0e}")
        axes.legend(loc="lower left", frameon=False)
        axes.set_xlabel("words before the end")
        axes.set_title(
            f"How strongly the loss at the end reaches each word: norm of ∂loss/∂x\n"
            f"dashed untrained, solid after {measured.epochs} epochs"
        )

    return drawn(7.0, 4.2, "", draw)
