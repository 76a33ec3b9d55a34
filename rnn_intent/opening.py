"""Opening a run folder to train into it: who may, and what becomes of what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from rnn_intent.errors import TrainingError, UsageError, printable
from rnn_intent.files import TEMPORARY, remove_unfinished, writing
from rnn_intent.lock import held, refuse_if_held
from rnn_intent.runs import RunFolder


@contextmanager
def opened(run: RunFolder, *, resume: bool, force: bool) -> Iterator[None]:
    """The run folder, made if need be, for this process alone while the block runs.

    What it held stays until it is replaced; only what a killed process left unfinished goes.
    Raises UsageError if the folder is no folder, holds a run already (without resume or force), is being trained into
    or cannot be written, and TrainingError if the disk stops taking files later on.
    """
    name = printable(str(run.path), 300)
    if run.path.exists() and not run.path.is_dir():
        raise UsageError(f"{name}: is a file, a run folder is expected; choose another --out")
    if holds_anything(run) and not (resume or force):
        refuse_if_held(run)
        raise UsageError(f"{name}: exists; --resume to go on, --force to replace it, or --out for another run folder")
    with ExitStack() as stack:
        if not run.path.exists():
            stack.callback(_remove_empty, run)
        with writing(run.path):
            run.path.mkdir(parents=True, exist_ok=True)
            stack.enter_context(held(run))
        try:
            # beside the run, too: there stand `latest` and what several trainings give together
            teacher = run.teacher
            own = (run.path, run.checkpoint, run.refit_checkpoint, teacher.path, teacher.checkpoint)
            for folder in (*own, run.path.parent):
                remove_unfinished(folder)
            yield
        except OSError as error:
            told = f"{name}: cannot be written: {error.strerror or error}; what was there is untouched"
            raise TrainingError(f"{told}, and --resume goes on from the last epoch") from error


def _remove_empty(run: RunFolder) -> None:
    """A folder that was made for nothing, because the data could not be read, does not stay."""
    for folder in (run.checkpoint, run.path):
        with suppress(OSError):  # not empty, or not there
            folder.rmdir()


def holds_anything(run: RunFolder) -> bool:
    """Whether there is a file of a run; one that was killed at once leaves none."""
    return any(
        path.is_file() and path != run.lock and not path.name.startswith(TEMPORARY) for path in run.path.rglob("*")
    )
