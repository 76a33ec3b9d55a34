"""What a long command is at, on standard error."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from rnn_intent.cli.output import say
from rnn_intent.training.progress import Progress

if TYPE_CHECKING:
    from types import TracebackType

    from tqdm import tqdm


STAGES = {"": "epoch", "teacher": "teacher, epoch", "refit": "all rows, epoch"}
BETWEEN = 30.0  # seconds between two lines


class Bar:
    """One bar at a time: of what is done now, with a clock of its own. Nothing where it is not shown.

    lines: where it is not shown, a line says every half minute how far it is; what takes less says nothing.
    """

    def __init__(self, shown: bool, lines: bool = False) -> None:
        self._shown, self._lines = shown, lines
        self._bar: tqdm[Any] | None = None
        self._task, self._said = "", monotonic()

    @classmethod
    def on_standard_error(cls, quiet: bool = False) -> Bar:
        """A bar on a terminal, lines in a file or a pipe; nothing if quiet."""
        terminal = sys.stderr.isatty()
        return cls(shown=terminal and not quiet, lines=not (terminal or quiet))

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def say(self, message: str) -> None:
        """A line above the bar."""
        if self._bar is not None:
            self._bar.clear()
        say(message)
        if self._bar is not None:
            self._bar.refresh()

    def count(self, task: str, done: int, total: int) -> None:
        """So many are done. task: in words, for a person to read."""
        if self._shown:
            self._move(task, "", done, total)
        elif self._line_is_due():
            self._line(f"{done:,} of {total:,} {task}")

    def labelled(self, done: int, total: int) -> None:
        """So many sentences have heard their teachers."""
        self.count("sentences labelled", done, total)

    def step(self, progress: Progress, who: str = "") -> None:
        """Where a training is: epoch, loss, validation accuracy. who: is trained, if it is not the model itself."""
        if not self._shown and (who or not self._line_is_due()):  # how others get on is said by whoever asks them
            return
        accuracy = "" if progress.valid_accuracy is None else f", validation {progress.valid_accuracy:.1%}"
        done = (progress.epoch - 1) * progress.steps + progress.step
        task = f"{who}, epoch" if who else STAGES[progress.stage]
        told = (f"{task} {progress.epoch}/{progress.epochs}", f"loss {progress.loss:.3f}{accuracy}")
        if self._shown:
            self._move(task, "step", done, progress.epochs * progress.steps, told)
        else:
            self._line(", ".join(told))

    def _line_is_due(self) -> bool:
        return self._lines and monotonic() - self._said >= BETWEEN

    def _line(self, told: str) -> None:
        say(told)
        self._said = monotonic()

    def _move(self, task: str, unit: str, done: int, total: int, told: tuple[str, str] | None = None) -> None:
        if self._bar is None or task != self._task or done < self._bar.n:
            self._end()
            self._bar, self._task = self._begun(task, unit, total), task
        if told is not None:
            self._bar.set_description_str(told[0], refresh=False)
            self._bar.set_postfix_str(told[1], refresh=False)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._end()

    def _begun(self, task: str, unit: str, total: int) -> tqdm[Any]:
        from tqdm import tqdm

        return tqdm(desc=task, total=total, unit=unit, file=sys.stderr, leave=False, dynamic_ncols=True)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None
