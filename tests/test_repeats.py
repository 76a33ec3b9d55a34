from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.config import load
from rnn_intent.data.example import Example
from rnn_intent.data.split import stratified_folds
from rnn_intent.data.splits import load_splits
from rnn_intent.errors import DataError, ModelError, UsageError
from rnn_intent.inference.ensemble import Ensemble
from rnn_intent.inference.predictor import Predictor
from rnn_intent.lock import held
from rnn_intent.repeats import cross_validate, spread, train_seeds
from rnn_intent.run_rows import splits_of_run
from rnn_intent.runs import RunFolder, find_model, find_models

WORDS = {
    "ask_time": ["time", "clock", "hour"],
    "ask_weather": ["weather", "rain", "sun"],
    "play": ["song", "music", "tune"],
}
ROWS = [(f"{word} {n} now", intent) for intent, words in WORDS.items() for word in words for n in range(8)]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.tsv").write_text("".join(f"{text}\t{intent}\n" for text, intent in ROWS), encoding="utf-8")
    return load("tiny.yaml", ["data.train=rows.tsv", "training.epochs=2", "model.hidden_size=8", "training.threads=1"])


def test_mean_and_standard_deviation():
    found = spread([1.0, 2.0, 3.0])
    assert (found.mean, found.deviation) == (2.0, 1.0)
    assert spread([4.0]).deviation == 0.0


def test_seeds_make_an_ensemble_on_the_same_rows(settings, tmp_path: Path):
    seen: list[str] = []
    repeated = train_seeds(settings, 2, Path("runs/two"), on_run=lambda run: seen.append(run.run.name))
    assert seen == ["seed-13", "seed-14"]
    members = RunFolder(tmp_path / "runs" / "two").members
    tested = []
    for member in members:  # as `eval` would read them, long after
        kept = load(member.config)
        splits = load_splits(kept.data, Path.cwd(), kept.seed)
        assert not {row.text for row in splits.test} & {row.text for row in splits.train}
        tested.append([row.text for row in splits.test])
    assert tested[0] == tested[1] != []
    weights = [Predictor.load(member.path).artifact.tensors["head.weight"] for member in members]
    assert not np.array_equal(*weights)
    summary = json.loads((tmp_path / "runs" / "two" / "summary.json").read_text())
    assert summary["measures"]["test_accuracy"]["values"] == [run.test.accuracy for run in repeated.runs]
    assert set(summary["averaged"]) == {"valid", "test"}

    ensemble = Ensemble.load("two")
    texts = ["what time", "play music"]
    mean = sum(member.probabilities(texts) for member in ensemble.members) / 2
    np.testing.assert_allclose(ensemble.probabilities(texts), mean, atol=1e-6)
    assert find_models("two") == [
        Path("runs/two/seed-13/model.safetensors"),
        Path("runs/two/seed-14/model.safetensors"),
    ]
    with pytest.raises(ModelError, match="holds 2 models: name one"):
        find_model("two")

    before = {path: path.read_bytes() for path in tmp_path.rglob("*.safetensors")}
    with pytest.raises(UsageError, match="--resume"):
        train_seeds(settings, 2, Path("runs/two"))
    assert len(train_seeds(settings, 3, Path("runs/two"), resume=True).runs) == 3
    assert all(path.read_bytes() == content for path, content in before.items())
    with pytest.raises(UsageError, match="single run"):
        train_seeds(settings, 2, Path("runs/two/seed-13"), force=True)


def test_cross_validation_answers_every_row_by_a_model_that_has_not_seen_it(settings, tmp_path: Path):
    repeated = cross_validate(settings, 3, Path("runs/folds"))
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    rows = [*splits.train, *splits.valid]
    assert repeated.together["held_out"]["rows"] == len(rows)
    assert len(repeated.measures["accuracy"].values) == 3
    assert len(list((tmp_path / "runs" / "folds").glob("fold-*/model.safetensors"))) == 3
    assert not (tmp_path / "runs" / "latest").exists()
    learned = [json.loads(path.read_text())["rows"]["train"] for path in (tmp_path / "runs").glob("*/fold-*/data.json")]
    assert max(learned) < len(rows) * 2 / 3
    for number in (1, 3):  # what is measured later is measured on rows that the model has not seen either
        run = RunFolder(Path(f"runs/folds/fold-{number}"))
        found = splits_of_run(run, load(run.config))
        recorded = json.loads(run.data.read_text())["rows"]
        assert {name: len(getattr(found, name)) for name in recorded} == recorded


@pytest.mark.parametrize("several", [train_seeds, cross_validate])
def test_two_at_once_into_one_folder_are_refused(settings, several):
    folder = RunFolder(Path("runs/both"))
    folder.path.mkdir(parents=True)
    with held(folder), pytest.raises(UsageError, match=f"process {os.getpid()} is training into it"):
        several(settings, 2, folder.path, force=True)


def test_folds_hold_every_row_once_and_every_intent_alike():
    rows = [Example(f"{text}?" if n % 2 else text, intent) for n, (text, intent) in enumerate(ROWS)]
    rows += rows[:5]
    folds = stratified_folds(rows, 4, seed=3)
    assert sorted(row for fold in folds for row in fold) == list(range(len(rows)))
    assert folds == stratified_folds(rows, 4, seed=3) != stratified_folds(rows, 4, seed=4)
    for fold in folds:
        counts = Counter(rows[row].intent for row in fold)
        assert all(5 <= counts[intent] <= 9 for intent in WORDS)
    for row in range(5):  # the same text is in the same fold
        assert any({row, len(rows) - 5 + row} <= set(fold) for fold in folds)


def test_more_folds_than_sentences_are_refused():
    with pytest.raises(DataError, match="2 different sentences"):
        stratified_folds([Example("a", "x"), Example("b", "y"), Example("A", "x")], 3, seed=0)
