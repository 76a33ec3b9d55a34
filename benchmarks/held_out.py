"""How well intents that training has never seen are rejected: python -m benchmarks.held_out --data FOLDER --out RUNS.

A quarter of the intents is drawn and held out of training and validation; its test rows are to be rejected. The data
sets are those of `benchmarks.accuracy`, and `assistant`, the data that comes with the tool. A run that is finished is
not trained again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from benchmarks.sets import SPLITS, find_sets
from benchmarks.tables import table
from rnn_intent import experiment
from rnn_intent.config import load
from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.evaluation.numbers import numbers
from rnn_intent.evaluation.run_report import results_of
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder
from rnn_intent.settings import Settings
from rnn_intent.starter import shipped_data

SHIPPED = "assistant"
HEADINGS = ("data", "draw", "AUROC", "FPR95", "rejected: held out", "rejected: in scope", "accuracy", "ECE")


@dataclass(frozen=True)
class Outcome:
    """Shares between 0 and 1. rejected: of the held-out rows and of those in scope, at the default threshold."""

    auroc: float
    fpr95: float
    rejected: float
    rejected_in_scope: float
    accuracy: float
    ece: float


def without_intents(splits: Splits, share: float, seed: int) -> Splits:
    """The splits with this share of the intents, drawn by the seed, put out of scope, and none of them to train on."""
    intents = sorted({row.intent for row in splits.train})
    drawn = set(random.Random(seed).sample(intents, round(share * len(intents))))

    def part(rows: Sequence[Example], held_out: bool) -> list[Example]:
        return [row for row in rows if (row.intent in drawn) == held_out]

    outside = {"valid": part(splits.valid, True), "test": part(splits.test, True)}
    train, valid, test = (part(rows, False) for rows in (splits.train, splits.valid, splits.test))
    return replace(splits, train=train, valid=valid, test=test, out_of_scope=outside, warnings=[])


def measure(settings: Settings, splits: Splits, run: RunFolder) -> Outcome:
    """Trains unless the run is there, and judges the test rows."""
    if not run.finished:
        experiment.train(settings, run.path, splits=splits, resume=run.path.exists())
    results = results_of(Predictor.load(run.model), splits.test, splits.out_of_scope["test"])
    values = numbers(results)
    point, apart = values["rejection"]["at_threshold"], values["rejection"]["out_of_scope"]
    shares = (apart["auroc"], apart["fpr_at_95_tpr"], point["recall"], point["false_reject"])
    return Outcome(*shares, values["accuracy"], values["reliability"]["ece"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each training, and the means of each data set."""
    options = _parse(arguments)
    lines = []
    for name in options.sets:
        outcomes = []
        for seed in options.seeds:
            settings = load(options.config, [*_files(options.data, name), f"seed={seed}", *options.set])
            splits = without_intents(load_splits(settings.data, Path.cwd(), seed), options.share, seed)
            outcomes.append(measure(settings, splits, RunFolder(options.out / f"{name}-{seed}")))
            lines.append(_line(name, str(seed), [outcomes[-1]]))
            print(lines[-1], file=sys.stderr, flush=True)
        lines.append(_line(name, "mean", outcomes))
    print(table(HEADINGS, lines))


def _line(name: str, draw: str, outcomes: Sequence[Outcome]) -> list[str]:
    columns = zip(*(vars(outcome).values() for outcome in outcomes), strict=True)
    *shares, ece = map(mean, columns)
    return [name, draw, *(f"{100 * share:.1f}" for share in shares), f"{ece:.3f}"]


def _files(folder: Path, name: str) -> list[str]:
    own = find_sets(folder, [name])[0] if name != SHIPPED else None
    paths = shipped_data() if own is None else [own / f"{split}.tsv" for split in SPLITS]
    return [f"data.{split}={json.dumps(str(path.resolve()))}" for split, path in zip(SPLITS, paths, strict=True)]


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.held_out", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder whose sub-folders are data sets")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the runs")
    parser.add_argument("--sets", nargs="+", default=[SHIPPED], help="data sets; default: the shipped data")
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15], help="draws; default: 13 14 15")
    parser.add_argument("--share", type=float, default=0.25, help="of the intents that is held out; default: 0.25")
    parser.add_argument("--config", default="bi-gru", help="an experiment; default: bi-gru, as shipped")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="changes to it")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
