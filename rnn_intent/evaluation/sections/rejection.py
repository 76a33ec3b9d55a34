"""How much is rejected, and at which cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_intent.charts import Axis, Chart, Line, line_chart, percent, plain, shares_below, tick_percent
from rnn_intent.evaluation.rejection_cost import coverage_curve, recall_curve
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.tables import Cell, Column, share_cell, table


def rejected(results: Results, values: Mapping[str, Any]) -> str:
    first = _coverage(results, values) if results.outside is None else _cost(results, values)
    return f'{_answer(results, values)}<div class="charts">{first}{_scores(results)}</div>{_table(results, values)}'


def _answer(results: Results, values: Mapping[str, Any]) -> str:
    point, apart = values["rejection"]["at_threshold"], values["rejection"]["out_of_scope"]
    answer = _without_threshold(values, apart) if point is None else _with_threshold(results, point, apart)
    return f"<p class='answer'>{answer}</p>"


def _without_threshold(values: Mapping[str, Any], apart: Mapping[str, Any] | None) -> str:
    lead = "No threshold is set: every sentence gets an answer, however unsure."
    if apart is None:
        return f"{lead} Turning away the least sure would cost as follows."
    at = values["rejection"]["budgets"][2]
    return (
        f"{lead} A threshold that loses {percent(at['false_reject'])} of the sentences that belong would keep out"
        f" <b>{percent(at['recall'])}</b> of {apart['rows']:,} that do not."
    )


def _with_threshold(results: Results, point: Mapping[str, Any], apart: Mapping[str, Any] | None) -> str:
    gains = []
    if apart is not None:
        gains.append(f"<b>{percent(point['recall'])}</b> of {apart['rows']:,} sentences that do not belong")
    if not results.correct.all():
        gains.append(f"{percent(point['errors_kept_out'])} of the wrong answers")
    gain = f"That keeps out {', and '.join(gains)}" if gains else "There is no wrong answer to keep out"
    return (
        f"With the threshold in use, <b>{percent(point['false_reject'])}</b> of the sentences that belong are turned"
        f" away. {gain}; of what is answered, {percent(point['accuracy'])} is right."
    )


def _cost(results: Results, values: Mapping[str, Any]) -> str:
    """False rejections against out-of-scope sentences kept out."""
    outside = results.outside
    assert outside is not None
    lost, kept_out = recall_curve(results.in_scope, outside)
    across = Axis(0.0, 1.0, "sentences that belong, rejected", tick_percent)
    chart = Chart(across, Axis(0.0, 1.0, "", tick_percent), height=330)
    chart.line(Line("", [0, 1], [0, 1], "mark"))
    chart.line(Line("", lost.tolist(), kept_out.tolist()))
    point = values["rejection"]["at_threshold"]
    if point:
        chart.dot(point["false_reject"], point["recall"], "first", "the threshold in use", 4.5)
        below = 0.08 if point["recall"] > 0.12 else -0.03
        chart.note(point["false_reject"] + 0.03, point["recall"] - below, "threshold in use")
    apart = values["rejection"]["out_of_scope"]
    return (
        f"<figure><h3>Out-of-scope sentences rejected</h3>{chart.svg('cost of rejection')}<figcaption>Area under the"
        f" curve (AUROC) {apart['auroc']:.3f}. Where 5&nbsp;% of the sentences that belong are lost,"
        f" {percent(apart['fpr_at_95_tpr'])} of the others still get in. The dotted line is what chance would do."
        "</figcaption></figure>"
    )


def _coverage(results: Results, values: Mapping[str, Any]) -> str:
    """Share answered against the accuracy of the answers."""
    share, accuracy = coverage_curve(results.in_scope, results.correct)
    chart = line_chart([Line("", share.tolist(), accuracy.tolist())], "sentences answered", tick_percent)
    chart = Chart(Axis(0.0, 1.0, "sentences answered", tick_percent), chart.y, height=330)
    chart.line(Line("", share.tolist(), accuracy.tolist()))
    point = values["rejection"]["at_threshold"]
    if point:
        chart.dot(1 - point["false_reject"], point["accuracy"], "first", "the threshold in use", 4.5)
        below = 0.08 if chart.y.share(point["accuracy"]) > 0.15 else -0.05  # clear of the line, which rises to the left
        height = point["accuracy"] - below * (chart.y.high - chart.y.low)
        chart.note(1 - point["false_reject"], height, "threshold in use", "end")
    return (
        f"<figure><h3>Accuracy of what is answered</h3>{chart.svg('coverage and accuracy')}<figcaption>From the right"
        " end, where every sentence is answered, to the left, where only the surest are. Give the experiment"
        " out-of-scope rows to see here how many of them are kept out.</figcaption></figure>"
    )


def _scores(results: Results) -> str:
    """How much of what lies below each score, and would be rejected if the threshold were there."""
    outside = results.outside
    if outside is not None:
        parts = [(results.in_scope, "first"), (outside, "second")]
        words = '<span class="blue">sentences that belong</span> and of the <span class="rust">out-of-scope ones</span>'
    else:
        parts = [(results.in_scope[results.correct], "first"), (results.in_scope[~results.correct], "second")]
        words = '<span class="blue">right</span> and of the <span class="rust">wrong</span> answers'
    present = [part for part in parts if len(part[0])]
    low, high = np.quantile(np.concatenate([values for values, _ in present]), [0.001, 0.999])
    chart = shares_below(present, Axis(low, max(high, low + 1e-6), "threshold", plain), height=330)
    if results.threshold is not None and low <= results.threshold <= high:
        chart.upright(results.threshold, "in use")
    return (
        f"<figure><h3>Rejected at each threshold</h3>{chart.svg('rejected at each threshold')}<figcaption>Share of the"
        f" {words} whose score lies below: the further apart the two lines, the better the score tells them apart."
        "</figcaption></figure>"
    )


def _table(results: Results, values: Mapping[str, Any]) -> str:
    """A row for each threshold; on few sentences several budgets come to the same one."""
    points: Sequence[Mapping[str, Any]] = values["rejection"]["budgets"]
    with_errors = not results.correct.all()
    with_recall = values["rejection"]["out_of_scope"] is not None
    columns = [
        Column("Lost: sentences that belong, rejected", True),
        *([Column("Gained: out-of-scope rejected", True)] if with_recall else []),
        *([Column("Wrong answers kept out", True)] if with_errors else []),
        Column("Accuracy of what is answered", True),
        Column("Threshold", True),
    ]
    chosen = values["rejection"]["at_threshold"]
    told = {point["threshold"]: point for point in [*points, *([chosen] if chosen else [])]}
    rows = []
    for point in sorted(told.values(), key=lambda point: float(point["false_reject"])):
        remark = " (in use)" if chosen and point["threshold"] == chosen["threshold"] else ""
        rows.append(_row(point, with_recall, with_errors, remark))
    return table(columns, rows)


def _row(point: Mapping[str, Any], with_recall: bool, with_errors: bool, remark: str) -> list[Cell]:
    return [
        share_cell(point["false_reject"]),
        *([share_cell(point["recall"])] if with_recall else []),
        *([share_cell(point["errors_kept_out"])] if with_errors else []),
        share_cell(point["accuracy"]),
        Cell(f"{point['threshold']:.4g}{remark}", point["threshold"]),
    ]
