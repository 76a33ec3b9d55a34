"""YAML as nodes that still know their line, for configs written by people one need not trust.

Only plain values come out: nothing is constructed by name. Size, depth and the number of values are bounded, so that
neither a huge file nor a handful of aliases that stand for billions of values can hold the program up.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from rnn_intent.errors import ConfigError, printable, quoted
from rnn_intent.files import read_file

MAX_BYTES = 100_000
MAX_VALUES = 10_000
MAX_DEPTH = 40
NEW_LINE = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what YAML 1.1 takes for one


class BoundedLoader(yaml.SafeLoader):
    """The safe loader, for a tree of nodes that know their lines, with its depth bounded."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse(f"nested deeper than {MAX_DEPTH}")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def refuse(self, problem: str) -> None:
        """Raises MarkedYAMLError that names the place."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        raise yaml.MarkedYAMLError(None, None, problem, event.start_mark)


class _Loader(BoundedLoader):
    """YAML 1.1 as PyYAML reads it, except that 1e-3 is the number it looks like."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d[\d_]*)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)


class Unreadable(ValueError):
    """A value that cannot be read; says why, in words."""


def read_node(path: Path, name: str) -> yaml.Node | None:
    """The root of a YAML file, None for an empty one.

    Raises ConfigError: not there, a folder, too large, not UTF-8, not YAML.
    """
    try:
        content = read_file(path, MAX_BYTES + 1)
    except IsADirectoryError:
        raise ConfigError(f"{name}: is a folder, an experiment file (YAML) is expected") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(f"{name}: cannot be read: {printable(reason)}") from None
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name}: is larger than the {MAX_BYTES:,} bytes that an experiment may have")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    return parse(text, name)


def parse(text: str, name: str, numbered: bool = True) -> yaml.Node | None:
    """The root node of a YAML text; errors begin with `name` and, if `numbered`, the line. Raises ConfigError."""
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if numbered and error.problem_mark else ""
        raise ConfigError(f"{name}{line}: not YAML: {_reason(error)}") from None
    except ReaderError as error:
        line = f":{len(NEW_LINE.findall(text, 0, error.position)) + 1}" if numbered else ""
        character = f"U+{ord(text[error.position]):04X}"
        raise ConfigError(f"{name}{line}: not YAML: the character {character} is not allowed") from None
    return node


def line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def plain(node: yaml.Node) -> Any:
    """The value of a node as None, bool, int, float, str, list or dict. Raises Unreadable."""
    return _Plain().value(node, 0)


class _Plain:
    """Counts the values it makes: an alias costs as much as what it stands for."""

    def __init__(self) -> None:
        self._left = MAX_VALUES
        self._scalars = _Loader("")

    def value(self, node: yaml.Node, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > 20:
            raise Unreadable("too many values, or values nested too deeply (aliases count as what they stand for)")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            return {str(self._scalar(key)): self.value(item, depth + 1) for key, item in node.value}
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise Unreadable("a key must be a word")
        try:
            value = self._scalars.construct_object(node)
        except yaml.YAMLError:
            raise Unreadable(f"the tag {printable(node.tag)} is not allowed") from None
        except ValueError:
            raise Unreadable(f"{quoted(node.value)} cannot be read; put it in quotes if it is a text") from None
        # dates and the like: an experiment has none, so the writer meant the text
        return value if value is None or isinstance(value, bool | int | float | str) else node.value


def _reason(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "unreadable"
    if "'\\t'" in problem:
        return "a tab stands where only spaces may indent"
    return printable(" ".join(problem.split()), 200)
