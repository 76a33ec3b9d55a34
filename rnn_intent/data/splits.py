"""The rows of an experiment: read from the files that its settings name, or divided from the one that they name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rnn_intent.data.checks.intents import alike_intents
from rnn_intent.data.encoding import shown
from rnn_intent.data.example import Example
from rnn_intent.data.readers import WHOLE, Contents, read_contents
from rnn_intent.data.split import split_examples
from rnn_intent.errors import ConfigError, DataError, quoted
from rnn_intent.settings import DataSettings

NAMES = ("train", "valid", "test")


class Fold(NamedTuple):
    """Which part of a cross-validation is held out: from 1, of how many."""

    number: int
    of: int


@dataclass
class Splits:
    """Rows to train on, to choose by and to judge by; the out-of-scope ones apart, under the same three names.

    files: sha256 by path, of all that was read. warnings: what a user should know, one line each. fold: the part of a
    cross-validation that is held out of them.
    """

    train: list[Example]
    valid: list[Example]
    test: list[Example]
    out_of_scope: dict[str, list[Example]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    fold: Fold | None = None


def load_splits(settings: DataSettings, base: Path, seed: int) -> Splits:
    """Reads what `settings` names, relative to `base`.

    1. Read the files; a folder or a file of splits as `train` also serves those that have no path of their own.
    2. Divide the training rows by the fractions where validation or test are still missing.
    3. Put out-of-scope rows apart: those of `oos_…` files or lists, and those with the intent named in the settings.
    4. Check that there is something to learn, and warn of intents that cannot be learned.

    Raises ConfigError without a train path, and one DataError with the problems of all the files.
    """
    if not settings.train:
        raise ConfigError("data.train: names no file; for example --set data.train=my.tsv")
    read = _read_all(settings, base)
    rows, apart = _choose(settings, read)
    if "train" not in rows:
        raise DataError(
            f"{shown(settings.train)}: has no train split; it holds {', '.join(read[settings.train].splits)}"
        )
    _divide(settings, rows, seed)
    splits = Splits([], [], [])
    for name in NAMES:
        scope, outside = _by_scope(rows.get(name, []), settings.out_of_scope)
        setattr(splits, name, scope)
        splits.out_of_scope[name] = outside + apart.get(name, [])
    for contents in read.values():
        splits.files |= contents.files
        splits.warnings += contents.warnings
    _check(splits, settings, rows)
    splits.warnings += [*_same_file(settings, read), *_alike_intents(splits), *_unknown_intents(splits)]
    return splits


def _path(settings: DataSettings, name: str) -> str | None:
    path: str | None = getattr(settings, name)
    return path


def _read_all(settings: DataSettings, base: Path) -> dict[str, Contents]:
    """What each path of the settings holds, read once; the problems of all of them in one DataError."""
    read: dict[str, Contents] = {}
    problems: list[str] = []
    for path in dict.fromkeys(path for name in NAMES if (path := _path(settings, name))):
        try:
            read[path] = read_contents(_resolve(base, path), settings.format, settings.encoding)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return read


def _resolve(base: Path, path: str) -> Path:
    try:
        return base / Path(path).expanduser()
    except RuntimeError:  # no home folder
        return base / path


def _choose(
    settings: DataSettings, read: dict[str, Contents]
) -> tuple[dict[str, list[Example]], dict[str, list[Example]]]:
    """The rows of each split and the rows that their source itself puts out of scope, both by split."""
    rows: dict[str, list[Example]] = {}
    apart: dict[str, list[Example]] = {}
    problems: list[str] = []
    for name in NAMES:
        own = _path(settings, name)
        path = own or settings.train
        found = read[path].splits if path else {}
        if own and WHOLE in found:
            rows[name] = found[WHOLE]
        elif name in found:
            rows[name] = found[name]
        elif own:
            problems.append(f"{shown(own)}: has no {name} split; it holds {', '.join(found)}")
        if outside := found.get(f"oos_{name}"):
            apart[name] = outside
    if problems:
        raise DataError(problems)
    return rows, apart


def _divide(settings: DataSettings, rows: dict[str, list[Example]], seed: int) -> None:
    """Draws the splits that no file gives from the training rows."""
    valid = 0.0 if "valid" in rows else settings.valid_fraction
    test = 0.0 if "test" in rows else settings.test_fraction
    if valid + test >= 1.0:
        raise ConfigError(f"data.valid_fraction + data.test_fraction: {valid} + {test} leaves no rows to train on")
    if valid or test:
        try:
            parts = split_examples(rows["train"], valid, test, seed)
        except DataError as error:
            raise DataError(f"{shown(str(settings.train))}: {error}") from None
        rows["train"] = parts[0]
        rows |= {name: part for name, part in zip(NAMES[1:], parts[1:], strict=True) if name not in rows}


def _by_scope(rows: list[Example], out_of_scope: str | None) -> tuple[list[Example], list[Example]]:
    if out_of_scope is None:
        return rows, []
    outside = [row for row in rows if row.intent == out_of_scope]
    return [row for row in rows if row.intent != out_of_scope] if outside else rows, outside


def _check(splits: Splits, settings: DataSettings, rows: dict[str, list[Example]]) -> None:
    problems = []
    for name in NAMES:
        # no test rows at all are fine when the fraction says so
        if not getattr(splits, name) and (name != "test" or settings.test or settings.test_fraction > 0):
            only = f"; all its {len(rows[name])} rows are out of scope" if rows.get(name) else ""
            problems.append(
                f"{shown(_path(settings, name) or str(settings.train))}: no rows for the {name} split{only}"
            )
    intents = {row.intent for row in splits.train}
    if len(intents) == 1:
        only = f"one intent only ({quoted(intents.pop())})"
        problems.append(f"{shown(str(settings.train))}: {only}; a classifier needs two or more")
    if problems:
        raise DataError(problems)


def _same_file(settings: DataSettings, read: dict[str, Contents]) -> list[str]:
    return [
        f"data.{name}: the same file as data.train, so the score will be too good"
        for name in ("valid", "test")
        if settings.train and _path(settings, name) == settings.train and WHOLE in read[settings.train].splits
    ]


def _alike_intents(splits: Splits) -> list[str]:
    first: dict[str, str] = {}
    for row in splits.train:
        first.setdefault(row.intent, row.source)
    return [f"{found.place}: {found.message}; {found.suggestion}" for found in alike_intents(first)]


def _unknown_intents(splits: Splits) -> list[str]:
    known = {row.intent for row in splits.train}
    warnings = []
    for name, rows in (("valid", splits.valid), ("test", splits.test)):
        first = {row.intent: row.source for row in reversed(rows) if row.intent not in known}
        counts = Counter(row.intent for row in rows if row.intent in first)
        warnings += [
            f"{first[intent]}: the intent {quoted(intent)} is in {name} but not in train; "
            f"{count} row{'s' * (count != 1)} will count as errors"
            for intent, count in counts.items()
        ]
    return warnings
