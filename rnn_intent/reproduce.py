"""Does a run come out the same again? Trained once more from its own config, compared by hashes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact, weights_hash
from rnn_intent.config import diff, load
from rnn_intent.data.opinions import Lessons
from rnn_intent.environment import MACHINE, VERSIONS, changes
from rnn_intent.errors import UsageError, printable
from rnn_intent.experiment import train
from rnn_intent.files import sha256_of
from rnn_intent.run_rows import splits_of_run
from rnn_intent.runs import FORMAT_VERSION, RunFolder, find_model
from rnn_intent.training.progress import Progress
from rnn_intent.version import VERSION


@dataclass(frozen=True)
class Reproduction:
    """hashes: of weights and metrics, (then, now); causes: what differs between then and now that could explain it."""

    run: Path
    hashes: dict[str, tuple[str, str]]
    causes: dict[str, list[str]]

    @property
    def identical(self) -> bool:
        return not self.different

    @property
    def different(self) -> list[str]:
        return [name for name, (then, now) in self.hashes.items() if then != now]


def reproduce(run: str | Path | None = None, on_step: Callable[[Progress], None] = lambda _: None) -> Reproduction:
    """Trains a finished run again, into a folder that does not stay, and compares.

    run: a folder or a run's name, by default the newest. Nothing in it is changed. A student learns again from the
    lessons it was given; no teacher is asked. A model of a cross-validation gets the rows of its fold. What was fitted
    to the weights is not compared.
    Raises UsageError for what is no finished run, and whatever training raises, DataError for data that is gone.
    """
    before = RunFolder(find_model(run).parent)
    needed = (before.config, before.metrics, before.data, before.environment)
    if missing := [path.name for path in needed if not path.exists()]:
        raise UsageError(
            f"{printable(str(before.path), 300)}: no finished run, {', '.join(missing)} missing; train it first"
        )
    version = _object(before.environment).get("format_version")
    if version != FORMAT_VERSION:
        raise UsageError(
            f"{printable(str(before.path), 300)}: a run folder of format {printable(str(version))}; this is rnn-intent"
            f" {VERSION}, which knows format {FORMAT_VERSION}"
        )
    settings = load(before.config)
    artifact = model_file.read(before.model)
    with tempfile.TemporaryDirectory(prefix="rnn-intent-") as scratch:
        after = RunFolder(Path(scratch) / "again")
        lessons = Lessons((before.lessons, before.refit_lessons)) if before.teaching.exists() else None
        half = artifact.dtype == "float16"
        splits = splits_of_run(before, settings)
        train(settings, out=after.path, half=half, on_step=on_step, splits=splits, lessons=lessons)
        again = model_file.read(after.model)
        return Reproduction(
            run=before.path,
            hashes={
                "weights": (weights_hash(artifact), weights_hash(again)),
                "metrics": (_scores_hash(before), _scores_hash(after)),
            },
            causes=_causes(before, after, artifact, again),
        )


def _scores_hash(run: RunFolder) -> str:
    """Of the metrics without the hash of the weights, which has a line of its own."""
    from hashlib import sha256

    scores = {name: value for name, value in _object(run.metrics).items() if name != "weights"}
    return sha256(json.dumps(scores, sort_keys=True).encode()).hexdigest()


def _causes(before: RunFolder, after: RunFolder, artifact: Artifact, again: Artifact) -> dict[str, list[str]]:
    """By data, config, versions and processor: what differs, a phrase each."""
    then, now = _object(before.environment), _object(after.environment)
    found = {
        "data": _data_changes(_object(before.data), _object(after.data)),
        "config": [f"{key} {was}, now {is_}" for key, was, is_ in diff(artifact.settings, again.settings)],
        "versions": changes(then, now, VERSIONS),
        "processor": changes(then, now, MACHINE),
    }
    if not found["config"] and _object(before.data).get("config") != sha256_of(before.config):
        found["config"] = [f"{before.config.name} was changed after the training"]
    return {name: phrases for name, phrases in found.items() if phrases}


def _data_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    files = {"then": then.get("files"), "now": now.get("files")}
    before, after = (value if isinstance(value, dict) else {} for value in files.values())
    found = [f"{path} is not what it was" for path in after if path in before and before[path] != after[path]]
    found += [f"{path} was read then" for path in before if path not in after]
    found += [f"{path} is read now" for path in after if path not in before]
    if not found and then.get("rows") != now.get("rows"):
        found = [f"rows {then.get('rows')}, now {now.get('rows')}"]
    return found


def _object(path: Path) -> dict[str, Any]:
    """Raises UsageError for a record that somebody has damaged."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UsageError(f"{printable(str(path), 300)}: cannot be read; the run cannot be compared with")
    return value
