from __future__ import annotations

import json

import pytest
from random_models import random_artifact

from benchmarks import gibberish, held_out
from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.inference.predictor import Predictor
from rnn_intent.starter import starter_folder

INTENTS = [f"intent {number}" for number in range(8)]


def splits() -> Splits:
    rows = [Example(f"{name} {intent}", intent) for intent in INTENTS for name in ("one", "two")]
    return Splits(train=rows, valid=rows[::2], test=rows[1::2], out_of_scope={"train": [Example("what", "nothing")]})


def test_no_row_of_a_held_out_intent_is_trained_on_and_its_test_rows_are_to_be_rejected():
    parts = held_out.without_intents(splits(), 0.25, seed=1)
    outside = {row.intent for row in parts.out_of_scope["test"]}
    assert len(outside) == 2
    assert {row.intent for row in parts.train} == {*INTENTS} - outside
    for inside in (parts.valid, parts.test):
        assert {row.intent for row in inside} == {*INTENTS} - outside
    assert len(parts.test) + len(parts.out_of_scope["test"]) == len(splits().test)
    assert "train" not in parts.out_of_scope


def test_the_seed_draws_the_intents():
    drawn = [{row.intent for row in held_out.without_intents(splits(), 0.25, seed).train} for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert any(other != drawn[0] for other in drawn[2:])


def test_a_draw_is_trained_once_and_told_in_shares_and_their_mean(tmp_path, capsys):
    config = tmp_path / "quick.yaml"
    quick = "training: {epochs: 1}\nmodel: {hidden_size: 4}\nembedding: {size: 4, ngrams: false}\n"
    config.write_text(f"extends: {json.dumps(str(starter_folder() / 'configs' / 'base.yaml'))}\n{quick}")
    (data := tmp_path / "sets" / "own").mkdir(parents=True)
    for name in ("train", "valid", "test"):
        lines = [f"{word} {intent}\t{intent}\n" for intent in INTENTS for word in ("say", "do")]
        (data / f"{name}.tsv").write_text("".join(lines))
    order = ["--data", str(tmp_path / "sets"), "--out", str(tmp_path / "runs"), "--sets", "own", "--seeds", "3"]
    held_out.main([*order, "--config", str(config)])
    first = capsys.readouterr().out
    written = (tmp_path / "runs" / "own-3" / "model.safetensors").stat().st_mtime_ns
    held_out.main([*order, "--config", str(config)])
    assert capsys.readouterr().out == first
    assert (tmp_path / "runs" / "own-3" / "model.safetensors").stat().st_mtime_ns == written
    draw, mean = ([cell.strip() for cell in line.split("|")[1:-1]] for line in first.splitlines()[2:])
    assert draw[:2] == ["own", "3"]
    assert mean == ["own", "mean", *draw[2:]]
    assert all(0 <= float(cell) <= 100 for cell in draw[2:])


def test_gibberish_is_the_same_for_the_same_seed_and_has_no_empty_sentence():
    sentences = gibberish.kinds(seed=1, count=20)
    assert sentences == gibberish.kinds(seed=1, count=20)
    assert sentences != gibberish.kinds(seed=2, count=20)
    assert all(len(rows) == 20 and all(row.strip() for row in rows) for rows in sentences.values())
    assert len(set(gibberish.COMMON)) == 300


@pytest.mark.parametrize(("threshold", "share"), [(0.0, 0.0), (1.0, 1.0)])
def test_the_share_rejected_is_that_of_the_predictor(threshold, share):
    predictor = Predictor(random_artifact(), threshold=threshold)
    assert gibberish.rejected(predictor, ["play some music", "what time is it"]) == share
