from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import accuracy
from benchmarks.cell import Cell, run
from benchmarks.sets import draw, find_sets, read_rows
from benchmarks.task import Task, Trained
from rnn_intent.errors import DataError, UsageError

FILES = ("train", "valid", "test")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        for split in FILES:
            rows = [f"{split} {intent} {i}\t{intent}\n" for intent in ("ask", "tell") for i in range(4)]
            (folder / f"{split}.tsv").write_text("text\tintent\n" + "".join(rows), encoding="utf-8")
    (tmp_path / "data" / "half").mkdir()
    (tmp_path / "data" / "half" / "train.tsv").write_text("text\tintent\nhi\task\n")
    return tmp_path / "data"


class Bench:
    """The command with trainings that take no time; `cells` are those that were really asked for."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data, self.out = data, data.parent / "out"
        self.cells: list[Cell] = []
        self.broken: set[Cell] = set()
        monkeypatch.setattr(accuracy, "_process", self._process)
        monkeypatch.setattr(accuracy, "_missing_packages", lambda name: [])

    def __call__(self, *more: str) -> int:
        self.cells.clear()
        arguments = ["--data", str(self.data), "--out", str(self.out), "--jobs", "2", *more]
        return accuracy.main([*arguments] if "--models" in more else [*arguments, "--models", "tfidf-svm,fasttext"])

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in (self.out / "rows.jsonl").read_text("utf-8").splitlines()]

    def _process(self, cell: Cell, folder: Path, options: object) -> dict | None:
        self.cells.append(cell)
        if cell in self.broken:
            return None
        costs = {"training_seconds": 1.0, "training_cpu_seconds": 1.0, "sentences_per_second": 2.0, "megabytes": 3.0}
        return {**vars(cell), "accuracy": 0.5, "macro_f1": 0.5, **costs}


@pytest.fixture
def bench(data: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(data, monkeypatch)


def test_what_is_finished_is_not_computed_again(bench, capsys):
    assert bench("--sets", "one") == 0
    assert len(bench.cells) == 1 + 3  # the SVM knows no seed
    first = capsys.readouterr().out
    assert bench("--sets", "one") == 0
    assert bench.cells == []
    assert capsys.readouterr().out == first
    bench("--sets", "one,two")
    assert {cell.set for cell in bench.cells} == {"two"}


def test_again_computes_all_of_it_anew(bench):
    bench("--sets", "one")
    bench("--sets", "one", "--again")
    assert len(bench.cells) == 4
    assert len(bench.rows()) == 4


def test_changed_data_is_measured_anew(bench):
    bench()
    with open(bench.data / "two" / "test.tsv", "a", encoding="utf-8") as file:
        file.write("one more\task\n")
    bench()
    assert len(bench.cells) == 4
    assert {cell.set for cell in bench.cells} == {"two"}


def test_a_changed_recipe_is_measured_anew(bench, monkeypatch):
    from dataclasses import replace

    bench("--sets", "one")
    changed = replace(accuracy.MODELS["fasttext"], recipe=lambda: "more epochs")
    monkeypatch.setitem(accuracy.MODELS, "fasttext", changed)
    bench("--sets", "one")
    assert {cell.model for cell in bench.cells} == {"fasttext"}
    assert len(bench.rows()) == 4


def test_a_failed_training_is_told_and_tried_again(bench, capsys):
    broken = Cell("one", "fasttext", None, 14)
    bench.broken = {broken}
    assert bench("--sets", "one") == 1
    assert "failed" in capsys.readouterr().err
    bench.broken = set()
    assert bench("--sets", "one") == 0
    assert bench.cells == [broken]


def test_a_line_cut_off_by_an_interruption_is_computed_again(bench):
    bench("--sets", "one")
    file = bench.out / "rows.jsonl"
    whole = file.read_text("utf-8")
    file.write_text(whole[:-20], encoding="utf-8")
    bench("--sets", "one")
    assert len(bench.cells) == 1
    assert [row["seed"] for row in bench.rows()] == [row["seed"] for row in map(json.loads, whole.splitlines())]


def test_rows_stand_in_the_same_order_whatever_came_first(bench):
    bench("--sets", "two")
    bench("--per-intent", "5", "10", "--sets", "one")
    bench("--sets", "one")
    order = [(row["set"], row["per_intent"]) for row in bench.rows()]
    assert list(dict.fromkeys(order)) == [("one", None), ("one", 10), ("one", 5), ("two", None)]
    seeds = [row["seed"] for row in bench.rows() if row["model"] == "fasttext"]
    assert seeds == [13, 14, 15] * 4


def test_few_rows_per_intent_are_drawn_anew_for_every_model(bench):
    bench("--sets", "one", "--per-intent", "5", "--draws", "2")
    assert {(cell.model, cell.seed) for cell in bench.cells} == {
        (model, seed) for model in ("tfidf-svm", "fasttext") for seed in (13, 14)
    }


def test_tables_are_written_for_people_and_for_programs(bench):
    bench("--sets", "one")
    assert "TF-IDF + LinearSVC" in (bench.out / "accuracy.md").read_text("utf-8")
    stored = json.loads((bench.out / "accuracy.json").read_text("utf-8"))
    assert {entry["model"] for entry in stored["results"]} == {"tfidf-svm", "fasttext"}
    assert stored["machine"]["cores"] >= 1


def test_names_that_are_unknown_end_with_a_list_of_those_that_are(bench, capsys):
    assert bench("--sets", "three") == UsageError.exit_code
    assert "one, two" in capsys.readouterr().err
    assert bench("--models", "svn") == UsageError.exit_code
    assert "tfidf-svm" in capsys.readouterr().err


def test_a_folder_without_all_three_files_is_no_data_set(data, tmp_path):
    assert [path.name for path in find_sets(data)] == ["one", "two"]
    with pytest.raises(DataError, match=r"train\.tsv"):
        find_sets(tmp_path / "nothing")


def test_a_draw_has_as_many_rows_of_each_intent_and_follows_the_seed(data):
    rows = read_rows(data / "one", "train")
    drawn = draw(rows, 2, seed=1)
    assert [row.intent for row in drawn] == ["ask"] * 2 + ["tell"] * 2
    assert drawn == draw(rows, 2, seed=1)
    assert any(drawn != draw(rows, 2, seed=seed) for seed in range(2, 9))
    assert draw(rows, 100, seed=1) == rows


def test_a_cell_is_judged_on_test_rows_and_on_out_of_scope_rows(data, tmp_path):
    (data / "one" / "oos_test.tsv").write_text("text\tintent\nnobody knows\toos\nneither\toos\n")
    seen: list[Task] = []

    def fit(task: Task) -> Trained:
        seen.append(task)
        return Trained(answer, 1.5, {})

    def answer(sentences):
        return ["ask" for _ in sentences], np.array([float(" " in text and "nobody" not in text) for text in sentences])

    row = run(Cell("one", "mine", 2, 13), fit, data / "one", 1, tmp_path, tmp_path)
    assert row["accuracy"] == 0.5
    assert row["auroc"] == 1.0
    assert row["fpr95"] == 0.0
    assert row["rows"] == {"train": 4, "valid": 4, "test": 8, "outside": 2}
    assert len(seen[0].train) == 4
    json.dumps(row)
