"""What is installed is what is used, and docs/dependencies.md says why."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement  # pytest brings it

ROOT = Path(__file__).parents[1]
MODULES = {"pyyaml": "yaml", "marisa-trie": "marisa_trie"}  # where it is not the package's name
COMING_WITH = {"click": "typer", "tokenizers": "transformers"}  # what a dependency promises to bring


def imported() -> set[str]:
    """The top-level modules that the package imports anywhere, but for the makers of its data files."""
    found = set()
    for path in (ROOT / "rnn_intent").rglob("*.py"):
        if path.name.startswith("build_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"rnn_intent"}


def declared() -> tuple[set[str], set[str]]:
    """The core's dependencies, and those of the extras, by module name."""
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    return tuple({module(name) for name in names} for names in (project["dependencies"], extras))


def module(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower()
    return MODULES.get(name, name.replace("-", "_"))


def test_the_core_brings_nothing_that_is_not_imported_and_all_that_is() -> None:
    core, extras = declared()
    assert core - imported() == set()
    assert {COMING_WITH.get(name, name) for name in imported()} - core - extras == set()


def brought(name: str, but: frozenset[str] = frozenset()) -> set[str]:
    """What a package needs on this system, and what that needs, but for some packages and what only they bring."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for text in importlib.metadata.requires(waiting.pop()) or []:
            requirement = Requirement(text)
            needed = requirement.name.lower().replace("_", "-")
            if needed in found | but or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
                continue
            found.add(needed)
            waiting.append(needed)
    return found


def named(first: str, last: str) -> set[str]:
    """The packages in the rows that the page gives to what comes with others, from one line to another."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    part = page.split(first)[1].split(last)[0]
    cells = re.findall(r"^\| ([a-z0-9, -]+) \|", part, re.M)
    return {name for cell in cells for name in cell.split(", ")} - {"package"}


def test_whatever_comes_with_a_dependency_has_its_row_and_no_row_is_left_over() -> None:
    core = {"yaml": "pyyaml"}
    direct = {core.get(name, name).replace("_", "-") for name in declared()[0]}
    found = brought("rnn-intent", but=frozenset({"torch"}))
    found |= {"colorama"}  # on Windows
    assert found - direct == named("## What they bring of their own", "With **torch**")


def test_what_torch_brings_is_named_as_its_own() -> None:
    pytest.importorskip("torch")
    theirs = {name for name in brought("torch") if not name.startswith(("nvidia-", "cuda-", "triton"))}
    ours = brought("rnn-intent", but=frozenset({"torch"}))
    assert theirs - ours <= named("With **torch**", "## What is not there")


COMPLETING = {"_RNN_INTENT_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "rnn-intent pre"}


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["predict", "--help"], {}, "Usage: rnn-intent predict"),
        (["predic"], {}, "Did you mean 'predict'?"),
        (["predict", "--json", "What time is it ?"], {}, "ask_time"),
        ([], COMPLETING, "Tell what sentences want."),
    ],
    ids=["help", "typo", "answer", "completion"],
)
def test_what_typer_could_draw_with_is_not_needed(arguments: list[str], environment: dict[str, str], told: str) -> None:
    def seen(hidden: tuple[str, ...]) -> tuple[int, str, str]:
        script = f"import sys\nsys.modules.update(dict.fromkeys({hidden}))\nsys.argv = ['rnn-intent', *{arguments}]\n"
        done = subprocess.run(
            [sys.executable, "-c", script + "from rnn_intent.cli.main import main\nmain()"],
            capture_output=True,
            encoding="utf-8",
            env=os.environ | environment,
        )
        return done.returncode, done.stdout, done.stderr

    without = seen(("rich", "pygments", "markdown_it", "mdurl"))
    assert without == seen(())
    assert told in without[1] + without[2]


def test_every_dependency_of_the_core_has_its_row_and_its_reason() -> None:
    core, _ = declared()
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {module(name) for name in re.findall(r"^\| ([a-z-]+) [0-9.]+ \|", page, re.M)}
    reasons = {module(name) for name in re.findall(r"^- \*\*([a-z-]+)\*\* and not", page, re.M)}
    assert rows == reasons == core
