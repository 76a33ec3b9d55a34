"""What does it confuse with what?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnn_intent.evaluation.matrix import confusion_counts, map_matrix, named_matrix
from rnn_intent.evaluation.ordering import alikeness, blocks, grouped
from rnn_intent.evaluation.results import Results
from rnn_intent.evaluation.tables import Cell, Column, count_cell, counted, share_cell, table, text_cell
from rnn_intent.page import shown

NAMED_WHOLE = 30  # up to so many intents, the matrix itself carries the names
MOST_INTENTS = 400  # with more, those with most errors
MOST_BLOCKS = 12
MOST_PAIRS = 200


def confused_with(results: Results, values: Mapping[str, Any]) -> str:
    if not values["confused"]:
        return "<p class='answer'>Nothing: no test sentence got a wrong answer.</p>"
    true, answer, rows = values["confused"][0]
    support = values["per_intent"][true]["support"]
    lead = (
        f"<p class='answer'>Most often <b>{shown(true, 60)}</b> is taken for <b>{shown(answer, 60)}</b>:"
        f" {rows} of {counted(support, 'sentence')}.</p>"
    )
    return lead + _matrices(results) + _pairs(results, values)


def _matrices(results: Results) -> str:
    counts = confusion_counts(results.targets, results.predicted, len(results.labels))
    picked = _picked(counts)
    alike = alikeness(results.probabilities, results.targets)[np.ix_(picked, picked)]
    counts = counts[np.ix_(picked, picked)]
    root = grouped(alike)
    order = list(root.members)
    names = [results.labels[picked[index]] for index in order]
    ordered = counts[np.ix_(order, order)]
    if len(names) <= NAMED_WHOLE:
        return _whole(names, ordered)
    wrong = counts - np.diag(np.diag(counts))
    place = {intent: rank for rank, intent in enumerate(order)}
    found = [([place[member] for member in members], errors) for members, errors in blocks(root, wrong)][:MOST_BLOCKS]
    left_out = len(results.labels) - len(names)
    return _map(names, ordered, [(min(block), max(block) + 1) for block, _ in found], left_out) + _close_ups(
        names, ordered, found, int(wrong.sum())
    )


def _picked(counts: np.ndarray) -> np.ndarray:
    """The intents to show: all, or those that are most often in an error."""
    if len(counts) <= MOST_INTENTS:
        return np.arange(len(counts))
    wrong = counts - np.diag(np.diag(counts))
    involved = wrong.sum(axis=0) + wrong.sum(axis=1)
    return np.sort(np.argsort(-involved, kind="stable")[:MOST_INTENTS])


_READ = (
    "A row is the true intent, a column the answer. Blue is right, rust is wrong; the stronger, the larger the share"
    " of the row. Intents that the model finds alike stand side by side."
)


def _whole(names: Sequence[str], counts: np.ndarray) -> str:
    cell = 34 if len(names) <= 14 else 24
    drawn = named_matrix(names, counts, cell, written=True)
    return f'<figure><div class="scroll">{drawn}</div><figcaption>{_READ}</figcaption></figure>'


def _map(names: Sequence[str], counts: np.ndarray, outlined: Sequence[tuple[int, int]], left_out: int) -> str:
    large = named_matrix(names, counts, 11, written=False)
    missing = f" {counted(left_out, 'intent')} with the fewest errors left out." if left_out else ""
    frames = " The numbered frames are drawn large below." if outlined else ""
    caption = f"<figcaption>{_READ}{frames}{missing}</figcaption>"
    return (
        f"<figure class='beside'>{map_matrix(names, counts, outlined)}{caption}</figure>"
        f'<details><summary>The whole matrix with names</summary><div class="scroll">{large}</div></details>'
    )


def _close_ups(names: Sequence[str], counts: np.ndarray, found: Sequence[tuple[Sequence[int], int]], total: int) -> str:
    """found: (places in the display order, errors) of each block."""
    if not found:
        return ""
    parts = []
    for number, (block, errors) in enumerate(found, start=1):
        drawn = named_matrix([names[place] for place in block], counts[np.ix_(block, block)], 24, written=True)
        head = f'<h3>{number} <span class="soft">{counted(errors, "error")}</span></h3>'
        parts.append(f'<figure>{head}<div class="scroll">{drawn}</div></figure>')
    held = sum(errors for _, errors in found)
    lead = (
        f"<h3>Groups that are hard to tell apart</h3><p>{held} of all {counted(total, 'error')} happen within"
        f" {'this group' if len(found) == 1 else f'these {len(found)} groups'}."
        " A column has the number of its row.</p>"
    )
    return f'{lead}<div class="blocks">{"".join(parts)}</div>'


def _pairs(results: Results, values: Mapping[str, Any]) -> str:
    """Every pair that was confused, with the sentence that was most surely wrong."""
    surest: dict[tuple[str, str], str] = {}
    for row in np.argsort(-results.confidence, kind="stable"):
        if not results.correct[row]:
            pair = results.truth[row], results.labels[results.predicted[row]]
            surest.setdefault(pair, results.examples[row].text)
    columns = [
        Column("Right intent"),
        Column("Answer"),
        Column("Rows", True),
        Column("Of its rows", True),
        Column("For example"),
    ]
    rows: list[Sequence[Cell]] = []
    for true, answer, count in values["confused"][:MOST_PAIRS]:
        share = share_cell(count / values["per_intent"][true]["support"])
        words = text_cell(surest[true, answer], 120)
        rows.append([text_cell(true, 80), text_cell(answer, 80), count_cell(count), share, words])
    listing = table(columns, rows, sortable=True)
    return f'<h3>Every pair</h3><div data-filter="filter by intent or words" data-show="12">{listing}</div>'
