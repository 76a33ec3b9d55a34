"""How much is rejected, and at which cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnn_intent.charts import Axis, Chart, Line, histogram, line_chart, percent, plain, tick_percent
from rnn_intent.evaluation.rejection_cost import coverage_curve, recall_curve
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.tables import Cell, Column, share_cell, table


def rejected(results: Results, values: Mapping[str, Any]) -> str:
    charts = (
        [_cost(results, values), _scores(results)]
        if results.outside is not None
        else [_coverage(results, values), _scores(results)]
    )
    return _answer(results, values) + f'<div class="charts">{"".join(charts)}</div>' + _table(values)


def _answer(results: Results, values: Mapping[str, Any]) -> str:
    point, apart = values["rejection"]["at_threshold"], values["rejection"]["out_of_scope"]
    if point is None or not point["false_reject"]:
        lead = (
            "No threshold is set: every sentence gets an answer, however unsure."
            if point is None
            else "No test sentence that belongs is rejected."
        )
        if not apart:
            return f"<p class='answer'>{lead} Turning away the least sure would cost as follows.</p>"
        at = values["rejection"]["budgets"][2]
        if point is None:
            return (
                f"<p class='answer'>{lead} A threshold that loses {percent(at['false_reject'])} of the sentences that"
                f" belong would keep out <b>{percent(at['recall'])}</b> of {apart['rows']:,} that do not.</p>"
            )
        return f"<p class='answer'>{lead} Of {apart['rows']:,} that do not belong, {percent(point['recall'])} are.</p>"
    gain = f"{percent(point['errors_kept_out'])} of the wrong answers"
    if apart:
        gain = f"<b>{percent(point['recall'])}</b> of {apart['rows']:,} sentences that do not belong, and {gain}"
    return (
        f"<p class='answer'>With the threshold in use, <b>{percent(point['false_reject'])}</b> of the sentences"
        f" that belong are turned away. That keeps out {gain}; of what is answered,"
        f" {percent(point['accuracy'])} is right.</p>"
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
        chart.note(1 - point["false_reject"] - 0.03, point["accuracy"], "threshold in use", "end")
    return (
        f"<figure><h3>Accuracy of what is answered</h3>{chart.svg('coverage and accuracy')}<figcaption>From the right"
        " end, where every sentence is answered, to the left, where only the surest are. Give the experiment"
        " out-of-scope rows to see here how many of them are kept out.</figcaption></figure>"
    )


def _scores(results: Results) -> str:
    outside = results.outside
    if outside is not None:
        parts = [(results.in_scope, "first"), (outside, "second")]
        words = '<span class="blue">Sentences that belong</span> and <span class="rust">out-of-scope sentences</span>'
    else:
        right, wrong = results.in_scope[results.correct], results.in_scope[~results.correct]
        parts = [(right, "first"), (wrong, "second")]
        words = 'Sentences that are answered <span class="blue">right</span> and <span class="rust">wrong</span>'
    chart = histogram([part for part in parts if len(part[0])], "in-scope score", plain, height=330)
    if results.threshold is not None and chart.x.low <= results.threshold <= chart.x.high:
        chart.upright(results.threshold, "threshold")
    return (
        f"<figure><h3>Scores</h3>{chart.svg('in-scope scores')}<figcaption>{words}, by their score: the higher, the"
        " more like what the model was trained for. What lies left of the threshold is rejected.</figcaption></figure>"
    )


def _table(values: Mapping[str, Any]) -> str:
    points: Sequence[Mapping[str, Any]] = values["rejection"]["budgets"]
    with_recall = values["rejection"]["out_of_scope"] is not None
    columns = [
        Column("Lost: sentences that belong, rejected", True),
        *([Column("Gained: out-of-scope rejected", True)] if with_recall else []),
        Column("Wrong answers kept out", True),
        Column("Accuracy of what is answered", True),
        Column("Threshold", True),
    ]
    chosen = values["rejection"]["at_threshold"]
    rows = [_row(point, with_recall, "") for point in points]
    if chosen:
        rows.append(_row(chosen, with_recall, " (in use)"))
        rows.sort(key=lambda row: float(row[0].value or 0))
    return table(columns, rows)


def _row(point: Mapping[str, Any], with_recall: bool, remark: str) -> list[Cell]:
    return [
        share_cell(point["false_reject"]),
        *([share_cell(point["recall"])] if with_recall else []),
        share_cell(point["errors_kept_out"]),
        share_cell(point["accuracy"]),
        Cell(f"{point['threshold']:.4g}{remark}", point["threshold"]),
    ]
