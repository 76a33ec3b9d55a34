"""fastText files and seq.in folders."""

from __future__ import annotations

import pytest

from rnn_intent.data.example import Example
from rnn_intent.data.formats import fasttext, seq
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError


def test_fasttext_labels_are_found_wherever_they_stand() -> None:
    rows = Rows("rows")
    fasttext.read("__label__greet good  morning\n\nsee you __label__leave\n", rows)
    assert [(row.text, row.intent, row.source) for row in rows.finish()] == [
        ("good morning", "greet", "rows:1"),
        ("see you", "leave", "rows:3"),
    ]


def test_fasttext_rows_with_no_label_or_two_are_problems() -> None:
    rows = Rows("rows")
    fasttext.read("hi\n__label__a __label__b hi\n__label__a\n", rows)
    assert [problem[:7] for problem in rows.problems] == ["rows:1:", "rows:2:", "rows:3:"]


@pytest.mark.parametrize("row", [Example("hi", "say hi"), Example("the __label__ mark", "ask")])
def test_fasttext_refuses_to_write_what_it_would_misread(row: Example) -> None:
    with pytest.raises(DataError):
        fasttext.write([row])


def test_a_seq_folder_gives_texts_with_slots() -> None:
    rows = Rows("seq.in")
    seq.read("to  rome \nbye\n", "fly\nleave\n", "O B-city\nO\n", rows)
    first, second = rows.finish()
    assert (first.text, first.intent, first.slots[0].name, first.text[first.slots[0].start :]) == (
        "to rome",
        "fly",
        "city",
        "rome",
    )
    assert second.slots == ()


def test_a_seq_folder_without_tags_is_fine() -> None:
    rows = Rows("seq.in")
    seq.read("hi\n", "greet\n", None, rows)
    assert len(rows.finish()) == 1


@pytest.mark.parametrize(
    ("sentences", "labels", "tags", "told"),
    [
        ("a\nb\n", "x\n", None, "seq.in:2: the files differ in their number of lines: seq.in 2, label 1"),
        ("a\nb\n", "x\ny\n", "O\nO O\n", "seq.in:2: seq.out: 1 words but 2 tags"),
        ("a\nb\n", "x\ny\n", "O\nX-y\n", "seq.in:2: seq.out: the tag 'X-y' is none of"),
        ("a\n\nb\n", "x\ny\nz\n", None, "seq.in:2: no text for the intent 'y'"),
    ],
)
def test_a_seq_folder_out_of_step_says_where(sentences: str, labels: str, tags: str | None, told: str) -> None:
    rows = Rows("seq.in")
    seq.read(sentences, labels, tags, rows)
    assert rows.problems[0].startswith(told)
