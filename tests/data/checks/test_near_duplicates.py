from __future__ import annotations

from rnn_intent.data.check import check_examples
from rnn_intent.data.example import Example

LONG = "could you please tell me how the weather is going to be in Berlin tomorrow morning"


def found(rows: dict[str, list[tuple[str, str]]], labels: bool = False) -> list[tuple[str, str]]:
    splits = {
        split: [Example(text, intent, source=f"{split}:{line}") for line, (text, intent) in enumerate(pairs)]
        for split, pairs in rows.items()
    }
    return [(f.place, f.kind) for f in check_examples(splits, labels=labels) if f.kind.startswith("near")]


def test_rows_of_an_intent_that_differ_in_a_mark_a_letter_or_script_are_near_duplicates() -> None:
    pairs = [("what's up", "a"), ("whats up?", "a"), (LONG, "a"), (LONG.replace("tell", "tel"), "a")]
    pairs += [("請開燈", "a"), ("请开灯", "a"), ("who is there", "a")]
    assert found({"train": pairs}) == [
        ("train:1", "near duplicate"),
        ("train:3", "near duplicate"),
        ("train:5", "near duplicate"),
    ]


def test_rows_of_an_intent_may_resemble_each_other() -> None:
    assert found({"train": [("turn on the lights", "a"), ("turn on all the lights", "a")]}) == []


def test_a_row_almost_in_two_splits_is_a_near_leak() -> None:
    rows = {"test": [(LONG.replace("Berlin", "Merlin"), "a")], "train": [(LONG, "a")]}
    assert found(rows) == [("test:0", "near leak")]


def test_almost_the_same_words_with_two_intents_are_a_near_contradiction() -> None:
    assert found({"train": [("今天附近发生了什么", "a"), ("今天附近发生了什么？呀", "b")]}) == [
        ("train:1", "near contradiction")
    ]


def test_two_intents_that_the_other_rows_confirm_may_differ_in_a_word() -> None:
    rooms = ["kitchen", "hall", "bedroom", "garage", "garden", "attic", "cellar", "bathroom", "office", "porch"]
    rows = [
        (f"would you please switch {way} the ceiling lights in the {room} now", way)
        for room in rooms
        for way in ("on", "off")
    ]
    assert len(found({"train": rows})) > 0
    assert found({"train": rows}, labels=True) == []


def test_exact_duplicates_are_left_to_their_own_check() -> None:
    assert found({"train": [("Hello there my friend", "a"), ("hello there my friend", "a")]}) == []
