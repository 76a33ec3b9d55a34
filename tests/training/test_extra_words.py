"""Words that training has not seen and pretrained vectors know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnn_intent import experiment
from rnn_intent.config import load
from rnn_intent.inference.predictor import Predictor
from rnn_intent.text.vocabulary import UNK

WORDS = {"play": ["song", "music", "tune"], "weather": ["rain", "sun", "snow"]}
UNSEEN = {"play": "melody", "weather": "hail"}
ROWS = [f"{word} {n}\t{intent}" for intent, words in WORDS.items() for word in words for n in range(12)]


@pytest.fixture
def overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.tsv").write_text("\n".join(ROWS), encoding="utf-8")
    random = np.random.default_rng(0)
    lines = ["song 3 0 0 0 0 0", "two words 1 1 1 1 1 1"]
    for number, (intent, words) in enumerate(WORDS.items()):
        for word in [*words, UNSEEN[intent].upper()]:
            lines.append(" ".join([word, *map(str, (np.eye(6)[number] * 3 + random.normal(0, 0.2, 6)).round(3))]))
    (tmp_path / "words.vec").write_text("\n".join(lines), encoding="utf-8")
    keys = ["data.train=rows.tsv", "embedding.vectors=words.vec", "embedding.vectors_size=4", "embedding.ngrams=false"]
    return [*keys, "training.epochs=12", "training.threads=1", "embedding.word_dropout=0.5"]


def test_an_unseen_word_means_what_its_neighbours_mean(overrides, tmp_path: Path):
    run = experiment.train(load("tiny.yaml", overrides), tmp_path / "run").run  # both wings are compared there
    predictor = Predictor.load(run)
    tensors = predictor.artifact.tensors
    vocabulary = predictor.artifact.vocabulary
    assert vocabulary[-2:] == ("melody", "hail")
    assert len(tensors["embedding.words"]) == len(vocabulary) - 2
    assert tensors["embedding.vectors"].shape == (len(vocabulary), 4)
    assert tensors["embedding.vectors"].dtype == np.float16
    for intent, word in UNSEEN.items():
        prediction = predictor.predict(word)
        assert (prediction.intent, prediction.confidence > 0.7) == (intent, True)
    predictor.verify()


def test_without_extra_words_it_stays_unknown(overrides, tmp_path: Path):
    run = experiment.train(load("tiny.yaml", [*overrides, "embedding.extra_words=0"]), tmp_path / "run").run
    predictor = Predictor.load(run)
    assert predictor.ids(["hail", "melody"]) == [UNK, UNK]
    np.testing.assert_array_equal(*predictor.probabilities(["hail", "melody"]))
