"""Intents that cannot be learned or judged: too few rows, far fewer than others, none in a split, or two names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rnn_intent.data.checks.finding import Finding, Row
from rnn_intent.data.fold import fold
from rnn_intent.errors import quoted

FEW_ROWS = 10
IMBALANCE = 20


def check_intents(rows: Sequence[Row]) -> Iterator[Finding]:
    """Intents of the rows in scope, in the order in which they appear."""
    first: dict[str, str] = {}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for split, example, in_scope in rows:
        if in_scope:
            first.setdefault(example.intent, example.source)
            counts[split or "train"][example.intent] += 1
    yield from _small(first, counts["train"])
    yield from _outnumbered(first, counts["train"])
    yield from _missing(first, counts)
    yield from alike_intents(first)


def _small(first: dict[str, str], train: Counter[str]) -> Iterator[Finding]:
    for intent, place in first.items():
        count = train[intent]
        if 0 < count < FEW_ROWS:
            message = f"the intent {quoted(intent)} has only {count} row{'s' * (count != 1)} to train on"
            yield Finding(place, "REVIEW", "small intent", message, f"write more, {FEW_ROWS} at least")


def _outnumbered(first: dict[str, str], train: Counter[str]) -> Iterator[Finding]:
    largest, most = max(train.items(), key=lambda item: item[1], default=("", 0))
    for intent, place in first.items():
        count = train[intent]
        if count >= FEW_ROWS and count * IMBALANCE < most:
            message = f"the intent {quoted(intent)} has {count} rows to train on, {quoted(largest)} has {most}"
            yield Finding(place, "REVIEW", "imbalance", message, "write more, or set training.class_weights to sqrt")


def _missing(first: dict[str, str], counts: dict[str, Counter[str]]) -> Iterator[Finding]:
    for intent, place in first.items():
        if not counts["train"][intent]:
            message = f"the intent {quoted(intent)} is not in train, so its rows count as errors"
            yield Finding(place, "FIX", "missing intent", message, "add rows to train, or correct its name")
            continue
        for split in ("valid", "test"):
            if counts[split] and not counts[split][intent]:
                message = f"the intent {quoted(intent)} has no row in {split}, so nobody knows how well it does"
                yield Finding(place, "REVIEW", "missing intent", message, f"write some rows for {split}")


def alike_intents(first: Mapping[str, str]) -> Iterator[Finding]:
    """Intents whose names differ in case or punctuation only. first: where each intent appears first, in order."""
    names: dict[str, str] = {}
    for intent, place in first.items():
        other = names.setdefault("".join(c for c in fold(intent) if c.isalnum()) or intent, intent)
        if other != intent:
            message = f"the intents {quoted(intent)} and {quoted(other)} differ only in case or punctuation"
            yield Finding(place, "REVIEW", "alike intents", message, "give both the same name if they are one")
