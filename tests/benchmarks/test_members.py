from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.members import kept_costs, member
from benchmarks.task import Task
from rnn_intent import experiment
from rnn_intent.data.example import Example
from rnn_intent.runs import of_validation
from rnn_intent.settings import Settings


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The seeds that were really trained with."""
    seeds: list[int] = []

    def train(settings: Settings, out: Path) -> SimpleNamespace:
        seeds.append(settings.seed)
        out.mkdir()
        (out / "model.safetensors").write_bytes(b"model %d" % settings.seed)
        (out / "before-refit.safetensors").write_bytes(b"model %d, before" % settings.seed)
        return SimpleNamespace(epochs=3, kept_epoch=2, valid_accuracy=0.5)

    monkeypatch.setattr(experiment, "train", train)
    return seeds


@pytest.fixture
def task(tmp_path: Path) -> Task:
    (tmp_path / "scratch").mkdir()
    rows = [Example("what time is it", "ask time"), Example("good morning", "greet")]
    return Task(rows, rows, False, 13, 1, tmp_path / "scratch", tmp_path / "members")


def test_a_member_is_trained_once_and_what_it_cost_is_told_to_those_who_come_later(task, trainings):
    first, second = (member(task, Settings()) for _ in range(2))
    assert trainings == [13]
    assert first.file == second.file
    assert second.file.read_bytes() == b"model 13"
    assert of_validation(second.file).read_bytes() == b"model 13, before"
    assert kept_costs([first]).seconds == 0  # the clock of its task has run already
    assert kept_costs([second, second]).seconds == 2 * second.cost.seconds > 0
    assert second.details == {"epochs": 3, "kept_epoch": 2, "valid_accuracy": 0.5}


def test_other_seeds_rows_and_settings_are_other_members(task, trainings, tmp_path):
    member(task, Settings())
    member(task, Settings(seed=14))
    wide = replace(Settings().model, hidden_size=7)
    for number, (changed, settings) in enumerate(
        [(task, Settings(model=wide)), (replace(task, train=task.train[:1]), Settings())]
    ):
        scratch = tmp_path / f"scratch-{number}"
        scratch.mkdir()
        member(replace(changed, scratch=scratch), settings)
    assert trainings == [13, 14, 13, 13]
