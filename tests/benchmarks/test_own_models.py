from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import own
from benchmarks.members import COSTS
from benchmarks.task import Task, texts
from rnn_intent.data.example import Example

SMALL = ("training.epochs=2", "model.hidden_size=4", "embedding.size=4", "distillation.made=5")


@pytest.fixture
def task(tmp_path: Path) -> Task:
    said = {"time": ["what time is it", "tell me the time"], "light": ["light on please", "turn on the light"]}
    rows = [Example(text, intent) for intent, some in said.items() for text in some]
    (tmp_path / "scratch").mkdir()
    return Task(rows, rows, False, 13, 1, tmp_path / "scratch", tmp_path / "members")


def test_a_taught_model_and_an_ensemble_share_their_members(task):
    taught = own.taught("bi-gru", ["ngrams"], 2, *SMALL)(task)
    members = {file: file.read_bytes() for file in task.members.glob(f"*/{COSTS}")}
    together = own.ensemble("bi-gru", 2, *SMALL)(task)
    assert len(members) == 2
    assert {file: file.read_bytes() for file in task.members.glob(f"*/{COSTS}")} == members  # not trained again
    assert taught.earlier.seconds == 0 < together.earlier.seconds
    for model in (taught, together):
        found, sure = model.answer(texts(task.valid))
        assert len(found) == len(sure) == 4
        assert set(found) <= {"time", "light"}


def test_a_result_belongs_to_the_settings_that_decide_it():
    words, teaching = "embedding.extra_words=7", "distillation.temperature=3"
    with_vectors = [own.recipe("bi-gru", "embedding.vectors=wordllama", *more) for more in ((), (words,))]
    assert own.recipe("bi-gru", words) == own.recipe("bi-gru")  # without vectors they decide nothing
    assert len({own.recipe("bi-gru"), *with_vectors, own.recipe("bi-gru", "model.cell=rnn")}) == 4
    assert own.recipe("bi-gru", teaching) == own.recipe("bi-gru") != own.recipe("bi-gru", teaching, taught=True)
