"""Who is right how often, at what price: `python -m benchmarks.accuracy --data FOLDER --out benchmarks/results/NAME`.

Every sub-folder of FOLDER with train.tsv, valid.tsv and test.tsv is a data set; oos_test.tsv adds out-of-scope rows.
Each training runs in a process of its own. What the out folder already has is not computed again, so that an
interrupted benchmark goes on where it stopped, and several calls fill one table.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.cell import Cell
from benchmarks.models import MODELS
from benchmarks.results import Results, Row
from benchmarks.sets import digest, find_sets, is_chinese, read_rows
from benchmarks.tables import markdown, summaries
from rnn_intent.errors import IntentError, UsageError
from rnn_intent.files import write_atomically, write_json


def main(arguments: Sequence[str] | None = None) -> int:
    """1. Plan. 2. Run what is missing. 3. Write and print the tables. Returns 1 if a training failed."""
    options = _parse(arguments)
    try:
        folders = {path.name: path for path in find_sets(options.data, options.sets)}
        results = Results(options.out)
        plan = _plan(options, folders)
    except IntentError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    failed = _run(plan, folders, results, options)
    rows = results.tidy(list(MODELS))
    if rows:
        print(write_tables(options.out, rows))
    for cell in failed:
        print(f"failed: {cell}; the same command tries again", file=sys.stderr)
    return 1 if failed else 0


def write_tables(out: Path, rows: Sequence[Row]) -> str:
    """Writes accuracy.json and accuracy.md into the out folder; returns the latter."""
    here = machine.describe()
    today = {name: model.recipe() for name, model in MODELS.items()}
    rows = [{**row, "earlier": row["recipe"] != today.get(row["model"], row["recipe"])} for row in rows]
    text = markdown(rows, {name: model.title for name, model in MODELS.items()}) + f"\n{machine.sentence(here)}\n"
    write_json(out / "accuracy.json", {"machine": here, "results": summaries(rows)})
    write_atomically(out / "accuracy.md", text.encode("utf-8"))
    return text


def _plan(options: argparse.Namespace, folders: Mapping[str, Path]) -> list[Cell]:
    """All cells that are asked for: sets, then rows per intent, then seeds, then models, the quick data first."""
    few_seeds = [options.seeds[0] + draw for draw in range(options.draws)]
    plan = []
    models = list(_models(options))
    for name, folder in folders.items():
        chinese = is_chinese(read_rows(folder, "train"))
        for few in options.per_intent or [None]:
            for model in models:
                if chinese and MODELS[model].english:
                    continue
                seeds = options.seeds if MODELS[model].seeded else options.seeds[:1]
                plan += [Cell(name, model, few, seed) for seed in (seeds if few is None else few_seeds)]
    return plan


def _models(options: argparse.Namespace) -> Iterator[str]:
    unknown = [name for name in options.models or () if name not in MODELS]
    if unknown:
        raise UsageError(f"--models {','.join(unknown)}: unknown; there are {', '.join(MODELS)}")
    for name in options.models or MODELS:
        if not options.models and (MODELS[name].named or (MODELS[name].slow and not options.slow)):
            continue
        if missing := _missing_packages(name):
            told = f"{name}: left out, it needs {', '.join(missing)} (pip install 'rnn-intent[bench]')"
            print(told, file=sys.stderr)
            continue
        yield name


def _missing_packages(model: str) -> list[str]:
    return [package for package in MODELS[model].needs if importlib.util.find_spec(package) is None]


def _run(plan: Sequence[Cell], folders: dict[str, Path], results: Results, options: argparse.Namespace) -> list[Cell]:
    """Fills the results, `--jobs` processes at a time; returns the cells that failed."""
    data = {name: digest(path) for name, path in folders.items()}
    recipes = {name: MODELS[name].recipe() for name in {cell.model for cell in plan}}
    missing = [
        cell for cell in plan if options.again or not results.finished(cell, data[cell.set], recipes[cell.model])
    ]
    print(f"{len(plan)} trainings, {len(plan) - len(missing)} of them there already", file=sys.stderr)
    failed = []
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(_process, cell, folders[cell.set], options): cell for cell in missing}
        for done, future in enumerate(as_completed(running), start=1):
            cell, row = running[future], future.result()
            if row is None:
                failed.append(cell)
                continue
            results.add({**row, "data": data[cell.set], "recipe": recipes[cell.model]})
            scores = f"{100 * row['accuracy']:.1f} % in {row['training_seconds']:.0f} s"
            few = f", {cell.per_intent} rows per intent" if cell.per_intent else ""
            print(f"[{done}/{len(missing)}] {cell.set}{few}, {cell.model}, seed {cell.seed}: {scores}", file=sys.stderr)
    return failed


def _process(cell: Cell, folder: Path, options: argparse.Namespace) -> Row | None:
    """One cell in a process of its own, so that nothing is shared and memory comes back; None if it failed."""
    members = options.members and str(options.members)
    order = json.dumps({"cell": asdict(cell), "folder": str(folder), "threads": options.threads, "members": members})
    threads = str(options.threads)
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    command = [sys.executable, "-m", "benchmarks.cell", order]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        print(f"{cell}:\n{done.stderr}", file=sys.stderr)
        return None
    row: Row = json.loads(done.stdout)
    return row


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder whose sub-folders are data sets")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the results")
    parser.add_argument("--sets", type=_names, help="data sets, joined by commas; default: all")
    parser.add_argument("--models", type=_names, help=f"of {','.join(MODELS)}; default: what compares systems")
    parser.add_argument("--seeds", type=_numbers, default=[13, 14, 15], help="default: 13,14,15")
    parser.add_argument("--per-intent", type=int, nargs="+", metavar="N", help="few rows per intent, instead of all")
    parser.add_argument("--draws", type=int, default=3, help="how often the few rows are drawn; default: 3")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at the same time; default: 2")
    parser.add_argument("--threads", type=int, default=1, help="of each training; default: 1")
    parser.add_argument("--members", type=Path, help="a folder that keeps members of ensembles: trained once for all")
    parser.add_argument("--slow", action="store_true", help="the slow models too")
    parser.add_argument("--again", action="store_true", help="compute again what is there")
    return parser.parse_args(arguments)


def _names(value: str) -> list[str]:
    return [name for name in value.split(",") if name]


def _numbers(value: str) -> list[int]:
    return [int(number) for number in value.split(",")]


if __name__ == "__main__":
    sys.exit(main())
