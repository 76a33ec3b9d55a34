"""Rows whose intent cross-validation disputes, and intents that it mostly takes for another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rnn_intent.data.checks.finding import SHOWN, Finding, Row
from rnn_intent.data.checks.second_opinions import Opinions, SecondOpinions
from rnn_intent.errors import quoted

SWALLOWED = 0.4  # of an intent's rows
FEWEST_ROWS = 5  # of an intent, for a share of them to mean something


def check_labels(rows: Sequence[Row], second: SecondOpinions) -> Iterator[Finding]:
    """Doubtful rows with the intent that is suggested, and the most similar row that has it."""
    for number, witness in second.witnesses.items():
        example, other = rows[number].example, rows[witness].example
        opinion = second.opinions[number]
        text, intent, meant = quoted(example.text, SHOWN), quoted(example.intent), quoted(opinion.other)
        yield Finding(
            example.source,
            "REVIEW",
            "label",
            f"{text} says {intent}, but by all the other rows it is {meant} "
            f"({opinion.best:.2f} to {max(opinion.own, 0.0):.2f}; "
            f"most like it: {other.source} {quoted(other.text, SHOWN)})",
            f"change the intent to {meant} if that is what it means",
            opinion.other,
        )


def check_swallowed(rows: Sequence[Row], opinions: Opinions) -> Iterator[Finding]:
    """Intents of which another gets more rows than they keep themselves."""
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    first: dict[str, str] = {}
    for number, opinion in opinions.items():
        example = rows[number].example
        first.setdefault(example.intent, example.source)
        answers[example.intent][example.intent if opinion.agrees else opinion.other] += 1
    for intent, counts in answers.items():
        total, right = counts.total(), counts.pop(intent, 0)
        other, taken = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if total >= FEWEST_ROWS and taken > right and taken >= SWALLOWED * total:
            message = (
                f"{quoted(other)} swallows the intent {quoted(intent)}: by all the other rows, {taken} of its "
                f"{total} rows belong there, and {right} where they are"
            )
            yield Finding(
                first[intent], "REVIEW", "swallowed intent", message, "draw the line, merge them, or write more rows"
            )
