"""How long to train, and with which learning rate at each step."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from rnn_intent.settings import TrainingSettings

MANY_ROWS = 5_000  # from here on, large batches learn as much from an epoch as small ones, in less time,
LARGE, SMALL = 96, 32  # sentences, if these are short
READ = 160_000  # sentences, with all repetitions, that training reads at least,
OFTEN = 150  # but each no more often than that, which would be to learn few rows by heart,
FEWEST_READ, MOST_OFTEN = 10_000, 300  # unless very few sentences have been read by then
HEARD = 300_000  # the same of a student, but that it reads in 4 epochs at least, and 8 are enough for it
USUAL = 16  # words; of longer sentences fewer are read, so that a page takes no ten times as long to learn as a line


def batch_size(settings: TrainingSettings, rows: int, worth: int | None = None) -> int:
    """How many sentences a step reads. worth: how many of usual length they are as much to read as.

    `auto` takes many small steps where there are few rows to learn from, or where a step has long ones to read.
    """
    if settings.batch_size != "auto":
        return settings.batch_size
    return max(SMALL, round(LARGE * rows / (worth or rows))) if rows >= MANY_ROWS else SMALL


def epoch_count(settings: TrainingSettings, rows: int, taught: bool = False) -> int:
    """How often the rows are read. rows: what they are worth, where they are long.

    `auto` reads few rows many times, where 12 epochs would hardly be a start; what a teacher speaks to is many times as
    many sentences, and a student learns more from further ones than from the same ones again.
    """
    if settings.epochs != "auto":
        return settings.epochs
    most = epochs_that_read(FEWEST_READ, rows, fewest=OFTEN, most=MOST_OFTEN)
    if not taught:
        return epochs_that_read(READ, rows, fewest=12, most=most)
    heard = epochs_that_read(HEARD, rows, fewest=4, most=8)
    return max(heard, epochs_that_read(READ, rows, fewest=1, most=most))


def sentences_worth(lengths: Iterable[float]) -> int:
    """How many sentences of usual length the sentences are as much to read as, or their number where they are short."""
    counted = list(lengths)
    return max(len(counted), round(sum(counted) / USUAL))


def epochs_that_read(sentences: int, rows: int, *, fewest: int, most: int) -> int:
    """How often so many rows are read for so many sentences, with all repetitions, within bounds."""
    return max(fewest, min(math.ceil(sentences / rows), most))


def warmup_cosine(warmup: float, steps: int) -> Callable[[int], float]:
    """The learning rate's share at each step: a linear rise over `warmup` of all steps, then a cosine to zero."""
    rising = max(1, round(warmup * steps))

    def share(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        progress = min(1.0, (step - rising) / max(1, steps - rising))
        return 0.5 * (1.0 + math.cos(math.pi * progress))

    return share
