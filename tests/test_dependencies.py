"""What is installed is what is used, and docs/dependencies.md says why."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {"pyyaml": "yaml", "marisa-trie": "marisa_trie"}  # where it is not the package's name
COMING_WITH = {"click": "typer"}  # what a dependency promises to bring


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


def brought(name: str) -> set[str]:
    """What a package needs on this system, and what that needs, without what torch brings: that is torch's affair."""
    found: set[str] = set()
    for requirement in importlib.metadata.requires(name) or []:
        needed = re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower()
        if ";" not in requirement and needed != "torch":
            found |= {needed, *brought(needed)}
    return found


def test_whatever_comes_with_a_dependency_is_named() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    direct = {name.replace("_", "-") for name in declared()[0]} - {"torch"}
    names = set().union(*(brought("pyyaml" if name == "yaml" else name) for name in direct))
    assert names
    assert sorted(name for name in names if name not in page) == []


def test_every_dependency_of_the_core_has_its_row_and_its_reason() -> None:
    core, _ = declared()
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = {module(name) for name in re.findall(r"^\| ([a-z-]+) [0-9.]+ \|", page, re.M)}
    reasons = {module(name) for name in re.findall(r"^- \*\*([a-z-]+)\*\* and not", page, re.M)}
    assert rows == reasons == core
