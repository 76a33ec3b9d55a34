"""`rnn-intent export`: a model for other runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnn_intent.cli.options import Run
from rnn_intent.cli.output import examples, say
from rnn_intent.errors import UsageError, printable


def add(app: typer.Typer) -> None:
    app.command(epilog=examples("rnn-intent export runs/bi-gru --out model.onnx"))(export)


def export(
    run: Run = None,
    format: Annotated[str, typer.Option(metavar="FORMAT", help="onnx is the one there is.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="model.onnx beside the model by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is already there.")] = False,
) -> None:
    """Write a model as an ONNX graph.

    Its tokens are made outside, as docs/onnx.md says.
    """
    if format != "onnx":
        raise UsageError(f"--format {printable(format)}: is not known; onnx is")
    from rnn_intent.artifact import read
    from rnn_intent.inference.onnx_export import write_onnx
    from rnn_intent.runs import BUILT_IN, find_model

    model = find_model(run)
    path = out or (Path("model.onnx") if model == BUILT_IN else model.with_suffix(".onnx"))
    if path.exists() and not force:
        raise UsageError(f"{printable(str(path), 300)}: exists; --force to replace it, or --out for another file")
    write_onnx(read(model), path)
    say(f"made from {printable(str(model), 300)}; {path.stat().st_size / 1e6:.2f} MB")
    print(path)
