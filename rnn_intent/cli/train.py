"""`rnn-intent train`: an experiment, from config to run folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_intent.cli.options import Config, Force, Half, Overrides, Quiet, Resume, Seed, changes, resume_or_force
from rnn_intent.cli.output import examples, say
from rnn_intent.cli.progress_bar import Bar
from rnn_intent.cli.tables import table
from rnn_intent.errors import UsageError

if TYPE_CHECKING:
    from rnn_intent.experiment import TrainingResult
    from rnn_intent.settings import Settings

FEW_ROWS = 100  # fewer tell an accuracy to no more than some ten points


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "rnn-intent train",
            "rnn-intent train bi-lstm.yaml --set data.train=my.tsv --out runs/mine",
            "rnn-intent train bi-lstm.yaml --out runs/mine --resume",
            "rnn-intent train --seeds 5 --out runs/five",
            "rnn-intent train --cross-validate 5 --out runs/folds",
        )
    )(train)


def train(
    config: Config = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The run folder; runs/ and the config's name by default.")
    ] = None,
    resume: Resume = False,
    force: Force = False,
    seed: Seed = None,
    half: Half = False,
    seeds: Annotated[
        int | None, typer.Option(metavar="N", min=2, help="Train N times, with the seeds from --seed on: an ensemble.")
    ] = None,
    cross_validate: Annotated[
        int | None, typer.Option(metavar="K", min=2, help="Train K times, each time with another part held out.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Train an experiment into a run folder."""
    resume_or_force(resume, force)
    if seeds and cross_validate:
        raise UsageError("--seeds trains on the same rows and --cross-validate on different ones: choose one")
    from rnn_intent.config import load
    from rnn_intent.experiment import default_folder
    from rnn_intent.experiment import train as run_experiment

    settings = load(config, changes(overrides, {"seed": seed}))
    folder = _folder(out or default_folder(config), seeds, cross_validate, named=out is not None)
    with resumable(folder), Bar.on_standard_error(quiet) as bar:
        ways: dict[str, Any] = {"resume": resume, "force": force, "half": half}
        ways |= {"on_step": bar.step, "on_lesson": bar.labelled}
        if seeds or cross_validate:
            _repeat(settings, folder, seeds, cross_validate, quiet, ways)
            return
        result = run_experiment(settings, out=folder, **ways)
    for warning in result.warnings:
        say(warning)
    if result.unchanged:
        say(f"{result.run} was finished already; nothing in it has changed")
    print(result.run if quiet else told(result))


def _folder(folder: Path, seeds: int | None, folds: int | None, named: bool) -> Path:
    """Several trainings get a folder of their own, beside the single run's."""
    if named or not (seeds or folds):
        return folder
    return folder.with_name(f"{folder.name}-{'seeds' if seeds else 'folds'}")


def _repeat(
    settings: Settings, folder: Path, seeds: int | None, folds: int | None, quiet: bool, ways: dict[str, Any]
) -> None:
    from rnn_intent.cli import repeats
    from rnn_intent.repeats import cross_validate, train_seeds

    if seeds:
        repeated = train_seeds(settings, seeds, folder, **ways, on_run=repeats.say_run)
    else:
        repeated = cross_validate(settings, folds or 2, folder, **ways, on_run=repeats.say_run)
    for warning in repeated.runs[0].warnings:
        say(warning)
    print(repeated.folder if quiet else repeats.told(repeated))
    if not quiet:
        repeats.say_what_next(repeated)


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Whoever interrupts a training is told how it goes on."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        message = f"interrupted; the same command with --resume goes on (run folder {folder})"
        raise type(interrupt)(message) from None


def _kept(result: TrainingResult) -> str:
    return "" if result.kept_epoch == result.epochs else f", the best was {result.kept_epoch}"


def _resumed(result: TrainingResult) -> str:
    return f"; {result.resumed_after} came from an earlier process" if result.resumed_after else ""


def told(result: TrainingResult) -> str:
    rows = [
        ["epochs", f"{result.epochs}{_kept(result)}{_resumed(result)}"],
        ["validation", f"{result.valid_accuracy:.2%}"],
    ]
    if result.teacher is not None:
        before = f"after {result.teacher.epoch} epochs, validation {result.teacher.valid_accuracy:.2%}; and n-grams"
        rows.insert(0, ["teacher", before])
    if result.refit_epochs:
        rows.append(["then", f"{result.refit_epochs} epochs on all rows, those of validation too"])
    if result.test is not None:
        rows.append(["test", f"{result.test.accuracy:.2%}, macro-F1 {result.test.macro_f1:.2%}"])
        if result.test.rows < FEW_ROWS:
            rows.append(["", f"of {result.test.rows} rows; train --cross-validate 5 judges by every row"])
    if result.vectors_coverage is not None:
        rows.append(["vectors", f"for {result.vectors_coverage:.1%} of the vocabulary"])
    if result.half is not None:
        rows.append(
            ["half", f"validation {result.half.halved:.2%} with float16 weights, {result.half.exact:.2%} without"]
        )
    rows += [["time", f"{result.seconds:.1f} s"], ["run", str(result.run)]]
    return table(rows)
