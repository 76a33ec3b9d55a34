"""TSV and CSV."""

from __future__ import annotations

import pytest

from rnn_intent.data.example import Example
from rnn_intent.data.formats import csv, tsv
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError

READ = {"tsv": tsv.read, "csv": csv.read}


def read(format: str, text: str) -> list[Example]:
    rows = Rows("rows")
    READ[format](text, rows)
    return rows.finish()


def pairs(examples: list[Example]) -> list[tuple[str, str]]:
    return [(row.text, row.intent) for row in examples]


def problems(format: str, text: str) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(format, text)
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        "hi\tgreet\nbye\tleave\n",
        "text\tintent\nhi\tgreet\nbye\tleave",
        "Label\tid\tUtterance\ngreet\t1\thi\n\nleave\t2\tbye\n",
        "意图\t文本\ngreet\thi\nleave\tbye\n",
    ],
)
def test_a_tsv_is_read_with_and_without_a_header_in_any_order(text: str) -> None:
    assert pairs(read("tsv", text)) == [("hi", "greet"), ("bye", "leave")]


@pytest.mark.parametrize(
    "text",
    [
        'intent,text\ngreet,"hi, you"\nleave,bye\n',
        "text;label\nhi, you;greet\nbye;leave\n",
        'query\tclass\n"hi, you"\tgreet\nbye\tleave\n',
        '"hi, you",greet\nbye,leave\n,\n',
        "label|utterance\ngreet|hi, you\nleave|bye\n",
        "sep=;\ntext;label\nhi, you;greet\nbye;leave\n",
        '"sep=;"\nhi, you;greet\nbye;leave\n',
    ],
)
def test_a_csv_is_read_whatever_its_delimiter_and_order(text: str) -> None:
    assert pairs(read("csv", text)) == [("hi, you", "greet"), ("bye", "leave")]


def test_quotation_marks_in_a_tsv_are_just_characters() -> None:
    assert pairs(read("tsv", 'say "hi\tgreet\n"bye"\tleave\n')) == [('say "hi', "greet"), ('"bye"', "leave")]


def test_line_separators_of_unicode_do_not_end_a_row() -> None:
    assert read("tsv", "a\u2028b\x0bc\x85d\tgreet\nbye\tleave\n")[1].source == "rows:2"


def test_rows_know_their_line_and_language() -> None:
    rows = read("csv", 'text,intent,language\n"a\nb",greet,en\n\nc,leave,zh\n')
    assert [(row.source, row.language) for row in rows] == [("rows:2", "en"), ("rows:5", "zh")]


def test_the_line_that_tells_excel_the_delimiter_counts_as_a_line() -> None:
    assert [row.source for row in read("csv", "sep=;\ntext;intent\nhi;greet\n")] == ["rows:3"]


@pytest.mark.parametrize("format", ["tsv", "csv"])
@pytest.mark.parametrize(("first", "warned"), [(("Anfrage", "Absicht"), 1), (("hi", "greet"), 0)])
def test_a_header_in_other_words_is_told_from_a_row(format: str, first: tuple[str, str], warned: int) -> None:
    rows = Rows("rows")
    table = [first] + [(f"{word} there, {word}", intent) for word in "abc" for intent in ("greet", "leave")]
    READ[format]("".join(f"{text}\t{intent}\n" for text, intent in table), rows)
    assert len(rows.finish()) == 7
    assert len(rows.warnings) == warned
    assert all(warning.startswith("rows:1: ") and "'Absicht'" in warning for warning in rows.warnings)


@pytest.mark.parametrize("format", ["tsv", "csv"])
def test_a_first_row_is_no_header_where_other_intents_are_as_rare(format: str) -> None:
    rows = Rows("rows")
    READ[format]("hi\tgreet\nbye\tleave\nsee you\tleave\ntime?\task\n", rows)
    assert rows.warnings == []


