"""One experiment, from config to run folder: read, train, calibrate, evaluate, report."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.config import load
from rnn_intent.data.opinions import Lessons
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.evaluation.evaluate import Evaluation, judge
from rnn_intent.evaluation.rejection import calibrated_as, fit_rejection
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.fitting import Fitting, at_temperature
from rnn_intent.inference.predictor import Predictor
from rnn_intent.metrics import class_numbers
from rnn_intent.opening import opened
from rnn_intent.run_records import is_result, write_config, write_metrics, write_records
from rnn_intent.runs import RUNS, RunFolder, mark_latest, of_validation
from rnn_intent.self_distillation import own_lessons, teaches_itself
from rnn_intent.settings import Settings
from rnn_intent.training.progress import Epoch, Progress

if TYPE_CHECKING:  # PyTorch is imported when training starts, not before
    from rnn_intent.training.fit import Fitted

logger = logging.getLogger(__name__)

GOLDEN_SENTENCES = 8


@dataclass(frozen=True)
class HalvedCost:
    """Validation accuracy with four bytes a weight and with two."""

    exact: float
    halved: float


@dataclass(frozen=True)
class TrainingResult:
    """What a training left behind: the run folder and its scores."""

    run: Path
    epochs: int
    kept_epoch: int
    refit_epochs: int  # on the validation rows too
    valid_accuracy: float  # before that
    test: Evaluation | None
    seconds: float
    warnings: list[str]
    half: HalvedCost | None = None
    vectors_coverage: float | None = None  # share of the vocabulary that has a pretrained vector
    resumed_after: int = 0  # epochs that an earlier process trained
    unchanged: bool = False  # the run was finished before, and no file of it was touched
    teacher: Epoch | None = None  # where the training ended that taught this one


@dataclass(frozen=True)
class _Models:
    """The first training, its model, and the one that has learned the validation rows too, or the same once more."""

    fitted: Fitted
    before: Artifact
    final: Artifact
    halved: HalvedCost | None


def train(
    config: Settings | str | Path | None = None,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    resume: bool = False,
    force: bool = False,
    half: bool = False,
    on_step: Callable[[Progress], None] = lambda _: None,
    on_lesson: Callable[[int, int], None] = lambda _done, _all: None,
    splits: Splits | None = None,
    lessons: Lessons | None = None,
) -> TrainingResult:
    """Trains the experiment of a config file, or the shipped default, into a run folder.

    1. Open the run folder; one that exists is refused without `resume` or `force`.
    2. Read the data and cut it into tokens.
    3. Few rows: train a first network, which teaches the one that is to stay.
    4. Train, keeping a checkpoint after every epoch, and calibrate on the validation split.
    5. Train a shorter time on the validation rows too, and write the model file; the calibration stays.
    6. Evaluate on the test split, through the model file just written, and report.

    out: the run folder, by default `runs/` and the config's name. half: store the weights as float16. splits: rows to
    take instead of reading those that the config names. lessons: what a teacher says of training rows and of further
    sentences. on_lesson: sentences that the first network has labelled, and all.
    Raises ConfigError, DataError, UsageError, TrainingError.
    """
    started = time.perf_counter()
    settings = config if isinstance(config, Settings) else load(config, overrides)
    run = RunFolder(Path(out) if out is not None else default_folder(config))
    with opened(run, resume=resume, force=force):
        run.checkpoint.mkdir(exist_ok=True)
        splits = splits or load_splits(settings.data, Path.cwd(), settings.seed)
        own = None
        if lessons is None and teaches_itself(settings, splits):
            own = own_lessons(settings, splits, run, fresh=force, on_step=on_step, on_lesson=on_lesson)
            lessons = own.lessons
        models = _fitted(Fitting(settings, splits, lessons, run, fresh=force), settings, splits, half, on_step)
        unchanged = is_result(run, models.final)
        if not unchanged:
            run.metrics.unlink(missing_ok=True)  # from here on, until they are written again, the run is not finished
            if lessons is None:
                run.teaching.unlink(missing_ok=True)  # of an earlier model: nobody has taught this one
            write_config(run, settings)
            _write_models(run, models, half)
        answering = {"valid": Predictor.load(of_validation(run.model)), "test": Predictor.load(run.model)}
        judged = _judge(answering, splits)
        seconds = time.perf_counter() - started
        if not unchanged:
            write_records(run, settings, splits, models.fitted, seconds)
            shown = "test" if "test" in judged else "valid"
            write_report(run.report, answering[shown], judged[shown], run, splits)
            write_metrics(run, models.final, models.fitted, judged)  # last: a run with metrics is finished
        mark_latest(run)
    fitted = models.fitted
    return TrainingResult(
        run=run.path,
        epochs=len(fitted.history),
        kept_epoch=fitted.kept.epoch,
        refit_epochs=models.final.training.get("refit_epochs", 0),
        valid_accuracy=fitted.kept.valid_accuracy,
        test=_evaluation(judged["test"]) if "test" in judged else None,
        seconds=seconds,
        warnings=splits.warnings,
        half=models.halved,
        vectors_coverage=fitted.vectors_coverage,
        resumed_after=fitted.resumed_after,
        unchanged=unchanged,
        teacher=None if own is None else own.teacher,
    )


def default_folder(config: Settings | str | Path | None) -> Path:
    """`runs/` and the name of the config: `configs/lstm.yaml` trains into `runs/lstm`."""
    name = Path(config).stem if isinstance(config, str | Path) else "bi-gru"
    return RUNS / name


def _fitted(
    fitting: Fitting, settings: Settings, splits: Splits, half: bool, on_step: Callable[[Progress], None]
) -> _Models:
    """Trained, calibrated on the validation rows, and trained on them too."""
    trained, fitted = fitting.train(on_step)
    before = final = _calibrated(_as_stored(trained, half), splits)
    if settings.training.refit:
        again = _as_stored(fitting.train_again(fitted, on_step), half)
        outside = [row for part in ("train", "valid") for row in splits.out_of_scope.get(part, ())]
        final = _with_golden(calibrated_as(before, again, splits.train, splits.valid, outside), splits)
    return _Models(fitted, before, final, _halved_cost(trained, splits) if half else None)


def _as_stored(artifact: Artifact, half: bool) -> Artifact:
    """With the weights as they come back from disk, so that what follows is fitted to what will run."""
    return model_file.load(model_file.dump(artifact, half))


def _halved_cost(artifact: Artifact, splits: Splits) -> HalvedCost:
    """What two bytes a weight instead of four do to the accuracy."""
    targets = class_numbers(artifact.labels, [example.intent for example in splits.valid])
    exact, halved = (
        float((_valid_logits(part, splits).argmax(axis=1) == targets).mean())
        for part in (artifact, _as_stored(artifact, half=True))
    )
    return HalvedCost(exact, halved)


def _calibrated(artifact: Artifact, splits: Splits) -> Artifact:
    """The artifact with a temperature, an in-scope score with its threshold, and golden sentences."""
    artifact = at_temperature(artifact, _valid_logits(artifact, splits), splits.valid)
    outside = splits.out_of_scope.get("train", ())
    return _with_golden(fit_rejection(artifact, splits.train, splits.valid, outside=outside), splits)


def _with_golden(artifact: Artifact, splits: Splits) -> Artifact:
    texts = [example.text for example in splits.valid]
    golden = texts[:: max(1, len(texts) // GOLDEN_SENTENCES)][:GOLDEN_SENTENCES]
    return replace(artifact, golden=Predictor(artifact).golden(golden))


def _valid_logits(artifact: Artifact, splits: Splits) -> np.ndarray:
    return Predictor(artifact).encode([example.text for example in splits.valid])[0]


def _write_models(run: RunFolder, models: _Models, half: bool) -> None:
    if models.before is models.final:
        run.before_refit.unlink(missing_ok=True)
    else:
        model_file.write(models.before, run.before_refit, half=half)
    model_file.write(models.final, run.model, half=half)


def _judge(answering: dict[str, Predictor], splits: Splits) -> dict[str, Results]:
    """The answers to validation and, if there is one, test."""
    return {
        name: results_of(predictor, getattr(splits, name), splits.out_of_scope.get(name, ()))
        for name, predictor in answering.items()
        if getattr(splits, name)
    }


def _evaluation(results: Results) -> Evaluation:
    return judge(results.labels, results.probabilities, results.truth, results.seconds)
