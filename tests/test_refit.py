"""What the validation rows are for: first to judge by, then to learn from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rnn_intent import experiment
from rnn_intent.artifact import read
from rnn_intent.cli.main import app
from rnn_intent.config import load
from rnn_intent.data.convert import write_examples
from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.evaluation.rejection import made_strangers
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder, of_validation
from rnn_intent.settings import DataSettings, Settings
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.teachers import find_teacher

TRAIN = [
    (f"{word} {n} now", intent) for word, intent in (("time", "ask_time"), ("rain", "ask_weather")) for n in range(30)
]
VALID = [(f"zebra {n} now", "ask_time") for n in range(10)] + [(f"rain {n} soon", "ask_weather") for n in range(10)]


def examples(rows: list[tuple[str, str]], file: str = "rows.tsv") -> list[Example]:
    return [Example(text, intent, source=f"{file}:{line}") for line, (text, intent) in enumerate(rows, start=1)]


@pytest.fixture
def splits() -> Splits:
    return Splits(
        examples(TRAIN), examples(VALID, "valid.tsv"), examples([("a zebra", "ask_time"), ("the rain", "ask_weather")])
    )


@pytest.fixture
def settings() -> Settings:
    return load("tiny.yaml", ["training.epochs=10", "training.threads=1", "training.averaging=0.9"])


@pytest.fixture
def run(settings: Settings, splits: Splits, tmp_path: Path) -> RunFolder:
    return RunFolder(experiment.train(settings, tmp_path / "runs" / "a", splits=splits).run)


def test_words_of_validation_rows_are_learned_in_the_end(run: RunFolder):
    before, after = (read(path) for path in (run.before_refit, run.model))
    assert "zebra" not in before.vocabulary
    assert "zebra" in after.vocabulary
    chances = [Predictor(model).probabilities(["zebra now"])[0, 0] for model in (before, after)]
    assert chances[1] > chances[0]
    assert after.training == {"rows": 80, "epochs": 10, "kept_epoch": 10, "refit_epochs": 10}


def test_what_validation_rows_have_told_stays_and_is_told_of_the_model_before(run: RunFolder, splits: Splits):
    before, after = (read(path) for path in (run.before_refit, run.model))
    assert before.rejection is not None
    assert after.rejection is not None
    assert after.temperature == before.temperature
    factors = [{**model.rejection["score"], "offset": 0} for model in (before, after)]
    assert factors[0] == factors[1]
    assert before.rejection["budget"] == after.rejection["budget"]
    strange = made_strangers(Predictor(before), splits.train)
    rejected = [(Predictor(m).in_scope_scores(strange) < m.rejection["threshold"]).mean() for m in (before, after)]
    assert rejected[0] == rejected[1] > 0
    assert not np.array_equal(after.tensors["rejection.pairs"], before.tensors["rejection.pairs"])
    told = json.loads(run.metrics.read_text())["valid"]["accuracy"]
    judged = results_of(Predictor(before), splits.valid).correct.mean()
    assert told == pytest.approx(judged)
    assert judged < results_of(Predictor(after), splits.valid).correct.mean() == 1.0


def test_a_teacher_answers_of_validation_rows_as_one_that_has_not_seen_them(run: RunFolder, splits: Splits):
    room = Classroom(["ask_time", "ask_weather"], splits.train, splits.valid, seed=13, threads=1)
    texts = [row.text for row in splits.valid]
    said = find_teacher(str(run.path), room).probabilities(texts)
    np.testing.assert_array_equal(said, Predictor.load(run.before_refit).probabilities(texts))
    again = find_teacher(str(run.path), room).refit(room)
    np.testing.assert_array_equal(again.probabilities(texts), Predictor.load(run.model).probabilities(texts))
    assert again.refit(room) is again


def test_without_a_refit_there_is_one_model_and_an_earlier_one_does_not_stay(run: RunFolder, settings, splits):
    once = replace(settings, training=replace(settings.training, refit=0.0))
    before = read(run.before_refit).tensors["head.weight"]
    assert of_validation(run.model) == run.before_refit
    experiment.train(once, run.path, splits=splits, force=True)
    assert not run.before_refit.exists()
    assert of_validation(run.model) == run.model
    np.testing.assert_array_equal(read(run.model).tensors["head.weight"], before)  # the first training is the same
    assert "refit_epochs" not in read(run.model).training


def test_a_validation_row_of_an_unknown_intent_is_not_learned(settings, splits, tmp_path: Path):
    splits.valid += examples([("sing a song", "play")])
    run = RunFolder(experiment.train(settings, tmp_path / "runs" / "b", splits=splits).run)
    assert read(run.model).labels == ("ask_time", "ask_weather")
    assert read(run.model).training["rows"] == 80


def test_a_model_file_elsewhere_is_asked_itself(run: RunFolder, tmp_path: Path):
    alone = tmp_path / "model.safetensors"
    alone.write_bytes(run.model.read_bytes())
    assert of_validation(alone) == alone
    beside = run.path / "other.safetensors"
    beside.write_bytes(run.model.read_bytes())
    assert of_validation(beside) == beside


def test_error_cards_know_the_rows_that_were_learned_in_the_end(run: RunFolder, splits: Splits, tmp_path: Path):
    asked = examples([("zebra 3 now", "ask_weather")])  # a test row that says what a validation row says, otherwise
    for model, told in ((run.before_refit, False), (run.model, True)):
        predictor = Predictor.load(model)
        write_report(tmp_path / "report.html", predictor, results_of(predictor, asked), run, splits)
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert ("valid.tsv:4" in page.split('id="errors"')[1]) == told


def test_calibrate_measures_with_the_model_that_has_not_seen_the_validation_rows(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    for name, rows in (("train", TRAIN), ("valid", VALID)):
        write_examples(examples(rows), tmp_path / f"{name}.tsv", "tsv")
    train, valid = (str(tmp_path / f"{name}.tsv") for name in ("train", "valid"))
    paths = DataSettings(train=train, valid=valid, test=valid)
    run = RunFolder(experiment.train(replace(settings, data=paths), tmp_path / "runs" / "a").run)
    before, after = (read(path) for path in (run.before_refit, run.model))
    for outside in ([], ["--data", "strange.tsv"]):
        (tmp_path / "strange.tsv").write_text("hm\tnothing\nwhat is that\tnothing\n", encoding="utf-8")
        result = CliRunner().invoke(app, ["calibrate", "a", "--max-false-reject", "20%", *outside, "--json"])
        told = json.loads(result.stdout)
        scores = Predictor(before).in_scope_scores([text for text, _ in VALID])
        assert told["chosen"]["false_reject"] == pytest.approx((scores < told["threshold"]).mean())
        calibrated = read(run.model)
        assert calibrated.rejection is not None
        assert calibrated.rejection["threshold"] == told["threshold"]
        np.testing.assert_array_equal(calibrated.tensors["head.weight"], after.tensors["head.weight"])
