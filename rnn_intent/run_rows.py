"""The rows that a finished run was made of, as its config and its records name them."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from rnn_intent.data.folds import nth_fold
from rnn_intent.data.splits import Fold, Splits, load_splits
from rnn_intent.runs import RunFolder
from rnn_intent.settings import Settings


def splits_of_run(run: RunFolder, settings: Settings) -> Splits:
    """Read again from the files that the config names; for a model of a cross-validation, without its fold.

    Raises ConfigError, DataError.
    """
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    fold = _fold(run)
    return splits if fold is None else nth_fold(splits, fold, settings.data.valid_fraction, settings.seed)


def _fold(run: RunFolder) -> Fold | None:
    """None for a run of its own, and for a record that says nothing that could be meant."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        match json.loads(run.data.read_text("utf-8")):
            case {"fold": {"number": int(number), "of": int(of)}} if 1 <= number <= of and of >= 2:
                return Fold(number, of)
    return None
