"""Raw rows to tables: means over runs with their spread, in Markdown for people and JSON for programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from statistics import mean, stdev
from typing import Any

Row = Mapping[str, Any]
SHARES = ("accuracy", "macro_f1", "typo_accuracy", "auroc", "fpr95")
OVERVIEWS = {"accuracy": "Test accuracy, %", "typo_accuracy": "Test accuracy, %, with a typo in each sentence"}
COSTS = ("training_cpu_seconds", "sentences_per_second", "megabytes")
EARLIER = "¹"
HEADINGS = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "typo_accuracy": "with a typo",
    "auroc": "OOS AUROC",
    "fpr95": "OOS FPR at 95 % TPR",
    "training_cpu_seconds": "training, CPU s",
    "sentences_per_second": "sentences/s",
    "megabytes": "MB",
}


def summaries(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One entry per data set, rows per intent and model, in the order of first appearance.

    Every figure is {"mean", "spread"} over the runs; the spread is the standard deviation, None for a single run.
    earlier: some of the runs were made with another recipe than today's.
    """
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["set"], row["per_intent"], row["model"]].append(row)
    return [
        {
            "set": key[0],
            "per_intent": key[1],
            "model": key[2],
            "runs": len(runs),
            "earlier": any(run.get("earlier", False) for run in runs),
            **_figures(runs),
        }
        for key, runs in groups.items()
    ]


def _figures(runs: Sequence[Row]) -> dict[str, dict[str, float | None]]:
    figures: dict[str, dict[str, float | None]] = {}
    for name in (*SHARES, *COSTS):
        values = [run[name] for run in runs if name in run]
        if values:
            figures[name] = {"mean": mean(values), "spread": stdev(values) if len(values) > 1 else None}
    return figures


def markdown(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    """Overviews of accuracies, models by data sets, then a full table for each data set."""
    entries = summaries(rows)
    parts: dict[tuple[str, int | None], list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        parts[entry["set"], entry["per_intent"]].append(entry)
    overviews = product(dict.fromkeys(entry["per_intent"] for entry in entries), OVERVIEWS)
    sections = list(filter(None, (_overview(entries, few, name, titles) for few, name in overviews)))
    sections += [_full(_heading(*key), part, titles) for key, part in parts.items()]
    told = [f"{EARLIER} measured with an earlier recipe"] if any(entry["earlier"] for entry in entries) else []
    return "\n\n".join([*sections, *told]) + "\n"


def _overview(entries: Sequence[Mapping[str, Any]], few: int | None, figure: str, titles: Mapping[str, str]) -> str:
    """Empty where nobody has the figure."""
    chosen = [entry for entry in entries if entry["per_intent"] == few and figure in entry]
    if not chosen:
        return ""
    sets = list(dict.fromkeys(entry["set"] for entry in chosen))
    names = [name for name in titles if any(entry["model"] == name for entry in chosen)]
    names += [name for name in dict.fromkeys(entry["model"] for entry in chosen) if name not in titles]
    cells = {(entry["model"], entry["set"]): _share(entry[figure]) + _mark(entry) for entry in chosen}
    lines = [[titles.get(name, name), *(cells.get((name, one), "") for one in sets)] for name in names]
    return f"## {OVERVIEWS[figure]}{_few(few)}\n\n" + table(["model", *sets], lines)


def _full(heading: str, entries: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    shown = [name for name in (*SHARES, *COSTS) if any(name in entry for entry in entries)]
    lines = [
        [
            titles.get(entry["model"], entry["model"]) + _mark(entry),
            *(_shown(name, entry.get(name)) for name in shown),
            str(entry["runs"]),
        ]
        for entry in entries
    ]
    return f"### {heading}\n\n" + table(["model", *(HEADINGS[name] for name in shown), "runs"], lines)


def _mark(entry: Mapping[str, Any]) -> str:
    return f" {EARLIER}" if entry["earlier"] else ""


def _heading(name: str, few: int | None) -> str:
    return name + _few(few)


def _few(few: int | None) -> str:
    return "" if few is None else f", {few} rows per intent"


def _shown(name: str, figure: Mapping[str, float | None] | None) -> str:
    if figure is None:
        return ""
    if name in SHARES:
        return _share(figure)
    value = figure["mean"] or 0.0
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _share(figure: Mapping[str, float | None]) -> str:
    spread = figure["spread"]
    return f"{100 * (figure['mean'] or 0.0):.1f}" + (f" ± {100 * spread:.1f}" if spread is not None else "")


def table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table, aligned for those who read its source: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]

    def row(cells: Sequence[str]) -> str:
        padded = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([row(headings), row(rule), *map(row, lines)])
