"""The same text twice: within a split, in two splits, or with two intents."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rnn_intent.data.checks.finding import Finding, Row
from rnn_intent.data.fold import fold
from rnn_intent.errors import quoted

CLEAR = 3  # times as many rows as all other intents of a text have: then these are mistakes


class Twin(NamedTuple):
    """A row by its number, the row that it repeats or contradicts, and whether most rows are clearly against it."""

    number: int
    kept: int
    kind: str
    clear: bool


def check_duplicates(rows: Sequence[Row]) -> Iterator[Finding]:
    """Exact duplicates, once case, width and spaces are folded away; one finding for each row but the first."""
    told = {"contradiction": _contradiction, "duplicate": _duplicate, "leak": _leak}
    for twin in twins(rows):
        yield told[twin.kind](rows[twin.number], rows[twin.kept])


def twins(rows: Sequence[Row]) -> Iterator[Twin]:
    """Every row but the first of its text."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        groups[fold(row.example.text)].append(number)
    for group in groups.values():
        if len(group) > 1:
            yield from _compare(rows, group)


def _compare(rows: Sequence[Row], group: list[int]) -> Iterator[Twin]:
    # the intent that most of them have; the earliest one when they tie
    usual, most = Counter(rows[number].example.intent for number in group).most_common(1)[0]
    clear = most >= CLEAR * (len(group) - most)
    kept = next(number for number in group if rows[number].example.intent == usual)
    seen: dict[str, int] = {}
    for number in group:
        split, example, _ = rows[number]
        if example.intent != usual:
            yield Twin(number, kept, "contradiction", clear)
            continue
        first = seen.get(split, kept)
        if number != kept:
            yield Twin(number, first, "duplicate" if rows[first].split == split else "leak", True)
        seen.setdefault(split, number)


def _contradiction(row: Row, kept: Row) -> Finding:
    intent, other = row.example.intent, kept.example.intent
    return Finding(
        row.example.source,
        "FIX",
        "contradiction",
        f"says {quoted(intent)}, but {kept.example.source} says {quoted(other)} to the same text",
        f"decide for one: change this intent to {quoted(other)}, or delete one of the two rows",
        other,
    )


def _duplicate(row: Row, first: Row) -> Finding:
    message = f"the same text and intent as {first.example.source}"
    return Finding(row.example.source, "FIX", "duplicate", message, "delete this row")


def _leak(row: Row, first: Row) -> Finding:
    return Finding(
        row.example.source,
        "FIX",
        "leak",
        f"the same text as {first.example.source}: a {row.split} row that is also in {first.split} flatters the score",
        "reword this row, or delete one of the two",
    )
