"""The numbers of a report for programs and other documents: JSON, Markdown, CSV. All hold the same numbers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rnn_intent.data.formats.csv import FORMULA
from rnn_intent.errors import printable

Numbers = Mapping[str, Any]
Row = tuple[str, str, str, float | int | str]

MEASURES = ("precision", "recall", "f1", "support")
_OVERALL = ("rows", "intents", "accuracy", "macro_f1", "accuracy_top_3")


def as_json(numbers: Numbers) -> str:
    return json.dumps(numbers, ensure_ascii=False, indent=2) + "\n"


def as_csv(numbers: Numbers) -> str:
    """One number per line: what is measured, of which intent, taken for which intent, how much.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, as spreadsheets do it themselves.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["measure", "intent", "answer", "value"])
    for row in _rows(numbers):
        writer.writerow([spreadsheet_text(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def spreadsheet_text(text: str) -> str:
    """One line without control characters, and no formula."""
    shown = printable(text, 10_000)
    return "'" + shown if text.startswith(tuple(FORMULA)) else shown


def _rows(numbers: Numbers) -> Iterator[Row]:
    for name in _OVERALL:
        if name in numbers:
            yield name, "", "", numbers[name]
    for name, value in zip(("low", "high"), numbers.get("accuracy_interval", ()), strict=False):
        yield f"accuracy_interval.{name}", "", "", value
    for intent, score in numbers["per_intent"].items():
        for measure in MEASURES:
            yield measure, intent, "", score[measure]
    for true, answer, rows in numbers["confused"]:
        yield "confused", true, answer, rows
    for intent in numbers["unknown_intents"]:
        yield "unknown_intent", intent, "", 1
    for part in ("reliability", "reliability_uncalibrated"):
        yield from _flat(part, numbers.get(part))
    for part in ("rejection", "robustness"):
        yield from _flat(part, numbers.get(part))


def _flat(name: str, value: Any) -> Iterator[Row]:
    """Every number below a name, with the way to it as its measure: rejection.budgets.0.threshold."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(f"{name}.{index}", inner)
    elif value is not None:
        yield name, "", "", value


def as_markdown(numbers: Numbers) -> str:
    """Tables as GitHub and most editors show them."""
    overall = [(name, _figure(numbers[name])) for name in _OVERALL if name in numbers]
    if "accuracy_interval" in numbers:
        overall.append(("accuracy_interval", " to ".join(_figure(bound) for bound in numbers["accuracy_interval"])))
    intents = sorted(numbers["per_intent"].items(), key=lambda item: (item[1]["f1"], item[0]))
    parts = [
        _table("Scores", ("measure", "value"), overall),
        _table("Reliability", ("measure", "uncalibrated", "now"), _reliability(numbers)),
        _table("Rejection", ("measure", "value"), _measures(numbers, "rejection")),
        _table("Robustness", ("measure", "value"), _measures(numbers, "robustness")),
        _table("Intents", ("intent", *MEASURES), [(name, *_figures(score)) for name, score in intents]),
        _table("Confused", ("intent", "answer", "rows"), [(a, b, f"{rows}") for a, b, rows in numbers["confused"]]),
    ]
    return "\n".join(part for part in parts if part)


def _measures(numbers: Numbers, part: str) -> list[tuple[str, str]]:
    return [(name.lstrip("."), _figure(value)) for name, _, _, value in _flat("", numbers.get(part))]


def _reliability(numbers: Numbers) -> list[tuple[str, ...]]:
    before: Mapping[str, float] = numbers.get("reliability_uncalibrated") or {}
    return [
        (name, _figure(before[name]) if name in before else "", _figure(value))
        for name, value in numbers["reliability"].items()
    ]


def _figures(score: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_figure(score[measure]) for measure in MEASURES)


def _figure(value: float | int | str) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    rule = "|".join("---" if index == 0 else "---:" for index in range(len(heads)))
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"## {title}", "", f"| {' | '.join(heads)} |", f"|{rule}|", *lines, ""])


def _cell(text: str) -> str:
    """A text that stays in its cell and is no markup."""
    shown = printable(text, 200)
    for character in "\\`*_[]<>|":
        shown = shown.replace(character, "\\" + character)
    return shown


FORMATS: dict[str, Callable[[Numbers], str]] = {"json": as_json, "markdown": as_markdown, "csv": as_csv}
