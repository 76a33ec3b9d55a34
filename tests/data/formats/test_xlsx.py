"""Excel workbooks."""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from pathlib import Path

import pytest

from rnn_intent.data.formats import xlsx
from rnn_intent.data.readers import WHOLE, read_contents, read_examples
from rnn_intent.data.rows import Rows
from rnn_intent.errors import DataError, UsageError
from tests.workbooks import parts_of, workbook, workbook_of

pytest.importorskip("openpyxl", reason="the extra [excel] is not installed")


def read(content: bytes) -> list[tuple[str, str]]:
    rows = Rows("rows")
    xlsx.read(content, rows)
    return [(row.text, row.intent) for row in rows.finish()]


def problem(content: bytes) -> str:
    with pytest.raises(DataError) as caught:
        read(content)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    "table",
    [
        [["hi, you", "greet"], ["现在几点了", "ask_time"]],
        [["text", "intent"], ["hi, you", "greet"], ["现在几点了", "ask_time"]],
        [["Label", "id", "Utterance"], ["greet", 1, "hi, you"], ["ask_time", 2, " 现在几点了 "]],
        [[], ["意图", "文本", None, None], [None, None], ["greet", "hi, you", ""], ["ask_time", "现在几点了"]],
    ],
    ids=["no header", "header", "other columns", "empty cells"],
)
def test_the_first_sheet_is_read_with_and_without_a_header_in_any_order(table: list[list[object]]) -> None:
    assert read(workbook(table)) == [("hi, you", "greet"), ("现在几点了", "ask_time")]


def test_a_cell_is_what_the_spreadsheet_shows_of_it() -> None:
    day = datetime.date(2026, 11, 27)
    table = [["text", "intent"], [5, "number"], [2.0, "number"], [0.5, "number"], [day, "day"], ["at 00:00:00", "time"]]
    assert [text for text, _ in read(workbook(table))] == ["5", "2", "0.5", "2026-11-27", "at 00:00:00"]


def test_a_row_says_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(workbook([["text", "intent"], [], ["hi", "greet"]]))
    assert read_examples(path)[0].source == f"{path}:3"


def test_a_missing_cell_is_a_problem_with_its_row() -> None:
    assert problem(workbook([["intent", "text"], ["greet", "hi"], ["greet"]])).startswith("rows:3: 1 column in 'greet'")


def test_what_is_read_is_noted_and_other_sheets_are_named(tmp_path: Path) -> None:
    path = tmp_path / "ROWS.XLSX"
    path.write_bytes(workbook([["hi", "greet"]], notes=[["old"], ["older"]], empty=[]))
    contents = read_contents(path)
    assert len(contents.splits[WHOLE]) == 1
    assert list(contents.files) == [str(path)]
    assert contents.warnings == [f"{path}: the sheet 'rows' is read, not 'notes'"]


def test_a_table_behind_an_empty_sheet_is_missed_in_words() -> None:
    told = problem(workbook([], notes=[["hi", "greet"], ["bye", "leave"]]))
    assert told == "rows: the first sheet, 'rows', has no rows; move the table there"


def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"pip install 'rnn-intent\[excel\]', or save the table as CSV UTF-8"):
        xlsx.read(b"", Rows("rows"))


@pytest.mark.parametrize("content", [b"", b"text,intent\nhi,greet\n", workbook([["hi", "greet"]])[:-200]])
def test_what_is_no_workbook_is_refused_with_a_remedy(content: bytes) -> None:
    told = problem(content)
    assert told.startswith("rows: not a workbook that can be read (")
    assert told.endswith("; save the table as CSV UTF-8")


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(workbook([["hi", "greet"]]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(1_000_000))
    monkeypatch.setattr(xlsx, "MOST_BYTES", 500_000)
    assert "(it unpacks to 1,0" in problem(content.getvalue())


def test_a_row_of_an_endless_number_is_none() -> None:
    parts = parts_of(workbook([["hi", "greet"], ["bye", "leave"]]))
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b'<row r="2"', b'<row r="99999999999"'
    )
    assert read(workbook_of(parts)) == [("hi", "greet")]


def test_a_sentence_of_a_hundred_thousand_characters_is_a_row() -> None:
    parts = parts_of(workbook([["hi", "greet"]]))
    name = next(name for name, content in parts.items() if b">hi<" in content)
    parts[name] = parts[name].replace(b">hi<", f">{'长' * 100_000}<".encode())
    assert [len(text) for text, _ in read(workbook_of(parts))] == [100_000]
