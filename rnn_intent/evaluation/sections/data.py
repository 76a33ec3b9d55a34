"""What data did it see?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rnn_intent.evaluation.results import Background
from rnn_intent.evaluation.tables import Cell, Column, count_cell, counted, table, text_cell
from rnn_intent.page import shown


def seen(background: Background) -> str:
    parts = [
        _answer(background.counts.get("train", {})),
        _warnings(background.warnings),
        _files(background),
        _counts(background.counts),
        _environment(background.environment),
        _settings(background.settings),
    ]
    return "".join(parts)


def _answer(trained: Mapping[str, int]) -> str:
    if not trained:
        return ""
    largest, smallest = max(trained.values()), min(trained.values())
    spread = "all of the same size" if largest == smallest else f"from {smallest:,} to {largest:,} rows each"
    middle = "" if largest == smallest else f", half of them with {median(trained.values()):,.0f} or fewer"
    return (
        f"<p class='answer'>{counted(sum(trained.values()), 'training row')} of {counted(len(trained), 'intent')},"
        f" {spread}{middle}.</p>"
    )


def _warnings(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    return f"<ul>{''.join(f'<li>{shown(warning)}</li>' for warning in warnings[:20])}</ul>"


def _files(background: Background) -> str:
    rows = [[text_cell(name), count_cell(count)] for name, count in background.rows.items()]
    splits = table([Column("Split"), Column("Rows", True)], rows) if rows else ""
    hashes = [[text_cell(path), Cell(f"<code>{shown(digest, 64)}</code>")] for path, digest in background.files.items()]
    files = table([Column("File"), Column("SHA-256")], hashes) if hashes else ""
    return f'<div class="charts files">{splits}{files}</div>' if splits or files else ""


def _counts(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Rows of every intent in every split, most first, with a bar for the training rows."""
    splits = [name for name, rows in counts.items() if rows]
    if not splits:
        return ""
    first = counts[splits[0]]
    names = sorted(
        {intent for name in splits for intent in counts[name]}, key=lambda intent: (-first.get(intent, 0), intent)
    )
    largest = max(first.values())
    columns = [Column("Intent"), *(Column(name, True) for name in splits), Column("", hint=splits[0])]
    rows = [
        [
            text_cell(name, 80),
            *(count_cell(counts[split].get(name, 0)) for split in splits),
            Cell(_bar(first.get(name, 0) / largest), first.get(name, 0)),
        ]
        for name in names
    ]
    listing = table(columns, rows, sortable=True)
    return f'<h3>Rows per intent</h3><div data-filter="filter by intent" data-show="12">{listing}</div>'


def _bar(share: float) -> str:
    return f'<svg class="bar" viewBox="0 0 160 10"><rect width="{max(160 * share, 0.5):.1f}" height="7" y="2"/></svg>'


def _environment(environment: Mapping[str, object]) -> str:
    if not environment:
        return ""
    rows = [[text_cell(name.replace("_", " ")), text_cell(value)] for name, value in environment.items()]
    return f"<h3>Where it was trained</h3>{table([Column('What'), Column('Value')], rows)}"


def _settings(settings: str) -> str:
    if not settings:
        return ""
    lines = "\n".join(shown(line) for line in settings.splitlines()[:400])
    return f"<details><summary>The settings of the experiment</summary><pre>{lines}</pre></details>"
