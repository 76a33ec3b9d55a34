"""The data sets of a folder: which there are, their rows, and draws of a few rows per intent."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from rnn_intent.data.example import Example
from rnn_intent.data.readers import read_examples
from rnn_intent.errors import DataError, UsageError
from rnn_intent.files import sha256_of

SPLITS = ("train", "valid", "test")
OUTSIDE = "oos_test"


def find_sets(folder: Path, wanted: Sequence[str] | None = None) -> list[Path]:
    """The sub-folders that hold train.tsv, valid.tsv and test.tsv, by name, or those wanted, in the order asked for.

    Raises UsageError for a name that is not there, DataError if there is none at all.
    """
    complete = (all((path / f"{split}.tsv").is_file() for split in SPLITS) for path in _folders(folder))
    found = {path.name: path for path, whole in zip(_folders(folder), complete, strict=True) if whole}
    if not found:
        raise DataError(f"{folder}: no sub-folder with train.tsv, valid.tsv and test.tsv")
    missing = [name for name in wanted or () if name not in found]
    if missing:
        raise UsageError(f"--sets {','.join(missing)}: not in {folder}, which has {', '.join(found)}")
    return [found[name] for name in wanted or found]


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def digest(folder: Path) -> str:
    """Tells whether a result still belongs to the data: a hash over the hashes of all files that are read."""
    files = [folder / f"{name}.tsv" for name in (*SPLITS, OUTSIDE)]
    return "-".join(sha256_of(path)[:8] for path in files if path.is_file())


def read_rows(folder: Path, name: str) -> list[Example]:
    """The rows of one file; none if the data set has no such file (only out-of-scope rows may be missing)."""
    path = folder / f"{name}.tsv"
    return read_examples(path, "tsv") if path.is_file() else []


def draw(rows: Sequence[Example], per_intent: int, seed: int) -> list[Example]:
    """At most so many rows of each intent, drawn at random, in the order of the file."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.intent].append(place)
    chance = random.Random(seed)
    chosen = [chance.sample(of_intent, min(per_intent, len(of_intent))) for of_intent in places.values()]
    return [rows[place] for place in sorted(place for part in chosen for place in part)]


def is_chinese(rows: Sequence[Example]) -> bool:
    """Whether most rows have a Han character in them."""
    return 2 * sum(any("\u4e00" <= c <= "\u9fff" for c in row.text) for row in rows) > len(rows)
