from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_intent.runs import RunFolder


def test_a_run_is_judged_on_its_own_test_rows(invoke, run: RunFolder) -> None:
    result = invoke("eval", "words")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["accuracy", "100.00%"] in lines
    assert ["ask_time", "100.0%", "100.0%", "100.0%", "2"] in lines


def test_json_is_one_object_with_the_promised_keys(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("time\task_time\nweather\task_time\n")
    scores = json.loads(invoke("eval", "--data", "more.tsv", "--json").stdout)
    assert (scores["accuracy"], scores["rows"]) == (0.5, 2)
    assert scores["per_intent"]["ask_time"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert scores["confused"] == [["ask_time", "ask_weather", 1]]
    assert scores["throughput"] > 0
    assert "macro_f1" in scores


def test_rows_that_the_model_was_made_of_are_told(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text("time now\task_time\nthe weather\task_weather\n")
    (tmp_path / "valid.tsv").write_text("what time\task_time\n")
    run.config.write_text("data: {train: ../../train.tsv, valid: ../../valid.tsv, test: ../../rows.tsv}\n")
    (tmp_path / "more.tsv").write_text("What  TIME\task_time\nweather\task_weather\n")
    told = "1 of 2 rows are among those that the model was made of"
    assert told in invoke("eval", "--data", "more.tsv").stderr
    assert "made of" not in invoke("eval", "--data", "rows.tsv").stderr


def test_fail_under_prints_the_scores_and_exits_with_5(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("time\task_time\nweather\task_time\n")
    result = invoke("eval", "--data", "more.tsv", "--fail-under", "0.9")
    assert result.exit_code == 5
    assert "50.00%" in result.stdout
    assert result.stderr == "rnn-intent: accuracy 0.5000 is below --fail-under 0.9\n"
    assert invoke("eval", "--data", "more.tsv", "--fail-under", "0.5").exit_code == 0


def test_an_intent_that_the_model_does_not_know_is_named_and_counts_as_an_error(invoke, run, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("time\task_time\nsing\tplay_music\n")
    result = invoke("eval", "--data", "more.tsv", "--json")
    assert "'play_music'" in result.stderr
    assert json.loads(result.stdout)["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no such file"), (b"", "empty"), (b"time\n", "rows.tsv:1"), (b"\xff\xfe\x00", "--encoding")],
)
def test_bad_rows_are_a_data_error(invoke, run: RunFolder, tmp_path: Path, content: bytes | None, told: str) -> None:
    (tmp_path / "rows.tsv").unlink()
    if content is not None:
        (tmp_path / "rows.tsv").write_bytes(content)
    for arguments in ((), ("--data", "rows.tsv")):
        result = invoke("eval", *arguments)
        assert (result.exit_code, result.stdout) == (3, "")
        assert told in result.stderr


def test_a_model_outside_a_run_folder_needs_rows(invoke, run: RunFolder, tmp_path: Path) -> None:
    run.model.rename(tmp_path / "alone.safetensors")
    result = invoke("eval", "alone.safetensors")
    assert result.exit_code == 2
    assert "--data" in result.stderr
    assert invoke("eval", "alone.safetensors", "--data", "rows.tsv").exit_code == 0


def test_robustness_adds_a_table_and_numbers(invoke, run: RunFolder) -> None:
    plain = invoke("eval", "words").stdout
    told = invoke("eval", "words", "--robustness")
    assert told.exit_code == 0
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["full", "width", "3", "0.0%", "100.0%", "100.0%", "0.0%", "0.0%", "0.0%"] in lines
    assert "full width" not in plain
    scores = json.loads(invoke("eval", "words", "--robustness", "--json").stdout)["robustness"]
    assert scores["case"]["rows"] == 3
    assert scores["negation"]["accuracy"] is None
    for format in ("csv", "markdown"):
        assert "keyboard typo.changed" in invoke("eval", "words", "--robustness", "--format", format).stdout
    assert "robustness" not in json.loads(invoke("eval", "words", "--json").stdout)
