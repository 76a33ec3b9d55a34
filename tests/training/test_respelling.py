"""Typos in rows: training reads what stands there, validation rows are read as any other sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnn_intent import experiment
from rnn_intent.config import load
from rnn_intent.inference.predictor import Predictor
from rnn_intent.settings import Settings
from rnn_intent.text.vocabulary import UNK
from rnn_intent.training.tables import Tables
from rnn_intent.training.token_sets import TokenSet

TRAIN = [
    f"{word} {n}\t{intent}" for intent in ("play", "weather") for word in (intent, f"{intent}ing") for n in range(9)
]
VALID = ["paly 3\tplay", "playing 4\tplay", "waether 5\tweather", "weathering\tweather"]


@pytest.fixture
def overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    for name, rows in (("train", TRAIN), ("valid", VALID)):
        (tmp_path / f"{name}.tsv").write_text("\n".join(rows), encoding="utf-8")
    keys = ["data.train=train.tsv", "data.valid=valid.tsv", "data.test=valid.tsv", "embedding.ngrams=false"]
    return [*keys, "training.epochs=12", "training.threads=1", "embedding.word_dropout=0.5", "training.refit=0"]


@pytest.mark.parametrize(("respelling", "right"), [(True, 1.0), (False, 0.5)])
def test_validation_rows_are_read_as_prediction_reads(
    overrides, tmp_path: Path, respelling: bool, right: float
) -> None:
    more = [*overrides, f"vocabulary.respelling={str(respelling).lower()}"]
    result = experiment.train(load("tiny.yaml", more), tmp_path / "run")  # both wings are compared there
    predictor = Predictor.load(result.run)
    assert "paly" not in predictor.artifact.vocabulary
    found = [predictor.predict(row.split("\t")[0]).intent == row.split("\t")[1] for row in VALID]
    assert np.mean(found) >= right
    assert (predictor.ids(["paly"]) == [UNK]) is not respelling
    predictor.verify()


def test_training_reads_what_stands_there() -> None:
    rows = TokenSet([["play", "music"], ["paly", "music"]], np.array([0, 0]))
    lexicon = Tables.build(Settings(), TokenSet(rows.tokens[:1], rows.targets[:1])).lexicon()
    lexicon.encode(["paly"])
    assert lexicon.batch([lexicon.encode(["paly"])]).word_ids.tolist() == [UNK]
    assert lexicon.vocabulary.read(["paly"]) == ["play"]
