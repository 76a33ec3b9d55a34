"""The same experiment several times: with other random numbers, or with other rows held out.

RUN/seed-13, RUN/seed-14, ...    an ensemble: every member a whole run, all on the same rows
RUN/fold-1, RUN/fold-2, ...      a cross-validation: every model judged by rows that it has not seen
RUN/summary.json                 means and standard deviations
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnn_intent.data.convert import write_examples
from rnn_intent.data.example import Example
from rnn_intent.data.folds import folds
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.errors import UsageError, printable
from rnn_intent.evaluation.evaluate import judge
from rnn_intent.experiment import TrainingResult, train
from rnn_intent.files import remove_unfinished, write_json
from rnn_intent.inference.ensemble import Ensemble
from rnn_intent.inference.predictor import Predictor
from rnn_intent.metrics import accuracy, confusions, intent_scores, macro_f1
from rnn_intent.opening import opened
from rnn_intent.runs import RunFolder, of_validation
from rnn_intent.settings import DataSettings, Settings
from rnn_intent.training.progress import Progress

CONFUSIONS = 20  # pairs kept in a summary


@dataclass(frozen=True)
class Spread:
    """A measure over several trainings; deviation: the sample's standard deviation, 0 for one training."""

    mean: float
    deviation: float
    values: list[float]


@dataclass(frozen=True)
class Repeated:
    """What several trainings gave. together: the ensemble's scores, or those of all held-out rows."""

    folder: Path
    runs: list[TrainingResult]
    measures: dict[str, Spread]
    together: dict[str, Any]


def spread(values: Sequence[float]) -> Spread:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return Spread(statistics.fmean(values), deviation, list(values))


def train_seeds(
    settings: Settings,
    count: int,
    out: Path,
    *,
    resume: bool = False,
    force: bool = False,
    half: bool = False,
    on_step: Callable[[Progress], None] = lambda _: None,
    on_lesson: Callable[[int, int], None] = lambda _done, _all: None,
    on_run: Callable[[TrainingResult], None] = lambda _: None,
) -> Repeated:
    """Trains with the seeds settings.seed, settings.seed + 1, ... on the same rows; the folder is an ensemble.

    Raises what `experiment.train` raises.
    """
    ways = {"resume": resume, "force": force, "half": half, "on_step": on_step, "on_lesson": on_lesson}
    with _several(out, resume, force) as folder:
        return _train_seeds(settings, count, folder, on_run, **ways)


def _train_seeds(
    settings: Settings, count: int, folder: RunFolder, on_run: Callable[[TrainingResult], None], **ways: Any
) -> Repeated:
    fixed, splits = _fixed(settings, folder)
    runs = []
    for seed in range(settings.seed, settings.seed + count):
        runs.append(train(replace(fixed, seed=seed), folder.member(seed).path, splits=splits, **ways))
        on_run(runs[-1])
    measures = {"valid_accuracy": spread([run.valid_accuracy for run in runs])}
    tests = [run.test for run in runs if run.test is not None]
    if tests:
        measures |= {"test_accuracy": spread([test.accuracy for test in tests])}
        measures |= {"test_macro_f1": spread([test.macro_f1 for test in tests])}
    models = [RunFolder(run.run).model for run in runs]
    asked = {"valid": list(map(of_validation, models)), "test": models}
    together = {name: _scores(Ensemble.read(asked[name]), rows) for name, rows in _judged(splits).items()}
    return _summed_up(folder, runs, measures, {"averaged": together})


def cross_validate(
    settings: Settings,
    count: int,
    out: Path,
    *,
    resume: bool = False,
    force: bool = False,
    half: bool = False,
    on_step: Callable[[Progress], None] = lambda _: None,
    on_lesson: Callable[[int, int], None] = lambda _done, _all: None,
    on_run: Callable[[TrainingResult], None] = lambda _: None,
) -> Repeated:
    """Every training and validation row is answered once by a model that has not seen it; test rows stay untouched.

    The models stay, but none becomes the newest run: `train` makes the one to use, from all the rows.
    Raises what `experiment.train` raises.
    """
    ways = {"resume": resume, "force": force, "half": half, "on_step": on_step, "on_lesson": on_lesson}
    with _several(out, resume, force) as folder:
        return _cross_validate(settings, count, folder, on_run, **ways)


