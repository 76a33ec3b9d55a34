"""An experiment as people write it: a file, the files it extends, and `--set` on top; nothing is judged here but keys.

Each key ends up as an `Entry` that remembers where it was said, so that a message can name file and line.
"""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rnn_intent.config_keys import full_suggestion, join, keys, sections, suggestion
from rnn_intent.errors import ConfigError, printable, quoted
from rnn_intent.starter import shipped_config, starter_folder
from rnn_intent.yaml_nodes import Unreadable, line_of, parse, plain, read_node

Place = Callable[[yaml.Node, str], str]  # a node and the key it belongs to, as a message names them


@dataclass(frozen=True)
class Entry:
    """One key's value; `place` is how a message names it, `folder` is what a relative path starts from."""

    value: Any
    place: str
    folder: Path


@dataclass
class Layer:
    """What one file (or all of `--set`) says, and what is wrong with it."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    extends: tuple[str, str] | None = None  # what, and the place that says it

    def say(self, place: str, message: str) -> None:
        self.problems.append(f"{place}: {message}")

    def take(self, name: str, node: yaml.Node, place: str) -> None:
        try:
            self.entries[name] = Entry(plain(node), place, self.folder)
        except Unreadable as error:
            self.say(place, str(error))


def file_layers(path: Path) -> list[Layer]:
    """The layers of an experiment file, the file itself first, then its parent, and so on up.

    Raises ConfigError when a file cannot be read at all, or the chain of parents is broken.
    """
    root = path.resolve().parent
    layers: list[Layer] = []
    chain: list[Path] = []
    current: Path | None = path
    while current is not None:
        chain.append(current.resolve())
        layers.append(_file_layer(current))
        current = _parent(layers[-1], root)
        if current is not None and current.resolve() in chain:
            names = " → ".join(file.name for file in [*chain, current])
            raise ConfigError(f"{layers[-1].extends[1]}: extends: goes round in a circle: {names}")  # type: ignore[index]
    return layers


def override_layer(overrides: list[str]) -> Layer:
    """`--set key=value` options as one layer; a relative path in it starts from the working folder."""
    layer = Layer(Path.cwd())
    for text in overrides:
        _take_override(layer, text, f"--set {printable(text)}")
    return layer


def mapping_layer(values: Mapping[str, Any]) -> Layer:
    """Nested plain values as a layer; its messages name keys only."""
    layer = Layer(Path.cwd())
    root = parse(json.dumps(values, ensure_ascii=False, default=str), "settings")  # JSON is YAML
    if isinstance(root, yaml.MappingNode):
        _take_root(layer, root, lambda _node, key: key)
    return layer


def existing_file(path: Path) -> Path:
    """The experiment a person named: a file, or else a shipped one by its bare name. Raises ConfigError."""
    if path.exists():
        return path
    if shipped := shipped_config(str(path)):
        return shipped
    raise ConfigError(f"{printable(str(path), 300)}: no such file{_close_file(path.name, path.parent)}")


def _file_layer(path: Path) -> Layer:
    layer = Layer(path.parent)
    name = printable(str(path), 1000)
    root = read_node(path, name)
    if root is None:
        return layer
    if not isinstance(root, yaml.MappingNode):
        raise ConfigError(f"{name}:{line_of(root)}: not an experiment: sections such as 'model:' are expected")
    _take_root(layer, root, lambda node, key: f"{name}:{line_of(node)}: {key}")
    return layer


def _take_root(layer: Layer, root: yaml.MappingNode, place: Place) -> None:
    for key, node, value in _pairs(layer, root, "", place):
        if key == "extends":
            _take_extends(layer, value, place(node, key))
        elif key in sections():
            _take_section(layer, key, value, place)
        elif key in keys():
            layer.take(key, value, place(node, key))
        else:
            layer.say(place(node, printable(key)), f"unknown key{suggestion('', key)}")


def _take_override(layer: Layer, text: str, place: str) -> None:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        layer.say(place, "no '=' between key and value, as in --set model.cell=gru")
        return
    if not value:  # an unset variable of a shell, and not the wish for the shipped data
        layer.say(place, "no value after '='; null is the value for none")
        return
    try:
        node = parse(value, place, numbered=False) or yaml.ScalarNode("tag:yaml.org,2002:null", "")
    except ConfigError as error:
        layer.problems += error.problems
        return
    if name in sections():
        _take_section(layer, name, node, lambda _node, _key: place)
    elif name in keys():
        layer.take(name, node, place)
    else:
        layer.say(place, f"unknown key{full_suggestion(name)}")


def _take_section(layer: Layer, section: str, node: yaml.Node, place: Place) -> None:
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
        return  # a section whose keys are all commented out
    if not isinstance(node, yaml.MappingNode):
        layer.say(place(node, section), f"keys are expected here: {', '.join(sections()[section])}")
        return
    for key, key_node, value in _pairs(layer, node, section, place):
        name = join(section, key)
        if name in keys():
            layer.take(name, value, place(key_node, name))
        else:
            layer.say(place(key_node, printable(name)), f"unknown key{suggestion(section, key)}")


def _pairs(
    layer: Layer, node: yaml.MappingNode, section: str, place: Place
) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """(key, its node, the value's node); a key that stands twice is a problem, because YAML would drop the first."""
    lines: dict[str, int] = {}
    for key_node, value in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        if key in lines:
            told = f"stands twice, first in line {lines[key]}"
            layer.say(place(key_node, printable(join(section, key))), told)
            continue
        lines[key] = line_of(key_node)
        yield key, key_node, value


def _take_extends(layer: Layer, node: yaml.Node, place: str) -> None:
    if isinstance(node, yaml.ScalarNode) and node.value:
        layer.extends = (node.value, place.removesuffix(": extends"))
    else:
        layer.say(place, "the name of one file is expected, as in extends: base.yaml")


def _parent(layer: Layer, root: Path) -> Path | None:
    """The file this layer extends: beside it, else shipped; never outside the folder that the user pointed at."""
    if layer.extends is None:
        return None
    name, place = layer.extends
    path = layer.folder / name
    if not path.exists():
        if shipped := shipped_config(name):
            return shipped
        close = _close_file(Path(name).name, path.parent)
        raise ConfigError(f"{place}: extends: no such file {quoted(name)}{close}")
    allowed = (root, (starter_folder() / "configs").resolve())
    if not any(path.resolve().is_relative_to(folder) for folder in allowed):
        raise ConfigError(
            f"{place}: extends: {quoted(name)} is outside the folder {printable(str(root))}; "
            "put a copy of it beside the experiment"
        )
    if path.is_dir():
        raise ConfigError(f"{place}: extends: {quoted(name)} is a folder, an experiment file (YAML) is expected")
    return path


def _close_file(name: str, folder: Path) -> str:
    names: set[str] = set()
    for place in (starter_folder() / "configs", folder):
        with contextlib.suppress(OSError, ValueError):  # not there, or not to be read
            names |= {file.name for file in place.iterdir()}
    close = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.75)  # .yaml alone makes names half alike
    return f", did you mean {quoted(close[0])}?" if close else ""
