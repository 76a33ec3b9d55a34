"""Models that several rows of the results need, the members of ensembles, each trained once and kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.task import Cost, Task
from rnn_intent.data.example import Example
from rnn_intent.experiment import TrainingResult
from rnn_intent.files import write_json
from rnn_intent.runs import RunFolder
from rnn_intent.settings import Settings

COSTS = "costs.json"


@dataclass(frozen=True)
class Member:
    """A trained model. cost: of its training; earlier: whether it was there before it was asked for."""

    file: Path
    details: dict[str, Any]
    cost: Cost
    earlier: bool


def member(task: Task, settings: Settings) -> Member:
    """The model of these settings and rows, from the folder of kept ones or trained now."""
    folder = task.members / _key(task, settings)
    earlier = (folder / COSTS).is_file()
    if not earlier:
        _train(task, settings, folder)
    kept = json.loads((folder / COSTS).read_text("utf-8"))
    return Member(RunFolder(folder).model, kept["details"], Cost(**kept["cost"]), earlier)


def kept_costs(models: Sequence[Member]) -> Cost:
    """What was spent on models that were there already: it belongs to whatever is made of them."""
    costs = [model.cost for model in models if model.earlier]
    return Cost(sum(cost.seconds for cost in costs), sum(cost.cpu_seconds for cost in costs))


def told(result: TrainingResult) -> dict[str, Any]:
    """What the raw rows say about a training."""
    return {"epochs": result.epochs, "kept_epoch": result.kept_epoch, "valid_accuracy": result.valid_accuracy}


def _train(task: Task, settings: Settings, folder: Path) -> None:
    """In the scratch folder first: two processes that need the same model must not meet."""
    from rnn_intent import experiment

    started, worked = time.perf_counter(), time.process_time()
    run = task.scratch / f"seed-{settings.seed}"
    result = experiment.train(settings, run)
    cost = Cost(time.perf_counter() - started, time.process_time() - worked)
    folder.mkdir(parents=True, exist_ok=True)
    # as a teacher, it is judged by the model from before it learned the validation rows
    for kept in filter(Path.is_file, (RunFolder(run).before_refit, RunFolder(run).model)):
        unfinished = folder / f"{kept.name}.{os.getpid()}"
        shutil.copyfile(kept, unfinished)
        unfinished.replace(folder / kept.name)
    write_json(folder / COSTS, {"details": told(result), "cost": asdict(cost)})


def _key(task: Task, settings: Settings) -> str:
    values = asdict(settings)
    del values["data"], values["distillation"]
    rows = [_digest(part) for part in (task.train, task.valid)]
    decisive = json.dumps([values, rows], sort_keys=True)
    return f"seed-{settings.seed}-{hashlib.sha256(decisive.encode()).hexdigest()[:12]}"


def _digest(rows: Sequence[Example]) -> str:
    return hashlib.sha256(json.dumps([[row.text, row.intent] for row in rows]).encode()).hexdigest()
