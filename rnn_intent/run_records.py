"""What a run folder keeps of a training beside the model: config, history, data, environment, metrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.config import dump
from rnn_intent.data.splits import Splits
from rnn_intent.environment import environment
from rnn_intent.errors import ModelError
from rnn_intent.evaluation.numbers import numbers
from rnn_intent.evaluation.results import Results
from rnn_intent.files import sha256_of, write_atomically, write_json
from rnn_intent.runs import FORMAT_VERSION, RunFolder
from rnn_intent.settings import NAMED_VECTORS, Settings
from rnn_intent.training.progress import Epoch

if TYPE_CHECKING:  # PyTorch is imported when training starts, not before
    from rnn_intent.training.fit import Fitted


def is_result(run: RunFolder, artifact: Artifact) -> bool:
    """Whether the run is finished with these weights; what was fitted to them since then (rejection) is to stay."""
    try:
        return run.finished and model_file.weights_hash(model_file.read(run.model)) == model_file.weights_hash(artifact)
    except ModelError:
        return False


def write_progress(run: RunFolder, settings: Settings, history: Sequence[Epoch]) -> None:
    """What can be seen of a training under way. The settings of an earlier model stay beside it till it is replaced."""
    run.metrics.unlink(missing_ok=True)
    if not run.model.exists():
        write_config(run, settings)
    _write_history(run, history)


def write_config(run: RunFolder, settings: Settings) -> None:
    write_atomically(run.config, dump(settings).encode("utf-8"))


def _write_history(run: RunFolder, history: Sequence[Epoch]) -> None:
    lines = [json.dumps(asdict(epoch)) + "\n" for epoch in history]
    write_atomically(run.history, "".join(lines).encode())


def write_records(run: RunFolder, settings: Settings, splits: Splits, fitted: Fitted, seconds: float) -> None:
    _write_history(run, fitted.history)
    rows = {name: len(getattr(splits, name)) for name in ("train", "valid", "test")}
    others = [settings.text.user_dictionary, settings.embedding.vectors]
    files = splits.files | {path: sha256_of(Path(path)) for path in others if path not in (None, *NAMED_VECTORS)}
    record = {"config": sha256_of(run.config), "rows": rows, "files": files, "warnings": splits.warnings}
    if splits.fold is not None:
        record["fold"] = splits.fold._asdict()
    write_json(run.data, record)
    write_json(run.environment, {"format_version": FORMAT_VERSION, **environment(fitted.threads, seconds)})


def write_metrics(run: RunFolder, artifact: Artifact, fitted: Fitted, judged: dict[str, Results]) -> None:
    """What depends on data, settings and seed alone: the same on every run. `weights`: of which model."""
    metrics: dict[str, Any] = {"weights": model_file.weights_hash(artifact)}
    metrics |= {name: numbers(results) for name, results in judged.items()}
    metrics |= {"epochs": len(fitted.history), "kept_epoch": fitted.kept.epoch}
    if fitted.vectors_coverage is not None:
        metrics["vectors_coverage"] = fitted.vectors_coverage
    write_json(run.metrics, metrics)
