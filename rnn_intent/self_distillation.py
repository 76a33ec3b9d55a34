"""Few rows: a network's first training teaches its second (after Furlanello et al. 2018, "Born-again neural networks").

1. Train on the rows, as always, into the folder `teacher` of the run.
2. Ask this network, and `ngrams`, about sentences made of the rows, and keep what the two say: `lessons.jsonl.gz`.

The run's own network then learns from labels and lessons, as a student of `rnn-intent distill` does. Among few rows a
network and a linear model err on different sentences, and neither has met the words that it will not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rnn_intent import artifact as model_file
from rnn_intent.data.opinions import Lessons
from rnn_intent.data.splits import Splits
from rnn_intent.files import write_json
from rnn_intent.fitting import Fitting, at_temperature
from rnn_intent.runs import RunFolder
from rnn_intent.settings import Settings
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.lesson import write_lessons
from rnn_intent.teaching.sentences import gathered
from rnn_intent.teaching.teachers import NGRAMS, find_teachers
from rnn_intent.training.progress import Epoch, Progress

FEWEST = 20_000  # made sentences: half as many as other teachers speak of, in half the time
PRIOR = (2.0, 4.0)  # validation rows that speak for the network and for `ngrams`, which knows more where rows are few


@dataclass(frozen=True)
class OwnLessons:
    """What a network will hear of its predecessor. teacher: the epoch at which that one ended."""

    lessons: Lessons
    teacher: Epoch


def teaches_itself(settings: Settings, splits: Splits) -> bool:
    """Whether a training begins with its own teacher.

    `auto`: where rows are few, and nobody has said how often they are to be read.
    """
    from rnn_intent.training.schedule import MANY_ROWS

    asked = settings.training.self_distillation
    if asked != "auto":
        return asked
    return len(splits.train) < MANY_ROWS and settings.training.epochs == "auto"


def own_lessons(
    settings: Settings,
    splits: Splits,
    run: RunFolder,
    *,
    fresh: bool,
    on_step: Callable[[Progress], None],
    on_lesson: Callable[[int, int], None],
) -> OwnLessons:
    """Trains the teacher and writes what it and `ngrams` say, unless the run folder has that already.

    fresh: leave aside what the folder has. on_lesson: sentences labelled so far, and all.
    """
    if fresh:
        _forget(run)

    def on_teacher(progress: Progress) -> None:
        on_step(replace(progress, stage="teacher"))

    run.teacher.path.mkdir(exist_ok=True)
    trained, fitted = Fitting(settings, splits, None, run.teacher, fresh).train(on_teacher)
    if not run.teaching.is_file():
        model_file.write(at_temperature(trained, fitted.valid_logits, splits.valid), run.teacher.model)
        _teach(settings, splits, run, on_lesson)
    return OwnLessons(Lessons((run.lessons, run.refit_lessons)), fitted.kept)


def _forget(run: RunFolder) -> None:
    """Leaves nothing to go on from, before any of it is replaced."""
    from rnn_intent.training import checkpoint

    run.teaching.unlink(missing_ok=True)
    for folder in (run.teacher.checkpoint, run.refit_checkpoint, run.checkpoint):
        checkpoint.discard(folder)


def _teach(settings: Settings, splits: Splits, run: RunFolder, on_lesson: Callable[[int, int], None]) -> None:
    """Writes the lessons."""
    room = Classroom.of(settings, splits)
    teachers = find_teachers([str(run.teacher.model), NGRAMS], room)
    found = gathered(settings, splits, fewest=FEWEST)
    run.metrics.unlink(missing_ok=True)  # an earlier model of other lessons is no finished run of these
    shares = write_lessons(teachers, room, found, run, settings.training.refit > 0, on_lesson, prior=PRIOR)
    write_json(run.teaching, {"teachers": [run.teacher.name, NGRAMS], "shares": shares})  # last: they are whole
