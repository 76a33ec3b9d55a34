"""A teacher's probabilities in a file, so that any model can teach: one JSON object a line.

{"text": "what time is it", "probabilities": {"ask_time": 0.97, "ask_weather": 0.03}}
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnn_intent.data.encoding import read_text, shown
from rnn_intent.data.fold import fold
from rnn_intent.data.formats.scan import BadJson, parse
from rnn_intent.data.rows import refuse
from rnn_intent.errors import DataError, printable, quoted
from rnn_intent.files import replacing

SMALLEST = 1e-3  # what is less likely is left out of a written file: it would be most of its megabytes
DIGITS = 5
AT_ONCE = 1000  # lines made together

Opinion = tuple[str, dict[str, float]]  # a sentence, and how likely each intent is


class Opinions:
    """Sentences with a distribution over intents; looked up without regard to case, width or spaces."""

    def __init__(self, opinions: Sequence[Opinion]) -> None:
        self._by_text = {fold(text): (text, chances) for text, chances in opinions}

    def __len__(self) -> int:
        return len(self._by_text)

    def __iter__(self) -> Iterator[Opinion]:
        return iter(self._by_text.values())

    @property
    def labels(self) -> tuple[str, ...]:
        """Every intent that has a probability somewhere, by name."""
        return tuple(sorted({label for _, chances in self for label in chances}))

    def table(self, texts: Sequence[str], labels: Sequence[str]) -> np.ndarray:
        """(texts, labels) float32, each row a distribution, or zeros for a sentence that is not there.

        Intents that are not among the labels are left out, and the others share what is theirs.
        """
        column = {label: number for number, label in enumerate(labels)}
        table = np.zeros((len(texts), len(labels)), dtype=np.float32)
        for row, text in enumerate(texts):
            _, chances = self._by_text.get(fold(text), ("", {}))
            for label, chance in chances.items():
                if label in column:
                    table[row, column[label]] = chance
        return distributions(table)


@dataclass(frozen=True)
class Lessons:
    """What teachers say to a student, and, for its second training, once they have learned the validation rows too."""

    first: Opinions
    refit: Opinions

    @classmethod
    def read(cls, first: Path, refit: Path) -> Lessons:
        """From the files of a run folder. Without the second one, what the teachers say stays. Raises DataError."""
        said = read_opinions(first)
        return cls(said, read_opinions(refit) if refit.is_file() else said)


def distributions(table: np.ndarray) -> np.ndarray:
    """Every row divided by its sum; rows of zeros stay."""
    sums = table.sum(axis=1, keepdims=True)
    whole: np.ndarray = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    return whole


def read_opinions(path: Path, encoding: str = "utf-8") -> Opinions:
    """Reads such a file. Raises one DataError with all its problems."""
    name, problems, opinions = shown(path), [], []
    for number, line in enumerate(read_text(path, encoding, {}).split("\n"), start=1):
        if line and not line.isspace():
            try:
                opinions.append(_opinion(parse(line, number)))
            except (BadJson, ValueError) as error:
                problems.append(f"{name}:{number}: {printable(str(error), 200)}")
    refuse(problems)
    if not opinions:
        raise DataError(f"{name}: no rows")
    return Opinions(opinions)


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
    return value["text"], chances


def write_opinions(path: Path, texts: Sequence[str], labels: Sequence[str], table: np.ndarray) -> None:
    """Writes (texts, labels) probabilities, whole or not at all; rows of zeros are left out. Raises OSError."""
    with replacing(path) as file:
        for start in range(0, len(texts), AT_ONCE):
            rows = zip(texts[start : start + AT_ONCE], table[start : start + AT_ONCE], strict=True)
            file.write("".join(_line(text, labels, row) for text, row in rows if row.any()).encode("utf-8"))


def _line(text: str, labels: Sequence[str], row: np.ndarray) -> str:
    kept = np.flatnonzero(row >= min(SMALLEST, float(row.max()))).tolist()
    chances: Mapping[str, float] = {labels[label]: round(float(row[label]), DIGITS) for label in kept}
    return json.dumps({"text": text, "probabilities": chances}, ensure_ascii=False) + "\n"
