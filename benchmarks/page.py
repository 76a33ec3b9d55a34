"""The page of results: `python -m benchmarks.page benchmarks/results/NAME` writes `docs/benchmarks.md`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rnn_intent.errors import DataError, IntentError
from rnn_intent.files import write_atomically

INTRODUCTION = """# Benchmarks

Written by `python -m benchmarks.page`; do not edit. To measure again, on data of your own too:

    pip install 'rnn-intent[bench]'
    make bench-long BENCH_DATA=folder-with-data-sets

A data set is a folder with `train.tsv`, `valid.tsv` and `test.tsv`; `oos_test.tsv` adds rows that belong to no intent.
Everything is chosen on the validation rows, test rows are read once, at the end. When they have served, the validation
rows are learned too: by this tool's models, TF-IDF + LinearSVC and fastText, for whom what was chosen before stays, but
for few rows per intent, where they would double them; heads on pretrained models have learned the training rows.
Figures are means over the seeds, ± their standard deviation; models without chance in them run once. Few rows per
intent are drawn anew for each run, from the training and the validation rows. Training seconds are the processor's,
with one thread, so that other work on the machine changes them little; sentences a second are the best pass over the
test set. With a typo: the test rows once more, one letter of each dropped, swapped with the next, or replaced by its
neighbour on a keyboard, in turn, in Chinese a character dropped, swapped, or replaced by one that sounds the same; this
tool's models have read typos like some of these in training, of other words and letters in each epoch, and know the
same keyboard and the same sounds when they look for the word that was meant; the others do neither. MB is what must be
on the disk to answer, besides code. OOS: how well a model's in-scope score (of others than this tool's: the confidence
in the best intent, an SVM's margin) tells in-scope test rows from out-of-scope ones; FPR is the share of the latter
still accepted when 95 % of the former are.
"""
PARTS = {"accuracy.md": "Accuracy", "speed.md": "Speed"}


def page(folder: Path) -> str:
    """The page from what `accuracy` and `speed` left in a folder. Raises DataError if there is nothing."""
    found = [(title, folder / name) for name, title in PARTS.items() if (folder / name).is_file()]
    if not found:
        raise DataError(f"{folder}: holds neither {' nor '.join(PARTS)}; run the benchmarks first")
    sections = [f"# {title}\n\n{file.read_text('utf-8').strip()}\n" for title, file in found]
    return "\n".join([INTRODUCTION, *sections])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where the results are")
    parser.add_argument("--to", type=Path, default=Path("docs/benchmarks.md"), help="default: docs/benchmarks.md")
    options = parser.parse_args(arguments)
    try:
        text = page(options.folder)
    except IntentError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    options.to.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(options.to, text.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
