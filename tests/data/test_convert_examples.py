"""Rows written in one format and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_intent.data.convert import WRITERS, write_examples, write_splits
from rnn_intent.data.example import Example, Slot
from rnn_intent.data.fold import fold
from rnn_intent.data.formats.plain import one_line
from rnn_intent.data.readers import READERS, read_examples, read_splits
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError, UsageError

ROWS = [Example("to Rome", "fly", (Slot("city", 3, 7),), "", "en"), Example("=1+1", "count")]


@pytest.mark.parametrize(("name", "left_out"), [("a.jsonl", 0), ("a.tsv", 1), ("a.csv", 1), ("a.txt", 2), ("a.yml", 1)])
def test_the_suffix_chooses_the_format_and_what_is_left_out_is_told(name: str, left_out: int, tmp_path: Path) -> None:
    assert len(write_examples(ROWS, tmp_path / "new folder" / name)) == left_out
    back = read_examples(tmp_path / "new folder" / name)
    assert [(row.text, row.intent) for row in back] == [(row.text, row.intent) for row in ROWS]


def test_a_name_that_tells_no_format_is_told_which_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"out\.xlsx: the name tells no format .* \.jsonl, \.tsv"):
        write_examples(ROWS, tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_jsonl_loses_nothing(tmp_path: Path) -> None:
    write_examples(ROWS, tmp_path / "a.jsonl")
    assert [(row.slots, row.language) for row in read_examples(tmp_path / "a.jsonl")] == [
        (row.slots, row.language) for row in ROWS
    ]


@pytest.mark.parametrize("format", WRITERS)
@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1), intent=st.sampled_from(["a", "=a", "-", "text"])
)
def test_any_text_comes_back_but_for_controls_and_outer_spaces(format: str, text: str, intent: str) -> None:
    try:
        written = WRITERS[format]([Example("first", "b"), Example(text, intent)])
    except DataError:  # a row that the format would misread is refused before anything is written
        return
    rows = Rows("rows")
    READERS[format](written, rows)
    if not one_line(text).strip():
        return
    back = [row for row in rows.examples if row.intent == intent]
    assert [fold(one_line(row.text)) for row in back] == ([fold(one_line(text))] if fold(one_line(text)) else [])


def test_existing_files_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_examples(ROWS, path)
    with pytest.raises(UsageError, match="exists already"):
        write_splits({"b": ROWS, "a": ROWS}, tmp_path, "tsv")
    assert path.read_text() == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.tsv"]
    write_examples(ROWS, path, force=True)
    assert len(read_examples(path)) == 2


def test_a_refused_row_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        write_examples([Example("x", "two words")], tmp_path / "a.txt")
    with pytest.raises(DataError):
        write_examples([Example("\ud800", "a")], tmp_path / "a.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_examples(ROWS, tmp_path / "file" / "a.tsv")
    with pytest.raises(UsageError, match="let it end in"):
        write_examples(ROWS, tmp_path / "a.docx")
    with pytest.raises(UsageError, match="exists already"):
        write_examples(ROWS, tmp_path, format="tsv", force=True)


def test_splits_are_written_as_a_folder_that_reads_back(tmp_path: Path) -> None:
    write_splits({"train": ROWS, "valid": [], "oos_test": ROWS[:1]}, tmp_path, "csv")
    assert {name: len(rows) for name, rows in read_splits(tmp_path).items()} == {"train": 2, "oos_test": 1}
