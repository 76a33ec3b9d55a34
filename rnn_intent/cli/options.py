"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from rnn_intent.errors import UsageError, quoted


def run_names(incomplete: str) -> list[str]:
    """The runs that a shell may complete to."""
    from rnn_intent.runs import all_runs

    return [run.name for run in all_runs() if run.name.startswith(incomplete)]


def config_names(incomplete: str) -> list[str]:
    """Experiments here, in configs/, and the shipped ones."""
    from rnn_intent.starter import starter_folder

    here = [str(path) for folder in (Path(), Path("configs")) for path in folder.glob("*.yaml")]
    shipped = [path.name for path in (starter_folder() / "configs").glob("*.yaml")]
    return sorted({name for name in (*here, *shipped) if name.startswith(incomplete)})


def share(text: str, option: str) -> float:
    """`5%` or `0.05`. Raises UsageError."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise UsageError(f"{option}: {quoted(text)} is no share; for example 5% or 0.05")
    return value


def resume_or_force(resume: bool, force: bool) -> None:
    """Raises UsageError for both."""
    if resume and force:
        raise UsageError("--resume goes on with a run and --force replaces it: choose one")


def changes(overrides: list[str] | None, named: Mapping[str, int | str | None]) -> list[str]:
    """What `--set` says, and what options say that stand for a key."""
    return [*(overrides or []), *(f"{key}={value}" for key, value in named.items() if value is not None)]


Run = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="A run's name, its folder, or a model file; the newest run if none is named, else the built-in model.",
        autocompletion=run_names,
        show_default=False,
    ),
]
RunOption = Annotated[
    str | None,
    typer.Option(
        "--run", metavar="RUN", help="Run or model file; the newest run by default.", autocompletion=run_names
    ),
]
Config = Annotated[
    str | None,
    typer.Argument(
        metavar="CONFIG",
        help="An experiment file, or the name of a shipped one; bi-gru.yaml if none is named.",
        autocompletion=config_names,
        show_default=False,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Set a key for this call, for example model.cell=lstm; repeatable."
    ),
]
Format = Annotated[
    str,
    typer.Option(metavar="FORMAT", help="tsv, csv, xlsx, jsonl, json, clinc, seq, fasttext, rasa; auto: look at it."),
]
DataFormat = Annotated[
    str,
    typer.Option(metavar="FORMAT", help="How --data is written: tsv, csv, jsonl, ...; auto: look at the file."),
]
Encoding = Annotated[str, typer.Option(metavar="NAME", help="Encoding of the file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted training stopped.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a run that is already there.")]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, help="The same as --set seed=N.")]
Half = Annotated[bool, typer.Option("--half", help="Store the weights in two bytes each.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the run folder only.")]
