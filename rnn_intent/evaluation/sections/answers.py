"""How good is it, and for which intents is it not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rnn_intent.charts import percent
from rnn_intent.evaluation.errors import WRONG, ErrorCards
from rnn_intent.evaluation.results import Background, Results
from rnn_intent.evaluation.tables import (
    Cell,
    Column,
    count_cell,
    counted,
    figures,
    interval,
    share_cell,
    table,
    text_cell,
)
from rnn_intent.metrics import wilson_interval
from rnn_intent.page import shown


def how_good(results: Results, values: Mapping[str, Any], cards: ErrorCards | None) -> str:
    low, high = values["accuracy_interval"]
    rows, wrong = values["rows"], int((~results.correct).sum())
    answer = (
        f"<p class='answer'>Of {counted(rows, 'test sentence')}, <b>{percent(values['accuracy'])}</b> get the right one"
        f" of {len(results.labels)} intents. With other sentences of the same kind, expect {interval(low, high)}.</p>"
    )
    return answer + figures(_figures(results, values, wrong)) + _unknown(values) + _causes(cards)


def _figures(results: Results, values: Mapping[str, Any], wrong: int) -> list[tuple[str, str, str]]:
    most = Counter(results.truth).most_common(1)[0][1]
    shown_figures = [
        ("Accuracy", percent(values["accuracy"]), f"always the same answer: {percent(most / values['rows'])}"),
        ("Macro-F1", f"{values['macro_f1']:.3f}", "every intent counts the same"),
    ]
    if len(results.labels) > 3:
        shown_figures.append(
            ("Among the first three", percent(values["accuracy_top_3"]), "the right intent is offered")
        )
    shown_figures.append(("Errors", f"{wrong:,}", f"of {values['rows']:,} sentences"))
    apart = values["rejection"]["out_of_scope"]
    if apart:
        shown_figures.append(("Out-of-scope AUROC", f"{apart['auroc']:.3f}", "1 is perfect, 0.5 is chance"))
    return shown_figures


def _unknown(values: Mapping[str, Any]) -> str:
    if not values["unknown_intents"]:
        return ""
    names = ", ".join(f"<b>{shown(name, 60)}</b>" for name in values["unknown_intents"][:10])
    return f"<p>The model was never shown {names}; their sentences count as errors.</p>"


def _causes(cards: ErrorCards | None) -> str:
    causes = cards.causes(WRONG) if cards else []
    if not cards or not causes:
        return ""
    parts = ", ".join(f"{shown(cause)} ({count:,})" for cause, count in causes)
    which = "Likely causes" if len(cards.cards) == cards.found else "Likely causes, as far as looked into"
    return f'<p>{which}: {parts}. <a href="#errors">Each error is shown below.</a></p>'


def which_intents(results: Results, values: Mapping[str, Any], background: Background) -> str:
    """A table of intents, weakest first, with recall (and where it may truly lie) and precision drawn."""
    trained = background.counts.get("train", {})
    taken_for: dict[str, tuple[str, int]] = {}
    for true, answer, rows in values["confused"]:
        taken_for.setdefault(true, (answer, rows))
    columns = [
        Column("Intent"),
        *([Column("Trained on", True, "rows in the training data")] if trained else []),
        Column("Tested on", True, "rows in the test data"),
        Column("F1", True, "harmonic mean of recall and precision"),
        Column("Recall", True, "of its sentences, how many are found"),
        Column("Precision", True, "of the sentences so answered, how many are right"),
        Column("", hint="recall ●, where it may truly lie ―, precision ○, from 0 to 100 %"),
        Column("Most often taken for"),
    ]
    scores = sorted(values["per_intent"].items(), key=lambda item: (item[1]["f1"], item[0]))
    rows = []
    for name, score in scores:
        answer, count = taken_for.get(name, ("", 0))
        other = Cell(f'{shown(answer, 60)} <span class="soft">{count}</span>' if count else "", answer)
        first = [text_cell(name, 80), *([count_cell(trained.get(name, 0))] if trained else [])]
        rows.append([*first, count_cell(score["support"]), *_shares(score), Cell(_dots(score), score["recall"]), other])
    listing = table(columns, rows, sortable=True)
    return (
        _weakest(results, values)
        + f'<div data-filter="filter by intent" data-show="20">{listing}</div>'
        + "<p class='note'>● recall, with the range in which it may truly lie; ○ precision; from 0 to 100 %.</p>"
    )


def _shares(score: Mapping[str, Any]) -> list[Cell]:
    return [
        Cell(f"{score['f1']:.3f}", f"{score['f1']:.6f}"),
        share_cell(score["recall"]),
        share_cell(score["precision"]),
    ]


def _weakest(results: Results, values: Mapping[str, Any]) -> str:
    """The answer in a sentence: how few intents hold half of the errors."""
    errors = Counter(true for true, right in zip(results.truth, results.correct, strict=True) if not right)
    total, half, intents = sum(errors.values()), 0, 0
    if not total:
        return "<p class='answer'>It answers every test sentence right.</p>"
    for _, count in errors.most_common():
        half, intents = half + count, intents + 1
        if 2 * half >= total:
            break
    tested = sum(1 for score in values["per_intent"].values() if score["support"])
    names = ", ".join(f"<b>{shown(name, 60)}</b>" for name, _ in errors.most_common(min(3, intents)))
    if intents == 1:
        share = f"One intent of {tested} has half of all errors or more: {names}"
    elif intents <= 3:
        share = f"{intents} intents of {tested} have half of all errors: {names}"
    else:
        share = f"{intents} intents of {tested} have half of all errors, most of all {names}"
    flawless = tested - len(errors)
    rest = f" {counted(flawless, 'intent')} {'has' if flawless == 1 else 'have'} none." if flawless else ""
    return f"<p class='answer'>{share}.{rest}</p>"


def _dots(score: Mapping[str, Any]) -> str:
    """Recall with its interval and precision on a line from 0 to 100 %."""
    low, high = wilson_interval(round(score["recall"] * score["support"]), score["support"])
    recall, precision = 4 + 112 * score["recall"], 4 + 112 * score["precision"]
    reach = f'<line class="reach" x1="{4 + 112 * low:.1f}" x2="{4 + 112 * high:.1f}" y1="7" y2="7"/>'
    return (
        '<svg class="dots" viewBox="0 0 120 14"><line class="grid" x1="4" x2="116" y1="7" y2="7"/>'
        + (reach + f'<circle class="recall" cx="{recall:.1f}" cy="7" r="3.2"/>' if score["support"] else "")
        + f'<circle class="precision" cx="{precision:.1f}" cy="7" r="3.2"/></svg>'
    )
