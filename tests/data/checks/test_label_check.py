"""Cross-validation of the rows: it must find intents that are wrong, and few that are right."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from rnn_intent.data.check import check_examples
from rnn_intent.data.cross_validation import VIEWS, LeaveOneOut, Vectors
from rnn_intent.data.example import Example
from rnn_intent.data.ngrams import Ngrams

INTENTS = 12
SYLLABLES = ["ba", "ke", "lo", "mi", "ru", "sta", "fin", "gor", "dul", "ping", "tev", "nas"]
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 300)]


@cache
def made(chinese: bool = False) -> list[Example]:
    """600 rows of 12 intents: two or three words of the intent's ten, among four that all intents share."""
    dice = random.Random(3)
    parts = HAN if chinese else SYLLABLES
    words = ["".join(dice.choices(parts, k=2 if chinese else 3)) for _ in range(10 * INTENTS + 40)]
    rows = []
    for line in range(600):
        intent = line % INTENTS
        own = dice.sample(words[10 * intent : 10 * intent + 10], dice.choice((2, 3)))
        text = own + dice.sample(words[10 * INTENTS :], 4)
        dice.shuffle(text)
        rows.append(Example(("" if chinese else " ").join(text), f"intent_{intent}", source=f"x:{line}"))
    return rows


def swapped(rows: list[Example]) -> tuple[list[Example], dict[str, str]]:
    """The rows with 5 % of the intents changed, and the right intents of those."""
    dice = random.Random(4)
    chosen = set(dice.sample(range(len(rows)), len(rows) // 20))
    names = sorted({row.intent for row in rows})
    right = {rows[number].source: rows[number].intent for number in chosen}
    return [
        Example(row.text, dice.choice([name for name in names if name != row.intent]), source=row.source)
        if number in chosen
        else row
        for number, row in enumerate(rows)
    ], right


@pytest.mark.parametrize("chinese", [False, True])
def test_swapped_intents_are_found_with_the_right_suggestion(chinese: bool) -> None:
    rows, right = swapped(made(chinese))
    found = {f.place: f.intent for f in check_examples({"train": rows}) if f.kind == "label"}
    assert len(found.keys() & right.keys()) >= 0.8 * len(right)
    assert len(found.keys() & right.keys()) >= 0.7 * len(found)
    assert sum(found.get(place) == intent for place, intent in right.items()) >= 0.8 * len(right)


def test_rows_that_are_right_are_seldom_doubted() -> None:
    assert len([f for f in check_examples({"train": made()}) if f.kind == "label"]) <= 6


def test_a_doubt_names_the_row_that_speaks_for_the_other_intent() -> None:
    extra = Example(made()[0].text + " please", "intent_5", source="x:wrong")
    (finding,) = [f for f in check_examples({"train": [*made(), extra]}) if f.place == "x:wrong" and f.kind == "label"]
    assert (finding.level, finding.intent) == ("REVIEW", "intent_0")
    assert "x:0 " in finding.message


def test_the_same_rows_give_the_same_findings_and_no_labels_asks_nobody() -> None:
    rows, _ = swapped(made())
    assert check_examples({"train": rows}) == check_examples({"train": rows})
    assert not [f for f in check_examples({"train": rows}, labels=False) if f.kind == "label"]


def test_an_intent_that_another_swallows_is_named() -> None:
    dice = random.Random(6)
    twin = [
        Example(row.text + dice.choice((" a", " b")), "small", source=f"y:{n}") for n, row in enumerate(made()[:120:12])
    ]
    (finding,) = [f for f in check_examples({"train": [*made(), *twin]}) if f.kind == "swallowed intent"]
    assert "'intent_0' swallows the intent 'small'" in finding.message


def test_leaving_out_in_one_step_is_leaving_out_one_by_one() -> None:
    texts, intents = [row.text for row in made()[:60]], np.arange(60) % INTENTS
    answers = LeaveOneOut(texts, intents, INTENTS).answers()
    own = np.zeros(60)
    for view in VIEWS:
        inputs = np.concatenate([block for _, block in Vectors(Ngrams(texts), view).blocks()]).astype(float)
        targets = np.eye(INTENTS)[intents]
        for row in range(60):
            others = np.delete(inputs, row, axis=0)
            weights = np.linalg.solve(
                others.T @ others + np.eye(inputs.shape[1]), others.T @ np.delete(targets, row, axis=0)
            )
            own[row] += (inputs[row] @ weights)[intents[row]] / len(VIEWS)
    np.testing.assert_allclose(answers.own, own, atol=1e-4)
