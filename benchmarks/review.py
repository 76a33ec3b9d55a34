"""How many wrong intents `data check` finds, and how many right ones it doubts: python -m benchmarks.review SET ...

SET is anything that holds training rows. 5 % of their intents are replaced by others, drawn evenly, with three seeds;
precision and recall count the replaced rows, so doubts about rows that were wrong before count as false ones.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

from rnn_intent.data.check import check_examples
from rnn_intent.data.example import Example
from rnn_intent.data.readers import WHOLE, read_splits

RATE = 0.05
SEEDS = (1, 2, 3)


def swapped(rows: list[Example], seed: int) -> tuple[list[Example], dict[str, str]]:
    """The rows with some intents replaced, and the right ones by place."""
    dice = random.Random(seed)
    names = sorted({row.intent for row in rows})
    chosen = set(dice.sample(range(len(rows)), int(RATE * len(rows))))
    wrong = {place: dice.choice([name for name in names if name != rows[place].intent]) for place in sorted(chosen)}
    swapped = [replace(row, intent=wrong[place]) if place in wrong else row for place, row in enumerate(rows)]
    return swapped, {rows[place].source: rows[place].intent for place in chosen}


def measure(rows: list[Example], seed: int) -> tuple[float, float, float]:
    """Precision and recall of the doubts, and how many of those found got the right suggestion."""
    faulty, right = swapped(rows, seed)
    doubts = {f.place: f.intent for f in check_examples({"train": faulty}) if f.kind in ("label", "contradiction")}
    hits = [place for place in doubts if place in right]
    fitting = sum(doubts[place] == right[place] for place in hits)
    return len(hits) / max(len(doubts), 1), len(hits) / len(right), fitting / max(len(hits), 1)


def main(paths: list[str]) -> None:
    print("| rows | intents | precision | recall | right suggestion | doubts without swaps | CPU seconds |")
    print("|---|---|---|---|---|---|---|")
    for path in paths:
        splits = read_splits(Path(path))
        rows = [row for row in splits.get("train", splits.get(WHOLE, [])) if row.intent != "out_of_scope"]
        found = [measure(rows, seed) for seed in SEEDS]
        shares = [f"{sum(column) / len(SEEDS):.1%}" for column in zip(*found, strict=True)]
        started = time.process_time()
        doubts = sum(finding.kind == "label" for finding in check_examples({"train": rows}))
        seconds = time.process_time() - started
        intents = len({row.intent for row in rows})
        cells = [f"{path}: {len(rows):,}", str(intents), *shares, f"{doubts} ({doubts / len(rows):.1%})"]
        print(f"| {' | '.join([*cells, f'{seconds:.0f}'])} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
