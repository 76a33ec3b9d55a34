"""This tool's own models, trained as a user would train them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from benchmarks.members import Member, kept_costs, member, told
from benchmarks.task import Answer, Task, Trained, megabytes
from rnn_intent.data.convert import write_examples
from rnn_intent.inference.ensemble import Ensemble
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder
from rnn_intent.settings import Settings

MEMBER = "bi-gru"  # the config of those who teach beside others


def shipped(config: str, *overrides: str) -> Callable[[Task], Trained]:
    """A model from a shipped config, with `key=value` overrides on top."""

    def fit(task: Task) -> Trained:
        model = member(task, _settings(task, config, overrides))
        return trained(model.file, model.details, (model,))

    return fit


def ensemble(config: str, members: int, *overrides: str) -> Callable[[Task], Trained]:
    """So many seeds of a shipped config, their probabilities averaged."""

    def fit(task: Task) -> Trained:
        models = _members(task, config, members, overrides)
        together = Ensemble([Predictor.load(model.file) for model in models])
        size = megabytes(*(model.file for model in models))
        return Trained(_answering(together), size, {"members": members}, earlier=kept_costs(models))

    return fit


def taught(config: str, teachers: Sequence[str], members: int, *overrides: str) -> Callable[[Task], Trained]:
    """One model of a shipped config, taught by other teachers and by so many BiGRUs; float16 on the disk."""

    def fit(task: Task) -> Trained:
        from rnn_intent.distillation import Teaching, distill

        models = _members(task, MEMBER, members, overrides)
        asked = [*teachers, *(str(model.file) for model in models)]
        teaching = Teaching(asked)
        result = distill(_settings(task, config, overrides), teaching, task.scratch / "run", half=True)
        return trained(RunFolder(result.run).model, told(result), models)

    return fit


def _members(task: Task, config: str, count: int, overrides: Sequence[str]) -> list[Member]:
    """Of seeds that follow the task's, so that rows of neighbouring seeds share some of their members."""
    settings = _settings(task, config, overrides)
    return [member(task, replace(settings, seed=settings.seed + number)) for number in range(count)]


def _settings(task: Task, config: str, overrides: Sequence[str]) -> Settings:
    from rnn_intent.config import load

    for name, rows in (("train", task.train), ("valid", task.valid)):
        write_examples(rows, task.scratch / f"{name}.tsv", "tsv", force=True)
    return load(_config(config), [*overrides, *_of_task(task)])


def trained(file: Path, details: Mapping[str, float | int | str], models: Sequence[Member]) -> Trained:
    """A model file that answers. models: what it took to make it, as far as that may have been done before."""
    predictor = Predictor.load(file)
    return Trained(_answering(predictor), megabytes(file), details, predictor.in_scope_scores, kept_costs(models))


def _answering(model: Predictor | Ensemble) -> Answer:
    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        probabilities = model.probabilities(sentences)  # (sentences, intents)
        return [model.labels[best] for best in probabilities.argmax(axis=1)], probabilities.max(axis=1)

    return answer


def recipe(config: str, *overrides: str, also: str = "", taught: bool = False) -> str:
    """Tells whether a result still belongs to the config: a hash of all settings but for data, seed and machine.

    also: whatever else decides the result. taught: the settings for students decide it too.
    """
    from rnn_intent.config import load

    values = asdict(load(_config(config), overrides))
    del values["data"], values["seed"], values["training"]["device"], values["training"]["threads"]
    del values["training"]["passages"]  # rows of usual sets are short: it decides nothing of theirs
    if not taught:
        del values["distillation"]
    if values["embedding"]["vectors"] is None:
        del values["embedding"]["vectors_size"], values["embedding"]["extra_words"]  # they decide nothing
    return hashlib.sha256((json.dumps(values, sort_keys=True) + also).encode()).hexdigest()[:8]


def _config(name: str) -> str:
    from rnn_intent.starter import shipped_config

    return str(shipped_config(name) or name)


def _of_task(task: Task) -> list[str]:
    # the test split is not the model's business, but an experiment has one: the validation rows once more
    files = {"train": "train.tsv", "valid": "valid.tsv", "test": "valid.tsv"}
    paths = [f"data.{name}={json.dumps(str(task.scratch / file))}" for name, file in files.items()]
    once = [] if task.refit else ["training.refit=0"]
    return [*paths, "data.format=tsv", f"seed={task.seed}", f"training.threads={task.threads}", *once]
