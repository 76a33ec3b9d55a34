from __future__ import annotations

from rnn_intent.data.example import Example, Slot
from rnn_intent.data.mend import mend


def row(line: int, text: str, intent: str = "a", *slots: Slot) -> Example:
    return Example(text, intent, slots, f"x:{line}")


def mended(*rows: Example) -> tuple[list[tuple[str, str]], list[str]]:
    kept, changes = mend({"": rows})
    return [(example.text, example.intent) for example in kept[""]], [change.place for change in changes]


def test_good_rows_stay_as_they_are() -> None:
    rows = [row(1, "Größe  XL?"), row(2, "现在几点", "b"), row(3, "發現", "b")]
    kept, changes = mend({"": rows})
    assert kept == {"": rows}
    assert changes == []


def test_repeated_rows_go_and_the_first_stays() -> None:
    assert mended(row(1, "hello"), row(2, "Hello"), row(3, "bye")) == ([("hello", "a"), ("bye", "a")], ["x:2"])


def test_rows_of_an_earlier_split_go_from_the_later_one() -> None:
    kept, changes = mend({"test": [row(1, "hello")], "train": [row(2, "hello")]})
    assert [example.source for example in kept["train"]] == ["x:2"]
    assert kept["test"] == []
    assert [str(change) for change in changes] == ["x:1  deleted: the same text is in another split: x:2"]


def test_a_contradiction_is_left_to_its_author_unless_most_rows_agree() -> None:
    open_question = [row(1, "hello", "a"), row(2, "hello", "b")]
    assert mended(*open_question) == ([("hello", "a"), ("hello", "b")], [])
    clear = [row(1, "hello", "b"), *(row(line, "hello", "a") for line in (2, 3, 4))]
    assert mended(*clear) == ([("hello", "a")], ["x:1", "x:3", "x:4"])


def test_texts_are_read_anew_and_then_compared() -> None:
    garbled = "où est-il né".encode().decode("cp1252")
    assert mended(row(1, "où est-il né"), row(2, garbled)) == ([("où est-il né", "a")], ["x:2", "x:2"])
    assert mended(row(1, "caf\ufffd")) == ([("caf\ufffd", "a")], [])
    assert mended(row(1, "\u200b\ufeff")) == ([], ["x:1"])


def test_slots_keep_their_words_when_characters_go() -> None:
    (example,) = mend({"": [row(1, "to\u200b New\u200b York ", "a", Slot("city", 3, 14))]})[0][""]
    assert example.text == "to New York "
    assert [example.text[slot.start : slot.end] for slot in example.slots] == ["New York"]


def test_a_garbled_text_with_slots_is_left() -> None:
    garbled = row(1, "où".encode().decode("cp1252"), "a", Slot("x", 0, 2))
    assert mend({"": [garbled]}) == ({"": [garbled]}, [])


def test_slots_that_lie_outside_are_left() -> None:
    wrong = row(1, "to York", "a", Slot("city", 3, 99), Slot("space", 2, 3))
    assert mend({"": [wrong]}) == ({"": [wrong]}, [])
