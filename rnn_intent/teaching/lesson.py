"""What several teachers say together, and how much each of them counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnn_intent.data.opinions import distributions, opinions_of, write_opinions
from rnn_intent.errors import UsageError, printable
from rnn_intent.metrics import fit_mixture
from rnn_intent.runs import RunFolder
from rnn_intent.teaching.classroom import Classroom, Teacher
from rnn_intent.teaching.sentences import Gathered

AT_ONCE = 1024  # sentences between two signs of life
PRIOR = 50.0  # validation rows that speak for models which count the same


def teacher_shares(teachers: Sequence[Teacher], room: Classroom, prior: Sequence[float] = ()) -> list[float]:
    """How much each counts: such that together they find the validation rows' intents most likely.

    These are the shares of a mixture. prior: rows that speak for each teacher before any has spoken, so that few rows
    decide little; without it, as many for every model. Who says nothing about the validation rows counts as by the
    prior. Raises UsageError for a teacher that knows none of the labels.
    """
    rows = np.array(prior or _alike(teachers))
    found: np.ndarray = rows / rows.sum()
    said = np.stack([_of_own_intent(teacher, room) for teacher in teachers])  # (teachers, rows)
    heard = said.any(axis=1)
    known = found[heard].sum()
    found[heard] = known * fit_mixture(said[heard], rows[heard] / max(known, 1e-12))
    return [float(share) for share in found]


def _alike(teachers: Sequence[Teacher]) -> list[float]:
    """A prior for which every model counts the same."""
    models = sum(teacher.models for teacher in teachers)
    return [PRIOR * teacher.models / models for teacher in teachers]


def _of_own_intent(teacher: Teacher, room: Classroom) -> np.ndarray:
    """The probability that a teacher gives each validation row's intent, (rows,)."""
    if not set(teacher.labels) & set(room.labels):
        one = printable(next(iter(teacher.labels), ""))
        raise UsageError(f"a teacher knows none of the training data's intents; it knows {one!r}, for example")
    rows = room.known_valid
    said = _in_columns(teacher.probabilities([row.text for row in rows]), teacher.labels, room.labels)
    own: np.ndarray = said[np.arange(len(rows)), room.targets(rows)].astype(np.float64)
    return own


def lessons(
    groups: Sequence[Sequence[Teacher]],
    labels: Sequence[str],
    texts: Sequence[str],
    shares: Sequence[float],
    on_step: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[np.ndarray]:
    """The mean of what the teachers of each group say, (texts, labels); zeros where none says anything.

    shares: how much each teacher of a group counts. on_step: sentences labelled so far, and all. Who teaches in several
    groups is asked once.
    """
    found = [np.zeros((len(texts), len(labels)), dtype=np.float32) for _ in groups]
    for start in range(0, len(texts), AT_ONCE):
        block = slice(start, start + AT_ONCE)
        everybody = {id(teacher): teacher for group in groups for teacher in group}
        said = {
            key: _in_columns(teacher.probabilities(texts[block]), teacher.labels, labels)
            for key, teacher in everybody.items()
        }
        for table, group in zip(found, groups, strict=True):
            for teacher, share in zip(group, shares, strict=True):
                table[block] += share * said[id(teacher)]
        on_step(min(start + AT_ONCE, len(texts)), len(texts))
    return list(map(distributions, found))


def _in_columns(table: np.ndarray, names: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """The same distributions over the student's labels; intents that it lacks are left out."""
    column = {name: number for number, name in enumerate(names)}
    found = np.zeros((len(table), len(labels)), dtype=np.float32)
    for number, label in enumerate(labels):
        if label in column:
            found[:, number] = table[:, column[label]]
    return distributions(found)


def write_lessons(
    teachers: Sequence[Teacher],
    room: Classroom,
    found: Gathered,
    run: RunFolder,
    refit: bool,
    on_step: Callable[[int, int], None] = lambda _done, _all: None,
    prior: Sequence[float] = (),
) -> list[float]:
    """Writes what the teachers say, and what they say for a second training, on the validation rows too: when some have
    learned these rows, and of sentences made of them.

    refit: whether there will be one. on_step: sentences labelled so far, and all. prior: of `teacher_shares`. Returns
    how much each teacher counts.
    Raises UsageError if they have nothing to say.
    """
    shares = teacher_shares(teachers, room, prior)
    again = [teacher.refit(room) for teacher in teachers] if refit else teachers
    more = again != teachers or found.later
    texts, said = found.texts, [row.text for row in room.known_valid]
    asked = [*texts, *said, *found.later] if more else texts
    first, *second = lessons([teachers, again] if more else [teachers], room.labels, asked, shares, on_step)
    made = {*range(len(found.said), len(texts)), *range(len(texts) + len(said), len(asked))}
    if not first[: len(texts)].any():
        raise UsageError("the teachers say nothing about the training rows, and bring no other sentences")
    run.refit_lessons.unlink(missing_ok=True)
    write_opinions(run.lessons, opinions_of(texts, room.labels, first[: len(texts)], made))
    for table in second:
        if table[len(texts) :].any():  # files know their own sentences only: they would say the same once more
            write_opinions(run.refit_lessons, opinions_of(asked, room.labels, table, made))
    return [round(share, 4) for share in shares]
