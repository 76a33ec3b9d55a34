"""The report of a run: its model's answers, the rows it was trained on, and what its folder remembers."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_intent.artifact import Artifact, weights_hash
from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.errors import DataError
from rnn_intent.evaluation.errors import ErrorCards, error_cards
from rnn_intent.evaluation.report import report_page
from rnn_intent.evaluation.results import Background, Results
from rnn_intent.files import watched, write_atomically, writing
from rnn_intent.inference.predictor import Predictor
from rnn_intent.lock import holder
from rnn_intent.metrics import softmax
from rnn_intent.runs import RunFolder
from rnn_intent.text.tokens import Token

SPLITS = ("train", "valid", "test")


def results_of(predictor: Predictor, examples: Sequence[Example], out_of_scope: Sequence[Example] = ()) -> Results:
    """A model's answers to rows that belong and, if there are any, to rows that do not. Raises DataError for no rows.

    The score that rejects is the one by which the predictor rejects.
    """
    if not examples:
        raise DataError("no rows to evaluate: the split is empty")
    started = time.perf_counter()
    texts, others = ([example.text for example in rows] for rows in (examples, out_of_scope))
    logits, _ = predictor.encode(texts)
    seconds = time.perf_counter() - started
    temperature = predictor.artifact.temperature
    return Results(
        labels=predictor.labels,
        examples=examples,
        probabilities=softmax(logits, temperature),
        uncalibrated=None if temperature == 1.0 else softmax(logits),
        scores=predictor.in_scope_scores(texts),
        threshold=predictor.threshold or None,  # 0 rejects nothing
        out_of_scope=out_of_scope,
        out_of_scope_probabilities=predictor.probabilities(others) if others else None,
        out_of_scope_scores=predictor.in_scope_scores(others) if others else None,
        seconds=seconds,
    )


def cards_of(predictor: Predictor, results: Results, train: Sequence[Example]) -> ErrorCards | None:
    """The error cards; None without training rows, of which they tell."""
    if not train:
        return None

    def as_read(text: str) -> list[Token]:
        """A typo of a known word is no unknown word: it is read as this one."""
        tokens = predictor.tokenizer.tokens(text)
        read = predictor.read([token.text for token in tokens])
        return [token._replace(text=word) for token, word in zip(tokens, read, strict=True)]

    return error_cards(predictor, results, train, as_read, predictor.artifact.vocabulary)


def background_of(
    title: str, run: RunFolder | None, splits: Splits | None, training: Mapping[str, Any] | None = None
) -> Background:
    """What a run folder and its data tell; a file that is missing or not readable is left out."""
    rows = {name: getattr(splits, name) for name in SPLITS} if splits else {}
    return Background(
        title=title,
        history=_lines(run.history) if run else (),
        teacher_history=_lines(run.teacher.history) if run and _has_taught_itself(run) else (),
        training=training or {},
        files=splits.files if splits else {},
        rows={name: len(examples) for name, examples in rows.items()},
        counts={name: Counter(example.intent for example in examples) for name, examples in rows.items()},
        environment=_object(run.environment) if run else {},
        settings=_text(run.config) if run else "",
        warnings=splits.warnings if splits else (),
    )


def write_report(
    path: Path, predictor: Predictor, results: Results, run: RunFolder | None = None, splits: Splits | None = None
) -> None:
    """Writes the page, whole or not at all. run: where the model comes from; splits: what it was trained on.

    Raises UsageError if the file cannot be written.
    """
    title = run.name if run and run.name else path.stem
    cards = cards_of(predictor, results, _learned(predictor, splits) if splits else ())
    content = report_page(results, _background_of_model(title, predictor.artifact, run, splits), cards)
    with writing(path):
        write_atomically(path, content.encode("utf-8"))


def _background_of_model(title: str, artifact: Artifact, run: RunFolder | None, splits: Splits | None) -> Background:
    """What the run folder remembers, if that is of this model."""
    if run is None:
        return background_of(title, None, splits, artifact.training)
    with watched(run.metrics) as unchanged:
        background = background_of(title, run, splits, artifact.training)
        # asked after all is read: a new training may have begun, or have come and gone
        if _is_ours(run) or (unchanged() and _object(run.metrics).get("weights") == weights_hash(artifact)):
            return background
    return background_of(title, None, splits)


def _learned(predictor: Predictor, splits: Splits) -> list[Example]:
    """The rows that the model was made of: the validation rows are among them after a refit."""
    return [*splits.train, *(splits.valid if predictor.artifact.training.get("refit_epochs") else ())]


def _is_ours(run: RunFolder) -> bool:
    """Whether this process trains into the folder: what it remembers is of this model then, and the rest is to come."""
    owner = holder(run)
    return owner is not None and owner.pid == os.getpid()


def _has_taught_itself(run: RunFolder) -> bool:
    teachers = _object(run.teaching).get("teachers")
    return isinstance(teachers, list) and run.teacher.name in teachers


def _lines(path: Path) -> list[dict[str, Any]]:
    rows = []
    for line in _text(path).splitlines():
        with contextlib.suppress(ValueError, RecursionError):
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("epoch"), int):
                rows.append(row)
    return rows


def _object(path: Path) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        value = json.loads(_text(path))
        return value if isinstance(value, dict) else {}
    return {}


def _text(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8")
    return ""
