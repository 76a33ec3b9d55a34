"""Figures of speed as Markdown, each beside what is wanted of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.tables import table

LANGUAGES = ("english", "chinese")
RUNTIMES = ("onnxruntime", "own")


def sections(figures: dict[str, Any]) -> list[str]:
    parts = [
        ("## Start-up, whole processes", _start_table(figures["start"])),
        ("## Answering, in a running process on one core", _answer_table(figures)),
        ("## Where the time goes, µs a sentence", _split_table(figures)),
        ("## Beside onnxruntime, one thread, µs a sentence", _runtime_table(figures)),
        ("## Growth", _growth_tables(figures)),
        ("## Many lines through `rnn-intent predict -`", _memory_table(figures["memory"])),
    ]
    return [f"{heading}\n\n{body}" for heading, body in parts if body]


def _start_table(rows: Sequence[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        most = f"≤ {row['most']}×" + (f", ≤ {row['most_megabytes']} MB" if row["most_megabytes"] else "")
        times = f"{1e3 * row['seconds']:.0f}", f"{row['megabytes']:.0f}", row["beside"]
        lines.append([row["command"], *times, f"{1e3 * row['beside_seconds']:.0f}", f"{row['ratio']:.2f}×", most])
    return table(["command", "ms", "MB resident", "beside", "ms", "ratio", "wanted"], lines)


def _answer_table(figures: dict[str, Any]) -> str:
    def line(name: str, wanted: str, *path: str, form: str = "{:,.0f}") -> list[str]:
        return [name, *(form.format(_at(figures[language], path)) for language in LANGUAGES), wanted]

    lines = [
        line("one sentence of 12 words, median, µs", "≤ 250", "single", "median"),
        line("one sentence of 12 words, 99th percentile, µs", "≤ 600", "single", "p99"),
        line("test set, every token new at first, sentences/s", "", "first_pass"),
        line("test set, sentences/s", "English ≥ 12,000", "bulk", "sentences"),
        line("the recurrent matrix products alone, sentences/s", "", "bulk", "products_alone"),
        line("ratio of the two", "English ≥ 0.50", "bulk", "ratio", form="{:.2f}"),
        line("one process, by the wall clock, sentences/s", "", "workers", "one"),
        line("two processes, by the wall clock, sentences/s", "", "workers", "two"),
        line("what the second brings", "≥ 1.7×", "workers", "ratio", form="{:.2f}×"),
    ]
    return table(["", "English", "Chinese", "wanted"], lines)


def _split_table(figures: dict[str, Any]) -> str:
    lines = []
    for name in figures["english"]["split"]:
        values = [
            (figures[language]["split"][name], sum(figures[language]["split"].values())) for language in LANGUAGES
        ]
        lines.append([name, *(f"{value:.1f} ({value / whole:.0%})" for value, whole in values)])
    return table(["part", "English", "Chinese"], lines)


def _runtime_table(figures: dict[str, Any]) -> str:
    """Empty where onnxruntime is not installed."""
    found = {language: figures[language]["runtimes"] for language in LANGUAGES if figures[language].get("runtimes")}
    lines = [
        [f"{name}, {language.capitalize()}", *(f"{runtimes[kind][key]:.0f}" for key in RUNTIMES)]
        for language, runtimes in found.items()
        for name, kind in (("test set", "many"), ("one sentence of 12 words", "single"))
    ]
    return table(["up to the probabilities", *RUNTIMES], lines) if lines else ""


def _growth_tables(figures: dict[str, Any]) -> str:
    tables = []
    for key, heading, unit in (("by_sentences", "sentences", "sentence"), ("by_words", "words a sentence", "word")):
        sizes = list(figures["english"][key])
        lines = [[str(size), *(_micros(figures[language][key].get(size)) for language in LANGUAGES)] for size in sizes]
        tables.append(table([heading, f"English, µs a {unit}", f"Chinese, µs a {unit}"], lines))
    return "\n\n".join(tables)


def _memory_table(rows: Sequence[dict[str, float]]) -> str:
    lines = [
        [
            f"{row['lines']:,}",
            f"{row['seconds']:.1f}",
            f"{row['lines'] / row['seconds']:,.0f}",
            f"{row['megabytes']:.0f}",
        ]
        for row in rows
    ]
    return table(["lines", "s", "lines/s", "MB resident"], lines)


def _micros(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _at(figures: Any, path: Sequence[str]) -> float:
    for name in path:
        figures = figures[name]
    return float(figures)
