"""What a user can get wrong, as exceptions that say where, what and how to mend it.

    IntentError                 anything this program reports in a line instead of a traceback
    ├── UsageError         2    the command line asks for something that cannot be done
    ├── ConfigError        2    the experiment file, all its problems at once
    ├── DataError          3    a data file, all its problems at once
    ├── ModelError         4    a model file or run folder that cannot be trusted or read
    ├── CheckFailed        5    a check that the user asked for did not hold
    └── TrainingError      1    training cannot go on (loss is not finite, disk full)

The number is the exit code of the command line. Each problem is one line: place, value, remedy.
"""

from __future__ import annotations

from collections.abc import Sequence


class IntentError(Exception):
    """One or more problems, each a single line that a person can act on."""

    exit_code = 1

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class UsageError(IntentError):
    exit_code = 2


class ConfigError(IntentError):
    exit_code = 2


class DataError(IntentError):
    exit_code = 3


class ModelError(IntentError):
    exit_code = 4


class CheckFailed(IntentError):
    exit_code = 5


class TrainingError(IntentError):
    exit_code = 1


def printable(value: str, limit: int = 80) -> str:
    """A text from a stranger as it may stand in a message: one line, nothing a terminal would obey, not too long."""
    shown = value if len(value) <= limit else value[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)


def quoted(value: str, limit: int = 80) -> str:
    """The same in quotation marks; its own backslashes stay single, as they stand in the file."""
    shown = printable(value, limit)
    mark = '"' if "'" in shown else "'"
    return f"{mark}{shown}{mark}"
