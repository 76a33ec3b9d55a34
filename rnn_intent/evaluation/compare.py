"""Which of several models is better on the same rows, and how sure that is.

    bootstrap   rows are drawn again and again with replacement, for all models the same; 95 % of the differences lie
                within the interval (Efron 1979)
    McNemar     of the rows that exactly one of two models answers rightly, how unlikely is so uneven a division by
                chance? Mid-p, which is less timid than the exact test (Fagerland, Lydersen and Laake 2013)

A difference counts as one when both say so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

RESAMPLES = 10_000
AT_ONCE = 500  # resamples that are counted together, so that memory stays flat
LEVEL = 0.05
REACH, POWER = 1.96, 0.84  # normal quantiles: 95 % sure, and found four times out of five

Interval = tuple[float, float]


@dataclass(frozen=True)
class Score:
    """One model; shares between 0 and 1, each with its 95 % interval."""

    name: str
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval


@dataclass(frozen=True)
class Difference:
    """What a model is ahead of the first one, as shares; negative if it is behind.

    won: rows that it alone answers rightly; lost: rows that the first alone answers rightly. more_rows: how many
    further test rows would show a difference of this size; None if it is shown already, or there is none.
    """

    name: str
    against: str
    accuracy: float
    accuracy_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    won: int
    lost: int
    p_exact: float
    p_mid: float
    distinguishable: bool
    more_rows: int | None
    verdict: str


@dataclass(frozen=True)
class Comparison:
    rows: int
    scores: list[Score]
    differences: list[Difference]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    names: Sequence[str],
    truth: Sequence[str],
    answers: Sequence[Sequence[str]],
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Judges several models' answers to the same rows, each model against the first.

    names: of the models; truth: the rows' intents; answers: per model, the intent it gives each row.
    """
    measured = _resampled(truth, answers, seed, resamples)  # (resamples, models, 2)
    exact = _measures(*_cells(truth, answers))[0].tolist()  # per model accuracy and macro-F1
    scores = [
        Score(name, accuracy, _interval(measured[:, model, 0]), f1, _interval(measured[:, model, 1]))
        for model, (name, (accuracy, f1)) in enumerate(zip(names, exact, strict=True))
    ]
    right = np.array([[true == answer for true, answer in zip(truth, row, strict=True)] for row in answers])
    differences = [_difference(names, model, exact, measured, right) for model in range(1, len(names))]
    return Comparison(len(truth), scores, differences)


def mcnemar(won: int, lost: int) -> tuple[float, float]:
    """Two-sided exact and mid-p value that `won` and `lost` rows come from equally good models."""
    total, fewer = won + lost, min(won, lost)
    logs = [_log_binomial(total, count) - total * math.log(2) for count in range(fewer + 1)]
    chances = [math.exp(log) for log in logs]
    twice = 2 * math.fsum(chances)
    return min(1.0, twice), min(1.0, twice - chances[-1])


def _log_binomial(total: int, count: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)


def rows_needed(won: int, lost: int, rows: int) -> int | None:
    """Test rows that would show a difference with these shares of won and lost rows four times out of five."""
    if won == lost:
        return None
    gain, apart = (won - lost) / rows, (won + lost) / rows
    return math.ceil((REACH + POWER) ** 2 * (apart - gain**2) / gain**2)


def _cells(truth: Sequence[str], answers: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows with the same intent and the same answers, counted: (1, cells), and their codes (cells, 1 + models)."""
    table = np.array([truth, *answers]).T  # (rows, 1 + models)
    _, codes = np.unique(table, return_inverse=True)
    cells, counts = np.unique(codes.reshape(table.shape), axis=0, return_counts=True)
    return counts[None, :], cells


def _resampled(truth: Sequence[str], answers: Sequence[Sequence[str]], seed: int, resamples: int) -> np.ndarray:
    """Accuracy and macro-F1 of every model on rows drawn anew: (resamples, models, 2).

    How often each kind of row is drawn follows a multinomial distribution, so no row is ever copied.
    """
    counts, cells = _cells(truth, answers)
    random = np.random.default_rng(seed)
    rows = int(counts.sum())
    sizes = [min(AT_ONCE, resamples - start) for start in range(0, resamples, AT_ONCE)]
    drawn = (random.multinomial(rows, counts[0] / rows, size=size) for size in sizes)
    return np.concatenate([_measures(part, cells) for part in drawn])


def _measures(counts: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """counts: (resamples, cells), how many rows of each kind; cells: (cells, 1 + models), their intent and answers.

    Returns (resamples, models, 2): accuracy, and F1 averaged over the intents that occur.
    """
    counts = counts.astype(np.float64)
    intents = int(cells.max()) + 1
    support = counts @ np.eye(intents)[cells[:, 0]]  # (resamples, intents)
    measures = np.empty((len(counts), cells.shape[1] - 1, 2))
    for model, answers in enumerate(cells.T[1:]):
        guesses = np.eye(intents)[answers]
        right = counts @ (guesses * (answers == cells[:, 0])[:, None])  # (resamples, intents)
        scores = 2 * right / np.maximum(support + counts @ guesses, 1)
        measures[:, model, 0] = right.sum(axis=1) / counts.sum(axis=1)
        measures[:, model, 1] = scores.sum(axis=1) / (support > 0).sum(axis=1)
    return measures


def _interval(values: np.ndarray) -> Interval:
    low, high = np.quantile(values, [LEVEL / 2, 1 - LEVEL / 2])
    return float(low), float(high)


def _difference(
    names: Sequence[str], model: int, exact: Sequence[Sequence[float]], measured: np.ndarray, right: np.ndarray
) -> Difference:
    gaps = measured[:, model] - measured[:, 0]  # (resamples, 2)
    accuracy, f1 = (own - first for own, first in zip(exact[model], exact[0], strict=True))
    interval = _interval(gaps[:, 0])
    won, lost = int((right[model] & ~right[0]).sum()), int((right[0] & ~right[model]).sum())
    p_exact, p_mid = mcnemar(won, lost)
    told = p_mid < LEVEL and not interval[0] <= 0 <= interval[1]
    needed = None if told else rows_needed(won, lost, right.shape[1])
    more = None if needed is None else max(1, needed - right.shape[1])
    return Difference(
        name=names[model],
        against=names[0],
        accuracy=accuracy,
        accuracy_interval=interval,
        macro_f1=f1,
        macro_f1_interval=_interval(gaps[:, 1]),
        won=won,
        lost=lost,
        p_exact=p_exact,
        p_mid=p_mid,
        distinguishable=told,
        more_rows=more,
        verdict=_verdict(accuracy, interval, told, more),
    )


def _verdict(accuracy: float, interval: Interval, told: bool, more: int | None) -> str:
    if told:
        half = 100 * (interval[1] - interval[0]) / 2
        return f"{'better' if accuracy > 0 else 'worse'} by {100 * abs(accuracy):.1f} ± {half:.1f}"
    if more is None:
        return "indistinguishable; as many rows are won as lost"
    return f"indistinguishable; about {_rounded(more):,} more test rows would be needed"


def _rounded(rows: int) -> int:
    """Two digits: it is an estimate."""
    unit = int(10 ** max(0, len(str(rows)) - 2))
    return math.ceil(rows / unit) * unit
