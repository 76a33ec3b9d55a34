from __future__ import annotations

import json
import sys

import pytest
from cli.conftest import Invoke
from random_models import random_artifact

from rnn_intent.artifact import write
from rnn_intent.runs import RunFolder


@pytest.fixture
def bilingual(tmp_path):
    path = tmp_path / "model.safetensors"
    write(random_artifact(cell="lstm"), path)
    return str(path)


def test_the_newest_run_reads_the_sentence(invoke: Invoke, run: RunFolder) -> None:
    result = invoke("trace", "the time")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["the", "time", "ask_time", "95%"]
    assert [line[:6].strip() for line in lines[2:4]] == ["✓ the*", "time"]
    assert result.stderr == ""


def test_json_is_a_line_for_each_sentence(invoke: Invoke, bilingual: str) -> None:
    result = invoke("trace", "what time", "--contrast", "现在几点了", "--run", bilingual, "--json", "--top-k", "2")
    first, second = map(json.loads, result.stdout.splitlines())
    assert [step["token"] for step in first["steps"]] == ["what", "time"]
    assert second["text"] == "现在几点了"
    assert len(first["steps"][0]["intent_ranking"]) == 2
    assert "cells" not in first
    assert "without" not in first["steps"][0]


def test_json_tells_gates_and_omissions_when_asked(invoke: Invoke, bilingual: str) -> None:
    result = invoke("trace", "what time", "--run", bilingual, "--json", "--gates", "--leave-one-out")
    told = json.loads(result.stdout)
    assert list(told["cells"][0]["gates"]) == ["input", "forget", "candidate", "output"]
    assert set(told["steps"][1]["without"]) == {"winner", "confidence", "change"}


def test_a_page_is_written_and_told_on_standard_error(invoke: Invoke, bilingual: str, tmp_path) -> None:
    result = invoke("trace", "what time", "--run", bilingual, "--html", "page.html")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "rnn-intent: wrote page.html\n"
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_picture_without_matplotlib_is_one_line_that_names_the_extra(invoke: Invoke, bilingual, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = invoke("trace", "what time", "--run", bilingual, "--png", "picture.png")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "rnn-intent: a PNG needs matplotlib: pip install 'rnn-intent[plot]'\n"


@pytest.mark.parametrize("option", ["--html"])
def test_a_file_that_cannot_be_written_is_named(invoke: Invoke, bilingual: str, option: str) -> None:
    result = invoke("trace", "what time", "--run", bilingual, option, "nowhere/file")
    assert result.exit_code == 2
    assert result.stderr.startswith("rnn-intent: nowhere/file: cannot be written: ")


def test_piped_output_has_no_colours(invoke: Invoke, bilingual: str) -> None:
    assert "\x1b" not in invoke("trace", "what time", "--run", bilingual, "--gates").stdout


@pytest.mark.parametrize(
    ("no_color", "term", "colored"), [("", "xterm", True), ("1", "xterm", False), ("", "dumb", False)]
)
def test_a_terminal_gets_colours_unless_it_asks_for_none(monkeypatch, no_color, term, colored) -> None:
    from rnn_intent.cli import trace

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert trace._colors() is colored


@pytest.mark.parametrize("columns", [40, 100])
def test_the_table_is_as_wide_as_the_terminal_says(invoke: Invoke, bilingual, monkeypatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = invoke("trace", "what time is it", "--run", bilingual, "--gates", "--leave-one-out")
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_no_model_is_a_model_error(invoke: Invoke) -> None:
    assert invoke("trace", "hello", "--run", "nowhere").exit_code == 4
