"""Tables are as wide as the terminal and no wider, and nothing of them is cut off."""

from __future__ import annotations

import pytest

from rnn_intent.cli import tables
from rnn_intent.cli.output import width

SCORES = [
    ["intent", "precision", "recall", "F1", "rows"],
    ["Adresse ändern", "100.0%", "99.0%", "98.0%", "3"],
    ["查询我的订单物流信息", "9.0%", "8.0%", "7.0%", "12,345"],
]
FACTS = [["labels", "2: one two three four five six seven eight nine ten"], ["file", "/" + "a" * 70]]
COSTS = [["", "threshold", "lost", "gained", "errors kept out", "accuracy"], ["->", "0.5", "5%", "90%", "1%", "2%"]]


def shown(monkeypatch: pytest.MonkeyPatch, columns: int | None, rows: list[list[str]], right: str = "") -> list[str]:
    monkeypatch.setattr(tables, "columns", lambda: columns)
    return tables.table(rows, right).split("\n")


def test_what_is_piped_keeps_a_row_on_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, None, FACTS) == [f"labels  {FACTS[0][1]}", f"file    {FACTS[1][1]}"]


@pytest.mark.parametrize("columns", [40, 48, 60, 80])
@pytest.mark.parametrize(("rows", "right"), [(SCORES, "lrrrr"), (FACTS, ""), (COSTS, "lrrrrr")])
def test_a_table_fits_into_any_window_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, rows: list[list[str]], right: str, columns: int
) -> None:
    lines = shown(monkeypatch, columns, rows, right)
    assert max(map(width, lines)) <= columns
    cells = [cell for row in (rows[1:] if right else rows) for cell in row]
    assert {*"".join(cells)} <= {*"".join(lines), " "}
    for numbers in (row[1:] for row in rows[1:] if right):
        assert all(any(number in line for line in lines) for number in numbers)


def test_a_long_name_goes_on_below_itself_and_its_numbers_stay_on_the_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 38, [row[:4] for row in SCORES], "lrrr") == [
        "intent        precision  recall     F1",
        "Adresse          100.0%   99.0%  98.0%",
        "ändern",
        "查询我的订单       9.0%    8.0%   7.0%",
        "物流信息",
    ]


def test_where_the_columns_cannot_stand_side_by_side_a_row_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 30, COSTS, "lrrrrr") == [
        "->",
        "  threshold        0.5",
        "  lost             5%",
        "  gained           90%",
        "  errors kept out  1%",
        "  accuracy         2%",
    ]
