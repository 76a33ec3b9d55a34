"""What rejecting costs: sentences turned away for nothing, against nonsense and errors kept out.

A sentence is rejected when its score lies below a threshold. Every threshold that makes a difference is one of the
scores themselves, so the curves walk over the sorted scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

TAIL = 1.5  # scale of the lower tail of what belongs, in standard deviations of the score (docs/rejection.md)
BUDGETS = (0.01, 0.02, 0.05, 0.10, 0.20)  # shares of in-scope sentences that one may be ready to lose


@dataclass(frozen=True)
class OperatingPoint:
    """What one threshold does. Shares between 0 and 1; `recall` is None without out-of-scope rows.

    false_reject: in-scope sentences rejected; accuracy: of the in-scope sentences that are accepted;
    errors_kept_out: of the wrong answers; recall: out-of-scope sentences rejected.
    """

    threshold: float
    false_reject: float
    accuracy: float
    errors_kept_out: float
    recall: float | None


def at_threshold(
    threshold: float, scores: np.ndarray, correct: np.ndarray, outside: np.ndarray | None
) -> OperatingPoint:
    """scores, correct: (rows,) of the in-scope sentences; outside: (others,) scores of the out-of-scope ones."""
    kept = scores >= threshold
    wrong = ~correct
    return OperatingPoint(
        threshold=float(threshold),
        false_reject=float(1 - kept.mean()),
        accuracy=float(correct[kept].mean()) if kept.any() else 1.0,
        errors_kept_out=float((wrong & ~kept).sum() / max(1, int(wrong.sum()))),
        recall=None if outside is None else float((outside < threshold).mean()),
    )


def threshold_for(scores: np.ndarray, false_reject: float) -> float:
    """The highest threshold that rejects at most this share of the sentences."""
    ordered = np.sort(scores)
    allowed = min(int(false_reject * len(ordered) + 1e-9), len(ordered) - 1)
    return float(ordered[allowed])


def evidence_of(scores: np.ndarray) -> np.ndarray:
    """What the sigmoid of the in-scope score is taken of, in standard deviations of the score."""
    found: np.ndarray = 2 * np.arctanh(np.clip(2 * scores - 1, -1 + 1e-12, 1 - 1e-12))
    return found


def evidence_expected(evidence: np.ndarray, false_reject: float) -> float:
    """The evidence below which this share of further sentences like these is expected.

    It lies at rank p (n + 1) of theirs, between two of them (Weibull 1939). The lowest of few is too high: of three, it
    would reject a quarter of what comes. Then it lies below them, where an exponential tail has it, of a scale that is
    given, as so few do not tell their own. That nothing at all is rejected no rows promise: for 0 it is the lowest.
    """
    ordered = np.sort(evidence)
    expected = false_reject * (len(ordered) + 1)
    if expected == 0:
        return float(ordered[0])
    if expected < 1:
        return float(ordered[0] + TAIL * math.log(expected))
    return float(np.interp(expected - 1, np.arange(len(ordered)), ordered))


def threshold_expected(scores: np.ndarray, false_reject: float) -> float:
    """The highest threshold that rejects at most this share of the sentences, and of further ones, as is expected."""
    highest = threshold_for(scores, false_reject)
    if false_reject == 0:
        return highest
    return min(highest, 0.5 + 0.5 * math.tanh(evidence_expected(evidence_of(scores), false_reject) / 2))


def operating_points(
    scores: np.ndarray, correct: np.ndarray, outside: np.ndarray | None, budgets: tuple[float, ...] = BUDGETS
) -> list[OperatingPoint]:
    """One line per budget of false rejections."""
    return [at_threshold(threshold_for(scores, budget), scores, correct, outside) for budget in budgets]


def recall_curve(scores: np.ndarray, outside: np.ndarray, points: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """(share of in-scope rejected, share of out-of-scope rejected), both rising from (0, 0) to (1, 1)."""
    thresholds = _thinned(np.unique(np.concatenate([scores, outside])), points)
    false_reject = np.searchsorted(np.sort(scores), thresholds) / len(scores)
    recall = np.searchsorted(np.sort(outside), thresholds) / len(outside)
    return np.append(false_reject, 1.0), np.append(recall, 1.0)


def coverage_curve(scores: np.ndarray, correct: np.ndarray, points: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """(share answered, accuracy of what is answered), from all sentences down to the surest hundredth.

    Sentences of equal score are answered together or not at all.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last_of_tie = np.append(ordered[1:] != ordered[:-1], True)
    answered = np.arange(1, len(ordered) + 1)[last_of_tie]
    accuracy = (np.cumsum(correct[order])[last_of_tie]) / answered
    keep = answered >= max(1, len(ordered) // 100)  # the accuracy of a handful of sentences is noise
    return _thinned(answered[keep] / len(ordered), points), _thinned(accuracy[keep], points)


def _thinned(values: np.ndarray, points: int) -> np.ndarray:
    """At most `points` of the values, evenly taken, both ends among them."""
    if len(values) <= points:
        return values
    taken: np.ndarray = values[np.linspace(0, len(values) - 1, points).round().astype(int)]
    return taken
