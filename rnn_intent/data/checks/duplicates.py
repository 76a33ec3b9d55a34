"""The same text twice: within a split, in two splits, or with two intents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rnn_intent.data.checks.finding import Finding, Row
from rnn_intent.data.fold import fold


def check_duplicates(rows: Sequence[Row]) -> Iterator[Finding]:
    """Exact duplicates, once case, width and spaces are folded away; one finding for each row but the first."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[fold(row.example.text)].append(row)
    for group in groups.values():
        if len(group) > 1:
            yield from _compare(group)


def _compare(group: list[Row]) -> Iterator[Finding]:
    # the intent that most of them have; the earliest one when they tie
    usual = Counter(row.example.intent for row in group).most_common(1)[0][0]
    kept = next(row for row in group if row.example.intent == usual)
    seen: dict[str, Row] = {}
    for row in group:
        if row.example.intent != usual:
            yield _contradiction(row, kept)
        elif row is not kept:
            yield _duplicate(row, seen.get(row.split, kept))
        if row.example.intent == usual:
            seen.setdefault(row.split, row)


def _contradiction(row: Row, kept: Row) -> Finding:
    intent, other = row.example.intent, kept.example.intent
    return Finding(
        row.example.source,
        "FIX",
        "contradiction",
        f"says {intent!r}, but {kept.example.source} says {other!r} to the same text",
        f"decide for one: change this intent to {other!r}, or delete one of the two rows",
    )


def _duplicate(row: Row, first: Row) -> Finding:
    if row.split == first.split:
        message = f"the same text and intent as {first.example.source}"
        return Finding(row.example.source, "FIX", "duplicate", message, "delete this row")
    return Finding(
        row.example.source,
        "FIX",
        "leak",
        f"the same text as {first.example.source}: a {row.split} row that is also in {first.split} flatters the score",
        "reword this row, or delete one of the two",
    )
