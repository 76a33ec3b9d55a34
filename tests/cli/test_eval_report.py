from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from rnn_intent.runs import RunFolder


def test_a_report_is_written_beside_the_scores(invoke, run: RunFolder, tmp_path: Path) -> None:
    result = invoke("eval", "words", "--report", "page.html")
    assert result.exit_code == 0
    assert "accuracy" in result.stdout
    assert "page.html" in result.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h1>words</h1>" in page
    assert "Trained on" in page


def test_a_report_on_other_rows_still_knows_the_training_rows(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("time\task_weather\n")
    assert invoke("eval", "--data", "more.tsv", "--report", "page.html").exit_code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "more.tsv:1" in page
    assert "rows.tsv:2" in page  # the nearest training row


def test_without_the_training_rows_the_report_has_no_cards_and_says_so(invoke, run: RunFolder, tmp_path: Path) -> None:
    run.model.rename(tmp_path / "alone.safetensors")
    result = invoke("eval", "alone.safetensors", "--data", "rows.tsv", "--report", "page.html")
    assert result.exit_code == 0
    assert "training rows" in result.stderr
    assert 'id="errors"' not in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_ends_with_2_after_the_scores(invoke, run: RunFolder) -> None:
    result = invoke("eval", "--report", "missing/page.html")
    assert result.exit_code == 2
    assert "missing/page.html" in result.stderr
    assert "accuracy" in result.stdout


def test_every_format_prints_the_same_accuracy(invoke, run: RunFolder) -> None:
    told = json.loads(invoke("eval", "--format", "json").stdout)
    rows = list(csv.reader(io.StringIO(invoke("eval", "--format", "csv").stdout)))
    assert ["accuracy", "", "", str(told["accuracy"])] in rows
    assert f"| accuracy | {told['accuracy']:.4f} |" in invoke("eval", "--format", "markdown").stdout


@pytest.mark.parametrize("format", ["tsv", "JSON", ""])
def test_an_unknown_format_is_refused_and_the_other_option_named(invoke, run: RunFolder, format: str) -> None:
    result = invoke("eval", "--format", format)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--data-format" in result.stderr


def test_rows_out_of_scope_are_scored_apart(invoke, run: RunFolder, tmp_path: Path) -> None:
    rows = tmp_path / "rows.tsv"
    rows.write_text(rows.read_text() + "alien words\toos\n")
    run.config.write_text(run.config.read_text().replace("data: {", "data: {out_of_scope: oos, "))
    told = json.loads(invoke("eval", "--format", "json").stdout)
    assert told["rows"] == 3
    assert told["rejection"]["out_of_scope"]["rows"] == 1
