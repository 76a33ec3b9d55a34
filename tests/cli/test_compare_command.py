from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnn_intent.artifact import read, write
from rnn_intent.runs import RunFolder


def backwards(run: RunFolder) -> RunFolder:
    """A run beside this one whose model takes one intent for the other."""
    artifact = read(run.model)
    other = RunFolder(run.path.with_name("backwards"))
    other.path.mkdir()
    head = np.ascontiguousarray(artifact.tensors["head.weight"][::-1])
    write(replace(artifact, tensors={**artifact.tensors, "head.weight": head}), other.model)
    other.config.write_text(run.config.read_text(encoding="utf-8"), encoding="utf-8")
    return other


def test_two_runs_are_compared_on_their_test_rows(invoke, run: RunFolder) -> None:
    backwards(run)
    shown = invoke("compare", "backwards", "words")
    assert shown.exit_code == 0, shown.stderr
    assert "words against backwards: indistinguishable; about" in shown.stdout
    assert "100.00%" in shown.stdout

    found = json.loads(invoke("compare", "words", "backwards", "words", "--json").stdout)
    assert [score["accuracy"] for score in found["scores"]] == [1.0, 0.0, 1.0]
    assert [(one["won"], one["lost"]) for one in found["differences"]] == [(0, 3), (0, 0)]


def test_many_rows_of_a_file_make_it_sure(invoke, run: RunFolder, tmp_path: Path) -> None:
    backwards(run)
    rows = "".join(f"time {n}\task_time\nweather {n}\task_weather\n" for n in range(20))
    (tmp_path / "more.tsv").write_text(rows, encoding="utf-8")
    shown = invoke("compare", "backwards", "words", "--data", "more.tsv")
    assert "words against backwards: better by 100.0 ± 0.0" in shown.stdout


def test_only_rows_that_all_were_tested_on_are_compared(invoke, run: RunFolder, tmp_path: Path) -> None:
    other = backwards(run)
    (tmp_path / "fewer.tsv").write_text("time please\task_time\nnew\task_time\n", encoding="utf-8")
    train, test = tmp_path / "rows.tsv", tmp_path / "fewer.tsv"
    other.config.write_text(f"data: {{train: {train}, valid: {train}, test: {test}}}\n", encoding="utf-8")
    found = invoke("compare", "words", "backwards", "--json")
    assert json.loads(found.stdout)["rows"] == 1
    assert "1 of 3" in found.stderr
    test.write_text("new\task_time\n", encoding="utf-8")
    refused = invoke("compare", "words", "backwards")
    assert refused.exit_code == 3
    assert "--data" in refused.stderr


def test_one_run_cannot_be_compared(invoke, run: RunFolder) -> None:
    assert invoke("compare", "words").exit_code == 2
    assert invoke("compare", "words", "nowhere").exit_code == 4
