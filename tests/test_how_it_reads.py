"""What docs/how-it-reads.md quotes and claims is what the code says and does."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnn_intent.cli.main import app
from rnn_intent.inference import cells, reference
from rnn_intent.inference.cells import equations

PAGE = Path(__file__).parents[1] / "docs" / "how-it-reads.md"
TEXT = PAGE.read_text(encoding="utf-8")
QUOTES = dict(re.findall(r"<!-- equations: (\w+) -->\n```\n(.*?)\n```", TEXT, re.DOTALL))
FUNCTIONS = {
    function.__name__: function
    for function in (cells.rnn_step, cells.lstm_step, cells.gru_step, reference.read_vectors, reference.answer)
}
COMMANDS = re.findall(r"^\$ rnn-intent (.*)$", TEXT, re.MULTILINE) + re.findall(r"`rnn-intent (.*?)`", TEXT)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_equations_on_the_page_are_those_of_the_docstring(name: str) -> None:
    assert QUOTES[name] == equations(FUNCTIONS[name])


def test_the_python_on_the_page_runs_and_gives_what_it_says() -> None:
    pytest.importorskip("torch")
    done = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert done.failed == 0
    assert done.attempted > 10


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_on_the_page_exist_with_their_options(command: str) -> None:
    name, *rest = shlex.split(command)
    told = CliRunner().invoke(app, [name, "--help"]).stdout
    for option in (word for word in rest if word.startswith("--")):
        assert re.search(rf"{option}\b", told)


def test_pictures_on_the_page_are_there() -> None:
    for name in re.findall(r"!\[.*?\]\((.*?)\)", TEXT):
        assert (PAGE.parent / name).stat().st_size > 10_000


def test_files_that_the_page_links_are_there() -> None:
    for name in re.findall(r"\]\(((?!#|http)[^)]*)\)", TEXT):
        assert (PAGE.parent / name).exists()
