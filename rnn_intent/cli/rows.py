"""The labelled rows that a command judges models by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rnn_intent.cli.output import say
from rnn_intent.errors import DataError, UsageError, printable

if TYPE_CHECKING:
    from rnn_intent.data.example import Example
    from rnn_intent.data.splits import Splits


def splits_of(model: Path) -> Splits:
    """The rows of the run that a model belongs to; of the built-in model, the shipped ones."""
    from rnn_intent.config import load
    from rnn_intent.data.splits import load_splits
    from rnn_intent.run_rows import splits_of_run
    from rnn_intent.runs import BUILT_IN, RunFolder

    if model == BUILT_IN:
        settings = load()
        return load_splits(settings.data, Path.cwd(), settings.seed)
    run = RunFolder(model.parent)
    if not run.config.is_file():
        raise UsageError(f"{printable(str(model), 300)}: stands in no run folder; name rows to judge it by with --data")
    return splits_of_run(run, load(run.config))


def read_told(data: Path, format: str, encoding: str, keep_blank: bool = False) -> dict[str, list[Example]]:
    """The rows by split, as `read_splits` gives them, after saying what is odd about the file. Raises DataError."""
    from rnn_intent.data.readers import read_contents

    contents = read_contents(data, format, encoding, keep_blank)
    for warning in contents.warnings:
        say(warning)
    return contents.splits


def rows_of_file(data: Path, format: str, encoding: str) -> list[Example]:
    """The rows of a file, or the test rows of one that holds splits. Raises DataError."""
    from rnn_intent.data.readers import WHOLE

    splits = read_told(data, format, encoding)
    if WHOLE in splits:
        return splits[WHOLE]
    if "test" in splits:
        return splits["test"]
    raise DataError(f"{printable(str(data), 300)}: has no test split; it holds {', '.join(splits)}")
