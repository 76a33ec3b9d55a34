"""The run folder: every file in it is named here, once, and runs are found by name or by age."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from rnn_intent.errors import ModelError, printable

RUNS = Path("runs")
BUILT_IN = Path(__file__).with_name("builtin") / "model.safetensors"
FORMAT_VERSION = 1  # of what stands in a run folder; environment.json says it
LATEST = "latest"  # a text file that holds a name: symbolic links fail on Windows


@dataclass(frozen=True)
class RunFolder:
    """One experiment's results. A property is a path; whether the file exists is the caller's question."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def config(self) -> Path:
        """The resolved settings."""
        return self.path / "config.yaml"

    @property
    def model(self) -> Path:
        """What answers; a run with one is finished, or far enough to answer."""
        return self.path / "model.safetensors"

    @property
    def before_refit(self) -> Path:
        """The model from before it learned the validation rows: what is measured on them is asked of this one."""
        return self.path / "before-refit.safetensors"

    @property
    def checkpoint(self) -> Path:
        """The folder that resuming needs."""
        return self.path / "checkpoint"

    @property
    def refit_checkpoint(self) -> Path:
        """The same for the second training, on the validation rows too."""
        return self.checkpoint / "refit"

    @property
    def history(self) -> Path:
        """One line per epoch."""
        return self.path / "history.jsonl"

    @property
    def metrics(self) -> Path:
        """Written last: a run with it is finished."""
        return self.path / "metrics.json"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def environment(self) -> Path:
        """The folder's format, versions and processor."""
        return self.path / "environment.json"

    @property
    def data(self) -> Path:
        """Rows and SHA-256 of each data file, and what was odd about them."""
        return self.path / "data.json"

    @property
    def summary(self) -> Path:
        """What several trainings gave together: the seeds of an ensemble, or the folds of a cross-validation."""
        return self.path / "summary.json"

    @property
    def lessons(self) -> Path:
        """What a teacher said to each sentence, one JSON object a line, packed."""
        return self.path / "lessons.jsonl.gz"

    @property
    def refit_lessons(self) -> Path:
        """The same of teachers that have learned the validation rows too, for the second training."""
        return self.path / "lessons-refit.jsonl.gz"

    @property
    def word_vectors(self) -> Path:
        """How a teacher reads words alone, where they are what a student's embedding stands on."""
        return self.path / "word-vectors.txt.gz"

    @property
    def teaching(self) -> Path:
        """Who taught, and from which sentences."""
        return self.path / "teaching.json"

    @property
    def teacher(self) -> RunFolder:
        """The training that taught this one, where rows are few: its checkpoint, its history, its model."""
        return RunFolder(self.path / "teacher")

    def member(self, seed: int) -> RunFolder:
        """One of an ensemble."""
        return RunFolder(self.path / f"seed-{seed}")

    def fold(self, number: int) -> RunFolder:
        """One of a cross-validation, from 1."""
        return RunFolder(self.path / f"fold-{number}")

    @property
    def members(self) -> list[RunFolder]:
        """The models of an ensemble, by seed; none in the folder of a single run."""
        found = {}
        for run in all_runs(self.path):
            kind, _, seed = run.name.partition("-")
            if kind == "seed" and seed.isdecimal():
                found[int(seed)] = run
        return [found[seed] for seed in sorted(found)]

    @property
    def lock(self) -> Path:
        """Held by the process that trains into this folder."""
        return self.path / "lock"

    @property
    def finished(self) -> bool:
        return self.model.is_file() and self.metrics.is_file()


def mark_latest(run: RunFolder) -> None:
    """Lets `runs/latest` name a run that has just finished; a run outside of a `runs` folder is not recorded."""
    from rnn_intent.files import write_atomically

    folder = run.path.absolute().parent
    if folder.name == RUNS.name:
        write_atomically(folder / LATEST, f"{run.path.absolute().name}\n".encode())


def all_runs(root: Path = RUNS) -> list[RunFolder]:
    """The runs under a folder that hold a model, by name."""
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return []
    return [run for run in map(RunFolder, folders) if run.model.is_file()]


def newest_run(root: Path = RUNS) -> RunFolder | None:
    """The run that `latest` names; without a usable `latest`, the finished run whose metrics are youngest."""
    named = _named_latest(root)
    if named is not None:
        return named
    ages = [(_age(run.metrics), run.name, run) for run in all_runs(root) if run.finished]
    return max(ages, key=lambda entry: entry[:2])[2] if ages else None


def find_model(run: str | os.PathLike[str] | None = None, root: Path = RUNS) -> Path:
    """The model file of a run folder, of a run's name, or the file itself; None is the newest run, else the built-in.

    Raises ModelError if there is none.
    """
    if run is None:
        newest = newest_run(root)
        return newest.model if newest else _built_in()
    wanted = os.fspath(run)
    places = _places(wanted, root)
    for place in places:
        if place.is_dir() and RunFolder(place).model.is_file():
            return RunFolder(place).model
        if place.is_file():
            return place
    raise ModelError(f"{printable(wanted, 300)}: {_not_found(places, root)}")


def find_models(run: str | os.PathLike[str], root: Path = RUNS) -> list[Path]:
    """The same for what may also be an ensemble: all its model files. Raises ModelError."""
    for place in _places(os.fspath(run), root):
        if place.is_file() or RunFolder(place).model.is_file():
            break
        if members := RunFolder(place).members:
            return [member.model for member in members]
    return [find_model(run, root)]


def of_validation(model: Path) -> Path:
    """The model file to ask about a run's validation rows: the one from before they were learned, if there is one."""
    run = RunFolder(model.parent)
    return run.before_refit if model == run.model and run.before_refit.is_file() else model


def _places(wanted: str, root: Path) -> list[Path]:
    """Where to look. A bare name: a run's name comes before a folder that happens to be here."""
    if "\0" in wanted:
        return []
    return [root / wanted, Path(wanted)] if len(Path(wanted).parts) == 1 else [Path(wanted)]


def _not_found(places: list[Path], root: Path) -> str:
    for place in places:
        if members := RunFolder(place).members:
            one = printable(str(members[0].path), 300)
            return f"holds {len(members)} models: name one, say {one}, or make one of them with `rnn-intent distill`"
    if any(place.is_dir() for place in places):
        return f"holds no {RunFolder(Path()).model.name}: training has not come to its first model yet, or it is no run"
    names = ", ".join(printable(run.name) for run in all_runs(root)[:10])
    return f"no such run or model file; runs here: {names}" if names else "no such run or model file"


def _built_in() -> Path:
    if BUILT_IN.is_file():
        return BUILT_IN
    raise ModelError("no run in this folder and no built-in model: train one with `rnn-intent train`")


def _named_latest(root: Path) -> RunFolder | None:
    with contextlib.suppress(OSError, ValueError):  # missing, or not text
        name = (root / LATEST).read_text("utf-8").strip()
        # A name, not a path: what somebody wrote into this file must not lead elsewhere.
        run = RunFolder(root / name)
        if name and name == Path(name).name and name not in (".", "..") and run.model.is_file():
            return run
    return None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed meanwhile
        return 0.0
