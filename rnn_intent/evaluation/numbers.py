"""Every number a report states, in one place: the page, JSON, Markdown and CSV all read them from here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from rnn_intent.evaluation.evaluate import judge
from rnn_intent.evaluation.rejection_cost import at_threshold, operating_points
from rnn_intent.evaluation.results import Results
from rnn_intent.metrics import area_under_roc, false_positive_rate_at, reliability, wilson_interval

TOP = 3


def numbers(results: Results) -> dict[str, Any]:
    """The scores of metrics.json (`Evaluation.scores`) and what calibration and rejection add to them; JSON-ready."""
    evaluation = judge(results.labels, results.probabilities, results.truth, results.seconds)
    return {
        **evaluation.scores(),
        "accuracy_interval": list(wilson_interval(int(results.correct.sum()), evaluation.rows)),
        f"accuracy_top_{TOP}": _top_accuracy(results),
        "intents": len(results.labels),
        "reliability_uncalibrated": _uncalibrated(results),
        "rejection": _rejection(results),
    }


def _top_accuracy(results: Results) -> float:
    top = min(TOP, len(results.labels))
    best = np.argpartition(-results.probabilities, top - 1, axis=1)[:, :top]  # (rows, top)
    return float((best == results.targets[:, None]).any(axis=1).mean())


def _uncalibrated(results: Results) -> dict[str, Any] | None:
    if results.uncalibrated is None:
        return None
    return reliability(results.uncalibrated, results.targets).to_dict()


def _rejection(results: Results) -> dict[str, Any]:
    """out_of_scope: None without such rows; at_threshold: None without a threshold."""
    scores, outside = results.in_scope, results.outside
    chosen = None
    if results.threshold is not None:
        chosen = asdict(at_threshold(results.threshold, scores, results.correct, outside))
    separation = None
    if outside is not None:
        separation = {
            "rows": len(outside),
            "auroc": area_under_roc(scores, outside),
            "fpr_at_95_tpr": false_positive_rate_at(scores, outside),
        }
    points = operating_points(scores, results.correct, outside)
    return {"at_threshold": chosen, "out_of_scope": separation, "budgets": [asdict(point) for point in points]}
