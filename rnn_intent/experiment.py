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
from rnn_intent.data.opinions import Opinions
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.errors import TrainingError
from rnn_intent.evaluation.evaluate import Evaluation, judge
from rnn_intent.evaluation.rejection import fit_rejection
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.inference.predictor import Predictor
from rnn_intent.metrics import class_numbers, fit_temperature
from rnn_intent.opening import opened
from rnn_intent.run_records import is_result, write_config, write_metrics, write_progress, write_records
from rnn_intent.runs import RUNS, RunFolder, mark_latest
from rnn_intent.settings import DataSettings, Settings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.user_words import user_words_of

if TYPE_CHECKING:  # PyTorch is imported when training starts, not before
    from rnn_intent.training.fit import Fitted
    from rnn_intent.training.token_sets import TokenSet
    from rnn_intent.training.trainer import Progress

logger = logging.getLogger(__name__)

GOLDEN_SENTENCES = 8
WINGS_AGREE = 1e-3  # largest difference of float32 logits between the PyTorch and the NumPy wing


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
    best_epoch: int
    valid_accuracy: float
    test: Evaluation | None
    seconds: float
    warnings: list[str]
    half: HalvedCost | None = None
    vectors_coverage: float | None = None  # share of the vocabulary that has a pretrained vector
    resumed_after: int = 0  # epochs that an earlier process trained
    unchanged: bool = False  # the run was finished before, and no file of it was touched


def train(
    config: Settings | str | Path | None = None,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    resume: bool = False,
    force: bool = False,
    half: bool = False,
    on_step: Callable[[Progress], None] = lambda _: None,
    splits: Splits | None = None,
    lessons: Opinions | None = None,
) -> TrainingResult:
    """Trains the experiment of a config file, or the shipped default, into a run folder.

    1. Open the run folder; one that exists is refused without `resume` or `force`.
    2. Read the data and cut it into tokens.
    3. Train, keeping a checkpoint after every epoch.
    4. Calibrate the best epoch on the validation split and write the model file.
    5. Evaluate on the test split, through the model file just written, and report.

    out: the run folder, by default `runs/` and the config's name. half: store the weights as float16. splits: rows to
    take instead of reading those that the config names. lessons: what a teacher says of training rows and of further
    sentences. Raises ConfigError, DataError, UsageError, TrainingError.
    """
    started = time.perf_counter()
    settings = config if isinstance(config, Settings) else load(config, overrides)
    run = RunFolder(Path(out) if out is not None else default_folder(config))
    with opened(run, resume=resume, force=force):
        run.checkpoint.mkdir(exist_ok=True)
        splits = splits or load_splits(settings.data, Path.cwd(), settings.seed)
        artifact, fitted = _train(settings, splits, lessons, run, on_step, fresh=force)
        cost = _halved_cost(artifact, splits) if half else None
        artifact = _calibrated(_as_stored(artifact, half), splits)
        unchanged = is_result(run, artifact)
        if not unchanged:
            run.metrics.unlink(missing_ok=True)  # from here on, until they are written again, the run is not finished
            write_config(run, settings)
            model_file.write(artifact, run.model, half=half)
        predictor = Predictor.load(run.model)
        judged = _judge(predictor, splits)
        seconds = time.perf_counter() - started
        if not unchanged:
            write_records(run, settings, splits, fitted, seconds)
            write_report(run.report, predictor, judged.get("test", judged["valid"]), run, splits)
            write_metrics(run, predictor.artifact, fitted, judged)  # last: a run with metrics is finished
        mark_latest(run)
    return TrainingResult(
        run=run.path,
        epochs=len(fitted.history),
        best_epoch=fitted.best.epoch,
        valid_accuracy=fitted.best.valid_accuracy,
        test=_evaluation(judged["test"]) if "test" in judged else None,
        seconds=seconds,
        warnings=splits.warnings,
        half=cost,
        vectors_coverage=fitted.vectors_coverage,
        resumed_after=fitted.resumed_after,
        unchanged=unchanged,
    )


def default_folder(config: Settings | str | Path | None) -> Path:
    """`runs/` and the name of the config: `configs/lstm.yaml` trains into `runs/lstm`."""
    name = Path(config).stem if isinstance(config, str | Path) else "bi-gru"
    return RUNS / name


