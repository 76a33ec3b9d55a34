"""Is the confidence honest?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_intent.charts import Axis, Chart, Line, percent, shares_below, tick_percent
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.tables import Cell, Column, table, text_cell
from rnn_intent.metrics import wilson_interval

BINS = 15


@dataclass(frozen=True)
class Bin:
    """Sentences of like confidence: the mean of it, how many were right, how many there are."""

    confidence: float
    right: int
    rows: int


def equal_mass_bins(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> list[Bin]:
    """The bins of `metrics.expected_calibration_error`: as many sentences in each, from unsure to sure."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return [Bin(float(confidence[part].mean()), int(correct[part].sum()), len(part)) for part in parts]


def honest(results: Results, values: Mapping[str, Any]) -> str:
    gap = float(results.confidence.mean()) - values["accuracy"]
    way = "more sure than right" if gap > 0 else "more right than sure"
    ece = 100 * values["reliability"]["ece"]
    verdict = (
        f"on the whole it is {100 * abs(gap):.1f} points {way}"
        if abs(gap) >= 0.005
        else "on the whole it is neither too sure nor too shy"
    )
    answer = f"<p class='answer'>Confidence and accuracy differ by <b>{ece:.1f} points</b> on average; {verdict}.</p>"
    charts = f'<div class="charts">{_diagram(results)}{_spread(results)}</div>'
    return answer + charts + _table(values)


def _diagram(results: Results) -> str:
    scale = Axis(0.0, 1.0, "confidence", tick_percent)
    chart = Chart(scale, Axis(0.0, 1.0, "accuracy", tick_percent), height=330)
    chart.line(Line("", [0, 1], [0, 1], "mark"))
    if results.uncalibrated is not None:
        sure = results.uncalibrated.max(axis=1)
        for one in equal_mass_bins(sure, results.uncalibrated.argmax(axis=1) == results.targets):
            chart.dot(one.confidence, one.right / one.rows, "hollow", f"before: {_words(one)}")
    for one in equal_mass_bins(results.confidence, results.correct):
        chart.span(one.confidence, *wilson_interval(one.right, one.rows))
        chart.dot(one.confidence, one.right / one.rows, "first", _words(one))
    before = " Hollow: before calibration." if results.uncalibrated is not None else ""
    return (
        f"<figure><h3>Accuracy by confidence</h3>{chart.svg('reliability diagram')}<figcaption>{BINS} bins with as many"
        " sentences each, and the range in which their accuracy may truly lie. On the line, 80&nbsp;% sure means right"
        f" in 80&nbsp;% of the cases; below it, too sure.{before}</figcaption></figure>"
    )


def _words(one: Bin) -> str:
    return f"{one.rows} sentences, {percent(one.confidence)} sure, {percent(one.right / one.rows)} right"


def _spread(results: Results) -> str:
    right, wrong = results.confidence[results.correct], results.confidence[~results.correct]
    parts = [(part, look) for part, look in ((right, "first"), (wrong, "second")) if len(part)]
    chart = shares_below(parts, Axis(0.0, 1.0, "confidence", tick_percent), height=330)
    return (
        f"<figure><h3>Answers less sure than that</h3>{chart.svg('answers by confidence')}<figcaption>Share of the"
        ' <span class="blue">right</span> and of the <span class="rust">wrong</span> answers below each confidence:'
        " what one would lose and what one would be spared by not trusting anything less sure.</figcaption></figure>"
    )


def _table(values: Mapping[str, Any]) -> str:
    before, after = values["reliability_uncalibrated"], values["reliability"]
    columns = [Column(""), *([Column("Before calibration", True)] if before else []), Column("Now", True), Column("")]
    lines = (
        ("ece", "Expected calibration error", "mean gap between confidence and accuracy over the bins"),
        ("brier", "Brier score", "squared distance of the probabilities from the truth"),
        ("nll", "Negative log-likelihood", "surprise at the right intent, in nats"),
    )
    rows = [
        [
            text_cell(name),
            *([_figure(before[key])] if before else []),
            _figure(after[key]),
            Cell(f'<span class="soft">{hint}</span>'),
        ]
        for key, name, hint in lines
    ]
    return table(columns, rows)


def _figure(value: float) -> Cell:
    return Cell(f"{value:.4f}", value)
