"""The folder of results: raw rows, one per training, kept as they come and never computed twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cell import Cell
from rnn_intent.errors import DataError
from rnn_intent.files import write_atomically

Row = dict[str, Any]
ROWS = "rows.jsonl"


def cell_of(row: Mapping[str, Any]) -> Cell:
    return Cell(row["set"], row["model"], row["per_intent"], row["seed"])


class Results:
    """The rows of `folder/rows.jsonl`, at most one per cell: the last one written counts."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / ROWS
        folder.mkdir(parents=True, exist_ok=True)
        self.rows: dict[Cell, Row] = {cell_of(row): row for row in self._read()}

    def finished(self, cell: Cell, data: str, recipe: str) -> bool:
        """Whether there is a row for this cell that was measured on this data with this recipe."""
        row = self.rows.get(cell)
        return row is not None and (row["data"], row["recipe"]) == (data, recipe)

    def add(self, row: Row) -> None:
        """Keeps a row at once, so that an interruption loses none."""
        with open(self.file, "a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.rows[cell_of(row)] = row

    def tidy(self, order: Sequence[str]) -> list[Row]:
        """Writes the rows in stable order, each cell once: by data set, rows per intent, model as in `order`, seed."""
        place = {name: index for index, name in enumerate(order)}

        def key(cell: Cell) -> tuple[str, bool, int, int, str, int]:
            few = cell.per_intent or 0
            return cell.set, few > 0, -few, place.get(cell.model, len(place)), cell.model, cell.seed

        self.rows = {cell: self.rows[cell] for cell in sorted(self.rows, key=key)}
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows.values()]
        write_atomically(self.file, "".join(lines).encode("utf-8"))
        return list(self.rows.values())

    def _read(self) -> list[Row]:
        if not self.file.is_file():
            return []
        lines = self.file.read_text("utf-8").split("\n")
        whole = lines[:-1]  # a line without an end was cut off by an interruption
        if lines[-1]:
            write_atomically(self.file, "".join(line + "\n" for line in whole).encode("utf-8"))
        try:
            return [json.loads(line) for line in whole if line]
        except ValueError as error:
            raise DataError(f"{self.file}: holds a line that is no JSON ({error}); remove it") from error
