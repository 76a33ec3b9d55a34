"""A teacher's probabilities in a file, so that any model can teach: one JSON object a line.

{"text": "what time is it", "probabilities": {"ask_time": 0.97, "ask_weather": 0.03}}

`"made": true` marks a sentence that nobody has said: its words are no reason to know them.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnn_intent.data.encoding import read_lines, shown
from rnn_intent.data.fold import fold
from rnn_intent.data.formats.scan import BadJson, parse
from rnn_intent.data.rows import refuse
from rnn_intent.errors import DataError, printable, quoted
from rnn_intent.files import packing

SMALLEST = 1e-3  # what is less likely is left out of a written file: it would be most of its megabytes
DIGITS = 5
AT_ONCE = 1000  # lines made together


class Opinion(NamedTuple):
    """A sentence, and how likely each intent is. made: nobody has said it."""

    text: str
    chances: dict[str, float]
    made: bool = False


class Opinions:
    """Sentences with a distribution over intents; looked up without regard to case, width or spaces.

    Kept as numbers side by side: of 375,000 sentences on 150 intents, objects took 1.7 GB of memory, these 0.5.
    """

    def __init__(self, opinions: Iterable[Opinion]) -> None:
        """Of sentences that are the same but for that, the last one counts."""
        self._columns: dict[str, int] = {}  # of an intent
        self._rows: dict[str, int] = {}  # of a folded sentence
        self._texts: list[str] = []
        self._intents, self._chances, self._starts = array("i"), array("d"), array("q", [0])
        self._made: set[int] = set()
        for text, chances, made in opinions:
            if made:
                self._made.add(len(self._texts))
            self._rows[fold(text)] = len(self._texts)
            self._texts.append(text)
            self._intents.extend(self._columns.setdefault(label, len(self._columns)) for label in chances)
            self._chances.extend(chances.values())
            self._starts.append(len(self._intents))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Opinion]:
        names = list(self._columns)
        for row in self._rows.values():
            own = slice(self._starts[row], self._starts[row + 1])
            chances = dict(zip((names[i] for i in self._intents[own]), self._chances[own], strict=True))
            yield Opinion(self._texts[row], chances, row in self._made)

    @property
    def texts(self) -> list[str]:
        return [*self.said, *self.made]

    @property
    def said(self) -> list[str]:
        """The sentences that somebody has said."""
        return [self._texts[row] for row in self._rows.values() if row not in self._made]

    @property
    def made(self) -> list[str]:
        """The others."""
        return [self._texts[row] for row in self._rows.values() if row in self._made]

    @property
    def labels(self) -> tuple[str, ...]:
        """Every intent that has a probability somewhere, by name."""
        return tuple(sorted(self._columns))

    def table(self, texts: Sequence[str], labels: Sequence[str]) -> np.ndarray:
        """(texts, labels) float32, each row a distribution, or zeros for a sentence that is not there.

        Intents that are not among the labels are left out, and the others share what is theirs.
        """
        place = {label: number for number, label in enumerate(labels)}
        wanted = np.array([place.get(label, -1) for label in self._columns], dtype=np.int64)
        intents, chances = np.asarray(self._intents), np.asarray(self._chances)
        table = np.zeros((len(texts), len(labels)), dtype=np.float32)
        for number, text in enumerate(texts):
            row = self._rows.get(fold(text))
            if row is not None:
                own = slice(self._starts[row], self._starts[row + 1])
                columns = wanted[intents[own]]
                table[number, columns[columns >= 0]] = chances[own][columns >= 0]
        return distributions(table)


@dataclass(frozen=True)
class Lessons:
    """What teachers say to a student, and, for its second training, once they have learned the validation rows too.

    The files of a run folder; without the second one, what the teachers say stays. Reading them raises DataError.
    """

    files: tuple[Path, Path]

    def first(self) -> Opinions:
        return read_opinions(self.files[0])

    def refit(self) -> Opinions:
        first, again = self.files
        return read_opinions(again if again.is_file() else first)


def distributions(table: np.ndarray) -> np.ndarray:
    """Every row divided by its sum; rows of zeros stay."""
    sums = table.sum(axis=1, keepdims=True)
    whole: np.ndarray = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    return whole


def read_opinions(path: Path, encoding: str = "utf-8") -> Opinions:
    """Reads such a file, packed by gzip if its name ends in .gz. Raises one DataError with all its problems."""
    name = shown(path)
    problems: list[str] = []
    opinions = Opinions(_read(read_lines(path, encoding), name, problems))
    refuse(problems)
    if not len(opinions):
        raise DataError(f"{name}: no rows")
    return opinions


def _read(lines: Iterable[str], name: str, problems: list[str]) -> Iterator[Opinion]:
    """One for each line; what is wrong goes to the problems."""
    for number, line in enumerate(lines, start=1):
        if line and not line.isspace():
            try:
                yield _opinion(parse(line, number))
            except (BadJson, ValueError) as error:
                problems.append(f"{name}:{number}: {printable(str(error), 200)}")


def _opinion(value: object) -> Opinion:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise ValueError('an object like {"text": …, "probabilities": {…}} is expected')
    chances = value.get("probabilities")
    if not isinstance(chances, dict) or not chances:
        raise ValueError('no probabilities; {"probabilities": {"intent": 0.9, …}} is expected')
    for intent, chance in chances.items():
        if type(chance) not in (int, float) or not math.isfinite(chance) or not 0 <= chance <= 1:
            raise ValueError(f"the probability of {quoted(intent)} is {chance!r}, a number from 0 to 1 is expected")
    if not any(chances.values()):
        raise ValueError("all probabilities are zero")
    made = value.get("made", False)
    if not isinstance(made, bool):
        raise ValueError('"made" is neither true nor false')
    return Opinion(value["text"], chances, made)


def opinions_of(
    texts: Sequence[str], labels: Sequence[str], table: np.ndarray, made: Collection[int] = ()
) -> Iterator[Opinion]:
    """Rows of (texts, labels) probabilities; what is very unlikely, and rows of zeros, are left out.

    made: the numbers of the texts that nobody has said.
    """
    for number, (text, row) in enumerate(zip(texts, table, strict=True)):
        if row.any():
            kept = np.flatnonzero(row >= min(SMALLEST, float(row.max()))).tolist()
            yield Opinion(text, {labels[label]: round(float(row[label]), DIGITS) for label in kept}, number in made)


def write_opinions(path: Path, opinions: Iterable[Opinion]) -> None:
    """Writes such a file, whole or not at all, packed if the name ends in .gz. Raises OSError."""
    with packing(path) as file:
        lines = map(_line, opinions)
        while some := "".join(islice(lines, AT_ONCE)):
            file.write(some.encode("utf-8"))


def _line(opinion: Opinion) -> str:
    marked = {"made": True} if opinion.made else {}
    value = {"text": opinion.text, "probabilities": opinion.chances, **marked}
    return json.dumps(value, ensure_ascii=False) + "\n"
