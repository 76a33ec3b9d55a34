"""JSONL, nested JSON and CLINC's JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_intent.data.example import Example, Slot
from rnn_intent.data.formats import clinc, jsonl, nested
from rnn_intent.data.readers import read_examples
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError


def read(text: str, array: bool = False) -> list[Example]:
    rows = Rows("rows")
    (nested.read if array else jsonl.read_lines)(text, rows)
    return rows.finish()


def problems(text: str, array: bool = False) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(text, array)
    return caught.value.problems


def test_slots_and_language_are_read() -> None:
    row = {"text": "fly to Rome", "intent": "fly", "language": "en", "slots": [{"slot": "city", "start": 7, "end": 11}]}
    assert read(json.dumps(row)) == [Example("fly to Rome", "fly", (Slot("city", 7, 11),), "rows:1", "en")]


def test_words_with_bio_tags_become_a_text_with_spans() -> None:
    row = {
        "tokens": ["to", "New", "York", "or", "Rome"],
        "slots": ["O", "B-city", "I-city", "O", "I-city"],
        "intent": "fly",
    }
    (example,) = read(json.dumps(row))
    assert [example.text[slot.start : slot.end] for slot in example.slots] == ["New York", "Rome"]


def test_numbers_may_be_intents() -> None:
    assert [row.intent for row in read('{"text": "hi", "label": 0}\n{"text": "bye", "label": 1}\n')] == ["0", "1"]


def test_a_row_without_a_known_key_names_those_that_it_has() -> None:
    told = problems('{"text": "a", "target": "x"}\n{"source": "a", "intent": "x"}\n')
    assert told == [
        "rows:1: no intent; the keys here are text, target: rename one to intent",
        "rows:2: no text; the keys here are source, intent: rename one to text",
    ]


def test_elements_of_an_array_know_their_line() -> None:
    text = '[\n {"text": "a", "intent": "x"},\n\n {"text": "b",\n  "intent": "y"}, {"text": "c", "intent": "x"}\n]\n'
    assert [row.source for row in read(text, array=True)] == ["rows:2", "rows:4", "rows:5"]


def test_what_is_no_row_is_named_line_by_line() -> None:
    lines = ['{"text": "a"}', '{"text": 3, "intent": "x"}', "[1]", "{", '{"text": "a", "intent": "x", "slots": [1]}']
    lines += [
        '{"tokens": ["a"], "slots": ["B-x", "O"], "intent": "x"}',
        r'{"text": "\ud800", "intent": "x"}',
        "1" * 5000,
    ]
    found = problems("\n".join(lines))
    assert [problem.split(": ")[0] for problem in found] == [f"rows:{n}" for n in range(1, len(lines) + 1)]
    told = [
        "no intent",
        "text is a number",
        "a list",
        "not JSON",
        "a slot is no object",
        "1 words but 2 tags",
        "surrogate",
    ]
    assert all(reason in problem for reason, problem in zip(told, found, strict=False))


@pytest.mark.parametrize("array", [False, True])
def test_json_nested_too_deep_is_a_problem_and_no_crash(array: bool) -> None:
    assert "nested too deep" in problems("[" + '{"text":' * 100_000 if array else "[" * 100_000, array)[0]


@pytest.mark.parametrize("text", ['[{"text": "a", "intent": "x"}', '[{"text": "a", "intent": "x"}] x', "[1,, 2]", "{}"])
def test_a_broken_array_says_where_it_breaks(text: str) -> None:
    assert problems(text, array=True)[-1].startswith("rows:1: ")


def test_clinc_lists_become_splits_and_lines() -> None:
    text = (
        '{\n "oos_val": [["x", "oos"]],\n "domains": {"a": []},\n "train": [["a", "b"],\n  ["c", "d"]],\n "val": []\n}'
    )
    rows = Rows("rows")
    assert clinc.read(text, rows) == {"oos_valid": (0, 1), "train": (1, 3), "valid": (3, 3)}
    assert [row.source for row in rows.finish()] == ["rows:2", "rows:4", "rows:5"]


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"train": 3}', '{"train": [["a"]]}', '{"train": [["a", 3]]}', '{"train": [']
)
def test_a_broken_clinc_file_says_where_it_breaks(text: str) -> None:
    rows = Rows("rows")
    clinc.read(text, rows)
    with pytest.raises(DataError, match=r"^rows:1: "):
        rows.finish()


def test_clinc_lists_may_hold_rows_as_objects() -> None:
    rows = Rows("rows")
    assert clinc.read('{"train": [{"text": "a", "label": 0}],\n "test": [{"text": "b", "label": 1}]}', rows)[
        "test"
    ] == (1, 2)
    assert [row.intent for row in rows.finish()] == ["0", "1"]


SENTENCES = [("hi", "greet"), ("hey", "greet"), ("bye", "leave")]
OBJECTS = [{"text": text, "intent": intent} for text, intent in SENTENCES]
NESTED = {
    "array": OBJECTS,
    "LUIS": {"name": "x", "intents": [{"name": "greet"}], "entities": [], "patterns": [], "utterances": OBJECTS},
    "Rasa": {"rasa_nlu_data": {"regex_features": [], "common_examples": OBJECTS, "entity_synonyms": []}},
    "chatbot": {
        "intents": [
            {"tag": "greet", "patterns": ["hi", "hey"], "responses": ["hello"], "context": [""]},
            {"tag": "noanswer", "patterns": [], "responses": ["what?"]},
            {"tag": "leave", "patterns": ["bye"], "responses": ["bye"]},
        ]
    },
    "intents with rows": [
        {"intent": "greet", "examples": [{"text": "hi"}, {"text": "hey"}]},
        {"name": "leave", "utterances": ["bye"]},
    ],
    "by intent": {"version": "1.0", "greet": ["hi", "hey"], "leave": ["bye"]},
    "by intent, rows": {"greet": [{"text": "hi"}, {"text": "hey"}], "leave": [{"query": "bye"}]},
    "by number": {str(number): {"query": text, "label": intent} for number, (text, intent) in enumerate(SENTENCES)},
    "Snips": {
        "greet": [{"data": [{"text": "h"}, {"text": "i", "entity": "x"}]}, {"data": [{"text": "hey"}]}],
        "leave": [{"data": [{"text": "bye"}]}],
    },
    "Snips NLU": {
        "language": "en",
        "intents": {
            "greet": {"utterances": [{"data": [{"text": "hi"}]}, {"data": [{"text": "hey"}]}]},
            "leave": {"utterances": [{"data": [{"text": "bye"}]}]},
        },
        "entities": {"city": {"data": [], "automatically_extensible": True}},
    },
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", NESTED)
def test_rows_are_found_where_tools_put_them(name: str, indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(NESTED[name], indent=indent), encoding="utf-8")
    assert [(row.text, row.intent) for row in read_examples(path)] == SENTENCES


def test_nested_rows_know_their_line_and_sentences_in_pieces_their_slots() -> None:
    text = '{"intents": {\n "fly": {"utterances": [\n'
    text += '  {"data": [{"text": "to "}, {"text": "Rome", "slot_name": "city"}]},\n'
    text += '  {"data": [{"text": "home"}]}]},\n "greet": ["hi",\n  "hey"]}}'
    rows = read(text, array=True)
    assert [row.source for row in rows] == ["rows:3", "rows:4", "rows:5", "rows:6"]
    assert rows[0] == Example("to Rome", "fly", (Slot("city", 3, 7),), "rows:3")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"utterances": [{"txt": "a", "intent": "x"}]}', "no text; the keys here are txt, intent"),
        ('{"data": ["a"]}', "a string, an object like"),
        ('{"greet": [["a"]]}', "a list, an object like"),
        ('{"greet": [{"txt": "a"}]}', "no text; the keys here are txt"),
        ('{"greet": {"en": ["a"]}}', "no text; the keys here are en"),
        ('[{"txt": "a", "slots": [], "lbl": "x"}]', "no text; the keys here are txt, slots, lbl"),
        ('{"a": 1}', "no text; the keys here are a"),
        ('{"greet": [""]}', "no text for the intent 'greet'"),
        ('{"greet": ["a"}', "not JSON"),
        ('{"greet": []}', "no rows"),
        ('{"data": ' * 20 + "[]" + "}" * 20, "no text; the keys here are data"),
    ],
)
def test_what_no_tool_writes_is_named(text: str, told: str) -> None:
    assert told in problems(text, array=True)[0]