def _train(
    settings: Settings,
    splits: Splits,
    lessons: Opinions | None,
    run: RunFolder,
    on_step: Callable[[Progress], None],
    fresh: bool,
) -> tuple[Artifact, Fitted]:
    from rnn_intent.training.fit import fit
    from rnn_intent.training.token_sets import fingerprint, taught, token_set

    user_words = user_words_of(settings.text)
    tokenizer = Tokenizer(settings.text, user_words)
    labels = sorted({example.intent for example in splits.train})
    sets = {name: token_set(tokenizer, labels, getattr(splits, name)) for name in ("train", "valid")}
    splits.warnings += [told for told in _cut_short(settings, sets["train"]) if told not in splits.warnings]
    if lessons is not None:
        sets["train"] = taught(tokenizer, labels, splits.train, sets["train"], lessons)
    outside = [tokenizer.words(example.text) for example in splits.out_of_scope.get("train", [])]
    fitted = fit(
        settings,
        labels,
        sets["train"],
        sets["valid"],
        run.checkpoint,
        fingerprint(settings, labels, sets, outside),
        on_step,
        lambda history: write_progress(run, settings, history),
        fresh,
        outside,
    )
    artifact = Artifact(
        settings=_portable(settings),
        labels=tuple(labels),
        vocabulary=fitted.vocabulary.words,
        user_words=user_words,
        dictionary=tokenizer.used_dictionary(),
        tensors=fitted.tensors,
        training={"rows": len(splits.train), "epochs": len(fitted.history), "best_epoch": fitted.best.epoch},
    )
    _compare_wings(artifact, splits, fitted.valid_logits)
    return artifact, fitted


def _cut_short(settings: Settings, rows: TokenSet) -> list[str]:
    """A line if sentences are read in part only."""
    most = settings.text.max_tokens
    count = sum(len(tokens) >= most for tokens in rows.tokens)
    told = f"{count:,} of {len(rows):,} training sentences have {most} tokens or more; what comes after is not read"
    return [f"{told} (text.max_tokens)"] if count else []


def _portable(settings: Settings) -> Settings:
    """The settings without the paths of this machine: the model file travels, and is the same from any folder."""
    vectors = settings.embedding.vectors
    return replace(
        settings,
        data=DataSettings(out_of_scope=settings.data.out_of_scope),
        text=replace(settings.text, user_dictionary=None),
        embedding=replace(settings.embedding, vectors=None if vectors is None else Path(vectors).name),
    )


def _compare_wings(artifact: Artifact, splits: Splits, torch_logits: np.ndarray) -> None:
    """Raises TrainingError unless the wing that will answer computes what the wing that trained did."""
    gap = float(np.abs(_valid_logits(artifact, splits) - torch_logits).max())
    if not gap <= WINGS_AGREE:
        raise TrainingError(
            f"the PyTorch and NumPy wings disagree by {gap:.2g} on the validation logits: please report"
        )


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
    targets = class_numbers(artifact.labels, [example.intent for example in splits.valid])
    artifact = replace(artifact, temperature=fit_temperature(_valid_logits(artifact, splits), targets))
    artifact = fit_rejection(artifact, splits.train, splits.valid)
    texts = [example.text for example in splits.valid]
    golden = texts[:: max(1, len(texts) // GOLDEN_SENTENCES)][:GOLDEN_SENTENCES]
    return replace(artifact, golden=Predictor(artifact).golden(golden))


def _valid_logits(artifact: Artifact, splits: Splits) -> np.ndarray:
    return Predictor(artifact).encode([example.text for example in splits.valid])[0]


def _judge(predictor: Predictor, splits: Splits) -> dict[str, Results]:
    """The model's answers to validation and, if there is one, test."""
    named = {"valid": splits.valid, "test": splits.test}
    return {
        name: results_of(predictor, examples, splits.out_of_scope.get(name, ()))
        for name, examples in named.items()
        if examples
    }


def _evaluation(results: Results) -> Evaluation:
    return judge(results.labels, results.probabilities, results.truth, results.seconds)
