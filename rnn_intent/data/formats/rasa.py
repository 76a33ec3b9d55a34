"""Rasa NLU: a list `nlu:` of intents in YAML, each with its examples, entities marked `[Berlin](city)`.

Up to Rasa 1 it was Markdown: a heading `## intent:greet` over a list of examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from rnn_intent.data.example import Example, Slot
from rnn_intent.data.formats.plain import one_line
from rnn_intent.data.rows import Rows, refuse
from rnn_intent.errors import printable, quoted
from rnn_intent.yaml_nodes import BoundedLoader

MAX_ALIASES = 16

# as in Rasa: [words](entity), [words](entity:value) or [words]{"entity": …}; the bounds keep a hostile line linear
_ENTITY = re.compile(
    r"\[(?P<words>[^\[\]]{1,1000})\]"
    r"(?:\((?P<name>[^:()\[\]]{1,100})(?::[^)]{0,500})?\)|(?P<json>\{[^}]{1,500}\}))"
)
_OTHER_KEYS = {"synonym", "regex", "lookup"}
_BULLETS = ("-", "*", "+")
_HEADING = re.compile(r"##\s*(?P<key>\w+)\s*:(?P<name>.*)")


class _Loader(BoundedLoader):
    """Aliases are bounded too: few people alias anything in training data; thousands of aliases are a bomb."""

    _aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._aliases += self.check_event(yaml.AliasEvent)
        if self._aliases > MAX_ALIASES:
            self.refuse(f"more than {MAX_ALIASES} aliases")
        return super().compose_node(parent, index)


def read(text: str, rows: Rows) -> None:
    """Reads the intents of an NLU file; synonyms, regexes and lookup tables are passed over."""
    if is_markdown(text):
        _read_markdown(text, rows)
        return
    root = _parse(text, rows)
    if rows.problems:
        return
    items = _mapping(root).get("nlu")
    if not isinstance(items, yaml.SequenceNode):
        rows.problem(1, "no list `nlu:`; is this a Rasa NLU file?")
        return
    for item in items.value:
        _read_item(item, rows)


def is_markdown(text: str) -> bool:
    """Whether a text begins with a heading of Rasa's Markdown, perhaps after comments; a YAML comment is none."""
    heading = _HEADING.match(_uncommented(text).lstrip())
    return heading is not None and heading["key"] in (_OTHER_KEYS | {"intent"})


def write(examples: Sequence[Example]) -> str:
    """The rows as an NLU file, grouped by intent; a DataError names texts that Rasa would read as mark-up."""
    refuse([f"{row.source or 'row'}: {problem}" for row in examples if (problem := _unfit(row))])
    groups: dict[str, list[str]] = {}
    for row in examples:
        groups.setdefault(row.intent, []).append(_marked(row))
    parts = ['version: "3.1"\n\nnlu:\n']
    for intent, lines in groups.items():
        parts.append(f"- intent: {json.dumps(intent, ensure_ascii=False)}\n  examples: |\n")
        parts.extend(f"    - {line}\n" for line in lines)
    return "".join(parts)


def _parse(text: str, rows: Rows) -> yaml.Node | None:
    """The tree of a YAML text; what is wrong with it becomes a problem of the rows."""
    loader = None
    try:
        loader = _Loader(text)
        root: yaml.Node | None = loader.get_single_node()
        return root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem = mark.line if mark else 0, " ".join(part for part in (error.context, error.problem) if part)
    except yaml.reader.ReaderError as error:
        line, problem = text.count("\n", 0, error.position), f"the character U+{error.character:04X} is not allowed"
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:  # an escape beyond Unicode, for one
        line, problem = loader.line if loader else 0, str(error)
    rows.problem(line + 1, f"not YAML: {printable(problem, limit=200)}")
    return None


def _read_markdown(text: str, rows: Rows) -> None:
    intent = None
    for number, line in enumerate(_uncommented(text).split("\n"), start=1):
        line = line.strip()
        if heading := _HEADING.fullmatch(line):
            intent = heading["name"].strip() if heading["key"] == "intent" else None
            if intent is None and heading["key"] not in _OTHER_KEYS:
                rows.problem(number, f"neither intent nor synonym, regex or lookup in {quoted(line)}")
        elif intent is not None and line[:1] in _BULLETS:
            _add(number, line[1:].strip(), intent, rows)
        elif intent is not None and line:
            rows.problem(number, f"no dash in front of the example {quoted(line)}")


