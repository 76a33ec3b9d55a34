"""This tool's own models, trained as a user would train them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np

from benchmarks.task import Task, Trained, megabytes
from rnn_intent.data.convert import write_examples


def shipped(config: str, *overrides: str) -> Callable[[Task], Trained]:
    """A model from a shipped config, with `key=value` overrides on top."""

    def fit(task: Task) -> Trained:
        from rnn_intent import experiment

        for name, rows in (("train", task.train), ("valid", task.valid)):
            write_examples(rows, task.scratch / f"{name}.tsv", "tsv")
        result = experiment.train(_config(config), task.scratch / "run", overrides=[*overrides, *_of_task(task)])
        return trained(task, result.valid_accuracy, result.epochs, result.best_epoch)

    return fit


def trained(task: Task, valid_accuracy: float, epochs: int, best_epoch: int) -> Trained:
    """What stands in the task's run folder, as a model that answers."""
    from rnn_intent.inference.predictor import Predictor
    from rnn_intent.runs import RunFolder

    model = RunFolder(task.scratch / "run").model
    predictor = Predictor.load(model)

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        probabilities = predictor.probabilities(list(sentences))  # (sentences, intents)
        return [predictor.labels[best] for best in probabilities.argmax(axis=1)], probabilities.max(axis=1)

    details = {"epochs": epochs, "best_epoch": best_epoch}
    return Trained(answer, megabytes(model), {"valid_accuracy": valid_accuracy, **details})


def recipe(config: str, *overrides: str) -> str:
    """Tells whether a result still belongs to the config: a hash of all settings but for data, seed and machine."""
    from rnn_intent.config import load

    values = asdict(load(_config(config), overrides))
    del values["data"], values["seed"], values["training"]["device"], values["training"]["threads"]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]


def _config(name: str) -> str:
    from rnn_intent.starter import shipped_config

    return str(shipped_config(name) or name)


def _of_task(task: Task) -> list[str]:
    # the test split is not the model's business, but an experiment has one: the validation rows once more
    files = {"train": "train.tsv", "valid": "valid.tsv", "test": "valid.tsv"}
    paths = [f"data.{name}={json.dumps(str(task.scratch / file))}" for name, file in files.items()]
    return [*paths, "data.format=tsv", f"seed={task.seed}", f"training.threads={task.threads}"]
