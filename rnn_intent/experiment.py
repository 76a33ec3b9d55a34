"""One experiment, from config to run folder: read, train, calibrate, evaluate, report."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.config import dump, load
from rnn_intent.data.example import Example
from rnn_intent.data.fold import fold
from rnn_intent.data.opinions import Opinions
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.environment import environment
from rnn_intent.errors import ModelError, TrainingError
from rnn_intent.evaluation.evaluate import Evaluation, judge
from rnn_intent.evaluation.numbers import numbers
from rnn_intent.evaluation.rejection import fit_rejection
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.files import sha256_of, write_atomically, write_json
from rnn_intent.inference.predictor import Predictor
from rnn_intent.metrics import fit_temperature
from rnn_intent.opening import opened
from rnn_intent.runs import FORMAT_VERSION, RUNS, RunFolder, mark_latest
from rnn_intent.settings import WORDLLAMA, DataSettings, Settings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.user_words import user_words_of

if TYPE_CHECKING:  # PyTorch is imported when training starts, not before
    from rnn_intent.training.fit import Fitted, TokenSet
    from rnn_intent.training.trainer import Epoch, Progress

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
        unchanged = _is_result(run, artifact)
        if not unchanged:
            run.metrics.unlink(missing_ok=True)  # from here on, until they are written again, the run is not finished
            _write_config(run, settings)
            model_file.write(artifact, run.model, half=half)
        predictor = Predictor.load(run.model)
        judged = _judge(predictor, splits)
        seconds = time.perf_counter() - started
        if not unchanged:
            _write_records(run, settings, splits, fitted, seconds)
            write_report(run.report, predictor, judged.get("test", judged["valid"]), run, splits)
            write_json(run.metrics, _metrics(predictor, fitted, judged))  # last: a run with metrics is finished
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

    user_words = user_words_of(settings.text)
    tokenizer = Tokenizer(settings.text, user_words)
    labels = sorted({example.intent for example in splits.train})
    sets = {name: _token_set(tokenizer, labels, getattr(splits, name)) for name in ("train", "valid")}
    if lessons is not None:
        sets["train"] = _taught(tokenizer, labels, splits.train, sets["train"], lessons)
    outside = [tokenizer.words(example.text) for example in splits.out_of_scope.get("train", [])]
    fitted = fit(
        settings,
        labels,
        sets["train"],
        sets["valid"],
        run.checkpoint,
        _fingerprint(settings, labels, sets, outside),
        on_step,
        lambda history: _write_progress(run, settings, history),
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
    targets = _targets(artifact.labels, splits.valid)
    exact, halved = (
        float((_valid_logits(part, splits).argmax(axis=1) == targets).mean())
        for part in (artifact, _as_stored(artifact, half=True))
    )
    return HalvedCost(exact, halved)


def _calibrated(artifact: Artifact, splits: Splits) -> Artifact:
    """The artifact with a temperature, an in-scope score with its threshold, and golden sentences."""
    targets = _targets(artifact.labels, splits.valid)
    artifact = replace(artifact, temperature=fit_temperature(_valid_logits(artifact, splits), targets))
    artifact = fit_rejection(artifact, splits.train, splits.valid)
    texts = [example.text for example in splits.valid]
    golden = texts[:: max(1, len(texts) // GOLDEN_SENTENCES)][:GOLDEN_SENTENCES]
    return replace(artifact, golden=Predictor(artifact).golden(golden))


def _valid_logits(artifact: Artifact, splits: Splits) -> np.ndarray:
    return Predictor(artifact).encode([example.text for example in splits.valid])[0]


def _targets(labels: Sequence[str], examples: Sequence[Example]) -> np.ndarray:
    """Class numbers, (rows,), -1 for an intent that training does not know."""
    number = {label: index for index, label in enumerate(labels)}
    return np.array([number.get(example.intent, -1) for example in examples], dtype=np.int64)


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


def _token_set(tokenizer: Tokenizer, labels: Sequence[str], examples: Sequence[Example]) -> TokenSet:
    from rnn_intent.training.fit import TokenSet

    return TokenSet([tokenizer.words(example.text) for example in examples], _targets(labels, examples))


def _taught(
    tokenizer: Tokenizer, labels: Sequence[str], rows: Sequence[Example], known: TokenSet, lessons: Opinions
) -> TokenSet:
    """The training rows and the sentences that only the teacher knows, with what it says of each."""
    from rnn_intent.training.fit import TokenSet

    own = {fold(row.text) for row in rows}
    further = [text for text, _ in lessons if fold(text) not in own]
    return TokenSet(
        [*known.tokens, *map(tokenizer.words, further)],
        np.concatenate([known.targets, np.full(len(further), -1, dtype=np.int64)]),
        lessons.table([row.text for row in rows] + further, labels),
    )


def _fingerprint(
    settings: Settings, labels: Sequence[str], sets: dict[str, TokenSet], outside: Sequence[Sequence[str]]
) -> str:
    """A hash of all that decides the weights: settings but for file names, labels, and every token read."""
    digest = hashlib.sha256()
    values = asdict(settings)
    del values["data"], values["training"]["device"]
    digest.update(json.dumps([values, list(labels), outside], sort_keys=True).encode())
    for part in sets.values():
        digest.update(json.dumps([list(map(list, part.tokens)), part.targets.tolist()]).encode())
        if part.taught is not None:
            digest.update(part.taught.tobytes())
    return digest.hexdigest()


def _is_result(run: RunFolder, artifact: Artifact) -> bool:
    """Whether the run is finished with these weights; what was fitted to them since then (rejection) is to stay."""
    try:
        return run.finished and model_file.weights_hash(model_file.read(run.model)) == model_file.weights_hash(artifact)
    except ModelError:
        return False


def _write_progress(run: RunFolder, settings: Settings, history: Sequence[Epoch]) -> None:
    """What can be seen of a training under way. The settings of an earlier model stay beside it till it is replaced."""
    run.metrics.unlink(missing_ok=True)
    if not run.model.exists():
        _write_config(run, settings)
    _write_history(run, history)


def _write_config(run: RunFolder, settings: Settings) -> None:
    write_atomically(run.config, dump(settings).encode("utf-8"))


def _write_history(run: RunFolder, history: Sequence[Epoch]) -> None:
    lines = [json.dumps(asdict(epoch)) + "\n" for epoch in history]
    write_atomically(run.history, "".join(lines).encode())


def _write_records(run: RunFolder, settings: Settings, splits: Splits, fitted: Fitted, seconds: float) -> None:
    _write_history(run, fitted.history)
    rows = {name: len(getattr(splits, name)) for name in ("train", "valid", "test")}
    others = [settings.text.user_dictionary, settings.embedding.vectors]
    files = splits.files | {path: sha256_of(Path(path)) for path in others if path not in (None, WORDLLAMA)}
    record = {"config": sha256_of(run.config), "rows": rows, "files": files, "warnings": splits.warnings}
    if splits.fold is not None:
        record["fold"] = splits.fold._asdict()
    write_json(run.data, record)
    write_json(run.environment, {"format_version": FORMAT_VERSION, **environment(fitted.threads, seconds)})


def _metrics(predictor: Predictor, fitted: Fitted, judged: dict[str, Results]) -> dict[str, Any]:
    """What depends on data, settings and seed alone: the same on every run. `weights`: of which model."""
    metrics: dict[str, Any] = {"weights": model_file.weights_hash(predictor.artifact)}
    metrics |= {name: numbers(results) for name, results in judged.items()}
    metrics |= {"epochs": len(fitted.history), "best_epoch": fitted.best.epoch}
    if fitted.vectors_coverage is not None:
        metrics["vectors_coverage"] = fitted.vectors_coverage
    return metrics
