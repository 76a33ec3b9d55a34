"""The keys an experiment may hold, read off the settings: their names, what each accepts, and likely misspellings."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from rnn_intent.settings import Settings
from rnn_intent.starter import shipped_config

PATH_KEYS = frozenset({"data.train", "data.valid", "data.test", "text.user_dictionary", "embedding.vectors"})
_NUMBER = {"integer": "a whole number", "number": "a number"}
_LIMITS = (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"), ("exclusiveMaximum", "below"))
_COMMENT = re.compile(r"^\s*# ?(.*)$")
_KEY = re.compile(r"^( *)(\w+):")


@cache
def adapter() -> TypeAdapter[Settings]:
    return TypeAdapter(Settings)


@cache
def sections() -> dict[str, dict[str, dict[str, Any]]]:
    """JSON Schema of every key, by section and key."""
    schema = adapter().json_schema()
    parts = schema["properties"].items()
    return {name: schema["$defs"][_definition(part)]["properties"] for name, part in parts if "$ref" in part}


@cache
def keys() -> dict[str, dict[str, Any]]:
    """JSON Schema of every key by its full name: `seed`, `model.cell`."""
    found = {name: part for name, part in adapter().json_schema()["properties"].items() if "$ref" not in part}
    return found | {join(section, key): part for section, parts in sections().items() for key, part in parts.items()}


def _definition(part: dict[str, Any]) -> str:
    return str(part["$ref"]).rpartition("/")[2]


def join(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key


def suggestion(section: str, key: str) -> str:
    """How a message about an unknown key goes on: the likeliest right one, else the keys there are."""
    here = list(sections()[section]) if section else [*(name for name in keys() if "." not in name), *sections()]
    last = key.rpartition(".")[2]
    elsewhere = {name.rpartition(".")[2]: name for name in reversed([*keys()])}  # of several, the first section's
    for cutoff in (0.8, 0.6):  # a key of another section that is hardly misspelt is likelier than one here that is
        if close := difflib.get_close_matches(key, here, n=1, cutoff=cutoff):
            return f", did you mean {close[0]!r}?"
        if close := difflib.get_close_matches(last, elsewhere, n=1, cutoff=cutoff):
            return f", did you mean {elsewhere[close[0]]!r}?"
    return f"; there are {', '.join(here)}"


def full_suggestion(name: str) -> str:
    """The same for a dotted name, as `--set` takes it."""
    if close := difflib.get_close_matches(name, [*keys(), *sections()], n=1):
        return f", did you mean {close[0]!r}?"
    section, _, key = name.rpartition(".")
    return suggestion(section if section in sections() else "", key)


def expected(schema: dict[str, Any]) -> str:
    """What a key accepts, in words."""
    if options := schema.get("enum"):
        return "one of " + ", ".join(options)
    if "const" in schema:
        return repr(schema["const"])
    if "anyOf" in schema:
        return " or ".join(expected(option) for option in schema["anyOf"])
    kind = schema.get("type")
    if kind in _NUMBER:
        limits = [f" {word} {_figure(schema[limit])}" for limit, word in _LIMITS if limit in schema]
        return _NUMBER[kind] + " and".join(limits).replace(" and to", " to")
    if kind == "array":
        return "a list of different values, each " + expected(schema["items"])
    return {"boolean": "true or false", "string": "a text", "null": "null"}.get(str(kind), "another value")


def _figure(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else str(number)


def likely_value(value: object, schema: dict[str, Any]) -> str:
    """How a message about a misspelt value goes on; empty when no right one is close."""
    options: list[str] = schema.get("enum", schema.get("items", {}).get("enum", []))
    wrong = [str(item) for item in (value if isinstance(value, list) else [value]) if item not in options]
    close = difflib.get_close_matches(wrong[0], options, n=1) if wrong else []
    return f", did you mean {close[0]!r}?" if close else ""


@cache
def descriptions() -> dict[str, str]:
    """What the comments of base.yaml say about each key and section."""
    base = shipped_config("base.yaml")
    found: dict[str, str] = {}
    comment: list[str] = []
    section = ""
    for line in base.read_text(encoding="utf-8").splitlines() if base else ():
        if match := _COMMENT.match(line):
            comment.append(match[1].strip())
        elif match := _KEY.match(line):
            section = section if match[1] else ""
            found[join(section, match[2])] = " ".join(comment)
            section = section or match[2]
            comment = []
        else:
            comment = []  # an empty line ends what was said about the file as a whole
    return found


def schema() -> dict[str, Any]:
    """JSON Schema of an experiment file, with descriptions, for editors."""
    described = adapter().json_schema()
    described |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "rnn-intent experiment"}
    described["additionalProperties"] = False
    for name, part in described["properties"].items():
        if "$ref" in part:
            definition = described["$defs"][_definition(part)]
            definition["additionalProperties"] = False
            _describe(definition["properties"], name)
    _describe(described["properties"], "")
    told = "One experiment to start from: a file beside this one, or a shipped one such as base.yaml."
    described["properties"] = {"extends": {"type": "string", "description": told}, **described["properties"]}
    return described


def _describe(properties: dict[str, Any], section: str) -> None:
    for key, part in properties.items():
        if told := descriptions().get(join(section, key)):
            part["description"] = told