def _uncommented(markdown: str) -> str:
    """Without its comments, but for their line ends, so that lines keep their numbers."""
    first, *others = markdown.split("<!--")
    parts = [first]
    for comment, _, after in (other.partition("-->") for other in others):
        parts += ["\n" * comment.count("\n"), after]
    return "".join(parts)


def _read_item(item: yaml.Node, rows: Rows) -> None:
    fields = _mapping(item)
    line = item.start_mark.line + 1
    intent, examples = fields.get("intent"), fields.get("examples")
    if intent is None:
        if not _OTHER_KEYS & fields.keys():
            rows.problem(line, "neither intent nor synonym, regex or lookup")
    elif not isinstance(intent, yaml.ScalarNode):
        rows.problem(line, "the intent is not a name")
    else:
        before = len(rows.examples) + len(rows.problems)
        for number, text in _texts(examples, line, rows):
            _add(number, text, intent.value, rows)
        if len(rows.examples) + len(rows.problems) == before:
            rows.problem(line, f"no examples for the intent {quoted(intent.value)}")


def _texts(examples: yaml.Node | None, line: int, rows: Rows) -> Iterator[tuple[int, str]]:
    """The lines that begin with a dash in a block of text, or the entries of a list, with their line numbers."""
    if isinstance(examples, yaml.ScalarNode):
        literal = examples.style == "|"
        for offset, text in enumerate(examples.value.split("\n")):
            number = examples.start_mark.line + 1 + (offset + 1 if literal else 0)
            if text.strip().startswith("-"):
                yield number, text.strip()[1:].strip()
            elif text.strip() and not text.strip().startswith("#"):
                rows.problem(number, f"no dash in front of the example {quoted(text.strip())}")
    elif isinstance(examples, yaml.SequenceNode):
        for entry in examples.value:
            number = entry.start_mark.line + 1
            node = _mapping(entry).get("text") if isinstance(entry, yaml.MappingNode) else entry
            if isinstance(node, yaml.ScalarNode):
                yield number, node.value.strip()
            else:
                rows.problem(number, "an example without text")
    elif examples is not None:
        rows.problem(line, "examples are neither a block of text nor a list")


def _add(line: int, marked: str, intent: str, rows: Rows) -> None:
    parts: list[str] = []
    slots: list[Slot] = []
    length = position = 0
    for found in _ENTITY.finditer(marked):
        name = found["name"] or _entity_name(found["json"])
        if name is None:
            rows.problem(line, f"no entity named in {quoted(found['json'])}")
            return
        plain = marked[position : found.start()]
        start = length + len(plain)
        length = start + len(found["words"])
        slots.append(Slot(name, start, length))
        parts += [plain, found["words"]]
        position = found.end()
    rows.add(line, "".join([*parts, marked[position:]]), intent, slots)


def _entity_name(text: str) -> str | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    name = value.get("entity") if isinstance(value, dict) else None
    return name if isinstance(name, str) else None


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _unfit(row: Example) -> str:
    """Why a reader of the file would get another row than this one."""
    back = Rows("")
    _add(0, _marked(row), row.intent, back)
    text = one_line(row.text)
    shift = len(text) - len(text.lstrip())
    slots = sorted((slot.start - shift, slot.end - shift, slot.name) for slot in row.slots)
    if back.examples and back.examples[0].text == text.strip():
        return "" if slots == [(s.start, s.end, s.name) for s in back.examples[0].slots] else "slots that Rasa misreads"
    return f"Rasa would misread the brackets or slots in {quoted(row.text)}; reword the text"


def _marked(row: Example) -> str:
    text, position, parts = one_line(row.text), 0, []
    for slot in sorted(row.slots, key=lambda slot: slot.start):
        parts += [text[position : slot.start], f"[{text[slot.start : slot.end]}]({slot.name})"]
        position = slot.end
    return "".join([*parts, text[position:]]).strip()
