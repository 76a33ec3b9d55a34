"""Gathers the rows of one file and everything that is wrong with it, so that all problems arrive together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnn_intent.data.example import Example, Slot
from rnn_intent.errors import DataError, quoted

SHOWN_PROBLEMS = 20
# What columns and keys are called, the one that is meant first where there are several: where classes have numbers,
# "label_text" says their names.
TEXT_NAMES = ("text", "utterance", "sentence", "query", "utt", "文本", "句子")
INTENT_NAMES = ("intent", "label_text", "label", "category", "class", "意图", "意圖", "标签", "標籤")
LANGUAGE_NAMES = ("language", "lang", "语言", "語言")
SPLIT_NAMES = ("split", "partition")
SPLITS = {"train": ("train", "training"), "valid": ("valid", "val", "dev", "validation"), "test": ("test",)}
JSON_NAMES = {bool: "true or false", int: "a number", float: "a number", str: "a string"}
JSON_NAMES |= {list: "a list", dict: "an object"}

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN = " \u3000" + "".join(
    map(chr, [*range(32), *range(127, 161), 0xAD, *range(0x200B, 0x2010), 0x2028, 0x2029, 0xFEFF])
)


def refuse(problems: Sequence[str]) -> None:
    """Raises a DataError with the first problems and the number of the others, if there are any."""
    if len(problems) > SHOWN_PROBLEMS:
        problems = [*problems[:SHOWN_PROBLEMS], f"and {len(problems) - SHOWN_PROBLEMS} more problems"]
    if problems:
        raise DataError(problems)


class Rows:
    """The good rows of one file, in order, its problems, and what else is odd; `name` is the file as messages show it.

    keep_blank: a row without a text is no problem.
    """

    def __init__(self, name: str, keep_blank: bool = False) -> None:
        self.name = name
        self._keep_blank = keep_blank
        self.examples: list[Example] = []
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self._more = 0
        self._known_intents: set[str] = set()
        self._splits: list[object] = []

    def add(
        self,
        line: int,
        text: object,
        intent: object,
        slots: Sequence[Slot] = (),
        language: object = "",
        split: object = None,
    ) -> None:
        """Takes a row, or notes why it cannot be one. split: the one that it says it belongs to."""
        if type(text) is not str or type(intent) is not str or type(language) is not str:
            self._wrong_type(line, text, intent, language)
            return
        intent = intent.strip()
        if intent not in self._known_intents and not self._good_intent(line, text, intent):
            return
        if not self._keep_blank and not text.strip(_UNSEEN).strip():
            self.problem(line, f"no text for the intent {quoted(intent)}; write one or delete the row")
        elif not text.isascii() and _SURROGATE.search(text):
            self.problem(line, f"half a character (a lone surrogate) in {quoted(text)}; write the sentence anew")
        elif any(not slot.name or not slot.name.isprintable() for slot in slots) or not language.isprintable():
            self.problem(line, "a slot or the language has a name that cannot be shown; rename it")
        else:
            self.examples.append(Example(text, intent, tuple(slots), f"{self.name}:{line}", language))
            self._splits.append(split)

    def problem(self, line: int | None, message: str) -> None:
        """Notes a problem; only the first ones are kept, the rest are counted."""
        if len(self.problems) >= SHOWN_PROBLEMS:
            self._more += 1
            return
        place = self.name if line is None else f"{self.name}:{line}"
        self.problems.append(f"{place}: {message}")

    def finish(self) -> list[Example]:
        """The rows; or one DataError with all the problems, having no rows among them."""
        if not self.problems and not self.examples:
            self.problem(None, "no rows")
        if self.problems:
            more = [f"{self.name}: and {self._more} more problems"] if self._more else []
            raise DataError(self.problems + more)
        return self.examples

    def by_split(self) -> dict[str, list[Example]]:
        """The rows by the split that each says it belongs to; none, if not all do, or if it is the same for all."""
        known = {name: split for split, names in SPLITS.items() for name in names}
        said = [known.get(str(split).strip().casefold()) for split in self._splits]
        if None in said or len(set(said)) == 1:
            return {}
        rows = list(zip(said, self.examples, strict=True))
        parts = {split: [row for its, row in rows if its == split] for split in SPLITS}
        return {split: part for split, part in parts.items() if part}

    def _wrong_type(self, line: int, text: object, intent: object, language: object) -> None:
        for what, value in (("text", text), ("intent", intent), ("language", language)):
            if value is None:
                self.problem(line, f"no {what}; write one or delete the row")
            elif type(value) is not str:
                remedy = "" if isinstance(value, list | dict) else "; put it in quotes"
                self.problem(line, f"{what} is {JSON_NAMES[type(value)]}, a string is expected{remedy}")

    def _good_intent(self, line: int, text: str, intent: str) -> bool:
        if not intent:
            self.problem(line, f"no intent for the text {quoted(text)}; write one or delete the row")
        elif not intent.isprintable():
            self.problem(line, f"the intent {quoted(intent)} holds characters that cannot be shown; rename it")
        else:
            self._known_intents.add(intent)
            return True
        return False