def test_all_problems_of_a_tsv_arrive_together_with_their_lines() -> None:
    found = problems("tsv", "hi\tgreet\nno tab\nhi\t \n\tgreet\na\tb\tc\n")
    assert [problem.split(": ")[0] for problem in found] == ["rows:2", "rows:3", "rows:4", "rows:5"]
    assert "no tab between text and intent" in found[0]
    assert "no intent for the text 'hi'" in found[1]
    assert "no text for the intent 'greet'" in found[2]
    assert "3 columns, 2 are expected" in found[3]


def test_a_thousand_problems_are_shown_as_twenty_and_a_number() -> None:
    found = problems("tsv", "a\tb\n" + "no tab\n" * 1000)
    assert len(found) == 21
    assert found[-1] == "rows: and 980 more problems"


def test_a_tsv_without_any_tab_is_one_problem() -> None:
    assert len(problems("tsv", "a,b\nc,d\n")) == 1


@pytest.mark.parametrize("text", ["text,id\nhi,greet\n", "id,label\nhi,greet\n", "a,b,c\nd,e,f\n"])
def test_a_csv_whose_columns_cannot_be_told_apart_is_not_guessed_at(text: str) -> None:
    assert "column" in problems("csv", text)[0]


def test_a_csv_row_without_a_label_names_its_line() -> None:
    assert problems("csv", "text,intent\nhi,greet\nbye\n")[0].startswith("rows:3: 1 column in 'bye'")


def test_an_open_quotation_mark_is_found_where_it_opens() -> None:
    assert problems("csv", 'text,intent\nhi,greet\n"bye,leave\nx,y\n')[0].startswith("rows:3: not CSV from here on")


def test_what_breaks_a_csv_hides_no_problem_of_its_first_row() -> None:
    assert [problem.split(": ")[0] for problem in problems("csv", 'hi\nbye,leave\n"x,y\n')] == ["rows:3", "rows:1"]


def test_messages_hold_no_terminal_escapes() -> None:
    found = problems("tsv", "a\t\x1b[2Jx\nb\x1b[31m\nlong " + "x" * 1000 + "\n")
    assert all(problem.isprintable() and len(problem) < 250 for problem in found)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49 30", "-5", "@all", "＝1+1", "＠all", "'=x", "''+", "'quoted'", "plain", "a=b"]
)
def test_csv_cells_are_no_formulas_and_come_back_as_they_were(cell: str) -> None:
    written = csv.write([Example(cell, "greet")])
    assert written.split("\n")[1][0] not in "=+-@＝＋－＠"
    assert read("csv", written)[0].text == cell


@pytest.mark.parametrize("format", ["tsv", "csv"])
def test_without_a_header_the_column_that_repeats_is_the_intent(format: str) -> None:
    table = [(intent, f"{word} {intent}") for word in "abcd" for intent in ("greet", "leave")]
    expected = [(text, intent) for intent, text in table]
    rows = Rows("rows")
    READ[format]("".join(f"{intent}\t{text}\n" for intent, text in table), rows)
    assert pairs(rows.finish()) == expected
    (warning,) = rows.warnings
    assert warning.startswith("rows:1: no header; the first column is taken for the intents")
    rows = Rows("rows")
    READ[format]("".join(f"{text}\t{intent}\n" for intent, text in table), rows)
    assert pairs(rows.finish()) == expected
    assert rows.warnings == []


@pytest.mark.parametrize(
    "table",
    [
        [("hi", "greet"), ("hi", "leave")],  # too few rows to tell
        [(f"sentence {number}", f"intent {number}") for number in range(20)],  # an intent for every sentence
        [("hi", f"intent {number // 8}") for number in range(20)],  # one sentence, over and over
    ],
)
def test_without_a_header_the_text_stands_first_where_rows_do_not_tell(table: list[tuple[str, str]]) -> None:
    rows = Rows("rows")
    tsv.read("".join(f"{text}\t{intent}\n" for text, intent in table), rows)
    assert pairs(rows.finish()) == table
    assert rows.warnings == []


def test_names_of_classes_are_preferred_to_their_numbers() -> None:
    assert pairs(read("csv", "text,label,label_text\nhi,0,greet\nbye,1,leave\n")) == [("hi", "greet"), ("bye", "leave")]
