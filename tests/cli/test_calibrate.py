from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rnn_intent import artifact as model_file
from rnn_intent.cli.options import share
from rnn_intent.errors import UsageError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.lock import held
from rnn_intent.runs import RunFolder

BELONG = ["time", "time please", "what time", "weather", "weather today", "the weather", "is it time", "time time"]


@pytest.fixture
def rows(run: RunFolder, tmp_path: Path) -> Path:
    """Rows that belong, and as many that do not, of which half look as if they did."""
    lines = [f"{text}\t{'ask_time' if 'time' in text else 'ask_weather'}\n" for text in BELONG]
    lines += [f"{text}\tout_of_scope\n" for text in ("hm", "hello", "qwe", "banana", "time flies", "weather report")]
    path = tmp_path / "scoped.tsv"
    path.write_text("".join(lines), encoding="utf-8")
    model = model_file.read(run.model)
    model.settings = type(model.settings)(
        **{**model.settings.__dict__, "data": type(model.settings.data)(out_of_scope="out_of_scope")}
    )
    model_file.write(model, run.model)
    return path


def scores(run: RunFolder, texts: list[str]) -> np.ndarray:
    return Predictor.load(run.path).in_scope_scores(texts)


@pytest.mark.parametrize("budget", ["0%", "13%", "0.5"])
def test_no_more_sentences_that_belong_are_rejected_than_the_budget_allows(invoke, run, rows, budget) -> None:
    result = invoke("calibrate", "words", "--max-false-reject", budget, "--data", str(rows), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    allowed = share(budget, "--max-false-reject")
    rejected = (scores(run, BELONG) < Predictor.load(run.path).threshold).mean()
    assert rejected <= allowed
    assert told["chosen"]["false_reject"] == pytest.approx(rejected)
    assert told["threshold"] == Predictor.load(run.path).threshold
    assert told["out_of_scope"] == {"rows": 6, "made": False}


@pytest.mark.parametrize(("budget", "accepted"), [("0%", 0), ("34%", 2), ("0.99", 5)])
def test_no_more_sentences_that_do_not_belong_are_accepted_than_the_budget_allows(
    invoke, run, rows, budget, accepted
) -> None:
    told = json.loads(invoke("calibrate", "--max-false-accept", budget, "--data", str(rows), "--json").stdout)
    assert 6 * (1 - told["chosen"]["recall"]) <= accepted + 1e-9
    assert model_file.read(run.model).rejection["budget"] == {
        "false_accept": share(budget, "--max-false-accept"),
        "rows": 8,
    }


def test_only_the_threshold_changes_and_the_answers_stay(invoke, run, rows) -> None:
    before = model_file.read(run.model)
    invoke("calibrate", "--max-false-reject", "20%", "--data", str(rows))
    after = model_file.read(run.model)
    assert before.tensors.keys() == after.tensors.keys()
    for name, tensor in before.tensors.items():
        np.testing.assert_array_equal(tensor, after.tensors[name])
    assert after.temperature == before.temperature


def test_a_table_and_a_curve_tell_what_it_costs(invoke, run, rows) -> None:
    result = invoke("calibrate", "--max-false-reject", "13%", "--data", str(rows))
    assert "measured on 8 rows that belong and 6 out-of-scope rows that do not" in result.stdout
    (chosen,) = [line.split() for line in result.stdout.splitlines() if line.startswith("->")]
    assert float(chosen[1]) == pytest.approx(Predictor.load(run.path).threshold, abs=1e-4)
    assert chosen[2].endswith("%")
    assert "100% |" in result.stdout
    assert sum(line.count("o") for line in result.stdout.splitlines() if "|" in line) == 1


def test_without_rows_the_run_s_own_validation_split_and_made_up_sentences_serve(invoke, run: RunFolder) -> None:
    result = invoke("calibrate", "words")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "3 rows that belong and 2,000 made-up sentences" in result.stdout
    assert model_file.read(run.model).rejection["budget"] == {"false_reject": 0.05, "rows": 3}


def test_a_model_outside_a_run_folder_needs_rows(invoke, run: RunFolder, tmp_path: Path) -> None:
    run.model.rename(tmp_path / "alone.safetensors")
    result = invoke("calibrate", "alone.safetensors")
    assert result.exit_code == 2
    assert "--data" in result.stderr


def test_two_budgets_at_once_are_refused_and_nothing_is_written(invoke, run: RunFolder) -> None:
    before = run.model.read_bytes()
    result = invoke("calibrate", "--max-false-reject", "5%", "--max-false-accept", "5%")
    assert result.exit_code == 2
    assert "one budget at a time" in result.stderr
    assert run.model.read_bytes() == before


def test_a_run_that_is_being_trained_into_is_left_alone(invoke, run: RunFolder) -> None:
    before = run.model.read_bytes()
    with held(run):
        result = invoke("calibrate")
    assert result.exit_code == 2
    assert run.model.read_bytes() == before
    assert invoke("calibrate").exit_code == 0


def test_intents_that_the_model_lacks_count_as_out_of_scope_and_are_named(invoke, run, tmp_path: Path) -> None:
    (tmp_path / "other.tsv").write_text("time\task_time\nsing\tplay_music\n", encoding="utf-8")
    result = invoke("calibrate", "--data", "other.tsv", "--json")
    assert "does not know play_music" in result.stderr
    assert json.loads(result.stdout)["out_of_scope"] == {"rows": 1, "made": False}


def test_where_no_row_of_a_file_belongs_the_run_s_validation_rows_do(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "other.tsv").write_text("sing\tplay_music\nhum\tplay_music\n", encoding="utf-8")
    result = invoke("calibrate", "--data", "other.tsv", "--max-false-accept", "0%", "--json")
    assert "the run's validation rows stand for those that do" in result.stderr
    told = json.loads(result.stdout)
    assert (told["rows"], told["out_of_scope"]["rows"], told["chosen"]["recall"]) == (3, 2, 1.0)


def test_a_model_outside_a_run_folder_needs_rows_that_belong(invoke, run: RunFolder, tmp_path: Path) -> None:
    run.model.rename(tmp_path / "alone.safetensors")
    (tmp_path / "other.tsv").write_text("sing\tplay_music\n", encoding="utf-8")
    result = invoke("calibrate", "alone.safetensors", "--data", "other.tsv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "stands in no run folder" in result.stderr


@pytest.mark.parametrize(("text", "value"), [("5%", 0.05), ("0.05", 0.05), ("0", 0.0), ("12.5%", 0.125)])
def test_shares_are_read_as_percent_or_as_numbers(text, value) -> None:
    assert share(text, "--x") == pytest.approx(value)


@pytest.mark.parametrize("text", ["5", "100%", "-1%", "five", "", "nan", "%"])
def test_what_is_no_share_is_refused(text) -> None:
    with pytest.raises(UsageError, match="--x"):
        share(text, "--x")
