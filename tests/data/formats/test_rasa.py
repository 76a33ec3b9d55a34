"""Rasa's NLU YAML, and the Markdown before it."""

from __future__ import annotations

import pytest

from rnn_intent.data.example import Example, Slot
from rnn_intent.data.formats import rasa
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError

NLU = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi

    - hello [there](place:x)
- synonym: x
  examples: |
    - y
- intent: fly
  examples:
  - text: |
      to [NYC]{"entity": "city", "value": "New York"} from [Rome](city)
  - home
"""


def read(text: str) -> list[Example]:
    rows = Rows("nlu.yml")
    rasa.read(text, rows)
    return rows.finish()


def problem(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read(text)
    return caught.value.problems[0]


def test_both_ways_to_write_examples_are_read_with_their_lines() -> None:
    assert [(row.intent, row.text, row.source) for row in read(NLU)] == [
        ("greet", "hi", "nlu.yml:5"),
        ("greet", "hello there", "nlu.yml:7"),
        ("fly", "to NYC from Rome", "nlu.yml:13"),
        ("fly", "home", "nlu.yml:15"),
    ]


def test_a_comment_in_yaml_is_no_heading_of_markdown() -> None:
    assert read("## nlu: by hand\n" + NLU)[0].source == "nlu.yml:6"


def test_entities_become_slots() -> None:
    assert read(NLU)[2].slots == (Slot("city", 3, 6), Slot("city", 12, 16))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nlu:\n- intent: [", "nlu.yml:2: not YAML"),
        ("stories: []", "nlu.yml:1: no list `nlu:`"),
        ("nlu:\n- examples: x", "nlu.yml:2: neither intent nor"),
        ("nlu:\n- intent: a\n", "nlu.yml:2: no examples for the intent 'a'"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    y\n", "nlu.yml:5: no dash in front of the example 'y'"),
        ("nlu:\n- intent: a\n  examples: |\n    - [x]{1}\n", "nlu.yml:4: no entity named"),
        ("nlu: !!python/object:os.system [x]", "nlu.yml:1: neither intent nor"),
        ('a: "\\UFFFFFFFF"', "nlu.yml:1: not YAML"),
        ("a:\n \x07", "nlu.yml:2: not YAML"),
    ],
)
def test_a_broken_file_says_where_and_why(text: str, told: str) -> None:
    assert problem(text).startswith(told)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [" + "*a, " * 9 + "*a]\nnlu: [" + "*b, " * 9 + "*b]\n",
        "[" * 100_000,
        "- " * 100_000,
        "? " * 100_000,
    ],
    ids=["aliases", "brackets", "dashes", "keys"],
)
def test_yaml_bombs_are_refused(text: str) -> None:
    assert "aliases" in problem(text) or "nested deeper" in problem(text)


def test_a_few_aliases_are_fine() -> None:
    assert len(read("nlu:\n- intent: a\n  examples: &x [hi]\n- intent: b\n  examples: *x\n")) == 2


@pytest.mark.parametrize("text", ["[" * 50_000, "[a](b" * 20_000, "[a]{b" * 20_000], ids=["words", "name", "json"])
def test_hostile_mark_up_stays_text_in_linear_time(text: str) -> None:
    assert read(f"nlu:\n- intent: a\n  examples: |\n    - {text}\n")[0].text == text


def test_written_rows_come_back_with_their_slots() -> None:
    rows = [
        Example("  to [x] Rome\nnow", "fly: 'a' #1", (Slot("city", 9, 13),)),
        Example("- a: |", "no"),
        Example("去北京", "fly: 'a' #1", (Slot("城市", 1, 3),)),
    ]
    back = read(rasa.write(rows))
    assert [(row.text, row.intent) for row in back] == [
        ("to [x] Rome now", "fly: 'a' #1"),
        ("去北京", "fly: 'a' #1"),
        ("- a: |", "no"),
    ]
    assert [row.text[slot.start : slot.end] for row in back for slot in row.slots] == ["Rome", "北京"]


@pytest.mark.parametrize(
    "row",
    [
        Example("press [ok](button)", "x"),
        Example("abc", "x", (Slot("a", 0, 2), Slot("b", 1, 3))),
        Example("abc", "x", (Slot("a", 0, 9),)),
        Example("abc", "x", (Slot("a:b", 0, 1),)),
    ],
)
def test_rows_that_rasa_would_misread_are_refused(row: Example) -> None:
    with pytest.raises(DataError, match="Rasa"):
        rasa.write([row])


MARKDOWN = """<!-- made by hand
## intent:old -->
## intent:greet
- hi
* hello [there](place:x)

## synonym:New York
- NYC
## lookup:city
data/cities.txt
## intent: fly
+ to [NYC](city)
"""


def test_markdown_is_read_with_its_lines_and_slots() -> None:
    rows = read(MARKDOWN)
    assert [(row.intent, row.text, row.source) for row in rows] == [
        ("greet", "hi", "nlu.yml:4"),
        ("greet", "hello there", "nlu.yml:5"),
        ("fly", "to NYC", "nlu.yml:12"),
    ]
    assert rows[2].slots == (Slot("city", 3, 6),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## intent:a\nhi\n", "nlu.yml:2: no dash in front of the example 'hi'"),
        ("## intent:a\n- hi\n## story:b\n- x\n", "nlu.yml:3: neither intent nor"),
        ("## intent:\n- hi\n", "nlu.yml:2: no intent for the text 'hi'"),
        ("## regex:zip\n- [0-9]{5}\n", "nlu.yml: no rows"),
    ],
)
def test_broken_markdown_says_where_and_why(text: str, told: str) -> None:
    assert problem(text).startswith(told)


def test_comments_without_an_end_take_no_time() -> None:
    assert problem("## intent:a\n" + "<!--" * 1_000_000).startswith("nlu.yml: no rows")
