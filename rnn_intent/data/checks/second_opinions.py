"""What cross-validation makes of each row: the second opinion that several checks ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnn_intent.data.checks.finding import Row
from rnn_intent.data.cross_validation import LeaveOneOut
from rnn_intent.data.fold import fold
from rnn_intent.data.variants import plain

DOUBT = 0.25  # chosen on clinc150 with 5 % of the intents swapped, see docs/data-check.md
OWN_WEIGHT = 3.0  # a wrong intent has hardly any support; a second meaning of a sentence has some
FEWEST_ROWS = 3  # of an intent, for the others to say anything about one of them


@dataclass(frozen=True, slots=True)
class Opinion:
    """own, best: how much the other rows speak for the row's intent and for the best other one, about 0 to 1."""

    own: float
    best: float
    other: str

    @property
    def agrees(self) -> bool:
        return self.own >= self.best

    @property
    def doubts(self) -> bool:
        return self.best - OWN_WEIGHT * max(self.own, 0.0) > DOUBT


Opinions = Mapping[int, Opinion]  # by the number of the row


@dataclass(frozen=True)
class SecondOpinions:
    """Opinions on rows, and to doubtful ones the row (by number) that speaks most for the other intent."""

    opinions: Opinions
    witnesses: Mapping[int, int]


def second_opinions(rows: Sequence[Row]) -> SecondOpinions:
    """Of rows in scope, each text once; none of texts with several intents, nor of intents with hardly any rows."""
    numbers = _judged(rows)
    names = sorted({rows[number].example.intent for number in numbers})
    if len(names) < 2:
        return SecondOpinions({}, {})
    place = {name: index for index, name in enumerate(names)}
    intents = np.array([place[rows[number].example.intent] for number in numbers])
    judge = LeaveOneOut([plain(rows[number].example.text) for number in numbers], intents, len(names))
    found = zip(numbers, *(column.tolist() for column in judge.answers()), strict=True)
    opinions = {number: Opinion(own, best, names[other]) for number, own, best, other in found}
    doubtful = [index for index, number in enumerate(numbers) if opinions[number].doubts]
    witnesses: dict[int, int] = {}
    if doubtful:
        others = np.array([place[opinions[numbers[index]].other] for index in doubtful])
        nearest = judge.nearest(np.array(doubtful), others).tolist()
        witnesses = {numbers[index]: numbers[near] for index, near in zip(doubtful, nearest, strict=True)}
    return SecondOpinions(opinions, witnesses)


def _judged(rows: Sequence[Row]) -> list[int]:
    """The numbers of the rows that are judged, and that judge each other."""
    meanings: defaultdict[str, set[str]] = defaultdict(set)
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.in_scope:
            text = fold(row.example.text)
            meanings[text].add(row.example.intent)
            first.setdefault(text, number)
    clear = [number for text, number in first.items() if len(meanings[text]) == 1]
    counts: defaultdict[str, int] = defaultdict(int)
    for number in clear:
        counts[rows[number].example.intent] += 1
    return [number for number in clear if counts[rows[number].example.intent] >= FEWEST_ROWS]