def _cross_validate(
    settings: Settings, count: int, folder: RunFolder, on_run: Callable[[TrainingResult], None], **ways: Any
) -> Repeated:
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    runs, truth, answers, scores = [], [], [], []
    parts = folds(splits, count, settings.data.valid_fraction, settings.seed)
    for number, (held, part) in enumerate(parts, start=1):
        place = folder.fold(number)
        runs.append(train(settings, place.path, splits=part, **ways))
        on_run(runs[-1])
        predicted = _answers(Predictor.load(place.path), held)
        scores.append(_of_answers([row.intent for row in held], predicted))
        truth += [row.intent for row in held]
        answers += predicted
    measures = {name: spread([score[name] for score in scores]) for name in ("accuracy", "macro_f1")}
    confused = confusions(truth, answers)[:CONFUSIONS]
    held_out = {"rows": len(truth), **_of_answers(truth, answers), "confused": confused}
    return _summed_up(folder, runs, measures, {"held_out": held_out})


@contextmanager
def _several(out: Path, resume: bool, force: bool) -> Iterator[RunFolder]:
    """The folder of them all, for this process alone. Raises what `opened` raises."""
    folder = RunFolder(out)
    if folder.model.exists():
        raise UsageError(f"{printable(str(out), 300)}: is a single run; choose another --out for several")
    with opened(folder, resume=resume, force=force):
        remove_unfinished(_kept_rows(folder))
        yield folder


def _kept_rows(folder: RunFolder) -> Path:
    return folder.path / "data"


def _fixed(settings: Settings, folder: RunFolder) -> tuple[Settings, Splits]:
    """Settings that give the same rows for every seed. Splits that the seed draws are drawn once, and kept in files."""
    first, other = (load_splits(settings.data, Path.cwd(), seed) for seed in (settings.seed, settings.seed + 1))
    if _judged(first) == _judged(other):
        return settings, first
    data = _kept_rows(folder)
    data.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Any] = {}
    outside = settings.data.out_of_scope
    for name in ("train", "valid", "test"):
        apart = [replace(row, intent=outside) for row in first.out_of_scope.get(name, ())] if outside else []
        if rows := [*getattr(first, name), *apart]:
            paths[name] = str((data / f"{name}.jsonl").absolute())
            write_examples(rows, Path(paths[name]), "jsonl", force=True)
    kept = DataSettings(**paths, format="jsonl", test_fraction=0.0, out_of_scope=outside)
    fixed = replace(settings, data=kept)
    return fixed, load_splits(kept, Path.cwd(), settings.seed)


def _judged(splits: Splits) -> dict[str, list[Example]]:
    named = {"valid": splits.valid, "test": splits.test}
    return {name: rows for name, rows in named.items() if rows}


def _answers(predictor: Predictor, rows: Sequence[Example]) -> list[str]:
    best = predictor.probabilities([row.text for row in rows]).argmax(axis=1)
    return [predictor.labels[label] for label in best]


def _of_answers(truth: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    return {"accuracy": accuracy(truth, answers), "macro_f1": macro_f1(intent_scores(truth, answers))}


def _scores(ensemble: Ensemble, rows: Sequence[Example]) -> dict[str, float]:
    judged = judge(
        ensemble.labels, ensemble.probabilities([row.text for row in rows]), [row.intent for row in rows], 0.0
    )
    return {"accuracy": judged.accuracy, "macro_f1": judged.macro_f1}


def _summed_up(
    folder: RunFolder, runs: list[TrainingResult], measures: dict[str, Spread], together: dict[str, Any]
) -> Repeated:
    write_json(
        folder.summary,
        {
            "runs": [run.run.name for run in runs],
            "measures": {name: vars(measure) for name, measure in measures.items()},
            **together,
        },
    )
    return Repeated(folder.path, runs, measures, together)
