"""One training and its test, in a process of its own: `python -m benchmarks.cell JSON` prints the result as JSON."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sets import OUTSIDE, draw, is_chinese, read_rows
from benchmarks.task import Answer, Cost, Task, Trained, intents, texts
from rnn_intent.evaluation.variants import variant
from rnn_intent.metrics import accuracy, area_under_roc, false_positive_rate_at, intent_scores, macro_f1

TYPOS = ("keyboard typo", "dropped character", "swapped characters", "homophone")


@dataclass(frozen=True)
class Cell:
    """One entry of the plan. per_intent: rows drawn for training and validation, None for all; the seed draws them."""

    set: str
    model: str
    per_intent: int | None
    seed: int


def run(
    cell: Cell, fit: Callable[[Task], Trained], folder: Path, threads: int, scratch: Path, members: Path
) -> dict[str, Any]:
    """Trains one model on the data set in `folder` and judges it on the test rows: a row of the raw results."""
    train, valid, test, outside = (read_rows(folder, name) for name in ("train", "valid", "test", OUTSIDE))
    few = cell.per_intent
    if few is not None:
        # who has few training rows has few validation rows; were they learned too, there would be twice as many
        train, valid = (draw(rows, few, cell.seed) for rows in (train, valid))
    started, worked = time.perf_counter(), time.process_time()
    trained = fit(Task(train, valid, is_chinese(train), cell.seed, threads, scratch, members, refit=few is None))
    spent, earlier = Cost(time.perf_counter() - started, time.process_time() - worked), trained.earlier
    costs = {
        "training_seconds": spent.seconds + earlier.seconds,
        "training_cpu_seconds": spent.cpu_seconds + earlier.cpu_seconds,
    }
    found, sure = trained.answer(texts(test))
    row: dict[str, Any] = {**asdict(cell), "accuracy": accuracy(intents(test), list(found))}
    row["macro_f1"] = macro_f1(intent_scores(intents(test), list(found)))
    row["typo_accuracy"] = accuracy(intents(test), list(trained.answer(with_typos(texts(test)))[0]))
    if outside:
        row |= _rejection(trained, sure, texts(test), texts(outside))
    row |= {**costs, "sentences_per_second": sentences_per_second(trained.answer, texts(test))}
    row |= {"megabytes": trained.megabytes, "threads": threads, "details": dict(trained.details)}
    rows = {"train": train, "valid": valid, "test": test, "outside": outside}
    return row | {"rows": {name: len(part) for name, part in rows.items()}}


def with_typos(sentences: Sequence[str]) -> list[str]:
    """Each with one typo, of the kinds in turn that apply to it; as it is where none does."""
    return [_with_typo(sentence, number) for number, sentence in enumerate(sentences)]


def _with_typo(sentence: str, number: int) -> str:
    first = number % len(TYPOS)
    made = (variant(kind, sentence, seed=0) for kind in (*TYPOS[first:], *TYPOS[:first]))
    return next(filter(None, made), sentence)


def _rejection(trained: Trained, sure: np.ndarray, inside: Sequence[str], outside: Sequence[str]) -> dict[str, float]:
    """How well a score tells what is in scope from what is not. sure: of the sentences inside, already asked for."""
    if trained.in_scope is None:
        scores = sure, trained.answer(outside)[1]
    else:
        scores = trained.in_scope(inside), trained.in_scope(outside)
    return {"auroc": area_under_roc(*scores), "fpr95": false_positive_rate_at(*scores)}


def sentences_per_second(answer: Answer, sentences: Sequence[str], at_least: float = 1.0) -> float:
    """The best of as many passes as fit into a second, so that a neighbour's burst of work does not count."""
    best, spent = float("inf"), 0.0
    while spent < at_least:
        started = time.perf_counter()
        answer(sentences)
        seconds = time.perf_counter() - started
        best, spent = min(best, seconds), spent + seconds
    return len(sentences) / best


def main() -> None:
    from benchmarks.models import MODELS

    order = json.loads(sys.argv[1])
    cell = Cell(**order["cell"])
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as scratch:
        places = Path(order["folder"]), order["threads"], Path(scratch), Path(order["members"] or f"{scratch}/members")
        row = run(cell, MODELS[cell.model].fit, *places)
    print(json.dumps(row))


if __name__ == "__main__":
    main()
