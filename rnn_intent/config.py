"""The experiment: typed, strict, loaded from YAML, overridden from the command line.

    settings = load("configs/my.yaml", ["model.cell=lstm"])

A file may extend one parent (`extends: base.yaml`; mappings merge, lists replace). Everything that is wrong is
reported at once, as one ConfigError with a line per problem: place, value, remedy.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from rnn_intent.config_keys import PATH_KEYS, adapter, expected, keys, likely_value, schema
from rnn_intent.config_layers import Entry, existing_file, file_layers, mapping_layer, override_layer
from rnn_intent.errors import ConfigError, printable
from rnn_intent.settings import NAMED_VECTORS, Settings
from rnn_intent.starter import shipped_config, shipped_data

__all__ = ["config_from_dict", "diff", "dump", "flat", "load", "schema"]

DEFAULT = "bi-gru.yaml"


def load(path: str | Path | None = None, overrides: Sequence[str] = ()) -> Settings:
    """The settings of an experiment file with `key=value` overrides (values read as YAML) on top.

    path: a file, the name of a shipped experiment, or None for the shipped default. Paths in the settings come out
    absolute: relative ones start from the file that names them, those of an override from the working folder.
    Raises ConfigError with all problems at once.
    """
    chosen = existing_file(Path(path if path is not None else shipped_config(DEFAULT) or DEFAULT))
    layers = [*file_layers(chosen), override_layer(list(overrides))]
    problems = [message for layer in layers for message in layer.problems]
    entries: dict[str, Entry] = {}
    for layer in (*reversed(layers[:-1]), layers[-1]):
        entries |= layer.entries
    return _settings(entries, problems)


def config_from_dict(values: Mapping[str, Any]) -> Settings:
    """Settings from nested plain values, judged as strictly as a file; relative paths start from the working folder."""
    layer = mapping_layer(values)
    return _settings(layer.entries, layer.problems)


def dump(settings: Settings) -> str:
    """The settings as YAML that `load` reads back to the same settings."""
    plain = json.loads(json.dumps(asdict(settings)))  # tuples as lists
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)


def flat(settings: Settings) -> dict[str, Any]:
    """Every key by its full name, `{"seed": 13, "data.train": ..., "model.cell": "gru", ...}`."""
    values: dict[str, Any] = {}
    for name, value in asdict(settings).items():
        values |= {f"{name}.{key}": item for key, item in value.items()} if isinstance(value, dict) else {name: value}
    return values


def diff(a: Settings, b: Settings) -> list[tuple[str, Any, Any]]:
    """The keys that differ, as (key, value in a, value in b)."""
    left, right = flat(a), flat(b)
    return [(key, left[key], right[key]) for key in left if left[key] != right[key]]


def _settings(entries: dict[str, Entry], problems: list[str]) -> Settings:
    tree: dict[str, Any] = {}
    for name, entry in entries.items():
        value = _adapted(name, entry)
        if isinstance(value, float) and not math.isfinite(value):
            problems.append(f"{entry.place}: {value} is not possible, {expected(keys()[name])} is expected")
            continue
        section, _, key = name.rpartition(".")
        (tree.setdefault(section, {}) if section else tree)[key] = value
    settings = _validated(tree, entries, problems)
    if settings is not None:
        problems += [f"{_place(entries, names)}: {message}" for names, message in _contradictions(settings)]
    if problems or settings is None:
        raise ConfigError(sorted(problems, key=_reading_order))
    return _with_data(settings)


def _validated(tree: dict[str, Any], entries: dict[str, Entry], problems: list[str]) -> Settings | None:
    try:
        # through JSON, where strictness still lets a list be a tuple and a mapping a section
        return adapter().validate_json(json.dumps(tree), strict=True)
    except ValidationError as error:
        wrong = dict.fromkeys(_name(problem["loc"]) for problem in error.errors())
    for name in wrong:
        value, accepts = entries[name].value, keys()[name]
        shown = printable(json.dumps(value, ensure_ascii=False))
        told = likely_value(value, accepts) or f", {expected(accepts)} is expected"
        problems.append(f"{entries[name].place}: {shown} is not possible{told}")
    return None


def _name(location: tuple[int | str, ...]) -> str:
    """The key a pydantic location is in: `("training", "threads", "literal['auto']")` is in `training.threads`."""
    return next(name for end in (1, 2) if (name := ".".join(map(str, location[:end]))) in keys())


def _adapted(name: str, entry: Entry) -> Any:
    """What the writer clearly meant: 1e3 as a whole number, one value for a list of one, a path from its file."""
    value, accepts = entry.value, keys()[name]
    types = {each.get("type") for each in (accepts, *accepts.get("anyOf", ()))}
    if "integer" in types and "number" not in types and isinstance(value, float) and value.is_integer():
        return int(value)
    if accepts.get("type") == "array" and isinstance(value, str):
        return [value]
    if name == "embedding.vectors" and value in NAMED_VECTORS:
        return value
    if name in PATH_KEYS and isinstance(value, str):
        return os.path.abspath(entry.folder / os.path.expanduser(value)) if value else None
    return value


def _contradictions(settings: Settings) -> Iterator[tuple[list[str], str]]:
    """Values that are fine alone and impossible together, as (keys, message)."""
    data, pooling = settings.data, settings.model.pooling
    if data.valid_fraction + data.test_fraction >= 1:
        told = f"test_fraction {data.test_fraction} and valid_fraction {data.valid_fraction} leave nothing to train on"
        yield ["data.test_fraction", "data.valid_fraction"], told
    if data.train is None and (data.valid is not None or data.test is not None):
        yield ["data.valid", "data.test"], "is named, but data.train is not"
    if not pooling or len(set(pooling)) < len(pooling):
        yield ["model.pooling"], "one or several different values are expected, for example [max, mean]"


def _reading_order(problem: str) -> tuple[bool, str, int]:
    """Files first, each from top to bottom, then `--set`."""
    file, line = match.groups() if (match := re.match(r"(.*?):(\d+): ", problem)) else ("", 0)
    return problem.startswith("--set"), file, int(line)


def _place(entries: dict[str, Entry], names: list[str]) -> str:
    """Where the first of these keys was said; an explicit null says nothing."""
    said = [entries[name].place for name in names if name in entries and entries[name].value is not None]
    return said[0] if said else names[0]


def _with_data(settings: Settings) -> Settings:
    """No data named means the shipped data, so that a first experiment runs as it stands."""
    if settings.data.train is not None:
        return settings
    train, valid, test = (str(path) for path in shipped_data())
    return replace(settings, data=replace(settings.data, train=train, valid=valid, test=test))
