"""Rows that are nearly the same: of no use, too good to be true in another split, or under two intents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rnn_intent.data.alike import Pair, alike
from rnn_intent.data.checks.finding import SHOWN, Finding, Row
from rnn_intent.data.checks.second_opinions import Opinions
from rnn_intent.data.fold import fold
from rnn_intent.data.variants import plain
from rnn_intent.errors import quoted

# The share of n-grams in common from which on two rows are reported. Rows of an intent may well resemble each other;
# across splits it makes the score too good; under two intents one is probably wrong, unless the rest confirms both.
SAME = 0.96
LEAK = 0.9
OTHER_INTENT = 0.85
UNCONFIRMED = 0.9  # two intents, when nobody was asked: "lights on" and "lights off" have this much in common


def check_near_duplicates(rows: Sequence[Row], opinions: Opinions) -> Iterator[Finding]:
    """One finding a row and kind, with the row most like it. Rows that are exactly the same are not looked at here."""
    numbers = list({fold(row.example.text): number for number, row in reversed(list(enumerate(rows)))}.values())[::-1]
    pairs = alike([plain(rows[number].example.text) for number in numbers], OTHER_INTENT)
    told: set[tuple[int, str]] = set()
    for pair in sorted(pairs, key=lambda pair: (-pair.similarity, pair)):
        first, second = numbers[pair.first], numbers[pair.second]
        kind = _kind(rows, first, second, pair, opinions)
        if kind == "near contradiction" and _less_sure(first, second, opinions):
            first, second = second, first
        if kind and (second, kind) not in told:
            told.add((second, kind))
            yield _finding(kind, rows[second], rows[first])


def _kind(rows: Sequence[Row], first: int, second: int, pair: Pair, opinions: Opinions) -> str:
    one, other = rows[first], rows[second]
    if one.example.intent == other.example.intent:
        if one.split == other.split:
            return "near duplicate" if pair.similarity >= SAME else ""
        return "near leak" if pair.similarity >= LEAK else ""
    views = opinions.get(first), opinions.get(second)
    if views[0] is None or views[1] is None:
        return "near contradiction" if pair.similarity >= UNCONFIRMED else ""
    if views[0].doubts or views[1].doubts:  # reported as such, with a suggestion
        return ""
    return "" if views[0].agrees and views[1].agrees else "near contradiction"


def _less_sure(first: int, second: int, opinions: Opinions) -> bool:
    """Whether the other rows speak less for the first of two rows."""
    one, other = opinions.get(first), opinions.get(second)
    return one is not None and other is not None and one.own - one.best < other.own - other.best


def _finding(kind: str, row: Row, like: Row) -> Finding:
    example, other = row.example, like.example
    here, there = quoted(example.text, SHOWN), f"{other.source} {quoted(other.text, SHOWN)}"
    if kind == "near duplicate":
        message, suggestion = f"{here} is nearly the same as {there}", "reword one of the two, or delete it"
    elif kind == "near leak":
        message = (
            f"{here} is nearly the same as {there}: a {row.split} row so like one in {like.split} flatters the score"
        )
        suggestion = "reword this row, or delete one of the two"
    else:
        message = f"{here} says {quoted(example.intent)}, but {there}, nearly the same, says {quoted(other.intent)}"
        suggestion = "make sure that both mean what they say"
    return Finding(example.source, "REVIEW", kind, message, suggestion)
